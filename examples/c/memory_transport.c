/* Tests a function of a program's own against answers in memory: no server, no socket, nothing to wait for. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <string.h>

/* What is tested: runs a command in a new sandbox. Its exit code; -1: it did not come so far. */
static int run_once(sbx_client *client, const char *command)
{
	sbx_sandbox *sandbox = NULL;
	sbx_execution *run = NULL;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	int exit_code = -1;
	execute.command = command;
	if (sbx_sandboxes_create(client, NULL, NULL, &sandbox, NULL) == SBX_OK &&
	    sbx_sandboxes_execute(client, sbx_sandbox_id(sandbox), &execute, NULL, &run, NULL) == SBX_OK)
		exit_code = (int)sbx_execution_exit_code(run);
	sbx_execution_free(run);
	sbx_sandbox_free(sandbox);
	return exit_code;
}

int main(void)
{
	sbx_memory_transport *memory = NULL;
	sbx_client *client = NULL;
	int passed = 0;
	if (sbx_memory_transport_new(&memory, NULL) < 0)
		return 1;

	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "any";
	options.transport = sbx_memory_transport_transport(memory);
	if (sbx_client_new(&client, &options, NULL) < 0)
		goto done;

	/* One answer for each request, in this order. */
	sbx_memory_answer answer = SBX_MEMORY_ANSWER_INIT;
	answer.body = "{\"id\":\"sb-1\"}";
	sbx_memory_transport_add(memory, &answer, NULL);
	answer.body = "{\"exit_code\":3}";
	sbx_memory_transport_add(memory, &answer, NULL);
	int exit_code = run_once(client, "exit 3");

	const sbx_memory_request *request = sbx_memory_transport_request_at(memory, 1);
	passed = exit_code == 3 && request && strstr(request->url, "/sandboxes/sb-1/execute") &&
	         strcmp(request->body, "{\"command\":\"exit 3\"}") == 0;
	printf("%s\n", passed ? "passed" : "failed");
done:
	sbx_client_free(client);
	sbx_memory_transport_free(memory);
	return passed ? 0 : 1;
}
