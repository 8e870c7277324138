#include "server.h"

#include "clock.h"
#include "connections.h"
#include "descriptors.h"
#include "keyed.h"
#include "log.h"
#include "request_check.h"
#include "request_log.h"
#include "turns.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CONNECTION_MEMORY (128 * 1024)

#define JSON_BODY_MAX (1024 * 1024)

/* The body of a refused request is read to its end, so that the answer reaches a client that writes first and reads
 * then; beyond this much the connection is closed instead. */
#define DRAIN_MAX (64 * 1024 * 1024)

struct server {
	struct MHD_Daemon *daemon;
	struct service *service;
	const struct key *key;
	struct connections *connections;
	struct turns turns;
	pthread_mutex_t mutex;
	pthread_cond_t idle;
	unsigned int running;
	bool refusing;
	bool ending;
};

/* How many requests are worked on at once: more would only take longer, each of them, and whatever is started for one
 * would get hardly any of the processors. */
#define REQUESTS_OF_A_PROCESSOR 8
/* How long, in milliseconds, one keeps others waiting: what goes on for longer mostly waits itself, as for a command.
 */
#define REQUEST_TURN 10

/* What stands for a request whose path has a separator or a NUL in an encoded form, until it is known by its headers.
 */
static char ambiguous_path;

/* ---- running requests ---- */

/* Returns false when no more are taken. */
static bool begin_request(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	bool refusing = server->refusing;
	server->running++;
	pthread_mutex_unlock(&server->mutex);
	return !refusing;
}

static void end_request(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	if (--server->running == 0)
		pthread_cond_broadcast(&server->idle);
	pthread_mutex_unlock(&server->mutex);
}

static void completed(void *context, struct MHD_Connection *connection, void **slot,
                      enum MHD_RequestTerminationCode code)
{
	struct request *request = *slot;
	struct server *server = context;

	(void)connection;
	if (!request || *slot == &ambiguous_path)
		return;
	request_ended(request, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	connection_expect(server->connections, request->peer, IDLE_TIMEOUT + HEADER_TIME);
	upload_free(request);
	if (request->uses)
		idle_end(request->service->idle, request->id);
	sbx__buffer_free(&request->body);
	free(request);
	*slot = NULL;
	end_request(server);
}

/* ---- answers ---- */

static enum MHD_Result queue(struct request *request, struct MHD_Response *response)
{
	MHD_add_response_header(response, "X-Request-Id", request->number);
	enum MHD_Result result = MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return result;
}

static void add_number_header(struct MHD_Response *response, const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	MHD_add_response_header(response, name, text);
}

static enum MHD_Result send_problem(struct request *request, const char *url)
{
	const struct problem *problem = &request->problem;
	char methods[64];
	struct MHD_Response *response = request_problem_answer(request);

	if (!response)
		return MHD_NO;
	if (problem->type == PROBLEM_METHOD) {
		route_allowed(url, methods, sizeof(methods));
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, methods);
	}
	if (problem->retry_after)
		add_number_header(response, MHD_HTTP_HEADER_RETRY_AFTER, problem->retry_after);
	if (problem->final)
		MHD_add_response_header(response, "X-Should-Retry", "false");
	if (request->unframed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	request->status = problem_status(problem);
	return queue(request, response);
}

static int handle(struct request *request, struct MHD_Response **response)
{
	return request->key[0] ? keyed_handle(request, response) : request->route->handle(request, response);
}

static bool is_ending(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	bool ending = server->ending;
	pthread_mutex_unlock(&server->mutex);
	return ending;
}

static int handle_in_turn(struct server *server, struct request *request, struct MHD_Response **response)
{
	struct turn turn;

	if (request->route->at_once)
		return handle(request, response);
	turn_begin(&server->turns, &turn);
	int result = is_ending(server) ? problem_stopping(&request->problem) : handle(request, response);
	turn_end(&server->turns, &turn);
	return result;
}

/* A handler can take longer than a connection may be silent, so the idle timeout is off meanwhile. */
static enum MHD_Result answer(struct server *server, struct request *request, const char *url)
{
	struct MHD_Response *response = NULL;

