/* Many calls under way on one thread: started, driven by the client's own loop, told by a callback or from a queue. */
#include <sandbox_sdk.h>
#include <stdio.h>

#define CALLS 5

/* Told of each sandbox that was created: starts a command in it, whose end goes to the queue. */
static void on_created(void *user_data, sbx_call *call)
{
	sbx_client *client = user_data;
	sbx_sandbox *sandbox = NULL;
	sbx_error *error = NULL;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;

	execute.command = "echo ran";
	if (sbx_call_result_sandbox(call, &sandbox, &error) == SBX_OK) {
		sbx_call *next = NULL;
		sbx_sandboxes_execute_start(client, sbx_sandbox_id(sandbox), &execute, NULL, NULL, NULL, &next, &error);
	}
	if (error)
		fprintf(stderr, "started_calls: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_sandbox_free(sandbox);
	sbx_call_free(call);
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_call *call = NULL;
	int ran = 0;

	if (sbx_client_new_local(&client, NULL, &error) < 0)
		goto done;
	for (int index = 0; index < CALLS; index++)
		if (sbx_sandboxes_create_start(client, NULL, NULL, on_created, client, &call, &error) < 0)
			goto done;
	printf("under way: %zu\n", sbx_client_in_flight(client));

	/* The whole loop: waits for work and does it, until nothing is under way. */
	while (sbx_client_poll(client, SBX_FOREVER, &error) == SBX_OK) {
		while (sbx_client_next(client, &call) == SBX_OK) {
			sbx_execution *execution = NULL;
			if (sbx_call_result_execution(call, &execution, &error) == SBX_OK)
				ran += sbx_execution_exit_code(execution) == 0;
			sbx_execution_free(execution);
			sbx_call_free(call);
		}
	}
	printf("ran: %d\n", ran);
	sbx_sandboxes_delete_all(client, NULL, NULL, &error);
done:
	if (error)
		fprintf(stderr, "started_calls: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_client_free(client);
	return ran == CALLS ? 0 : 1;
}
