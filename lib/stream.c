#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "driver.h"
#include "error.h"
#include "event_decoder.h"
#include "keep_errno.h"
#include "response.h"
#include "started_call.h"

/* How much is taken from the stream at once for lines, events and sinks, in bytes. */
#define PIECE ((size_t)16 << 10)

/* What the body is read as; the first read decides. */
typedef enum stream_form {
	FORM_OPEN,
	FORM_BYTES,
	FORM_LINES,
	FORM_EVENTS,
} stream_form;

struct sbx_stream {
	sbx_call *call;
	bool started;          /* the engine drives the call; else the driver beneath */
	pthread_mutex_t mutex; /* of `driven` */
	bool driven;           /* the driver has begun and not ended */
	bool turning;          /* a read drives the call, and a function of the caller's may run within it */
	sbx__driver driver;
	stream_form form;
	sbx_error *lost; /* why bytes that were taken have gone nowhere; NULL: none have */
	sbx__line_decoder lines;
	sbx__event_decoder events;
	sbx__config *config;
};

/* ---- making one ---- */

static sbx_status init_stream(sbx_stream *stream, bool patient, sbx_error **error)
{
	sbx_call *call = stream->call;
	if (call->machine.sink.sink.kind != SBX_SINK_MEMORY)
		return sbx__fail_argument(error, "into", "the body of a stream is read by its caller");
	call->stream = calloc(1, sizeof *call->stream);
	if (!call->stream)
		return sbx__fail_memory(error);
	sbx__stream_buffer_init(call->stream);
	sbx__call_set_stream(&call->machine, call->stream, patient);
	call->owner = stream;
	stream->config = sbx__config_ref(call->machine.config);
	return SBX_OK;
}

static sbx_status new_stream(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                             bool started, bool patient, sbx_stream **stream, sbx_error **error)
{
	sbx_stream *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	made->started = started;
	sbx_status status = sbx__started_call_new(client, request, NULL, options, started, &made->call, error);
	if (status == SBX_OK)
		status = init_stream(made, patient, error);
	if (status < 0) {
		sbx__engine_call_unref(made->call);
		free(made);
		return status;
	}
	pthread_mutex_init(&made->mutex, NULL);
	*stream = made;
	return SBX_OK;
}

static void set_driven(sbx_stream *stream, bool driven)
{
	pthread_mutex_lock(&stream->mutex);
	stream->driven = driven;
	pthread_mutex_unlock(&stream->mutex);
}

static void end_driver(sbx_stream *stream)
{
	if (!stream->driven)
		return;
	/* In a forked child another thread may have held the lock, and there is only this one now. */
	if (sbx__started_call_is_forked(stream->call))
		stream->driven = false;
	else
		set_driven(stream, false);
	sbx__driver_end(&stream->driver);
}

/* One turn of a stream that is driven by the thread that reads it. */
static void turn(sbx_stream *stream)
{
	sbx_call *call = stream->call;
	bool done = sbx__driver_step(&stream->driver);
	/* What has just been opened may have no more to come before it is read. */
	if (!done && !sbx__engine_call_open(call))
		sbx__driver_wait(&stream->driver);
	if (!done)
		return;
	sbx__engine_call_finish(call);
	end_driver(stream);
	atomic_store(&call->done, true);
}

sbx_status sbx__stream_open(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                            bool patient, sbx_stream **stream, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_stream *made;
	if (!stream)
		return sbx__fail_argument(error, "stream", "must not be NULL");
	sbx_status status = new_stream(client, request, options, false, patient, &made, error);
	if (status < 0)
		return status;
	sbx_call *call = made->call;
	sbx__driver_begin(&made->driver, call->core, &call->machine);
	set_driven(made, true);
	while (!atomic_load(&call->done) && !call->response)
		turn(made);
	if (call->response) {
		*stream = made;
		return SBX_OK;
	}
	status = sbx__error_give(error, sbx__error_ref(call->error));
	sbx_stream_free(made);
	return status;
}

static void tell(sbx_call *call)
{
	if (call->callback.ready)
		call->callback.ready(call->user_data, call->owner);
}

