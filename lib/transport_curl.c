/*
 * One exchange over libcurl, and the transport that has a multi handle of its own with one easy handle, which keeps its
 * connection from one exchange to the next. libcurl neither retries nor redirects here: the call above decides both.
 */
#include "transport_curl.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "platform.h"
#include "sigpipe.h"
#include "transport_curl_failure.h"
#include "transport_curl_options.h"

/* libcurl's own connect timeout only shares time out to several addresses; the call's ends the wait, and comes first.
 */
#define CONNECT_TIMEOUT_SLACK_MS 1000
/* What is read at once: libcurl's own measure, and one that spares a large download a quarter of its time. The latter
 * is below what malloc() would map anew for each call. */
#define USUAL_BUFFER (16L << 10)
#define LARGE_BUFFER (100L << 10)

const char *sbx__transport_curl_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

/* ---- what is known of an exchange ---- */

static double seconds_of(CURL *easy, CURLINFO info)
{
	curl_off_t microseconds = 0;
	curl_easy_getinfo(easy, info, &microseconds);
	return (double)microseconds / 1e6;
}

static int version_of(CURL *easy)
{
	long version = 0;
	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
	switch (version) {
	case CURL_HTTP_VERSION_1_0:
		return 10;
	case CURL_HTTP_VERSION_1_1:
		return 11;
	case CURL_HTTP_VERSION_2_0:
		return 20;
	case CURL_HTTP_VERSION_3:
		return 30;
	default:
		return 0;
	}
}

static void fill_facts(CURL *easy, sbx__exchange *exchange)
{
	curl_off_t sent = 0;
	curl_off_t received = 0;
	exchange->facts = (sbx__facts){.http_version = version_of(easy)};
	/* Each costs more than it looks. */
	if (!exchange->measured)
		return;
	curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	double connect = seconds_of(easy, CURLINFO_CONNECT_TIME_T);
	double request_sent = seconds_of(easy, CURLINFO_PRETRANSFER_TIME_T);
	/* Over a kept connection libcurl tells of a lookup that there was not. */
	bool kept = request_sent > 0 && connect == 0;
	exchange->facts = (sbx__facts){
	        .http_version = exchange->facts.http_version,
	        .name_lookup = kept ? 0 : seconds_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
	        .connect = connect,
	        .tls = connect == 0 ? 0 : seconds_of(easy, CURLINFO_APPCONNECT_TIME_T),
	        .request_sent = request_sent,
	        .first_byte = seconds_of(easy, CURLINFO_STARTTRANSFER_TIME_T),
	        .total = seconds_of(easy, CURLINFO_TOTAL_TIME_T),
	        .bytes_sent = sent,
	        .bytes_received = received,
	};
}

/* ---- callbacks of libcurl ---- */

static curl_socket_t on_open(void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	sbx__curl_transport *transport = user_data;
	if (transport->hub)
		sbx__curl_hub_make_room(transport->hub);
	int descriptor = sbx__curl_sockets_open(&transport->context->sockets, address->family, address->socktype,
	                                        address->protocol);
	transport->opened = descriptor;
	transport->opens++;
	return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

static int on_close(void *user_data, curl_socket_t descriptor)
{
	return sbx__curl_sockets_close(user_data, descriptor);
}

/* Whether a connection was kept from an earlier exchange. */
static bool is_kept(CURL *easy)
{
	long fresh_connections = 1;
	return curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &fresh_connections) == CURLE_OK && fresh_connections == 0;
}

/* Finds out which socket the exchange goes over: libcurl does not tell it. False: it must not be used. */
static bool take_socket(sbx__curl_transport *transport, bool kept, const sbx__curl_tuple *tuple)
{
	sbx__curl_sockets *sockets = &transport->context->sockets;
	/* Where several addresses were tried, any of them may be it. */
	int descriptor = !kept && transport->opens == 1 ? transport->opened : -1;
	if (!transport->hub) {
		/* There is one connection, which is kept as long as there is no other. */
		if (!kept)
			transport->kept = descriptor >= 0 ? descriptor : sbx__curl_sockets_find(sockets, tuple);
		return true;
	}
	sbx__curl_sockets_let_go(sockets, &transport->hold);
	bool good = sbx__curl_sockets_hold(sockets, descriptor, tuple, &transport->hold);
	if (kept && transport->hold.anonymous)
		return sbx__curl_sockets_anonymous_sheds(sockets) == transport->anonymous_sheds;
	/* What is not found cannot be looked at. libcurl gives out one that is shared again and again. */
	return good && (!kept || transport->hold.descriptor >= 0 || transport->context->multiplexed);
}

