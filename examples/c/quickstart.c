/* Creates a sandbox on this machine, moves a file in and out, runs a command on it, and cleans up. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sbx_error *error;
static void check(int ok, const char *what)
{
	if (!ok)
		exit(fprintf(stderr, "quickstart: %s: %s\n", what, error ? sbx_error_message(error) : "unexpected") >
		     0);
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_sandbox_list *list = NULL;
	sbx_execution *run = NULL;
	sbx_response *file = NULL;
	char bytes[256], digest[65];
	for (int byte = 0; byte < 256; byte++)
		bytes[byte] = (char)byte;
	FILE *local = popen("for i in $(seq 0 255); do printf \"\\\\$(printf %03o $i)\"; done | sha256sum", "r");
	check(local && fgets(digest, sizeof digest, local) && pclose(local) == 0, "sha256sum");
	check(sbx_client_new_local(&client, NULL, &error) == SBX_OK, "local server");
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	create.name = "quickstart";
	check(sbx_sandboxes_create(client, &create, NULL, &sandbox, &error) == SBX_OK, "create");
	const char *id = sbx_sandbox_id(sandbox), *name = sbx_sandbox_name(sandbox);
	printf("created: %s\n", name);
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY, source.data = bytes, source.length = sizeof bytes;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	upload.file = &source, upload.path = "/data/bytes.bin";
	check(sbx_sandboxes_upload(client, id, &upload, NULL, NULL, &error) == SBX_OK, "upload");
	printf("uploaded: %zu bytes to %s\n", sizeof bytes, upload.path);
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	execute.command = "sha256sum /data/bytes.bin";
	check(sbx_sandboxes_execute(client, id, &execute, NULL, &run, &error) == SBX_OK, "execute");
	check(strncmp(sbx_execution_stdout(run), digest, 64) == 0, "digest");
	printf("sha256: the same in the sandbox and here\n");
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	download.path = "/data/bytes.bin";
	check(sbx_sandboxes_download(client, id, &download, NULL, &file, &error) == SBX_OK, "download");
	check(sbx_response_size(file) == 256 && !memcmp(sbx_response_body(file, NULL), bytes, 256), "bytes");
	printf("downloaded: %zu bytes, equal to the upload\n", sizeof bytes);
	check(sbx_sandboxes_list(client, NULL, NULL, &list, &error) == SBX_OK, "list");
	printf("listed: %s\n", sbx_sandbox_name(sbx_sandbox_list_data_at(list, 0)));
	check(sbx_sandboxes_delete(client, "no-such-sandbox", NULL, NULL, NULL, &error) < 0, "delete");
	const char *said = sbx_json_string(sbx_json_get(sbx_json_get(sbx_error_json(error), "error"), "message"), NULL);
	printf("refused: %s, status %d: %s\n", sbx_error_name(error), sbx_error_http_status(error), said);
	sbx_error_free(error), error = NULL;
	check(sbx_sandboxes_delete(client, id, NULL, NULL, NULL, &error) == SBX_OK, "delete");
	printf("deleted: %s\n", name);
	sbx_response_free(file), sbx_execution_free(run), sbx_sandbox_list_free(list), sbx_sandbox_free(sandbox);
	sbx_client_free(client);
}
