/*
 * The same call as bare_curl.c by the typed function of the library.
 *
 * sdk_call BASE_URL WARMUP CALLS
 */
#include "measure.h"

#include <sandbox_sdk.h>

static int call(void *state)
{
	sbx_client *client = state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *run = NULL;
	sbx_error *error = NULL;
	int result = -1;

	options.idempotency_key = BENCH_IDEMPOTENCY_KEY;
	execute.command = BENCH_COMMAND;
	if (sbx_sandboxes_execute(client, BENCH_SANDBOX, &execute, &options, &run, &error) < 0) {
		fprintf(stderr, "sdk_call: %s\n", sbx_error_message(error));
		goto done;
	}
	if (sbx_execution_exit_code(run) != 0)
		goto done;
	result = 0;
done:
	sbx_error_free(error);
	sbx_execution_free(run);
	return result;
}

int main(int argc, char **argv)
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
		fprintf(stderr, "sdk_call: %s\n", sbx_error_message(error));
		goto done;
	}
	if (bench_run(call, client, argv[2], argv[3]) == 0)
		exit_code = 0;
done:
	sbx_error_free(error);
	sbx_client_free(client);
	return exit_code;
}
