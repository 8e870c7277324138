#include "execute.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The thread of a connection is held up by its client. Its command is followed by a thread of its own, so that
 * timeouts, deletions and the client's going away have their effect at any time. */
struct execute_stream {
	struct request *request; /* as long as its answer is read */
	struct MHD_Connection *connection;
	struct execute_run run;
	struct keyed_run *keyed; /* by what its answer is remembered; NULL: not at all */
	struct event_stream events;
	int reader; /* of the events' pipe */
	pthread_t follower;
	bool followed;
	/* As long as the command runs its client may take its time. Then it is watched: by libmicrohttpd, from the next
	 * time on that it asks for more, and by the follower until that has happened. */
	pthread_mutex_t mutex;
	pthread_cond_t watch;
	bool ended;
	bool watched;
};

/* ---- the follower ---- */

static void tell_start(struct execute_stream *stream)
{
	struct json_writer *writer = event_stream_begin(&stream->events, "started");

	json_open(writer, '{');
	json_string(writer, "id", stream->run.execution.id);
	json_time(writer, "created_at", stream->run.execution.created_ms);
	json_close(writer, '}');
	event_stream_end(&stream->events);
}

/* Before the client has it: one whose connection breaks here finds it. */
static void keep_result(struct execute_stream *stream, struct document *document)
{
	struct kept_answer kept = {.status = MHD_HTTP_OK, .type = "application/json"};

	execute_keep(&stream->run.execution, document, document_length(document), &kept);
	keyed_run_answer(stream->keyed, &kept);
	kept_answer_free(&kept);
}

/* Piece by piece, as the client takes it. */
static void send_result(struct execute_stream *stream, struct document *document)
{
	struct json_writer *writer = event_stream_begin(&stream->events, "result");

	while (document_read(document, &writer->text)) {
		event_stream_send(&stream->events);
		event_stream_wait(&stream->events, stream->run.execution.limits.client);
	}
	event_stream_end(&stream->events);
}

static void tell_result(struct execute_stream *stream)
{
	struct document document = {0};
	bool written = execution_write(&stream->run.execution, &document);

	if (stream->keyed)
		keep_result(stream, &document);
	if (written)
		send_result(stream, &document);
	else
		event_stream_fail(&stream->events);
	event_stream_wait(&stream->events, stream->run.execution.limits.client);
	document_free(&document);
}

static void set_ended(struct execute_stream *stream)
{
	pthread_mutex_lock(&stream->mutex);
	stream->ended = true;
	pthread_mutex_unlock(&stream->mutex);
}

static void await_watch(struct execute_stream *stream)
{
	int64_t until = monotonic_ms() + IDLE_TIMEOUT * 1000;
	int timed_out = 0;

	pthread_mutex_lock(&stream->mutex);
	while (!stream->watched && !timed_out)
		timed_out = monotonic_cond_wait(&stream->watch, &stream->mutex, until);
	if (!stream->watched)
		shutdown(stream->run.execution.limits.client, SHUT_RDWR);
	pthread_mutex_unlock(&stream->mutex);
}

static void *follow(void *context)
{
	struct execute_stream *stream = context;

	stream->run.execution.events = &stream->events;
	tell_start(stream);
	execute_follow(&stream->run);
	set_ended(stream);
	tell_result(stream);
	event_stream_close(&stream->events);
	await_watch(stream);
	return NULL;
}

static int start_follower(struct execute_stream *stream)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	stream->followed = pthread_create(&stream->follower, &attributes, follow, stream) == 0;
	pthread_attr_destroy(&attributes);
	return stream->followed ? 0 : -1;
}

/* ---- the connection's side ---- */

static void set_watched(struct execute_stream *stream)
{
	stream->watched = true;
	pthread_cond_signal(&stream->watch);
}

static void watch_client(struct execute_stream *stream)
{
	pthread_mutex_lock(&stream->mutex);
	if (stream->ended && !stream->watched) {
		MHD_set_connection_option(stream->connection, MHD_CONNECTION_OPTION_TIMEOUT,
		                          (unsigned int)IDLE_TIMEOUT);
		set_watched(stream);
	}
	pthread_mutex_unlock(&stream->mutex);
}

/* What the follower finds out by its pipe is that nobody reads any more: then it kills the command. */
static void stream_free(void *context)
{
	struct execute_stream *stream = context;

	if (stream->reader >= 0)
		close(stream->reader);
	if (stream->followed) {
		pthread_mutex_lock(&stream->mutex);
		set_watched(stream);
		pthread_mutex_unlock(&stream->mutex);
		pthread_join(stream->follower, NULL);
	} else {
		event_stream_close(&stream->events);
	}
	pthread_cond_destroy(&stream->watch);
	pthread_mutex_destroy(&stream->mutex);
	execution_free(&stream->run.execution);
	free(stream);
}

static ssize_t read_events(void *context, uint64_t position, char *buffer, size_t size)
{
	struct execute_stream *stream = context;
	ssize_t got;

	(void)position;
	do
		got = read(stream->reader, buffer, size);
	while (got < 0 && errno == EINTR);
	watch_client(stream);
	if (got > 0) {
		stream->request->sent += (uint64_t)got;
		return got;
	}
	return got == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void init_watch(struct execute_stream *stream)
{
	pthread_mutex_init(&stream->mutex, NULL);
	monotonic_cond_init(&stream->watch);
}

/* Everything that can fail before the command is there. */
static struct execute_stream *stream_new(struct request *request)
{
	struct execute_stream *stream = calloc(1, sizeof(*stream));
	int ends[2] = {-1, -1};

	if (!stream)
		return NULL;
	init_watch(stream);
	stream->request = request;
	stream->keyed = request->run;
	stream->connection = request->connection;
	stream->events.pipe = -1;
	stream->reader = -1;
	if (pipe2(ends, O_CLOEXEC) == 0) {
		stream->reader = ends[0];
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		if (event_stream_open(&stream->events, ends[1], request->service->heartbeat_ms))
			return stream;
	}
	stream_free(stream);
	return NULL;
}

void execute_stream_headers(struct MHD_Response *response)
{
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Accel-Buffering", "no");
}

static struct MHD_Response *stream_response(struct execute_stream *stream)
{
	struct MHD_Response *response =
	        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64 * 1024, read_events, stream, stream_free);

	if (!response)
		return NULL;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	execute_stream_headers(response);
	return response;
}

static int begin(struct request *request, const struct execute_call *call, struct execute_stream *stream)
{
	struct execute_call telling = *call;
	struct execute_run *run = &stream->run;

	telling.command.tell_start = true;
	if (execute_begin(request, &telling, run) < 0)
		return -1;
	execution_await_start(&run->execution);
	if (run->execution.started && start_follower(stream) == 0)
		return 0;
	/* Nobody is there to be told of an output. */
	execution_kill(&run->execution);
	execute_follow(run);
	if (!run->execution.started)
		return execute_explain(request, call, run);
	/* No reason to send it again: it has run for a moment. */
	return problem_set(&request->problem, PROBLEM_INTERNAL, NULL,
	                   "the command was ended, for the server has too many threads");
}

int execute_stream(struct request *request, const struct execute_call *call, struct MHD_Response **response)
{
	struct execute_stream *stream = stream_new(request);
	struct MHD_Response *made = stream ? stream_response(stream) : NULL;

	if (!made) {
		if (stream)
			stream_free(stream);
		return problem_memory(&request->problem);
	}
	if (begin(request, call, stream) < 0) {
		MHD_destroy_response(made);
		return -1;
	}
	request->streams = true;
	/* It is the stream's from here on. */
	request->run = NULL;
	*response = made;
	return 0;
}
