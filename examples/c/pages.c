/* Every sandbox of the account, whatever number of pages they are on. */
#include <sandbox_sdk.h>
#include <stdio.h>

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *sessions[5] = {NULL};
	sbx_pages *pages = NULL;
	sbx_error *error = NULL;
	const sbx_sandbox *sandbox = NULL;
	sbx_status status;

	if ((status = sbx_client_new_local(&client, NULL, &error)) < 0)
		goto done;
	for (int index = 0; index < 5; index++)
		if ((status = sbx_session_create(client, NULL, NULL, &sessions[index], &error)) < 0)
			goto done;

	sbx_sandboxes_list_params params = SBX_SANDBOXES_LIST_PARAMS_INIT;
	params.page_size = 2;
	int count = 0;
	if ((status = sbx_sandboxes_each(client, &params, NULL, &pages, &error)) < 0)
		goto done;
	while ((status = sbx_sandboxes_next(pages, &sandbox, &error)) == SBX_OK)
		printf("%d: %s\n", ++count, sbx_sandbox_status(sandbox));
done:
	if (error)
		fprintf(stderr, "pages: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_pages_free(pages);
	for (int index = 0; index < 5; index++)
		sbx_session_free(sessions[index]);
	sbx_client_free(client);
	return status < 0;
}
