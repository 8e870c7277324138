/*
 * One large body by the library, to or from a file.
 *
 * sdk_transfer download|upload BASE_URL PATH
 */
#include "measure.h"

#include <sandbox_sdk.h>

static sbx_status download(sbx_client *client, const char *path, sbx_error **error)
{
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_sink sink = SBX_SINK_INIT;

	params.path = "/large";
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	params.into = &sink;
	return sbx_sandboxes_download(client, BENCH_SANDBOX, &params, NULL, NULL, error);
}

static sbx_status upload(sbx_client *client, const char *path, sbx_error **error)
{
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;

	source.kind = SBX_SOURCE_PATH;
	source.path = path;
	params.path = "/large";
	params.file = &source;
	return sbx_sandboxes_upload(client, BENCH_SANDBOX, &params, NULL, NULL, error);
}

int main(int argc, char **argv)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	sbx_error *error = NULL;

	if (argc != 4) {
		fprintf(stderr, "usage: %s download|upload BASE_URL PATH\n", argv[0]);
		return 2;
	}
	options.api_key = BENCH_API_KEY;
	options.base_url = argv[2];
	if (sbx_client_new(&client, &options, &error) == SBX_OK)
		(strcmp(argv[1], "upload") == 0 ? upload : download)(client, argv[3], &error);
	if (error)
		fprintf(stderr, "sdk_transfer: %s\n", sbx_error_message(error));
	sbx_client_free(client);
	int exit_code = error ? 1 : 0;
	sbx_error_free(error);
	return exit_code;
}
