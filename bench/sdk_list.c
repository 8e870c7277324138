/*
 * A list of many sandboxes by the typed function of the library, and each identifier read.
 *
 * sdk_list BASE_URL WARMUP LISTS
 */
#include "measure.h"

#include <sandbox_sdk.h>

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
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: %s BASE_URL WARMUP LISTS\n", argv[0]);
		return 2;
	}
	options.api_key = BENCH_API_KEY;
	options.base_url = argv[1];
	if (sbx_client_new(&client, &options, &error) < 0) {
		fprintf(stderr, "sdk_list: %s\n", sbx_error_message(error));
		goto done;
	}
	if (bench_run(call, client, argv[2], argv[3]) == 0)
		exit_code = 0;
done:
	sbx_error_free(error);
	sbx_client_free(client);
	return exit_code;
}
