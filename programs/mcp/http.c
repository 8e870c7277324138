#include "http.h"

#include "clock.h"
#include "http_check.h"
#include "listener.h"
#include "mcp.h"
#include "protocol.h"
#include "script.h"
#include "sessions.h"
#include "signals.h"
#include "token.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_MAX ((size_t)16 << 20)
/* While a client leaves so much unread nothing more is told it. */
#define WAITING_MAX ((size_t)8 << 20)
#define CONNECTIONS_MAX 256
#define IDLE_SECONDS 120
/* How often something is said on a stream that has nothing to tell. */
#define SILENCE_MS 15000
/* How long at the end clients may take for their last answers. */
#define LAST_MS 1000

struct exchange;

struct http {
	struct mcp *mcp;
	struct MHD_Daemon *daemon;
	struct http_rules rules;
	struct sessions sessions;
	int signals;
	struct exchange *first;
	bool ended;
};

/* A request. It waits, suspended, until there is something to say. */
struct exchange {
	struct channel channel; /* first */
	struct exchange *next;
	struct http *http;
	struct MHD_Connection *connection;
	struct text body;
	struct text out; /* the answer, or what of the stream was not sent yet */
	int code;        /* of the answer */
	int64_t said_ms;
	bool begun; /* its message was taken */
	bool begins_session;
	bool ends_session;
	bool probed; /* something was said to whoever may have gone away */
	bool too_long;
	bool streams;
	bool answered;
	bool queued; /* the answer's head was given to libmicrohttpd */
	bool suspended;
};

/* ---- waiting ---- */

static void suspend(struct exchange *exchange)
{
	if (!exchange->suspended)
		MHD_suspend_connection(exchange->connection);
	exchange->suspended = true;
}

static void resume(struct exchange *exchange)
{
	if (exchange->suspended)
		MHD_resume_connection(exchange->connection);
	exchange->suspended = false;
}

/* ---- what is said ---- */

static void say(struct channel *channel, const char *message, size_t length, int code)
{
	struct exchange *exchange = (struct exchange *)channel;

	if (code == CHANNEL_NOTIFICATION && exchange->out.length > WAITING_MAX)
		return;
	exchange->streams |= code == CHANNEL_NOTIFICATION;
	exchange->answered |= code != CHANNEL_NOTIFICATION;
	exchange->code = code;
	if (exchange->streams)
		text_add(&exchange->out, "data: ");
	text_append(&exchange->out, message, length);
	if (exchange->streams)
		text_add(&exchange->out, "\n\n");
	exchange->said_ms = clock_ms();
	resume(exchange);
}

/* A stream that ends without an answer: it is no error that one was given up. */
static void dismiss(struct channel *channel)
{
	struct exchange *exchange = (struct exchange *)channel;

	exchange->streams = exchange->answered = true;
	resume(exchange);
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t size)
{
	struct exchange *exchange = context;
	size_t length = exchange->out.length < size ? exchange->out.length : size;

	(void)position;
	if (length == 0 && exchange->answered)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (length == 0) {
		suspend(exchange);
		return 0;
	}
	memcpy(buffer, exchange->out.data, length);
	text_drop(&exchange->out, length);
	return (ssize_t)length;
}

static enum MHD_Result queue(struct exchange *exchange, unsigned int status, struct MHD_Response *response)
{
	const char *session = exchange->begins_session && exchange->code == CHANNEL_ANSWER
	                              ? sessions_begin(&exchange->http->sessions, exchange->channel.version)
	                              : NULL;

	exchange->queued = true;
	if (session)
		MHD_add_response_header(response, MCP_SESSION_HEADER, session);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
	if (status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	enum MHD_Result result = MHD_queue_response(exchange->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result queue_stream(struct exchange *exchange)
{
	struct MHD_Response *response =
	        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, read_stream, exchange, NULL);

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Accel-Buffering", "no");
	return queue(exchange, MHD_HTTP_OK, response);
}

static enum MHD_Result queue_json(struct exchange *exchange, unsigned int status, const struct text *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	        text->length, text->data ? text->data : (char *)"", MHD_RESPMEM_MUST_COPY);

	if (!response)
		return MHD_NO;
	if (text->length > 0)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	return queue(exchange, status, response);
}

static enum MHD_Result queue_nothing(struct exchange *exchange, unsigned int status)
{
	const struct text nothing = {0};
	return queue_json(exchange, status, &nothing);
}

/* ---- requests ---- */

static enum MHD_Result refuse(struct exchange *exchange, const struct http_refusal *refusal)
{
	struct text text = {0};
	struct rpc_error error = {0};