/*
 * Whether a kept connection must not be used: it was closed or reset, or has bytes on it that nobody has asked for yet
 * and that would be taken for the answer. libcurl looks at the first of these only, and not behind TLS, where the
 * other side's goodbye is waiting.
 */
static bool is_stale(const sbx__curl_transport *transport)
{
	if (transport->context->multiplexed)
		return false;
	struct pollfd polled = {.fd = transport->hub ? transport->hold.descriptor : transport->kept,
	                        .events = POLLIN | POLLRDHUP};
	if (poll(&polled, 1, 0) > 0)
		return true;
	if (transport->poller && polled.fd >= 0)
		sbx__poller_keep(transport->poller, polled.fd);
	return false;
}

static int on_prereq(void *user_data, char *remote_address, char *local_address, int remote_port, int local_port)
{
	sbx__curl_transport *transport = user_data;
	const sbx__curl_tuple tuple = {local_address, remote_address, local_port, remote_port};
	bool kept = is_kept(transport->easy);
	if (!take_socket(transport, kept, &tuple) || (!transport->connected && kept && is_stale(transport))) {
		transport->stale = true;
		return CURL_PREREQFUNC_ABORT;
	}
	transport->connected = true;
	bool allowed = transport->exchange->events->connected(transport->exchange->user_data);
	return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* The status of a status line (RFC 9112, section 4); 0: it is none. libcurl takes some that are none for one. */
static int status_of(const char *line, size_t length)
{
	static const char *const versions[] = {"HTTP/1.1 ", "HTTP/1.0 ", "HTTP/2 ", "HTTP/3 "};
	for (size_t index = 0; index < sizeof versions / sizeof versions[0]; index++) {
		size_t start = strlen(versions[index]);
		if (length < start + 3 || memcmp(line, versions[index], start) != 0)
			continue;
		int status = 0;
		size_t at = start;
		while (at < length && at < start + 3 && line[at] >= '0' && line[at] <= '9')
			status = status * 10 + (line[at++] - '0');
		return at == start + 3 && (at == length || line[at] == ' ') && status >= 100 ? status : 0;
	}
	return 0;
}

/* Whether a header says that the body is compressed on its way, which nobody asked for (RFC 9112, section 7.4): libcurl
 * would unpack it all the same, without a limit, and not tell where it is cut. */
static bool is_packed_transfer(const char *line, size_t length)
{
	static const char name[] = "Transfer-Encoding:";
	static const char *const plain[] = {"", "chunked", "identity"};
	size_t start = sizeof name - 1;
	if (length < start || (*line | 0x20) != 't' || strncasecmp(line, name, start) != 0)
		return false;
	while (start < length && (line[start] == ' ' || line[start] == '\t'))
		start++;
	while (length > start && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	for (size_t index = 0; index < sizeof plain / sizeof plain[0]; index++)
		if (length - start == strlen(plain[index]) &&
		    strncasecmp(line + start, plain[index], length - start) == 0)
			return false;
	return true;
}

static size_t on_header(char *data, size_t size, size_t count, void *user_data)
{
	sbx__curl_transport *transport = user_data;
	sbx__exchange *exchange = transport->exchange;
	size_t length = size * count;
	size_t trimmed = length;
	while (trimmed && (data[trimmed - 1] == '\r' || data[trimmed - 1] == '\n'))
		trimmed--;
	bool ok = true;
	if (trimmed >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		transport->head_ended = false;
		transport->http_status = status_of(data, trimmed);
		ok = transport->http_status && exchange->events->status(exchange->user_data, transport->http_status);
	} else if (trimmed == 0) {
		bool was_ended = transport->head_ended;
		transport->head_ended = true;
		/* What is large may be read long before it is over. */
		if (!was_ended && transport->http_status >= 200 && exchange->large)
			fill_facts(transport->easy, exchange);
		if (!was_ended && transport->http_status >= 200)
			ok = exchange->events->head(exchange->user_data);
	} else if (!transport->head_ended) {
		/* What follows the body, trailers, is not part of the head: it must not decide on retries. */
		transport->packed = is_packed_transfer(data, trimmed);
		ok = !transport->packed && exchange->events->header(exchange->user_data, data, trimmed);
	}
	transport->refused = transport->refused || !ok;
	/* Any other number than the length tells libcurl to end the transfer. */
	return ok ? length : length + 1;
}

/*
 * Whether a function of the caller's has forked, and this is the child. libcurl goes on with what is the parent's until
 * it returns: it gets sockets without a connection, and a poller that is closed. The transfer is paused then, which
 * makes it do the least.
 */
static bool is_childs(const sbx__curl_transport *transport)
{
	if (transport->forks == sbx__platform_forks())
		return false;
	sbx__curl_sockets_disown(&transport->context->sockets);
	if (transport->poller)
		sbx__poller_close(transport->poller);
	return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *user_data)
{
	sbx__curl_transport *transport = user_data;
	size_t length = size * count;
	if (is_childs(transport))
		return CURL_WRITEFUNC_PAUSE;
	sbx__taken taken = transport->exchange->events->body(transport->exchange->user_data, data, length);
	if (is_childs(transport))
		return CURL_WRITEFUNC_PAUSE;
	switch (taken) {
	case SBX__TAKEN:
		return length;
	case SBX__LATER:
		return CURL_WRITEFUNC_PAUSE;
	case SBX__NOT_TAKEN:
		transport->refused = true;
		break;
	}
	/* Any other number than the length tells libcurl to end the transfer. */
	return length + 1;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *user_data)
{
	sbx__curl_transport *transport = user_data;
	if (is_childs(transport))
		return CURL_READFUNC_PAUSE;
	int64_t got = transport->exchange->read(transport->exchange->user_data, buffer, size * count);
	if (got == SBX__READ_LATER || is_childs(transport))
		return CURL_READFUNC_PAUSE;
	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static int on_seek(void *user_data, curl_off_t offset, int origin)
{
	sbx__curl_transport *transport = user_data;
	if (origin != SEEK_SET || offset != 0)
		return CURL_SEEKFUNC_CANTSEEK;
	bool ok = transport->exchange->rewind(transport->exchange->user_data) && !is_childs(transport);
	return ok ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* ---- one exchange ---- */

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
	if (!settings->known || settings->tls != transport->tls)
		code |= sbx__curl_options_set_proxy(transport->context->options, easy, transport->tls);
	settings->tls = transport->tls;
	return code;
}

/* Without memory libcurl 7.88 would send a request without its query, which is another request: it has to be told what
 * to ask for. A proxy gets the whole URL, which libcurl puts together more carefully. */
static CURLcode set_target(sbx__curl_transport *transport, const char *url)
{
	const char *authority = strstr(url, "://");
	const char *path = authority ? strchr(authority + 3, '/') : NULL;
	bool wanted =
	        path && strchr(path, '?') && !sbx__curl_options_asks_proxy(transport->context->options, transport->tls);
	if (!wanted && !transport->targeted)
		return CURLE_OK;
	transport->targeted = wanted;
	return curl_easy_setopt(transport->easy, CURLOPT_REQUEST_TARGET, wanted ? path : NULL);
}

static CURLcode set_exchange(sbx__curl_transport *transport, const sbx__exchange *exchange)
{
	CURL *easy = transport->easy;
	struct curl_slist *list = make_list(transport, exchange);
	if (!list)
		return CURLE_OUT_OF_MEMORY;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
	code |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
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

/* What is so at the start of each transfer of an exchange. */
static bool begin_transfer(sbx__curl_transport *transport)
{
	transport->fresh = true;
	transport->stale = false;
	transport->opens = 0;
	transport->problem[0] = '\0';
	if (transport->hub)
		transport->anonymous_sheds = sbx__curl_sockets_anonymous_sheds(&transport->context->sockets);
	return curl_multi_add_handle(transport->multi, transport->easy) == CURLM_OK;
}

/* libcurl has given the connection back. */
static void end_transfer(sbx__curl_transport *transport)
{
	curl_multi_remove_handle(transport->multi, transport->easy);
	sbx__curl_sockets_let_go(&transport->context->sockets, &transport->hold);
}

bool sbx__curl_start(sbx__transport *base, sbx__exchange *exchange)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	if (set_exchange(transport, exchange) != CURLE_OK)
		return false;
	transport->exchange = exchange;
	transport->forks = sbx__platform_forks();
	transport->connected = false;
	transport->refused = false;
	transport->packed = false;
	transport->head_ended = false;
	transport->http_status = 0;
	if (begin_transfer(transport))
		return true;
	transport->exchange = NULL;
	return false;
}

void sbx__curl_stop(sbx__transport *base)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	if (!transport->exchange)
		return;
	fill_facts(transport->easy, transport->exchange);
	end_transfer(transport);
	transport->exchange = NULL;
}

/* libcurl's own limits have no code of their own: 100 KiB for a line of headers, and 300 KiB for all. */
static bool is_too_large(const sbx__curl_transport *transport, CURLcode code, bool starved)
{
	if (!transport->http_status || transport->head_ended)
		return false;
#if LIBCURL_VERSION_NUM >= 0x080600
	if (code == CURLE_TOO_LARGE)
		return true;
#endif
	return (code == CURLE_OUT_OF_MEMORY && !starved) ||
	       (code == CURLE_RECV_ERROR && strncmp(transport->problem, "Too large response headers", 26) == 0);
}

/* Bytes without end in the place of a status line are a lack of memory to libcurl too. */
static bool is_garbage(const sbx__curl_transport *transport)
{
	return transport->connected && !transport->http_status;
}

static const char *problem_of(const sbx__curl_transport *transport)
{
	return transport->packed ? "the answer came in a transfer encoding that was not asked for" : transport->problem;
}

/* TLS libraries write to a closed connection without asking that no SIGPIPE come of it. */
static void run_without_sigpipe(CURLM *multi, int *running)
{
	sbx__sigpipe held;
	sbx__sigpipe_hold(&held);
	curl_multi_perform(multi, running);
	sbx__sigpipe_release(&held);
}

/* Nothing was sent over the stale connection, which is closed now: the next one is tried. */
static bool begin_again(sbx__curl_transport *transport)
{
	end_transfer(transport);
	return begin_transfer(transport);
}

void sbx__curl_finish(sbx__curl_transport *transport, CURLcode code, bool starved)
{
	if (transport->stale && begin_again(transport))
		return;
	/* libcurl takes a connection that ends within the headers for the end of an answer without a body. */
	if (code == CURLE_OK && !transport->head_ended)
		code = CURLE_PARTIAL_FILE;
	sbx__exchange *exchange = transport->exchange;
	sbx__curl_failure failure = {.end = SBX__ANSWERED};
	exchange->too_large = is_too_large(transport, code, starved);
	/* Without memory libcurl tells of anything: that a name has no address, or that a connection was lost. */
	exchange->out_of_memory = (starved && code != CURLE_OK && !transport->refused) ||
	                          (code == CURLE_OUT_OF_MEMORY && !exchange->too_large && !is_garbage(transport));
	if (code != CURLE_OK)
		sbx__curl_failure_explain(&failure, transport->easy, code, problem_of(transport), transport->connected);
	fill_facts(transport->easy, exchange);
	end_transfer(transport);
	transport->exchange = NULL;
	exchange->events->done(exchange->user_data, failure.end, failure.words);
}

void sbx__curl_resume(sbx__transport *base)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	if (!transport->exchange)
		return;
	errno = 0;
	CURLcode code = curl_easy_pause(transport->easy, CURLPAUSE_CONT);
	/* A transfer that is over already says that there is nothing to resume, and its end is told by the multi
	 * handle. */
	if (code != CURLE_OK && code != CURLE_BAD_FUNCTION_ARGUMENT)
		sbx__curl_finish(transport, code, errno == ENOMEM);
}

/* Lets libcurl do what can be done now. True: the exchange is over. */
static bool run(sbx__curl_transport *transport)
{
	int left;
	if (!transport->exchange)
		return false;
	errno = 0;
	if (transport->tls)
		run_without_sigpipe(transport->multi, &left);
	else
		curl_multi_perform(transport->multi, &left);
	bool starved = errno == ENOMEM;
	CURLMsg *message = curl_multi_info_read(transport->multi, &left);
	if (!message || message->msg != CURLMSG_DONE)
		return false;
	sbx__curl_finish(transport, message->data.result, starved);
	return true;
}

static void curl_wait(sbx__transport *base, int64_t nanoseconds)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	if (transport->fresh) {
		/* What happens now decides how long the call wants to wait. */
		transport->fresh = false;
		run(transport);
		return;
	}
	int64_t milliseconds = nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1000000 + 1;
	curl_multi_poll(transport->multi, NULL, 0, milliseconds < INT_MAX ? (int)milliseconds : INT_MAX, NULL);
	run(transport);
}

