/* One command in several sandboxes at a time. */
#include <sandbox_sdk.h>
#include <stdio.h>

#define COUNT 4

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *sessions[COUNT] = {NULL};
	const char *ids[COUNT];
	sbx_run_results *results = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0)
		goto done;
	for (int index = 0; index < COUNT; index++) {
		if (sbx_session_create(client, NULL, NULL, &sessions[index], &error) < 0)
			goto done;
		ids[index] = sbx_session_id(sessions[index]);
	}

	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	options.concurrency = 2;
	if (sbx_run_many(client, ids, COUNT, "echo done", &options, NULL, &results, &error) < 0)
		goto done;
	for (size_t index = 0; index < sbx_run_results_count(results); index++) {
		const sbx_run_result *result = sbx_run_results_at(results, index);
		printf("%zu: %s", index,
		       result->error ? sbx_error_message(result->error) : sbx_execution_stdout(result->execution));
	}
	exit_code = sbx_run_results_failed(results) > 0;
done:
	if (error)
		fprintf(stderr, "run_many: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_run_results_free(results);
	for (int index = 0; index < COUNT; index++)
		sbx_session_free(sessions[index]);
	sbx_client_free(client);
	return exit_code;
}
