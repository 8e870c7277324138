/* Requests of one's own making, where the typed functions do not go: any method, URL and body, and the whole answer. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sbx_client *client;
static sbx_error *error;

/* Sends a request; ends the program where that fails. */
static sbx_response *answer_to(const sbx_request *request, const sbx_request_options *options)
{
	sbx_response *response = NULL;
	if (sbx_client_send(client, request, options, &response, &error) < 0) {
		fprintf(stderr, "custom_requests: %s %s: %s\n", request->method, request->url,
		        sbx_error_message(error));
		exit(1);
	}
	return response;
}

/* A GET, and all that its answer says. */
static void list(void)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.url = "/v1/sandboxes/list?page=1"; /* below the client's base URL */
	sbx_response *response = answer_to(&request, NULL);
	sbx_times times = SBX_TIMES_INIT;
	sbx_response_times(response, &times, NULL);
	printf("listed: %d by HTTP/%s, %zu headers, %s\n", sbx_response_status(response),
	       sbx_response_http_version(response), sbx_response_headers_count(response),
	       times.first_byte <= times.total ? "timed" : "?");
	sbx_response_free(response);
}

/* A POST of JSON, whose answer is JSON. */
static void create(char *path, size_t size)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_json *body = sbx_json_new_object();
	sbx_json_set(body, "name", sbx_json_new_string("custom", 6));
	request.method = "POST";
	request.url = "/v1/sandboxes/create";
	request.json = body;
	sbx_response *response = answer_to(&request, NULL);
	snprintf(path, size, "/v1/sandboxes/%s",
	         sbx_json_string(sbx_json_get(sbx_response_json(response), "id"), NULL));
	printf("created: %s\n", sbx_json_string(sbx_json_get(sbx_response_json(response), "name"), NULL));
	sbx_json_free(body);
	sbx_response_free(response);
}

/* A multipart form of a text and a file. */
static void upload(const char *url)
{
	sbx_source source = SBX_SOURCE_INIT;
	sbx_part parts[] = {SBX_PART_INIT, SBX_PART_INIT};
	sbx_request request = SBX_REQUEST_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "one line\n";
	source.length = 9;
	parts[0].name = "path";
	parts[0].text = "/data/a file.txt";
	parts[1].name = "file";
	parts[1].source = &source;
	request.method = "POST";
	request.url = url;
	request.parts = parts;
	request.parts_count = 2;
	sbx_response *response = answer_to(&request, NULL);
	printf("uploaded: %lld bytes\n",
	       (long long)sbx_json_integer(sbx_json_get(sbx_response_json(response), "size")));
	sbx_response_free(response);
}

/* A query and a header of the call's own. The answer is bytes. */
static void download(const char *url)
{
	const sbx_pair accept = {"Accept", "application/octet-stream"};
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *query = sbx_json_new_object();
	sbx_json_set(query, "path", sbx_json_new_string("/data/a file.txt", 16));
	request.url = url;
	options.query = query;
	options.headers = &accept;
	options.headers_count = 1;
	sbx_response *response = answer_to(&request, &options);
	printf("downloaded: %s", sbx_response_body(response, NULL));
	sbx_json_free(query);
	sbx_response_free(response);
}

/* An answer that is no success is an error that knows all of it. */
static void fail(void)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_json *json = NULL;
	request.method = "PATCH";
	request.url = "/v1/nothing";
	if (sbx_client_send(client, &request, NULL, NULL, &error) < 0 && sbx_error_to_json(error, &json) == SBX_OK)
		printf("refused: %s, status %lld\n", sbx_json_string(sbx_json_get(json, "name"), NULL),
		       (long long)sbx_json_integer(sbx_json_get(json, "http_status")));
	sbx_json_free(json);
	sbx_error_free(error);
	error = NULL;
}

int main(void)
{
	char path[200], url[220];
	if (sbx_client_new_local(&client, NULL, &error) < 0) {
		fprintf(stderr, "custom_requests: %s\n", sbx_error_message(error));
		return 1;
	}
	list();
	create(path, sizeof path);
	snprintf(url, sizeof url, "%s/upload", path);
	upload(url);
	snprintf(url, sizeof url, "%s/download", path);
	download(url);
	fail();
	snprintf(url, sizeof url, "%s/delete", path);
	sbx_request request = SBX_REQUEST_INIT;
	request.method = "DELETE";
	request.url = url;
	sbx_response_free(answer_to(&request, NULL));
	printf("deleted\n");
	sbx_client_free(client);
	return 0;
}