	connection_release(server->connections, request->peer);
	if (request->refused)
		return send_problem(request, url);
	MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	int result = handle_in_turn(server, request, &response);
	if (!request->streams)
		MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT,
		                          (unsigned int)IDLE_TIMEOUT);
	if (result < 0) {
		/* Before the answer: who has it finds nothing left of a failed upload. */
		upload_free(request);
		return send_problem(request, url);
	}
	if (!request->status)
		request->status = MHD_HTTP_OK;
	return queue(request, response);
}

/* ---- the way in ---- */

static struct connection *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static void look_at_connection(void *context, struct MHD_Connection *connection, void **slot,
                               enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		connection_end(server->connections, *slot);
	else
		*slot = connection_begin(
		        server->connections,
		        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
}

/* libmicrohttpd decodes a path before it shows it: "%2F" becomes a separator, and "%00" an end, so that one sandbox's
 * id could become another path. */
static void *look_at_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct server *server = context;

	/* Before that nobody knows that a request has begun: it may be silence that goes on. */
	connection_expect(server->connections, peer_of(connection), HEADER_TIME);
	for (; *uri && *uri != '?'; uri++)
		if (strncasecmp(uri, "%2f", 3) == 0 || strncmp(uri, "%00", 3) == 0)
			return &ambiguous_path;
	return NULL;
}

static int find_route(struct request *request, const char *url, const char *method, bool ambiguous)
{
	if (ambiguous)
		return problem_set(&request->problem, PROBLEM_NOT_FOUND, NULL,
		                   "there is nothing at a path with an encoded slash or NUL");
	return route_find(request, method, url);
}

/* Who has shown the key gets the time that a request needs. */
static void welcome(struct server *server, struct request *request)
{
	connection_set_known(server->connections, request->peer);
	connection_expect(server->connections, request->peer, BODY_TIME);
	MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT);
}

static int check(struct server *server, struct request *request, const char *url, const char *method, bool ambiguous)
{
	bool accepting = begin_request(server);

	request->unframed = check_framing(request) < 0;
	if (request->unframed)
		return -1;
	if (!accepting)
		return problem_stopping(&request->problem);
	if (check_origin(request) < 0 || check_key(request, url, server->key) < 0)
		return -1;
	if (!request->anonymous)
		welcome(server, request);
	if (find_route(request, url, method, ambiguous) < 0)
		return -1;
	request->uses = request->id[0] != '\0';
	if (request->uses)
		idle_begin(request->service->idle, request->id);
	if (keyed_check(request) < 0 || check_body(request, JSON_BODY_MAX) < 0)
		return -1;
	if (request->route->body != BODY_FORM)
		return 0;
	/* A file takes as long as it takes; it is silence that ends its connection. */
	connection_release(server->connections, request->peer);
	return upload_begin(request);
}

/* Only a POST can be answered before its body was read (the connection ends then). It is, when the client waits for a
 * word before it sends the body, or when the body is too long to be read for nothing. What is not known to end is not
 * read in any case. */
static bool answer_now(const struct request *request, const char *method)
{
	if (request->unframed)
		return true;
	return request->refused && strcmp(method, MHD_HTTP_METHOD_POST) == 0 &&
	       (request_expects_continue(request) || request_content_length(request) > DRAIN_MAX);
}

static enum MHD_Result begin(struct server *server, struct MHD_Connection *connection, const char *url,
                             const char *method, void **slot)
{
	struct request *request = calloc(1, sizeof(*request));
	if (!request)
		return MHD_NO;
	request->service = server->service;
	request->connection = connection;
	request->peer = peer_of(connection);
	request->begun_us = monotonic_us();
	request_identify(request);
	bool ambiguous = *slot == &ambiguous_path;
	*slot = request;
	request->refused = check(server, request, url, method, ambiguous) < 0;
	return answer_now(request, method) ? send_problem(request, url) : MHD_YES;
}

static void take_json(struct request *request, const char *data, size_t size)
{
	if (request->body.length + size > JSON_BODY_MAX) {
		request->refused = true;
		problem_set(&request->problem, PROBLEM_TOO_LARGE, NULL, "the body is larger than %d bytes",
		            JSON_BODY_MAX);
		sbx__buffer_free(&request->body);
		return;
	}
	sbx__buffer_append(&request->body, data, size);
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t size)
{
	request->received += size;
	/* A route without a body has no use for one either. */
	if (request->refused || request->route->body == BODY_NONE)
		return request->received > DRAIN_MAX ? MHD_NO : MHD_YES;
	if (request->route->body == BODY_JSON)
		take_json(request, data, size);
	else if (request->route->body == BODY_FORM && upload_feed(request, data, size) < 0)
		request->refused = true;
	if (request->refused)
		upload_free(request);
	return MHD_YES;
}