static void curl_wake(sbx__transport *base)
{
	curl_multi_wakeup(((sbx__curl_transport *)base)->multi);
}

void sbx__curl_transport_clear(sbx__curl_transport *transport)
{
	sbx__curl_stop(&transport->base);
	curl_easy_cleanup(transport->easy);
	free(transport->nodes);
	if (transport->lines.data)
		explicit_bzero(transport->lines.data, transport->lines.capacity);
	sbx__buffer_free(&transport->lines);
}

static void free_own(sbx__transport *base)
{
	sbx__curl_transport *transport = (sbx__curl_transport *)base;
	sbx__curl_transport_clear(transport);
	curl_multi_cleanup(transport->multi);
	free(transport);
}

static const sbx__transport_class own_class = {sbx__curl_start, sbx__curl_stop,   curl_wait,
                                               curl_wake,       sbx__curl_resume, free_own};

/* ---- making transports ---- */

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_code;

static void global_init(void)
{
	global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURLcode set_constants(sbx__curl_transport *transport)
{
	CURL *easy = transport->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_SHARE, transport->context->share);
	code |= curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
	code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* A slow resolver must not hold up the end of a call. */
	code |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transport->problem);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_prereq);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	code |= curl_easy_setopt(easy, CURLOPT_READDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	code |= curl_easy_setopt(easy, CURLOPT_SEEKDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transport);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &transport->context->sockets);
	return code | sbx__curl_options_set(transport->context->options, easy);
}

