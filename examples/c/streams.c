/* An answer that is read as it comes: bytes, lines, and straight into a file that appears whole or not at all. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Opens the download of a file, unread. */
static sbx_status open_file(sbx_client *client, const char *id, const char *path, sbx_stream **stream,
                            sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_json *arguments = sbx_json_new_object();
	sbx_status status = SBX_ERROR_OUT_OF_MEMORY;

	if (arguments && sbx_json_set(arguments, "id", sbx_json_new_string(id, strlen(id))) == SBX_OK &&
	    sbx_json_set(arguments, "path", sbx_json_new_string(path, strlen(path))) == SBX_OK) {
		request.operation = sbx_operation_find("sandboxes.download");
		request.arguments = arguments;
		status = sbx_client_open(client, &request, NULL, stream, error);
	}
	sbx_json_free(arguments);
	return status;
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *session = NULL;
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	sbx_status status;
	const char *line;
	int lines = 0;

	if (sbx_client_new_local(&client, NULL, &error) < 0 ||
	    sbx_session_create(client, NULL, NULL, &session, &error) < 0 ||
	    sbx_session_run(session, "seq 100000 >/data/numbers", NULL, NULL, NULL, &error) < 0)
		goto done;

	if (open_file(client, sbx_session_id(session), "/data/numbers", &stream, &error) < 0)
		goto done;
	printf("length: %s\n", sbx_response_header(sbx_stream_response(stream), "content-length"));
	while ((status = sbx_stream_line(stream, &line, NULL, &error)) == SBX_OK)
		lines++;
	if (status < 0)
		goto done;
	printf("lines: %d\n", lines);
	sbx_stream_free(stream);
	stream = NULL;

	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_PATH;
	sink.path = "streams-example.txt";
	if (open_file(client, sbx_session_id(session), "/data/numbers", &stream, &error) < 0 ||
	    sbx_stream_save(stream, &sink, &error) < 0)
		goto done;
	printf("saved: %s\n", access(sink.path, R_OK) == 0 ? "yes" : "no");
	unlink(sink.path);
done:
	if (error)
		fprintf(stderr, "streams: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_stream_free(stream);
	sbx_session_free(session);
	sbx_client_free(client);
	return lines == 100000 ? 0 : 1;
}
