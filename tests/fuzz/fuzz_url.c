/* URLs: parsing, resolving and building them from any bytes. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "transport_parse.h"
#include "url.h"

/* Nothing that ends a request line, or a header, gets into a URL that goes on the wire. */
static bool is_sendable(const char *url)
{
	for (; *url; url++)
		if ((unsigned char)*url <= ' ' || *url == 0x7f)
			return false;
	return true;
}

static bool has_user(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

static void check_parsed(const char *url)
{
	sbx__url_parts parts;
	sbx__url_parts again;
	const char *problem = NULL;
	if (!sbx__url_parse(url, &parts, &problem)) {
		FUZZ_CHECK(problem && *problem && !parts.origin && !parts.clean && !parts.path);
		return;
	}
	FUZZ_CHECK(strncmp(parts.origin, "http://", 7) == 0 || strncmp(parts.origin, "https://", 8) == 0);
	FUZZ_CHECK(!has_user(parts.clean) && !strchr(parts.origin, '@'));
	FUZZ_CHECK(is_sendable(parts.clean));
	FUZZ_CHECK(parts.path[0] == '\0' || parts.path[0] == '/');
	FUZZ_CHECK(sbx__url_parse(parts.clean, &again, &problem));
	FUZZ_CHECK(strcmp(parts.origin, again.origin) == 0 && strcmp(parts.clean, again.clean) == 0);
	/* An empty query or fragment goes when the URL is written anew. */
	FUZZ_CHECK((parts.has_query || !again.has_query) && (parts.has_fragment || !again.has_fragment));
	sbx__url_parts_free(&again);
	sbx__url_parts_free(&parts);
}

static void check_resolved(const char *base, const char *reference)
{
	const char *problem = NULL;
	char *resolved = sbx__url_resolve(base, reference, &problem);
	if (!resolved) {
		FUZZ_CHECK(problem && *problem);
		return;
	}
	FUZZ_CHECK(!strchr(resolved, '#'));
	sbx__url_parts parts;
	if (sbx__url_parse(resolved, &parts, &problem)) {
		FUZZ_CHECK(is_sendable(resolved));
		sbx__url_parts_free(&parts);
		check_parsed(resolved);
	}
	free(resolved);
}

static int digit(char byte)
{
	return byte <= '9' ? byte - '0' : byte - 'A' + 10;
}

/* What was encoded, decoded; both kinds of encoding undo alike but for the plus. */
static void check_decodes(const char *encoded, bool form, const char *text, size_t length)
{
	for (size_t index = 0; index < length; index++) {
		char byte = *encoded++;
		if (byte == '%') {
			byte = (char)(digit(encoded[0]) * 16 + digit(encoded[1]));
			encoded += 2;
		} else if (byte == '+') {
			FUZZ_CHECK(form);
			byte = ' ';
		} else {
			FUZZ_CHECK(strchr(form ? "-._~" : "-._~:@", byte) || (byte >= '0' && byte <= '9') ||
			           ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'));
		}
		FUZZ_CHECK(byte == text[index]);
	}
	FUZZ_CHECK(*encoded == '\0');
}

static void check_encoding(const char *text, size_t length)
{
	sbx__buffer url = {0};
	sbx__buffer query = {0};
	bool first = true;
	sbx__url_append_segment(&url, text, length);
	check_decodes(url.data ? url.data : "", false, text, length);
	sbx__url_append_query(&query, &first, "a", text, length);
	FUZZ_CHECK(strncmp(query.data, "?a=", 3) == 0 && !first);
	check_decodes(query.data + 3, true, text, length);
	sbx__buffer_free(&url);
	sbx__buffer_free(&query);
}

typedef struct flat_check {
	sbx__buffer url;
	bool first;
} flat_check;

static void visit(void *user_data, const char *name, const char *text, size_t length)
{
	flat_check *check = user_data;
	FUZZ_CHECK(name && text && text[length] == '\0');
	sbx__url_append_query(&check->url, &check->first, name, text, length);
}

/* A query that was made of any JSON belongs to a URL. */
static void check_flat(const sbx_json *json, sbx__array_form form)
{
	flat_check check = {.first = true};
	sbx__buffer_text(&check.url, "http://server.test/x");
	FUZZ_CHECK(sbx__url_flatten("name", json, form, visit, &check));
	FUZZ_CHECK(is_sendable(check.url.data));
	sbx__url_parts parts;
	const char *problem;
	if (check.url.length < 60000) {
		FUZZ_CHECK(sbx__url_parse(check.url.data, &parts, &problem));
		FUZZ_CHECK(parts.has_query == !check.first && !parts.has_fragment);
		FUZZ_CHECK(strcmp(parts.clean, check.url.data) == 0);
		sbx__url_parts_free(&parts);
	}
	sbx__buffer_free(&check.url);
}

/* Two lines: a base URL and a reference. Together they are also text to encode, and maybe JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	char *text = fuzz_exact(data, size);
	check_encoding(text ? text : "", size);
	char *base = fuzz_text(&input);
	char *reference = fuzz_text(&input);
	check_parsed(base);
	check_parsed(reference);
	check_resolved("http://server.test/v1/sandboxes?page=2", base);
	check_resolved(base, reference);
	sbx_json *json = NULL;
	if (sbx_json_parse(text ? text : "", size, &json, NULL) == SBX_OK) {
		check_flat(json, SBX__ARRAY_COMMA);
		check_flat(json, SBX__ARRAY_BRACKETS);
	}
	sbx_json_free(json);
	free(reference);
	free(base);
	free(text);
	return 0;
}