bool sbx__curl_transport_init(sbx__curl_transport *transport, sbx__curl_context *context, CURLM *multi)
{
	*transport = (sbx__curl_transport){
	        .context = context, .multi = multi, .easy = curl_easy_init(), .kept = -1, .hold = SBX__CURL_HOLD_INIT};
	return transport->easy && set_constants(transport) == CURLE_OK;
}

static sbx__transport *make_transport(void *context)
{
	sbx__curl_transport *transport = calloc(1, sizeof *transport);
	CURLM *multi = curl_multi_init();
	if (transport && multi && sbx__curl_transport_init(transport, context, multi) &&
	    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L) == CURLM_OK &&
	    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L) == CURLM_OK) {
		transport->base.type = &own_class;
		return &transport->base;
	}
	if (transport)
		sbx__curl_transport_clear(transport);
	curl_multi_cleanup(multi);
	free(transport);
	return NULL;
}

static sbx__hub *make_hub(void *context, sbx__poller *poller, sbx__hub_share *share)
{
	((sbx__curl_context *)context)->sockets.share = share;
	return sbx__curl_hub_new(context, poller, share);
}

static void shed(void *context, size_t most)
{
	sbx__curl_sockets_shed(&((sbx__curl_context *)context)->sockets, most);
}

static void abandon(void *context)
{
	sbx__curl_sockets_abandon(&((sbx__curl_context *)context)->sockets);
}

