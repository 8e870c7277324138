/* The options of clients and calls, as a case gives them. */
#include <stdlib.h>

#include "driver.h"

/* The two kinds of options have these members in common. */
#define TAKE_TIMEOUTS(given, options) \
	do { \
		(options)->timeout = seconds_of(given, "timeout"); \
		(options)->connect_timeout = seconds_of(given, "connect_timeout"); \
		(options)->read_timeout = seconds_of(given, "read_timeout"); \
		(options)->write_timeout = seconds_of(given, "write_timeout"); \
		(options)->pool_timeout = seconds_of(given, "pool_timeout"); \
		(options)->deadline = seconds_of(given, "deadline"); \
		(options)->max_retries = (int)integer_of(given, "max_retries"); \
	} while (0)

void client_options_of(const sbx_json *given, sbx_client_options *options)
{
	const sbx_client_options defaults = SBX_CLIENT_OPTIONS_INIT;

	*options = defaults;
	TAKE_TIMEOUTS(given, options);
	options->api_key = text_of(given, "api_key");
	options->base_url = text_of(given, "base_url");
	options->retry_unsafe = flag_of(given, "retry_unsafe");
	options->default_headers = pairs_of(given, "default_headers", &options->default_headers_count);
	options->default_query = sbx_json_get(given, "default_query");
	options->replace_default_headers = flag_of(given, "replace_default_headers");
	options->replace_default_query = flag_of(given, "replace_default_query");
	options->strict_response_validation = flag_of(given, "strict_response_validation");
}

void client_options_release(sbx_client_options *options)
{
	free((void *)options->default_headers);
}

void request_options_of(const sbx_json *given, sbx_request_options *options)
{
	const sbx_request_options defaults = SBX_REQUEST_OPTIONS_INIT;

	*options = defaults;
	TAKE_TIMEOUTS(given, options);
	options->headers = pairs_of(given, "headers", &options->headers_count);
	options->query = sbx_json_get(given, "query");
	options->body = sbx_json_get(given, "body");
	options->idempotency_key = text_of(given, "idempotency_key");
}

void request_options_release(sbx_request_options *options)
{
	free((void *)options->headers);
}
