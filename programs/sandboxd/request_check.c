#include "request_check.h"

#include "header_parameter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_HEADER "x-api-key"

static const char *header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* A name of this machine, with or without a port. */
static bool is_local_host(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i]);
		if (strncasecmp(host, names[i], length) != 0)
			continue;
		const char *rest = host + length;
		return *rest == '\0' ||
		       (rest[0] == ':' && rest[1] && strspn(rest + 1, "0123456789") == strlen(rest + 1));
	}
	return false;
}

/* Headers that say something only when they are there once, and what they say. */
struct seen_headers {
	unsigned int local_hosts;
	unsigned int foreign_hosts;
	unsigned int keys;
	unsigned int lengths; /* of the body: by a number or by chunks */
	bool unknown_encoding;
};

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct seen_headers *seen = context;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
		if (value && is_local_host(value))
			seen->local_hosts++;
		else
			seen->foreign_hosts++;
	} else if (strcasecmp(name, KEY_HEADER) == 0) {
		seen->keys++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		seen->lengths++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		seen->lengths++;
		seen->unknown_encoding |= !value || strcasecmp(value, "chunked") != 0;
	}
	return MHD_YES;
}

static struct seen_headers look_at_headers(const struct request *request)
{
	struct seen_headers seen = {0};
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &seen);
	return seen;
}

int check_framing(struct request *request)
{
	const struct seen_headers seen = look_at_headers(request);

	if (seen.lengths > 1)
		return problem_set(&request->problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the length of the body is given more than once");
	if (seen.unknown_encoding)
		return problem_set(&request->problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the only Transfer-Encoding that is understood is chunked");
	return 0;
}

int check_origin(struct request *request)
{
	const struct seen_headers seen = look_at_headers(request);

	if (seen.local_hosts != 1 || seen.foreign_hosts != 0)
		return problem_set(&request->problem, PROBLEM_FORBIDDEN, NULL,
		                   "the Host header has to name this machine: localhost, 127.0.0.1 or [::1]");
	if (header(request, MHD_HTTP_HEADER_ORIGIN))
		return problem_set(&request->problem, PROBLEM_FORBIDDEN, NULL,
		                   "requests of web pages (with an Origin header) are refused");
	return 0;
}

int check_key(struct request *request, const struct key *key)
{
	const char *given = header(request, KEY_HEADER);
	if (!given)
		return problem_set(&request->problem, PROBLEM_AUTHENTICATION, NULL, "the x-api-key header is missing");
	if (look_at_headers(request).keys > 1)
		return problem_set(&request->problem, PROBLEM_AUTHENTICATION, NULL,
		                   "the x-api-key header is given more than once");
	if (!key_equals(key, given))
		return problem_set(&request->problem, PROBLEM_AUTHENTICATION, NULL, "the API key is wrong");
	return 0;
}

uint64_t request_content_length(const struct request *request)
{
	const char *text = header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return text ? strtoull(text, NULL, 10) : 0;
}

bool request_expects_continue(const struct request *request)
{
	const char *text = header(request, MHD_HTTP_HEADER_EXPECT);
	return text && strcasecmp(text, "100-continue") == 0;
}

int check_body(struct request *request, uint64_t json_max)
{
	const char *type = header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
	bool has_body = request_content_length(request) > 0 || header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	const char *wanted = request->route->body == BODY_FORM   ? "multipart/form-data"
	                     : request->route->body == BODY_JSON ? "application/json"
	                                                         : NULL;

	if (!wanted || (request->route->body == BODY_JSON && !has_body))
		return 0;
	if (!type || !header_is(type, wanted))
		return problem_set(&request->problem, PROBLEM_MEDIA_TYPE, NULL, "the Content-Type has to be %s",
		                   wanted);
	if (header(request, MHD_HTTP_HEADER_CONTENT_ENCODING))
		return problem_set(&request->problem, PROBLEM_MEDIA_TYPE, NULL, "an encoded body is not understood");
	if (request->route->body == BODY_JSON && request_content_length(request) > json_max)
		return problem_set(&request->problem, PROBLEM_TOO_LARGE, NULL, "the body is larger than %llu bytes",
		                   (unsigned long long)json_max);
	return 0;
}
