/* A command as it happens: its output while it is written, and the result in the end. */
#include <sandbox_sdk.h>
#include <stdio.h>

int main(void)
{
	sbx_client *client = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_execution_stream *stream = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0 ||
	    sbx_sandboxes_create(client, NULL, NULL, &sandbox, &error) < 0)
		goto done;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	execute.command = "for i in 1 2 3; do echo line $i; sleep 0.1; done; echo oops >&2; exit 4";
	if (sbx_sandboxes_execute_stream(client, sbx_sandbox_id(sandbox), &execute, NULL, &stream, &error) < 0)
		goto done;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_status status;
	while ((status = sbx_execution_stream_next(stream, &event, &error)) == SBX_OK) {
		if (event.kind == SBX_EXECUTION_STDOUT)
			printf("out: %.*s", (int)event.length, event.data);
		else if (event.kind == SBX_EXECUTION_STDERR)
			printf("err: %.*s", (int)event.length, event.data);
		else if (event.kind == SBX_EXECUTION_RESULT)
			printf("exit code: %d\n", (int)sbx_execution_exit_code(event.execution));
	}
	exit_code = status == SBX_DONE ? 0 : 1;
done:
	if (error)
		fprintf(stderr, "execute_stream: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_execution_stream_free(stream);
	sbx_sandbox_free(sandbox);
	sbx_client_free(client);
	return exit_code;
}