	rpc_error_set(&error, refusal->code, "%s", refusal->message);
	answer_error(&text, NULL, &error);
	enum MHD_Result result = text.failed ? MHD_NO : queue_json(exchange, refusal->status, &text);
	text_free(&text);
	return result;
}

/* Without a session it may be anybody's request that has the id. The stateless revision has another way. */
static int check_cancel(const struct exchange *exchange, const struct message *message, struct rpc_error *error)
{
	if (message->id || exchange->channel.session || strcmp(message->method, "notifications/cancelled") != 0 ||
	    !http_is_legacy(exchange->connection))
		return 0;
	return rpc_error_set(error, RPC_INVALID_REQUEST,
	                     "to cancel, the " MCP_SESSION_HEADER " is needed that `initialize` was answered with");
}

static int check_message(struct channel *channel, const struct message *message, bool modern, struct rpc_error *error)
{
	struct exchange *exchange = (struct exchange *)channel;

	if (http_check_headers(exchange->connection, message, modern, error) == 0 &&
	    check_cancel(exchange, message, error) == 0) {
		exchange->begins_session = !modern && message->id && strcmp(message->method, "initialize") == 0;
		return 0;
	}
	/* It is of the stateless revision, and broken. */
	channel->modern = true;
	return -1;
}

static struct exchange *begin(struct http *http, struct MHD_Connection *connection)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->channel =
	        (struct channel){.send = say, .check = check_message, .dismiss = dismiss, .stateless = true};
	exchange->http = http;
	exchange->connection = connection;
	exchange->next = http->first;
	http->first = exchange;
	return exchange;
}

/* Finds the session that is named, and the revision: the header says it, else the session has agreed on one. Clients
 * of the revision that has neither send none. False: there is no such session. */
static bool find_session(struct exchange *exchange, const char *id)
{
	const char *said = MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, MCP_VERSION_HEADER);
	const struct session *session = id ? sessions_find(&exchange->http->sessions, id) : NULL;

	exchange->channel.session = session ? session->number : 0;
	exchange->channel.version = said ? said : session ? session->version : BATCH_VERSION;
	return !id || session;
}

/* Before the body is read. */
static bool admit(struct exchange *exchange, const char *url, const char *method, struct http_refusal *refusal)
{
	static const struct http_refusal no_session = {MHD_HTTP_NOT_FOUND, RPC_INVALID_REQUEST,
	                                               "there is no such session; begin one by `initialize`"};
	struct http *http = exchange->http;
	const char *session = http_session(exchange->connection);

	exchange->ends_session = session && strcmp(method, MHD_HTTP_METHOD_DELETE) == 0;
	if (!http_check_sender(&http->rules, exchange->connection, url, refusal) ||
	    (!exchange->ends_session && !http_check_form(exchange->connection, method, refusal)))
		return false;
	if (!find_session(exchange, session)) {
		*refusal = no_session;
		return false;
	}
	return true;
}

static enum MHD_Result end_session(struct exchange *exchange)
{
	mcp_end_session(exchange->http->mcp, exchange->channel.session);
	sessions_end(&exchange->http->sessions, exchange->channel.session);
	return queue_nothing(exchange, MHD_HTTP_NO_CONTENT);
}

/* The whole message is here: it is taken, and answered at once or waited for. */
static enum MHD_Result take(struct exchange *exchange)
{
	static const struct http_refusal too_long = {MHD_HTTP_CONTENT_TOO_LARGE, RPC_INVALID_REQUEST,
	                                             "the message is longer than 16 MiB"};
	static const struct http_refusal ending = {MHD_HTTP_SERVICE_UNAVAILABLE, RPC_INTERNAL, "the server ends"};

