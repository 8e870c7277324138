/*
 * Making a client and freeing it.
 *
 * sdk_client WARMUP COUNT.
 */
#include "measure.h"

#include <sandbox_sdk.h>

static int call(void *state)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	sbx_error *error = NULL;

	(void)state;
	options.api_key = BENCH_API_KEY;
	if (sbx_client_new(&client, &options, &error) < 0)
		fprintf(stderr, "sdk_client: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_client_free(client);
	return client ? 0 : -1;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s WARMUP COUNT\n", argv[0]);
		return 2;
	}
	return bench_run(call, NULL, argv[1], argv[2]) == 0 ? 0 : 1;
}
