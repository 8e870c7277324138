/* Custom requests from any method, URL and body: refused before anything is sent, or well-formed to the last byte. */
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "utf8.h"

/* Which body a request has. */
enum { BODY_NONE, BODY_JSON, BODY_DATA, BODY_FORM, BODY_PARTS, BODIES };

typedef struct custom_input {
	int body;
	char *method;
	char *url;
	char *content_type;
	sbx_pair pair;
	sbx_json *json;
	char *data;
	size_t length;
} custom_input;

static void take_input(custom_input *given, fuzz_input *input)
{
	given->body = fuzz_byte(input) % BODIES;
	given->method = fuzz_text(input);
	given->url = fuzz_text(input);
	given->content_type = fuzz_text(input);
	given->pair.name = fuzz_text(input);
	given->pair.value = fuzz_text(input);
	given->json = fuzz_json(input);
	given->data = fuzz_rest(input, &given->length);
}

static void free_input(custom_input *given)
{
	free(given->method);
	free(given->url);
	free(given->content_type);
	free((char *)given->pair.name);
	free((char *)given->pair.value);
	sbx_json_free(given->json);
	free(given->data);
}

/* A method is a token, and a URL has no byte that would end it early; beyond ASCII is a host's name at most, which has
 * a form of its own (RFC 5891). */
static void check_line(const fake_transport *transport)
{
	const char *host = strstr(transport->urls[0], "://");
	FUZZ_CHECK(sbx__header_name_valid(transport->methods[0]) && host);
	const char *path = host + 3 + strcspn(host + 3, "/?#");
	for (const char *at = transport->urls[0]; *at; at++) {
		FUZZ_CHECK((unsigned char)*at > ' ' && *at != 0x7f);
		FUZZ_CHECK((unsigned char)*at < 0x7f || at < path);
	}
	FUZZ_CHECK(!strchr(transport->urls[0], '#'));
}

static void check_body(const custom_input *given, const sbx__buffer *body)
{
	if (given->body == BODY_DATA) {
		FUZZ_CHECK(body->length == given->length);
		FUZZ_CHECK(!body->length || memcmp(body->data, given->data, body->length) == 0);
	} else if (given->body == BODY_JSON && given->json) {
		sbx_json *json = NULL;
		FUZZ_CHECK(sbx_json_parse(body->data, body->length, &json, NULL) == SBX_OK);
		FUZZ_CHECK(sbx_json_equal(json, given->json));
		sbx_json_free(json);
	} else if (given->body == BODY_FORM) {
		for (size_t index = 0; index < body->length; index++)
			FUZZ_CHECK((unsigned char)body->data[index] > ' ' && (unsigned char)body->data[index] < 0x7f);
	} else if (given->body == BODY_PARTS) {
		FUZZ_CHECK(body->length > 10 && strncmp(body->data, "--", 2) == 0);
		FUZZ_CHECK(strcmp(body->data + body->length - 4, "--\r\n") == 0);
	}
}

/* A caller who writes the key into a header sends it wherever he likes. */
static bool has_type(const custom_input *given)
{
	return *given->content_type && !strstr(given->content_type, FUZZ_KEY);
}

static void fill(sbx_request *request, const custom_input *given, sbx_part *part)
{
	request->method = *given->method ? given->method : NULL;
	request->url = given->url;
	request->content_type = has_type(given) && given->body != BODY_PARTS ? given->content_type : NULL;
	request->json = given->body == BODY_JSON ? given->json : NULL;
	request->data = given->body == BODY_DATA ? given->data : NULL;
	request->length = given->body == BODY_DATA ? given->length : 0;
	request->form = given->body == BODY_FORM ? &given->pair : NULL;
	request->form_count = given->body == BODY_FORM ? 1 : 0;
	part->name = given->pair.name;
	part->text = given->data;
	part->text_length = given->length;
	part->content_type = *given->pair.value ? given->pair.value : NULL;
	part->headers = &given->pair;
	part->headers_count = given->length % 2;
	request->parts = given->body == BODY_PARTS ? part : NULL;
	request->parts_count = given->body == BODY_PARTS ? 1 : 0;
}

static void send_request(const custom_input *given)
{
	static const fake_answer answer = {.status = 204, .headers = {"content-length: 0"}};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_part part = SBX_PART_INIT;
	fuzz_exchange exchange;
	/* It may name the boundary of the parts. */
	const sbx_pair type = {"Content-Type", given->content_type};
	options.headers = &type;
	options.headers_count = has_type(given) && given->body == BODY_PARTS;
	fill(&request, given, &part);
	fuzz_exchange_send(&exchange, &request, &options, &answer, false);
	if (exchange.transport.attempts) {
		check_line(&exchange.transport);
		check_body(given, &exchange.transport.bodies[0]);
	} else {
		fuzz_check_error(exchange.error, SBX_ERROR_INVALID_ARGUMENT);
	}
	fuzz_exchange_clear(&exchange);
}

/* A byte for the body's kind; then a line each for the method, the URL, the content type, the name and the value of a
 * form or part, and JSON; then bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	custom_input given;
	take_input(&given, &input);
	send_request(&given);
	free_input(&given);
	return 0;
}