sbx_status sbx__stream_start(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                             bool patient, sbx_stream_callback on_ready, void *user_data, sbx_stream **stream,
                             sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_stream *made;
	if (!stream)
		return sbx__fail_argument(error, "stream", "must not be NULL");
	sbx_status status = new_stream(client, request, options, true, patient, &made, error);
	if (status < 0)
		return status;
	made->call->tell = tell;
	made->call->callback.ready = on_ready;
	made->call->user_data = user_data;
	*stream = made;
	sbx__started_call_keep_open(made->call, client);
	sbx__started_call_start(made->call, made->call->machine.options.cancel);
	return SBX_OK;
}

sbx_status sbx_client_open(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                           sbx_stream **stream, sbx_error **error)
{
	return sbx__stream_open(client, request, options, false, stream, error);
}

sbx_status sbx_client_open_start(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                                 sbx_stream_callback on_ready, void *user_data, sbx_stream **stream, sbx_error **error)
{
	return sbx__stream_start(client, request, options, false, on_ready, user_data, stream, error);
}

const sbx__config *sbx__stream_config(const sbx_stream *stream)
{
	return stream->config;
}

sbx_response *sbx__stream_response(const sbx_stream *stream)
{
	if (!stream || !atomic_load_explicit(&stream->call->opened, memory_order_acquire))
		return NULL;
	return stream->call->response;
}

const sbx_response *sbx_stream_response(const sbx_stream *stream)
{
	return sbx__stream_response(stream);
}

/* ---- reading ---- */

static void resume(sbx_stream *stream)
{
	sbx_call *call = stream->call;
	if (stream->started)
		sbx__engine_ask(sbx__core_engine_of(call->core), call, SBX__WANTS_RESUME);
	else if (!atomic_load(&call->done))
		sbx__call_resume(&call->machine);
}

static sbx_status end_of(const sbx_stream *stream, sbx_error **error)
{
	sbx_error *problem = stream->call->error;
	return problem ? sbx__error_give(error, sbx__error_ref(problem)) : SBX_DONE;
}

sbx_status sbx_stream_head(const sbx_stream *stream, const sbx_response **response, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!stream || !response)
		return sbx__fail_argument(error, stream ? "response" : "stream", "must not be NULL");
	/* Looked at first: what came before the end is there then. */
	bool done = atomic_load_explicit(&stream->call->done, memory_order_acquire);
	const sbx_response *head = sbx_stream_response(stream);
	if (!head)
		return done ? end_of(stream, error) : SBX_WOULD_BLOCK;
	*response = head;
	return SBX_OK;
}

/* Reads what is there; SBX_WOULD_BLOCK: nothing. */
static sbx_status take(sbx_stream *stream, void *buffer, size_t capacity, size_t *got, sbx_error **error)
{
	bool wants_resume;
	/* Looked at first: what came before the end is there then. */
	bool done = atomic_load_explicit(&stream->call->done, memory_order_acquire);
	size_t length = sbx__stream_buffer_take(stream->call->stream, buffer, capacity, &wants_resume);
	if (wants_resume && !done)
		resume(stream);
	if (length) {
		*got = length;
		return SBX_OK;
	}
	return done ? end_of(stream, error) : SBX_WOULD_BLOCK;
}

/* How long the caller took is not the server's fault. */
static void wait_anew(sbx_call *call)
{
	if (!atomic_load(&call->done))
		call->machine.last_activity = sbx__call_now(&call->machine);
}

/* Where a read of the caller's wants its bytes. */
typedef struct reader_place {
	char *data;
	size_t room;
	size_t used;
} reader_place;

static size_t put_in_place(void *context, const void *data, size_t length)
{
	reader_place *place = context;
	if (length > place->room)
		length = place->room;
	memcpy(place->data + place->used, data, length);
	place->used += length;
	place->room -= length;
	return length;
}

/* Sends what comes while a read drives the call to that read at once; NULL: the read is over. */
static void divert(sbx_stream *stream, sbx__stream_taker taker, void *context)
{
	stream->turning = taker != NULL;
	sbx__stream_buffer_divert(stream->call->stream, taker, context);
}

/* A read that drives the transfer until bytes have come into the buffer or to its place. */
static sbx_status read_driving(sbx_stream *stream, reader_place *place, size_t *got, sbx_error **error)
{
	sbx_status status = SBX_WOULD_BLOCK;
	wait_anew(stream->call);
	divert(stream, put_in_place, place);
	while (status == SBX_WOULD_BLOCK) {
		turn(stream);
		status = place->used ? SBX_OK : take(stream, place->data, place->room, got, error);
	}
	divert(stream, NULL, NULL);
	if (place->used)
		*got = place->used;
	return status;
}

