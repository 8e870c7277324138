#include "request_check.h"

#include "header_parameter.h"
#include "tar_upload.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_HEADER "x-api-key"

static const char *header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* With or without a port. */
static bool is_named(const char *host, const char *name)
{
	size_t length = strlen(name);
	const char *rest = host + length;

	if (strncasecmp(host, name, length) != 0)
		return false;
	return *rest == '\0' || (rest[0] == ':' && rest[1] && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

/* A name of this machine, or one that the options allow. */
static bool is_known_host(const struct request *request, const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	const sbx__buffer *more = &request->service->hosts;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_named(host, names[i]))
			return true;
	for (size_t at = 0; at < more->length; at += strlen(more->data + at) + 1)
		if (is_named(host, more->data + at))
			return true;
	return false;
}

/* Headers that say something only when they are there once, and what they say. */
struct seen_headers {
	const struct request *request;
	unsigned int known_hosts;
	unsigned int foreign_hosts;
	unsigned int keys;
	unsigned int lengths; /* of the body: by a number or by chunks */
	bool unknown_encoding;
	bool malformed;
};

/* RFC 9110, section 5.6.2. */
static bool is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!text[i] || (!isalnum((unsigned char)text[i]) && !strchr("!#$%&'*+-.^_`|~", text[i])))
			return false;
	return length > 0;
}

static bool has_name(const char *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) && strncasecmp(name, wanted, length) == 0;
}

static bool goes_on_after(const char *name, size_t length, const char *begin)
{
	return length > strlen(begin) && strncasecmp(name, begin, strlen(begin)) == 0;
}

/* What others would read as another header: "Transfer-Encoding : chunked", or a value over two lines, whose second line
 * libmicrohttpd appends to the name. */
static bool is_malformed(const char *name, size_t name_length, const char *value, size_t value_length)
{
	return !is_token(name, name_length) || goes_on_after(name, name_length, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
	       goes_on_after(name, name_length, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
	       (value && memchr(value, '\r', value_length));
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                      const char *value, size_t value_length)
{
	struct seen_headers *seen = context;

	(void)kind;
	if (is_malformed(name, name_length, value, value_length)) {
		seen->malformed = true;
	} else if (has_name(name, name_length, MHD_HTTP_HEADER_HOST)) {
		if (value && is_known_host(seen->request, value))
			seen->known_hosts++;
		else
			seen->foreign_hosts++;
	} else if (has_name(name, name_length, KEY_HEADER)) {
		seen->keys++;
	} else if (has_name(name, name_length, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
		seen->lengths++;
	} else if (has_name(name, name_length, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
		seen->lengths++;
		seen->unknown_encoding |= !value || strcasecmp(value, "chunked") != 0;
	}
	return MHD_YES;
}

static struct seen_headers look_at_headers(const struct request *request)
{
	struct seen_headers seen = {.request = request};
	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, look_at_header, &seen);
	return seen;
}

int check_framing(struct request *request)
{
	const struct seen_headers seen = look_at_headers(request);

	if (seen.malformed)
		return problem_set(
		        &request->problem, PROBLEM_INVALID_REQUEST, NULL,
		        "a header has a name that is none, a CR in its value, or a length of the body over two lines");
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

	if (seen.known_hosts != 1 || seen.foreign_hosts != 0)
		return problem_set(&request->problem, PROBLEM_FORBIDDEN, NULL,
		                   "the Host header has to name this machine: localhost, 127.0.0.1, [::1] or what "
		                   "--allow-host says");
	if (header(request, MHD_HTTP_HEADER_ORIGIN))
		return problem_set(&request->problem, PROBLEM_FORBIDDEN, NULL,
		                   "requests of web pages (with an Origin header) are refused");
	/* A page's pictures, forms and frames need have no Origin; "none" is what a person has typed. */
	const char *site = header(request, "Sec-Fetch-Site");
	if (site && strcmp(site, "none") != 0)
		return problem_set(&request->problem, PROBLEM_FORBIDDEN, NULL,
		                   "requests of web pages (with a Sec-Fetch-Site header) are refused");
	return 0;
}

/* The way in which Prometheus can send a key from a file. */
static const char *bearer(const struct request *request)
{
	const char *text = header(request, MHD_HTTP_HEADER_AUTHORIZATION);
	return text && strncasecmp(text, "Bearer ", 7) == 0 ? text + 7 : NULL;
}

int check_key(struct request *request, const char *url, const struct key *key)
{
	const char *given = header(request, KEY_HEADER);

	if (!given && strcmp(url, "/metrics") == 0)
		given = bearer(request);
	if (!given && strcmp(url, "/v1/health") == 0) {
		request->anonymous = true;
		return 0;
	}
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
	bool is_archive = type && request->route->body == BODY_FORM && header_is(type, TAR_TYPE);
	if (!type || !(is_archive || header_is(type, wanted)))
		return problem_set(&request->problem, PROBLEM_MEDIA_TYPE, NULL, "the Content-Type has to be %s%s",
		                   wanted, request->route->body == BODY_FORM ? " or " TAR_TYPE : "");
	if (header(request, MHD_HTTP_HEADER_CONTENT_ENCODING))
		return problem_set(&request->problem, PROBLEM_MEDIA_TYPE, NULL, "an encoded body is not understood");
	if (request->route->body == BODY_JSON && request_content_length(request) > json_max)
		return problem_set(&request->problem, PROBLEM_TOO_LARGE, NULL, "the body is larger than %llu bytes",
		                   (unsigned long long)json_max);
	return 0;
}