static void lock_share(CURL *easy, curl_lock_data data, curl_lock_access access, void *user_data)
{
	(void)easy, (void)access;
	sbx__curl_context *context = user_data;
	if (!context->sockets.disowned)
		pthread_mutex_lock(&context->locks[data]);
}

static void unlock_share(CURL *easy, curl_lock_data data, void *user_data)
{
	(void)easy;
	sbx__curl_context *context = user_data;
	if (!context->sockets.disowned)
		pthread_mutex_unlock(&context->locks[data]);
}

static void free_context(void *user_data)
{
	sbx__curl_context *context = user_data;
	if (context->share)
		curl_share_cleanup(context->share);
	for (int index = 0; index < CURL_LOCK_DATA_LAST; index++)
		pthread_mutex_destroy(&context->locks[index]);
	sbx__curl_sockets_free(&context->sockets);
	sbx__curl_options_free(context->options);
	free(context);
}

static bool set_share(sbx__curl_context *context)
{
	CURLSH *share = context->share;
	return curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock_share) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_USERDATA, context) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK &&
	       curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK;
}

sbx_status sbx__transport_curl_factory(sbx__transport_factory *factory, sbx__http_options *options, sbx_error **error)
{
	pthread_once(&global_once, global_init);
	sbx__curl_context *context = global_code == CURLE_OK ? calloc(1, sizeof *context) : NULL;
	if (!context)
		return sbx__fail_memory(error);
	context->multiplexed = options->version == SBX_HTTP_2;
	sbx__curl_sockets_init(&context->sockets);
	for (int index = 0; index < CURL_LOCK_DATA_LAST; index++)
		pthread_mutex_init(&context->locks[index], NULL);
	sbx_status status = sbx__curl_options_new(&context->options, options, error);
	context->share = curl_share_init();
	if (status == SBX_OK && (!context->share || !set_share(context)))
		status = sbx__fail_memory(error);
	if (status < 0)
		free_context(context);
	else
		*factory = (sbx__transport_factory){make_transport, make_hub, shed, abandon, free_context, context};
	return status;
}
