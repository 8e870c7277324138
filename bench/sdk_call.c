/*
 * The same call as bare_curl.c by the typed function of the library.
 *
 * sdk_call BASE_URL WARMUP CALLS
 */
#include "sdk_run.h"

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
	return bench_sdk_run(argc, argv, call);
}
