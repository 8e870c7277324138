/* Requests from any arguments and options: refused before anything is sent, or well-formed to the last byte. */
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "transport_parse.h"
#include "utf8.h"

typedef struct request_input {
	const sbx_operation *operation;
	bool with_file;
	sbx_json *arguments;
	sbx_json *query;
	sbx_json *body;
	sbx_pair header;
	char *idempotency_key;
	char *filename;
	char *content_type;
	char *file;
	size_t file_length;
} request_input;

static void take_input(request_input *given, fuzz_input *input)
{
	given->operation = &sbx__operations[fuzz_byte(input) % sbx__operations_count];
	given->with_file = fuzz_byte(input) & 1;
	given->arguments = fuzz_json(input);
	given->query = fuzz_json(input);
	given->body = fuzz_json(input);
	given->header.name = fuzz_text(input);
	given->header.value = fuzz_text(input);
	given->idempotency_key = fuzz_text(input);
	given->filename = fuzz_text(input);
	given->content_type = fuzz_text(input);
	given->file = fuzz_rest(input, &given->file_length);
}

static void free_input(request_input *given)
{
	sbx_json_free(given->arguments);
	sbx_json_free(given->query);
	sbx_json_free(given->body);
	free((char *)given->header.name);
	free((char *)given->header.value);
	free(given->idempotency_key);
	free(given->filename);
	free(given->content_type);
	free(given->file);
}

static size_t count_of(const char *text, char byte, const char *until)
{
	size_t count = 0;
	for (; *text && !strchr(until, *text); text++)
		count += *text == byte;
	return count;
}

/* The URL is the operation's path with its arguments in their places, and no argument has led it elsewhere. */
static void check_url(const sbx_operation *operation, const char *url)
{
	FUZZ_CHECK(strncmp(url, FUZZ_BASE_URL, strlen(FUZZ_BASE_URL)) == 0);
	const char *path = url + strlen(FUZZ_BASE_URL) - 1;
	FUZZ_CHECK(count_of(path, '/', "?") == count_of(operation->path, '/', ""));
	FUZZ_CHECK(!strstr(path, "/../") && !strstr(path, "/./") && !strchr(path, '#'));
	size_t plain = strcspn(operation->path, "{");
	FUZZ_CHECK(strncmp(path, operation->path, plain) == 0);
	for (const char *at = url; *at; at++)
		FUZZ_CHECK((unsigned char)*at > ' ' && (unsigned char)*at < 0x7f);
}

static void check_body(const sbx_operation *operation, const sbx__buffer *body)
{
	if (strcmp(operation->method, "GET") == 0) {
		FUZZ_CHECK(body->length == 0);
	} else if (operation->body == SBX__BODY_JSON) {
		sbx_json *json = NULL;
		FUZZ_CHECK(sbx_json_parse(body->data, body->length, &json, NULL) == SBX_OK);
		FUZZ_CHECK(sbx_json_type_of(json) == SBX_JSON_OBJECT);
		sbx_json_free(json);
	} else if (operation->body == SBX__BODY_MULTIPART) {
		FUZZ_CHECK(body->length > 10 && strncmp(body->data, "--", 2) == 0);
		FUZZ_CHECK(strcmp(body->data + body->length - 4, "--\r\n") == 0);
	}
}

static void send_request(const request_input *given)
{
	static const fake_answer answer = {.status = 204};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	fuzz_exchange exchange;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = given->file;
	source.length = given->file_length;
	source.filename = *given->filename ? given->filename : NULL;
	source.content_type = *given->content_type ? given->content_type : NULL;
	options.source = given->with_file ? &source : NULL;
	options.query = given->query;
	options.body = given->body;
	options.headers = &given->header;
	options.headers_count = *given->header.name ? 1 : 0;
	options.idempotency_key = *given->idempotency_key ? given->idempotency_key : NULL;
	fuzz_exchange_run(&exchange, given->operation, given->arguments, &options, &answer, false);
	if (exchange.transport.attempts) {
		check_url(given->operation, exchange.transport.urls[0]);
		check_body(given->operation, &exchange.transport.bodies[0]);
	} else {
		FUZZ_CHECK(exchange.status == SBX_ERROR_INVALID_ARGUMENT);
		FUZZ_CHECK(*sbx_error_message(exchange.error));
		FUZZ_CHECK(
		        sbx__utf8_valid(sbx_error_message(exchange.error), strlen(sbx_error_message(exchange.error))));
	}
	fuzz_exchange_clear(&exchange);
}

/* A byte for the operation, one for whether there is a file; then a line each for the arguments, query and body (JSON),
 * a header's name and value, the idempotency key, the file's name and type; the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	request_input given;
	take_input(&given, &input);
	send_request(&given);
	free_input(&given);
	return 0;
}
