#include "transport_curl_request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transport_curl_options.h"

/* libcurl's own connect timeout only shares time out to several addresses; the call's ends the wait, and comes first.
 */
#define CONNECT_TIMEOUT_SLACK_MS 1000
/* What is read at once: libcurl's own measure, and one that spares a large download a quarter of its time. The latter
 * is below what malloc() would map anew for each call. */
#define USUAL_BUFFER (16L << 10)
#define LARGE_BUFFER (100L << 10)

static bool grow_nodes(sbx__curl_transport *transport, size_t count)
{
	if (count <= transport->nodes_capacity)
		return true;
	struct curl_slist *nodes = realloc(transport->nodes, count * sizeof *nodes);
	if (!nodes)
		return false;
	transport->nodes = nodes;
	transport->nodes_capacity = count;
	return true;
}

static bool is_blank(const char *value)
{
	while (*value == ' ' || *value == '\t')
		value++;
	return !*value;
}

/* Writes one header as libcurl wants it and gives its end. "Name:" keeps libcurl from a header that it would add by
 * itself; "Name;" stands for a header with an empty value. */
static char *put_line(char *at, const char *name, const char *value)
{
	at = stpcpy(at, name);
	/* libcurl does not send a header whose value is blank, unless it is told that it is empty. */
	if (!value || is_blank(value)) {
		*at++ = value ? ';' : ':';
	} else {
		*at++ = ':';
		*at++ = ' ';
		at = stpcpy(at, value);
	}
	*at = '\0';
	return at + 1;
}

static size_t lines_length(const sbx__exchange *exchange)
{
	size_t length = sizeof "Expect:";
	for (size_t index = 0; index < exchange->headers_count; index++) {
		const sbx_pair *header = &exchange->headers[index];
		if (!exchange->header_lines[index])
			length += strlen(header->name) + (header->value ? strlen(header->value) : 0) + 3;
	}
	return length;
}

/* libcurl does not change a line. */
static void add_node(sbx__curl_transport *transport, size_t index, const char *line)
{
	transport->nodes[index] = (struct curl_slist){(char *)(uintptr_t)line, NULL};
	if (index)
		transport->nodes[index - 1].next = &transport->nodes[index];
}

/* Makes libcurl's list without an allocation for each header. */
static struct curl_slist *make_list(sbx__curl_transport *transport, const sbx__exchange *exchange)
{
	size_t count = exchange->headers_count;
	bool has_expect = false;
	sbx__buffer_clear(&transport->lines);
	if (!grow_nodes(transport, count + 1) || !sbx__buffer_reserve(&transport->lines, lines_length(exchange)))
		return NULL;
	char *at = transport->lines.data;
	for (size_t index = 0; index < count; index++) {
		const sbx_pair *header = &exchange->headers[index];
		has_expect = has_expect || ((*header->name | 0x20) == 'e' && strcasecmp(header->name, "Expect") == 0);
		const char *line = exchange->header_lines[index];
		add_node(transport, index, line ? line : at);
		if (!line)
			at = put_line(at, header->name, header->value);
	}
	if (!has_expect) {
		/* Waiting for a "100 Continue" costs a second on servers that never send one. */
		add_node(transport, count, at);
		put_line(at, "Expect", NULL);
	}
	return transport->nodes;
}

/* A body in memory that follows another one: only what differs. */
static CURLcode set_next_body(CURL *easy, const sbx__exchange *exchange)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_length);
	return code | curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
}

static CURLcode set_body(CURL *easy, const sbx__exchange *exchange, const char **standard)
{
	/* Back to what every kind of request starts from. The fields of an earlier one would keep libcurl from
	 * rewinding a body that is read. */
	CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
	code |= curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	*standard = "GET";
	if (exchange->has_body && exchange->body) {
		*standard = "POST";
		code |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
		code |= set_next_body(easy, exchange);
	} else if (exchange->has_body) {
		*standard = "PUT";
		code |= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		code |= curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)exchange->body_length);
	} else if (strcmp(exchange->method, "HEAD") == 0) {
		*standard = "HEAD";
		code |= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	}
	return code;
}