sbx_status sbx__stream_read(sbx_stream *stream, void *buffer, size_t capacity, size_t *got, sbx_error **error)
{
	sbx_call *call = stream->call;
	if (sbx__started_call_is_forked(call))
		return sbx__fail_forked(error);
	sbx_status status = take(stream, buffer, capacity, got, error);
	if (status == SBX_WOULD_BLOCK && !stream->started)
		return read_driving(stream, &(reader_place){buffer, capacity, 0}, got, error);
	/* Between the look and the mark something may have come. */
	while (status == SBX_WOULD_BLOCK && sbx__stream_buffer_await(call->stream))
		status = take(stream, buffer, capacity, got, error);
	return status;
}

static sbx_status check_form(const sbx_stream *stream, stream_form form, sbx_error **error)
{
	if (!stream)
		return sbx__fail_argument(error, "stream", "must not be NULL");
	if (stream->turning)
		return sbx__fail_argument(error, "stream", "is read by a call that has not returned");
	if (stream->form != FORM_OPEN && stream->form != form)
		return sbx__fail_argument(error, "stream", "is already read in another way");
	return stream->lost ? sbx__error_give(error, sbx__error_ref(stream->lost)) : SBX_OK;
}

/* From now on the body is read so and in no other way. */
static sbx_status take_form(sbx_stream *stream, stream_form form, sbx_error **error)
{
	sbx_status status = check_form(stream, form, error);
	if (status < 0)
		return status;
	if (stream->form == FORM_OPEN && form == FORM_LINES)
		sbx__line_decoder_init(&stream->lines, stream->config->http->max_event_line_bytes);
	if (stream->form == FORM_OPEN && form == FORM_EVENTS)
		sbx__event_decoder_init(&stream->events, stream->config->http->max_event_line_bytes,
		                        stream->config->http->max_event_line_bytes);
	stream->form = form;
	return SBX_OK;
}

sbx_status sbx_stream_read(sbx_stream *stream, void *buffer, size_t capacity, size_t *got, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!buffer || !capacity || !got)
		return sbx__fail_argument(error, got ? "buffer" : "got", got ? "has no room" : "must not be NULL");
	sbx_status status = take_form(stream, FORM_BYTES, error);
	return status < 0 ? status : sbx__stream_read(stream, buffer, capacity, got, error);
}

sbx_status sbx_stream_line(sbx_stream *stream, const char **line, size_t *length, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	char piece[PIECE];
	size_t got;
	if (!line)
		return sbx__fail_argument(error, "line", "must not be NULL");
	sbx_status status = take_form(stream, FORM_LINES, error);
	while (status == SBX_OK) {
		size_t found;
		status = sbx__line_decoder_next(&stream->lines, line, &found, error);
		if (status == SBX_OK && length)
			*length = found;
		if (status != SBX_DONE || stream->lines.ended)
			return status;
		status = sbx__stream_read(stream, piece, sizeof piece, &got, error);
		if (status == SBX_OK)
			sbx__line_decoder_feed(&stream->lines, piece, got);
		if (status == SBX_DONE) {
			sbx__line_decoder_end(&stream->lines);
			status = SBX_OK;
		}
	}
	return status;
}

sbx_status sbx_stream_event(sbx_stream *stream, sbx_event *event, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	char piece[PIECE];
	size_t got;
	sbx_event next;
	sbx_status status = sbx__struct_check(event, "event", error);
	if (status == SBX_OK)
		status = take_form(stream, FORM_EVENTS, error);
	while (status == SBX_OK) {
		status = sbx__event_decoder_next(&stream->events, &next, error);
		if (status == SBX_OK)
			sbx__struct_write(event, &next, sizeof next);
		if (status != SBX_DONE)
			return status;
		status = sbx__stream_read(stream, piece, sizeof piece, &got, error);
		if (status == SBX_OK)
			sbx__event_decoder_feed(&stream->events, piece, got);
		else if (status == SBX_DONE && sbx__event_decoder_is_open(&stream->events))
			status = sbx__fail(error, SBX_ERROR_CONNECTION,
			                   "Connection error: the stream ended within an event");
	}
	return status;
}

/* What moves a body to a sink. */
typedef struct drainage {
	sbx_call *call;
	sbx__sink_writer *writer;
	bool failed;
} drainage;

