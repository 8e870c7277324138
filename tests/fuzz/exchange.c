#include "exchange.h"

#include <math.h>
#include <sandbox_sdk/error.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "headers.h"
#include "transport_parse.h"
#include "utf8.h"

/* One attempt and 20 redirects. */
#define MOST_ATTEMPTS 21

static sbx__transport_class checking_class;

static bool goes_home(const char *url)
{
	sbx__url_parts parts;
	const char *problem;
	FUZZ_CHECK(sbx__url_parse(url, &parts, &problem));
	FUZZ_CHECK(!parts.has_fragment);
	bool home = strcmp(parts.origin, FUZZ_ORIGIN) == 0;
	sbx__url_parts_free(&parts);
	return home;
}

static void check_header(const sbx_pair *header, bool home)
{
	FUZZ_CHECK(sbx__header_name_valid(header->name));
	if (!header->value)
		return;
	FUZZ_CHECK(sbx__header_value_valid(header->value));
	if (!home)
		FUZZ_CHECK(strcasecmp(header->name, "x-api-key") != 0 && !strstr(header->value, FUZZ_KEY));
}

static bool checked_start(sbx__transport *transport, sbx__exchange *exchange)
{
	bool home = goes_home(exchange->url);
	for (size_t index = 0; index < exchange->headers_count; index++)
		check_header(&exchange->headers[index], home);
	fake_transport *fake = (fake_transport *)transport;
	/* A caller may send a body anywhere, a redirect may not take one there. */
	FUZZ_CHECK(home || !exchange->has_body || fake->attempts == 0);
	FUZZ_CHECK(fake->attempts < MOST_ATTEMPTS);
	/* The fake's own functions, but for this one. */
	fake_transport untouched;
	fake_transport_init(&untouched, fake->platform, NULL, 0);
	return untouched.base.type->start(transport, exchange);
}

void fuzz_exchange_run(fuzz_exchange *exchange, const sbx_operation *operation, const sbx_json *arguments,
                       const sbx_request_options *options, const fake_answer *answer, bool strict)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.operation = operation;
	request.arguments = arguments;
	fuzz_exchange_send(exchange, &request, options, answer, strict);
}

void fuzz_exchange_send(fuzz_exchange *exchange, const sbx_request *request, const sbx_request_options *options,
                        const fake_answer *answer, bool strict)
{
	static fake_answer answers[MOST_ATTEMPTS];
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	sbx_request_options call_options = *options;
	sbx__call call;
	for (size_t index = 0; index < MOST_ATTEMPTS; index++)
		answers[index] = *answer;
	client.strict_response_validation = strict ? SBX_FLAG_YES : SBX_FLAG_NO;
	client.max_retries = 0;
	client.log_level = SBX_LOG_OFF;
	sbx__config *config = test_config(&client);
	*exchange = (fuzz_exchange){0};
	fake_platform_init(&exchange->platform);
	fake_transport_init(&exchange->transport, &exchange->platform, answers, MOST_ATTEMPTS);
	checking_class = *exchange->transport.base.type;
	checking_class.start = checked_start;
	exchange->transport.base.type = &checking_class;
	exchange->status = sbx__call_init(&call, config, &exchange->platform.platform, request, NULL, &call_options,
	                                  exchange->platform.now, &exchange->error);
	if (exchange->status == SBX_OK) {
		fake_drive(&call, &exchange->transport);
		exchange->status = sbx__call_take(&call, &exchange->response, &exchange->error);
	}
	FUZZ_CHECK((exchange->status == SBX_OK) == (exchange->error == NULL));
	FUZZ_CHECK((exchange->status == SBX_OK) == (exchange->response != NULL));
	sbx__call_free(&call);
	sbx__config_unref(config);
}

void fuzz_exchange_clear(fuzz_exchange *exchange)
{
	sbx_response_free(exchange->response);
	sbx_error_free(exchange->error);
	fake_transport_clear(&exchange->transport);
}

static void check_text(const char *text)
{
	FUZZ_CHECK(text != NULL);
	FUZZ_CHECK(!strstr(text, FUZZ_KEY));
}

static void check_answer_of(const sbx_error *error)
{
	size_t length = 1;
	const char *body = sbx_error_body(error, &length);
	if (sbx_error_http_status(error) == 0) {
		FUZZ_CHECK(!body && length == 0 && sbx_error_headers_count(error) == 0);
		return;
	}
	FUZZ_CHECK(body && body[length] == '\0');
	for (size_t index = 0; index < sbx_error_headers_count(error); index++) {
		sbx_pair pair = sbx_error_header_at(error, index);
		FUZZ_CHECK(pair.name && pair.value && sbx_error_header(error, pair.name));
	}
	FUZZ_CHECK(sbx_error_request_id(error) == sbx_error_header(error, "X-Request-Id"));
}

/* All of it once more as JSON, in which there is no secret either. */
static void check_as_json(const sbx_error *error)
{
	sbx_json *json = NULL;
	char *text = NULL;
	FUZZ_CHECK(sbx_error_to_json(error, &json) == SBX_OK);
	FUZZ_CHECK(sbx_json_print(json, 0, &text, NULL) == SBX_OK);
	check_text(text);
	sbx_string_free(text);
	sbx_json_free(json);
}

void fuzz_check_error(const sbx_error *error, sbx_status status)
{
	FUZZ_CHECK(status < 0 && sbx_error_code(error) == status);
	FUZZ_CHECK(strcmp(sbx_error_name(error), sbx_status_name(status)) == 0);
	FUZZ_CHECK(strcmp(sbx_error_name(error), "unknown") != 0);
	check_text(sbx_error_message(error));
	FUZZ_CHECK(*sbx_error_message(error));
	FUZZ_CHECK(sbx__utf8_valid(sbx_error_message(error), strlen(sbx_error_message(error))));
	check_text(sbx_error_detail(error));
	FUZZ_CHECK(status == SBX_ERROR_INVALID_ARGUMENT || !sbx_error_argument(error));
	FUZZ_CHECK(sbx_error_attempts(error) >= 0);
	FUZZ_CHECK(isfinite(sbx_error_retry_after(error)));
	FUZZ_CHECK(sbx_error_retry_after(error) == SBX_DEFAULT || sbx_error_retry_after(error) >= 0);
	FUZZ_CHECK(sbx_error_header_at(error, sbx_error_headers_count(error)).name == NULL);
	FUZZ_CHECK(sbx_error_system_errno(error) == 0);
	FUZZ_CHECK(!sbx_error_json(error) || sbx_error_http_status(error));
	check_answer_of(error);
	check_as_json(error);
}