static enum MHD_Result access_request(void *context, struct MHD_Connection *connection, const char *url,
                                      const char *method, const char *version, const char *data, size_t *size,
                                      void **slot)
{
	struct request *request = *slot;

	(void)version;
	if (!request || *slot == &ambiguous_path)
		return begin(context, connection, url, method, slot);
	if (*size == 0)
		return answer(context, request, url);
	enum MHD_Result result = take_body(request, data, *size);
	*size = 0;
	return result;
}

/* libmicrohttpd's own messages are about connections that broke; nobody has to know. */
static void ignore_log(void *context, const char *format, va_list arguments)
{
	(void)context;
	(void)format;
	(void)arguments;
}

/* ---- start and stop ---- */

/* Those beyond it are closed at once. Without a descriptor left for them, accepting would be tried in a busy loop. */
static unsigned int connections_max(const struct service *service)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return CONNECTIONS_MAX;
	return descriptors_for_connections(files.rlim_cur, service->max_sandboxes);
}

static void server_free(struct server *server)
{
	connections_free(server->connections);
	turns_destroy(&server->turns);
	pthread_cond_destroy(&server->idle);
	pthread_mutex_destroy(&server->mutex);
	free(server);
}

int server_start(struct server **out, struct service *service, const struct key *key, int listener,
                 struct failure *failure)
{
	struct server *server = calloc(1, sizeof(*server));
	unsigned int most = connections_max(service);

	if (!server)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	server->service = service;
	server->key = key;
	service->server = server;
	server->connections = connections_new((most + 1) / 2);
	pthread_mutex_init(&server->mutex, NULL);
	monotonic_cond_init(&server->idle);
	turns_init(&server->turns, REQUESTS_OF_A_PROCESSOR, REQUEST_TURN);
	if (!server->connections) {
		server_free(server);
		return failure_set(failure, FAILURE_INTERNAL, "there is no memory or thread left; free some");
	}
	/* A thread per connection: a command is followed by the thread of the connection that asked for it, so that a
	 * client that goes away is seen at once. */
	server->daemon =
	        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
		                         MHD_USE_ITC | MHD_USE_ERROR_LOG,
		                 0, NULL, NULL, access_request, server, MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL,
		                 MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, completed, server,
		                 MHD_OPTION_URI_LOG_CALLBACK, look_at_uri, server, MHD_OPTION_NOTIFY_CONNECTION,
		                 look_at_connection, server, MHD_OPTION_CONNECTION_LIMIT, most,
		                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		                 MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK, MHD_OPTION_CONNECTION_TIMEOUT,
		                 (unsigned int)STRANGER_TIME, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!server->daemon) {
		server_free(server);
		return failure_set(failure, FAILURE_INTERNAL, "the HTTP server cannot be started (%s); see the system",
		                   strerror(errno));
	}
	*out = server;
	return 0;
}

void server_refuse(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->refusing = true;
	pthread_mutex_unlock(&server->mutex);
	MHD_quiesce_daemon(server->daemon);
}

void server_end(struct server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->ending = true;
	pthread_mutex_unlock(&server->mutex);
}

bool server_wait_idle(struct server *server, int milliseconds)
{
	int64_t until = monotonic_ms() + milliseconds;

	pthread_mutex_lock(&server->mutex);
	while (server->running > 0 && monotonic_cond_wait(&server->idle, &server->mutex, until) == 0)
		;
	bool idle = server->running == 0;
	pthread_mutex_unlock(&server->mutex);
	return idle;
}

void server_stop(struct server *server)
{
	MHD_stop_daemon(server->daemon);
	server_free(server);
}

size_t server_connections(struct server *server, size_t *strangers)
{
	return connections_count(server->connections, strangers);
}

unsigned int server_waiting(struct server *server)
{
	return turns_waiting(&server->turns);
}