static size_t write_to_sink(void *context, const void *data, size_t length)
{
	drainage *moved = context;
	if (!moved->failed)
		moved->failed = !sbx__sink_write(moved->writer, data, length);
	wait_anew(moved->call);
	return moved->failed ? 0 : length;
}

/* Moves what is left of the body: what has come, and then what comes, as it comes. */
static sbx_status drain(sbx_stream *stream, drainage *moved, sbx_error **error)
{
	char piece[PIECE];
	size_t got;
	sbx_status status = SBX_OK;
	wait_anew(stream->call);
	while (!moved->failed && (status == SBX_OK || status == SBX_WOULD_BLOCK)) {
		status = take(stream, piece, sizeof piece, &got, error);
		if (status == SBX_OK)
			write_to_sink(moved, piece, got);
		if (status == SBX_WOULD_BLOCK)
			turn(stream);
	}
	if (moved->failed)
		return sbx__sink_failure(moved->writer, error);
	return status == SBX_DONE ? sbx__sink_finish(moved->writer, error) : status;
}

/* The same, past the buffer where that is possible. */
static sbx_status drain_directly(sbx_stream *stream, sbx__sink_writer *writer, sbx_error **error)
{
	if (sbx__started_call_is_forked(stream->call))
		return sbx__fail_forked(error);
	drainage moved = {stream->call, writer, false};
	divert(stream, write_to_sink, &moved);
	sbx_status status = drain(stream, &moved, error);
	divert(stream, NULL, NULL);
	return status;
}

/* What was taken for the sink is nowhere: whoever reads on would not notice the hole. So nobody does, and the
 * connection is free for others. */
static void lose(sbx_stream *stream, sbx_error *problem)
{
	stream->lost = problem;
	if (atomic_load(&stream->call->done) || sbx__started_call_is_forked(stream->call))
		return;
	sbx_stream_cancel(stream);
	turn(stream);
}

sbx_status sbx_stream_save(sbx_stream *stream, const sbx_sink *sink, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_status status = check_form(stream, FORM_BYTES, error);
	if (status < 0)
		return status;
	if (stream->started)
		return sbx__fail_argument(error, "stream", "would block the loop that drives it");
	sbx__sink_writer writer;
	status = sbx__sink_open(&writer, sink, NULL, error);
	if (status == SBX_OK && writer.sink.kind == SBX_SINK_MEMORY)
		status = sbx__fail_argument(error, "sink", "must be a path, a descriptor or a callback");
	if (status == SBX_OK)
		status = take_form(stream, FORM_BYTES, error);
	if (status == SBX_OK) {
		sbx_error *problem = NULL;
		status = drain_directly(stream, &writer, &problem);
		if (problem) {
			lose(stream, problem);
			sbx__error_give(error, sbx__error_ref(problem));
		}
	}
	if (sbx__started_call_is_forked(stream->call))
		sbx__sink_abandon(&writer);
	sbx__sink_close(&writer);
	return status;
}

/* ---- ending ---- */

void sbx_stream_resume(sbx_stream *stream)
{
	if (stream && stream->started)
		sbx_call_resume(stream->call);
}

void sbx_stream_cancel(sbx_stream *stream)
{
	SBX__KEEP_ERRNO();
	if (!stream || sbx__started_call_is_forked(stream->call))
		return;
	if (stream->started) {
		sbx_call_cancel(stream->call);
		return;
	}
	pthread_mutex_lock(&stream->mutex);
	if (stream->driven)
		sbx__driver_cancel(&stream->driver);
	pthread_mutex_unlock(&stream->mutex);
}

void sbx_stream_free(sbx_stream *stream)
{
	SBX__KEEP_ERRNO();
	if (!stream)
		return;
	/* In a forked child the stream is the parent's: its memory stays, and nothing is sent. */
	if (sbx__started_call_is_forked(stream->call)) {
		sbx_call_free(stream->call);
		return;
	}
	sbx_call *call = stream->call;
	if (stream->started) {
		sbx_call_free(call);
	} else {
		if (call->machine.config)
			sbx__call_free(&call->machine);
		call->machine = (sbx__call){0};
		end_driver(stream);
		sbx__engine_call_unref(call);
	}
	if (stream->form == FORM_LINES)
		sbx__line_decoder_free(&stream->lines);
	if (stream->form == FORM_EVENTS)
		sbx__event_decoder_free(&stream->events);
	sbx_error_free(stream->lost);
	sbx__config_unref(stream->config);
	pthread_mutex_destroy(&stream->mutex);
	free(stream);
}
