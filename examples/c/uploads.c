/* A body that is made while it is sent: a source of the program's own, with progress, sent again after a failure. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <string.h>

typedef struct numbers {
	int next;
	int last;
} numbers;

/* Gives the next line, as often as it is asked. */
static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	numbers *own = user_data;
	char line[32];

	if (own->next > own->last)
		return 0;
	int length = snprintf(line, sizeof line, "%d\n", own->next);
	if ((size_t)length > capacity)
		return -1;
	memcpy(buffer, line, (size_t)length);
	own->next++;
	return length;
}

/* With this the request can be sent again; a source that cannot be read twice has none. */
static int begin_again(void *user_data)
{
	((numbers *)user_data)->next = 1;
	return 0;
}

static void tell(void *user_data, int64_t done, int64_t total)
{
	(void)total; /* nobody said how much there will be */
	*(int64_t *)user_data = done;
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_uploaded_file *file = NULL;
	sbx_error *error = NULL;
	numbers own = {1, 20000};
	int64_t sent = 0;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0 ||
	    sbx_sandboxes_create(client, NULL, NULL, &sandbox, &error) < 0)
		goto done;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give;
	source.rewind = begin_again;
	source.user_data = &own;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.progress = tell;
	options.progress_user_data = &sent;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	upload.path = "/data/numbers";
	upload.file = &source;
	if (sbx_sandboxes_upload(client, sbx_sandbox_id(sandbox), &upload, &options, &file, &error) < 0)
		goto done;
	printf("sent: %lld bytes, written: %lld\n", (long long)sent, (long long)sbx_uploaded_file_size(file));
	exit_code = 0;
done:
	if (error)
		fprintf(stderr, "uploads: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_uploaded_file_free(file);
	sbx_sandbox_free(sandbox);
	sbx_client_free(client);
	return exit_code;
}