static CURLcode set_method(sbx__curl_transport *transport, const sbx__exchange *exchange)
{
	sbx__curl_settings *settings = &transport->settings;
	bool in_memory = exchange->has_body && exchange->body;
	const char *standard = "POST";
	CURLcode code = in_memory && settings->body_in_memory ? set_next_body(transport->easy, exchange)
	                                                      : set_body(transport->easy, exchange, &standard);
	settings->body_in_memory = in_memory;
	bool custom = strcmp(exchange->method, standard) != 0;
	if (custom || settings->custom_method)
		code |= curl_easy_setopt(transport->easy, CURLOPT_CUSTOMREQUEST, custom ? exchange->method : NULL);
	settings->custom_method = custom;
	return code;
}

/* How long a name's addresses are good for, in seconds: libcurl's own measure. */
#define NAMES_LAST 60L

void sbx__curl_request_keep_names(sbx__curl_transport *transport)
{
	transport->settings.names_kept = curl_easy_setopt(transport->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L) == CURLE_OK;
}

/* What mostly stays as it was. */
static CURLcode set_changes(sbx__curl_transport *transport, const sbx__exchange *exchange)
{
	sbx__curl_settings *settings = &transport->settings;
	CURL *easy = transport->easy;
	CURLcode code = CURLE_OK;
	int64_t milliseconds = exchange->connect_timeout / 1000000 + CONNECT_TIMEOUT_SLACK_MS;
	long connect_ms = milliseconds < INT_MAX ? (long)milliseconds : (long)INT_MAX;
	if (!settings->known || settings->connect_ms != connect_ms)
		code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	settings->connect_ms = connect_ms;
	/* libcurl has the buffer only while a transfer lasts. Where it has one all the same, another request being on
	 * the same HTTP/2 connection, it says so and keeps the size. */
	if ((!settings->known || settings->large != exchange->large) &&
	    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, exchange->large ? LARGE_BUFFER : USUAL_BUFFER) == CURLE_OK)
		settings->large = exchange->large;
	if (!settings->known || settings->names_kept)
		code |= curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, NAMES_LAST);
	settings->names_kept = false;
	if (!settings->known || settings->tls != transport->tls)
		code |= sbx__curl_options_set_proxy(transport->context->options, easy, transport->tls);
	settings->tls = transport->tls;
	return code;
}

/* Without memory libcurl 7.88 would send a request without its query, which is another request: it has to be told what
 * to ask for. A proxy gets the whole URL, which libcurl puts together more carefully. */
static CURLcode set_target(sbx__curl_transport *transport, const char *url)
{
	const char *scheme_end = strchr(url, ':');
	const char *path = scheme_end ? strchr(scheme_end + sizeof "//", '/') : NULL;
	bool wanted =
	        path && strchr(path, '?') && !sbx__curl_options_asks_proxy(transport->context->options, transport->tls);
	if (!wanted && !transport->targeted)
		return CURLE_OK;
	transport->targeted = wanted;
	return curl_easy_setopt(transport->easy, CURLOPT_REQUEST_TARGET, wanted ? path : NULL);
}

/* Many calls go where the one before went: libcurl has a copy of that, and is not given another. */
static CURLcode set_url(sbx__curl_transport *transport, const char *url)
{
	sbx__buffer *last = &transport->url;
	size_t length = strlen(url);
	if (transport->settings.known && length == last->length && memcmp(last->data, url, length) == 0)
		return CURLE_OK;
	sbx__buffer_clear(last);
	sbx__buffer_append(last, url, length);
	return last->failed ? CURLE_OUT_OF_MEMORY : curl_easy_setopt(transport->easy, CURLOPT_URL, url);
}

/* libcurl keeps the pointer, and reads the list anew for each request. */
static CURLcode set_list(sbx__curl_transport *transport, struct curl_slist *list)
{
	sbx__curl_settings *settings = &transport->settings;
	if (settings->list == list)
		return CURLE_OK;
	settings->list = list;
	return curl_easy_setopt(transport->easy, CURLOPT_HTTPHEADER, list);
}

CURLcode sbx__curl_request_set(sbx__curl_transport *transport, const sbx__exchange *exchange)
{
	struct curl_slist *list = make_list(transport, exchange);
	if (!list)
		return CURLE_OUT_OF_MEMORY;
	CURLcode code = set_url(transport, exchange->url);
	code |= set_list(transport, list);
	transport->tls = strncasecmp(exchange->url, "https:", 6) == 0;
	code |= set_method(transport, exchange);
	code |= set_changes(transport, exchange);
	code |= set_target(transport, exchange->url);
	transport->settings.known = true;
	/* What failed half-way is set anew the next time. */
	if (code != CURLE_OK)
		transport->settings = (sbx__curl_settings){.custom_method = true};
	return code;
}
