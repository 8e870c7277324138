/*
 * One exchange over an easy handle, whichever multi handle that is in: libcurl's callbacks, its beginning and its end.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "transport_curl.h"
#include "transport_curl_failure.h"
#include "transport_curl_options.h"
#include "transport_curl_request.h"

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
	if (kept)
		sbx__curl_request_keep_names(transport);
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
	if (sbx__curl_request_set(transport, exchange) != CURLE_OK)
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

/* ---- the handle ---- */

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

void sbx__curl_transport_clear(sbx__curl_transport *transport)
{
	sbx__curl_stop(&transport->base);
	curl_easy_cleanup(transport->easy);
	free(transport->nodes);
	if (transport->lines.data)
		explicit_bzero(transport->lines.data, transport->lines.capacity);
	sbx__buffer_free(&transport->lines);
	sbx__buffer_free(&transport->url);
}