	if (exchange->http->ended)
		return refuse(exchange, &ending);
	if (exchange->too_long)
		return refuse(exchange, &too_long);
	if (exchange->ends_session)
		return end_session(exchange);
	exchange->said_ms = clock_ms();
	mcp_take(exchange->http->mcp, &exchange->channel, exchange->body.data ? exchange->body.data : "",
	         exchange->body.length);
	text_free(&exchange->body);
	exchange->begun = true;
	return !exchange->answered && exchange->channel.notifies ? queue_nothing(exchange, MHD_HTTP_ACCEPTED) : MHD_YES;
}

/* What libmicrohttpd asks for when the exchange goes on. */
static enum MHD_Result go_on(struct exchange *exchange)
{
	if (exchange->queued)
		return MHD_YES;
	if (exchange->streams)
		return queue_stream(exchange);
	if (exchange->answered)
		return queue_json(exchange, http_status(exchange->code, exchange->channel.modern), &exchange->out);
	suspend(exchange);
	return MHD_YES;
}

static enum MHD_Result access_request(void *context, struct MHD_Connection *connection, const char *url,
                                      const char *method, const char *version, const char *data, size_t *size,
                                      void **slot)
{
	struct http *http = context;
	struct exchange *exchange = *slot;

	(void)version;
	if (!exchange) {
		struct http_refusal refusal;
		if (!(exchange = *slot = begin(http, connection)))
			return MHD_NO;
		return admit(exchange, url, method, &refusal) ? MHD_YES : refuse(exchange, &refusal);
	}
	if (*size > 0) {
		exchange->too_long |= exchange->body.length + *size > BODY_MAX;
		if (!exchange->too_long)
			text_append(&exchange->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (!exchange->begun) {
		enum MHD_Result result = take(exchange);
		if (result != MHD_YES || exchange->queued)
			return result;
	}
	return go_on(exchange);
}

/* The jobs of an exchange that has ended have nobody to tell. */
static void completed(void *context, struct MHD_Connection *connection, void **slot,
                      enum MHD_RequestTerminationCode code)
{
	struct http *http = context;
	struct exchange *exchange = *slot;
	struct exchange **link = &http->first;

	(void)connection;
	(void)code;
	if (!exchange)
		return;
	while (*link != exchange)
		link = &(*link)->next;
	*link = exchange->next;
	mcp_leave(http->mcp, &exchange->channel);
	text_free(&exchange->body);
	text_free(&exchange->out);
	free(exchange);
	*slot = NULL;
}

/* ---- the loop ---- */

static int socket_of(const struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

/* A connection that is suspended is not looked at by libmicrohttpd: whoever has gone away is seen here. */
static short look_at(const struct exchange *exchange)
{
	struct pollfd watched = {.fd = socket_of(exchange), .events = POLLRDHUP};
	return poll(&watched, 1, 0) > 0 ? watched.revents : 0;
}

static void leave(struct exchange *exchange)
{
	exchange->answered = true;
	text_free(&exchange->out);
	mcp_leave(exchange->http->mcp, &exchange->channel);
	resume(exchange);
}

static void say_nothing(struct exchange *exchange, int64_t now)
{
	exchange->streams = true;
	exchange->said_ms = now;
	text_add(&exchange->out, ":\n\n");
	resume(exchange);
}

/* Whoever sends no more may wait for the answer all the same: only one that has gone away refuses what it is told. */
static void look_after(struct http *http, int64_t now)
{
	for (struct exchange *exchange = http->first; exchange; exchange = exchange->next) {
		if (!exchange->suspended)
			continue;
		short seen = look_at(exchange);
		if (seen & (POLLHUP | POLLERR)) {
			leave(exchange);
		} else if (((seen & POLLRDHUP) && !exchange->probed) || now - exchange->said_ms >= SILENCE_MS) {
			exchange->probed |= (seen & POLLRDHUP) != 0;
			say_nothing(exchange, now);
		}
	}
}

static int epoll_of(struct http *http)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	return info ? info->epoll_fd : -1;
}

static int wait_ms(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG limit;
	int wait = mcp_wait_ms(http->mcp);
	bool has_waiting = false;

	for (const struct exchange *exchange = http->first; exchange && !has_waiting; exchange = exchange->next)
		has_waiting = exchange->suspended;
	/* How soon one that has gone away is seen. */
	if (has_waiting && (wait < 0 || wait > 250))
		wait = 250;
	if (MHD_get_timeout(http->daemon, &limit) == MHD_YES && (wait < 0 || limit < (unsigned int)wait))
		wait = limit < 60000 ? (int)limit : 60000;
	return wait;
}

static void turn(struct http *http)
{
	struct pollfd watched[3 + SCRIPTS_MAX] = {
	        {.fd = epoll_of(http), .events = POLLIN},
	        {.fd = http->signals, .events = POLLIN},
	        {.fd = -1, .events = POLLIN},
	};

	if (http->mcp->client)
		sbx_client_fd(http->mcp->client, &watched[2].fd, NULL);
	scripts_watch(http->mcp, watched + 3);
	if (poll(watched, 3 + SCRIPTS_MAX, wait_ms(http)) < 0)
		return;
	scripts_turn(http->mcp, watched + 3);
	http->ended |= watched[1].revents != 0;
	if (watched[2].revents)
		sbx_client_process(http->mcp->client, NULL);
	mcp_tick(http->mcp);
	look_after(http, clock_ms());
	MHD_run(http->daemon);
}

/* ---- start and stop ---- */

static void ignore_log(void *context, const char *format, va_list arguments)
{
	(void)context;
	(void)format;
	(void)arguments;
}

static int start(struct http *http)
{
	const struct options *options = http->mcp->options;
	const char *address = options->listen ? options->listen : LISTENER_ADDRESS;

	if (options->token_file && token_load(http->rules.token, options->token_file) < 0)
		return 1;
	http->rules.hosts = &options->allow_hosts;
	int listener = listener_open(address, options->port, &http->rules.port, http->rules.host);
	if (listener < 0)
		return 1;
	http->signals = signals_watch();
	http->daemon = MHD_start_daemon(
	        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, access_request, http,
	        MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL, MHD_OPTION_LISTEN_SOCKET, listener,
	        MHD_OPTION_NOTIFY_COMPLETED, completed, http, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
	        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!http->daemon || http->signals < 0) {
		fprintf(stderr, "sandbox-sdk-mcp: the HTTP server cannot be started (%s); see the system\n",
		        strerror(errno));
		return 1;
	}
	printf("{\"url\":\"http://%s:%u/mcp\",\"pid\":%ld}\n", http->rules.host, http->rules.port, (long)getpid());
	fflush(stdout);
	if (listener_is_any(address))
		http->rules.host[0] = '\0';
	return 0;
}

static bool has_last_answers(const struct http *http)
{
	for (const struct exchange *exchange = http->first; exchange; exchange = exchange->next)
		if (exchange->answered || exchange->queued)
			return true;
	return false;
}

/* What is answered already goes out, also to clients that are slow to read. Nobody is waited for who sends. */
static void say_last(struct http *http)
{
	int64_t until = clock_ms() + LAST_MS, left;

	for (struct exchange *exchange = http->first; exchange; exchange = exchange->next)
		if (exchange->begun && !exchange->answered)
			dismiss(&exchange->channel);
	/* Before it has looked what was resumed does not count for its time limit. */
	MHD_run(http->daemon);
	for (; has_last_answers(http) && (left = until - clock_ms()) > 0; MHD_run(http->daemon)) {
		struct pollfd watched = {.fd = epoll_of(http), .events = POLLIN};
		MHD_UNSIGNED_LONG_LONG limit;
		if (MHD_get_timeout(http->daemon, &limit) == MHD_YES && limit < (unsigned int)left)
			left = (int64_t)limit;
		poll(&watched, 1, (int)left);
	}
}

/* The daemon gives its listener back. */
static void stop_listening(struct http *http)
{
	MHD_socket listener = MHD_quiesce_daemon(http->daemon);

	if (listener != MHD_INVALID_SOCKET)
		close(listener);
}

static void stop(struct http *http)
{
	if (http->daemon)
		stop_listening(http);
	mcp_stop(http->mcp);
	if (!http->daemon)
		return;
	say_last(http);
	MHD_stop_daemon(http->daemon);
}

int http_serve(struct mcp *mcp)
{
	struct http http = {.mcp = mcp};
	int status = start(&http);

	while (status == 0 && !http.ended)
		turn(&http);
	stop(&http);
	return status;
}
