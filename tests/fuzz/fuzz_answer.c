/* Any answer to any operation: a response or an error that says what came, and no redirect that carries the key away.
 */
#include <sandbox_sdk/response.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "utf8.h"

#define MOST_HEADERS 8

typedef struct answer_input {
	const sbx_operation *operation;
	bool strict;
	fake_answer answer;
	char *headers[MOST_HEADERS];
	char *body;
} answer_input;

static void take_input(answer_input *given, fuzz_input *input)
{
	static const int statuses[] = {200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403,
	                               404, 408, 409, 422, 429, 500, 502, 503, 504, 418, 599};
	given->operation = &sbx__operations[fuzz_byte(input) % sbx__operations_count];
	given->strict = fuzz_byte(input) & 1;
	given->answer.status = statuses[fuzz_byte(input) % (sizeof statuses / sizeof statuses[0])];
	size_t count = fuzz_byte(input) % (MOST_HEADERS + 1);
	for (size_t index = 0; index < count; index++) {
		given->headers[index] = fuzz_text(input);
		given->answer.headers[index] = given->headers[index];
	}
	given->body = fuzz_rest(input, &given->answer.body_length);
	given->answer.body = given->body;
	given->answer.cut = given->answer.body_length % 16 == 15;
}

/* What the operation cannot do without. */
static sbx_json *arguments_of(const sbx_operation *operation)
{
	sbx_json *arguments = sbx_json_new_object();
	for (size_t index = 0; index < operation->parameters_count; index++)
		if (operation->parameters[index].required)
			sbx_json_set(arguments, operation->parameters[index].name, sbx_json_new_string("value", 5));
	return arguments;
}

static void check_response(const answer_input *given, const sbx_response *response)
{
	size_t length = 1;
	const char *body = sbx_response_body(response, &length);
	FUZZ_CHECK(sbx_response_status(response) == given->answer.status);
	FUZZ_CHECK(given->answer.status >= 200 && given->answer.status <= 299);
	FUZZ_CHECK(body ? body[length] == '\0' : length == 0);
	if (given->answer.body_length)
		FUZZ_CHECK(length == given->answer.body_length && memcmp(body, given->body, length) == 0);
	FUZZ_CHECK(sbx_response_size(response) == (int64_t)length);
	for (size_t index = 0; index < sbx_response_headers_count(response); index++)
		FUZZ_CHECK(sbx_response_header(response, sbx_response_header_at(response, index).name));
	FUZZ_CHECK(!given->operation->model || sbx_json_type_of(sbx_response_json(response)) == SBX_JSON_OBJECT);
	FUZZ_CHECK(sbx_response_url(response) && sbx_response_method(response));
	FUZZ_CHECK(sbx_response_attempts(response) == 1 && sbx_response_elapsed(response) >= 0);
}

static void check_error(const answer_input *given, const fuzz_exchange *exchange)
{
	int status = sbx_error_http_status(exchange->error);
	fuzz_check_error(exchange->error, exchange->status);
	FUZZ_CHECK(status == 0 || status == given->answer.status);
	FUZZ_CHECK(sbx_error_url(exchange->error) && sbx_error_method(exchange->error));
	if (exchange->status <= SBX_ERROR_STATUS) {
		size_t length;
		const char *body = sbx_error_body(exchange->error, &length);
		sbx_json *json = NULL;
		sbx_status parsed = sbx_json_parse(body, length, &json, NULL);
		FUZZ_CHECK(length == given->answer.body_length && memcmp(body, given->body, length) == 0);
		FUZZ_CHECK((parsed == SBX_OK) == (sbx_error_json(exchange->error) != NULL));
		FUZZ_CHECK(parsed != SBX_OK || sbx_json_equal(json, sbx_error_json(exchange->error)));
		sbx_json_free(json);
	}
}

/* A byte each for the operation, strict validation, the status and the number of headers; a line for each header; the
 * body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	answer_input given = {0};
	fuzz_exchange exchange;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	take_input(&given, &input);
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "content";
	source.length = 7;
	if (given.operation->body == SBX__BODY_MULTIPART)
		options.source = &source;
	sbx_json *arguments = arguments_of(given.operation);
	fuzz_exchange_run(&exchange, given.operation, arguments, &options, &given.answer, given.strict);
	FUZZ_CHECK(exchange.transport.attempts > 0);
	if (exchange.response)
		check_response(&given, exchange.response);
	else
		check_error(&given, &exchange);
	fuzz_exchange_clear(&exchange);
	sbx_json_free(arguments);
	for (size_t index = 0; index < MOST_HEADERS; index++)
		free(given.headers[index]);
	free(given.body);
	return 0;
}
