/**
 * @file sdk_run.h
 * What programs share that make one call of the library again and again: PROGRAM BASE_URL WARMUP CALLS.
 */
#ifndef SANDBOX_SDK_BENCH_SDK_RUN_H
#define SANDBOX_SDK_BENCH_SDK_RUN_H

#include <sandbox_sdk.h>

#include "measure.h"

/** Makes a client, which is the state of each call, and measures them. The program's exit code. */
static inline int bench_sdk_run(int argc, char **argv, int (*call)(void *state))
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: %s BASE_URL WARMUP CALLS\n", argv[0]);
		return 2;
	}
	options.api_key = BENCH_API_KEY;
	options.base_url = argv[1];
	if (sbx_client_new(&client, &options, &error) < 0) {
		fprintf(stderr, "%s: %s\n", argv[0], sbx_error_message(error));
		goto done;
	}
	if (bench_run(call, client, argv[2], argv[3]) == 0)
		exit_code = 0;
done:
	sbx_error_free(error);
	sbx_client_free(client);
	return exit_code;
}

#endif
