/*
 * A list of many sandboxes by the typed function of the library, and each identifier read.
 *
 * sdk_list BASE_URL WARMUP LISTS
 */
#include "sdk_run.h"

static int call(void *state)
{
	sbx_client *client = state;
	sbx_sandbox_list *list = NULL;
	sbx_error *error = NULL;
	size_t length = 0;

	if (sbx_sandboxes_list(client, NULL, NULL, &list, &error) < 0)
		fprintf(stderr, "sdk_list: %s\n", sbx_error_message(error));
	for (size_t i = 0; list && i < sbx_sandbox_list_data_count(list); i++)
		length += strlen(sbx_sandbox_id(sbx_sandbox_list_data_at(list, i)));
	sbx_error_free(error);
	sbx_sandbox_list_free(list);
	return length > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	return bench_sdk_run(argc, argv, call);
}
