/*
 * `true` in a sandbox of a server, by the typed functions of the library: what `run` of sandbox-sdk-mcp is compared
 * with.
 *
 * sdk_execute HOW WARMUP CALLS
 *
 * HOW is "stream", which makes the request that `run` makes, or "whole". The server and its key are in the environment.
 */
#include <sandbox_sdk.h>

#include "measure.h"

struct state {
	sbx_client *client;
	sbx_sandbox *sandbox;
};

static int complain(sbx_error *error)
{
	fprintf(stderr, "sdk_execute: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	return -1;
}

static sbx_sandboxes_execute_params params(void)
{
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;

	execute.command = "true";
	return execute;
}

static int whole(void *given)
{
	const struct state *state = given;
	const sbx_sandboxes_execute_params execute = params();
	sbx_execution *run = NULL;
	sbx_error *error = NULL;

	if (sbx_sandboxes_execute(state->client, sbx_sandbox_id(state->sandbox), &execute, NULL, &run, &error) < 0)
		return complain(error);
	int result = sbx_execution_exit_code(run) == 0 ? 0 : -1;
	sbx_execution_free(run);
	return result;
}

static int stream(void *given)
{
	const struct state *state = given;
	const sbx_sandboxes_execute_params execute = params();
	sbx_execution_stream *events = NULL;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_error *error = NULL;
	int result = -1;

	if (sbx_sandboxes_execute_stream(state->client, sbx_sandbox_id(state->sandbox), &execute, NULL, &events,
	                                 &error) < 0)
		return complain(error);
	while (event.kind != SBX_EXECUTION_RESULT)
		if (sbx_execution_stream_next(events, &event, &error) != SBX_OK) {
			complain(error);
			goto done;
		}
	if (sbx_execution_exit_code(event.execution) == 0)
		result = 0;
done:
	sbx_execution_stream_free(events);
	return result;
}

int main(int argc, char **argv)
{
	const sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	struct state state = {NULL, NULL};
	sbx_error *error = NULL;
	int exit_code = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: %s stream|whole WARMUP CALLS\n", argv[0]);
		return 2;
	}
	if (sbx_client_new(&state.client, &options, &error) < 0 ||
	    sbx_sandboxes_create(state.client, NULL, NULL, &state.sandbox, &error) < 0) {
		complain(error);
		goto done;
	}
	if (bench_run(strcmp(argv[1], "stream") == 0 ? stream : whole, &state, argv[2], argv[3]) < 0)
		goto done;
	if (sbx_sandboxes_delete(state.client, sbx_sandbox_id(state.sandbox), NULL, NULL, NULL, &error) < 0)
		complain(error);
	else
		exit_code = 0;
done:
	sbx_sandbox_free(state.sandbox);
	sbx_client_free(state.client);
	return exit_code;
}
