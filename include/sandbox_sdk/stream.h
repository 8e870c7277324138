/**
 * @file stream.h
 * Answers whose body is read by the caller, as it comes: bytes, lines or server-sent events. What is not read is held
 * back at the server; no more than a bounded buffer of it is kept here.
 */
#ifndef SANDBOX_SDK_STREAM_H
#define SANDBOX_SDK_STREAM_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/event.h>
#include <sandbox_sdk/request.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/**
 * An answer whose body was not read; opaque. One thread at a time reads it; sbx_stream_cancel() is safe from any.
 *
 * A stream that sbx_client_open() gave out is driven by the thread that reads it, and reading waits for bytes. One that
 * sbx_client_open_start() gave out is driven by the client's loop, and reading never waits. Since 0.1.0.
 */
typedef struct sbx_stream sbx_stream;

/**
 * Told that a started stream has something new: its head, bytes after a read that found none, its end or an error.
 *
 * @param user_data what was given with the callback
 * @param stream the stream, which may be read and freed here
 *
 * Called from within sbx_client_process(), sbx_client_poll() or sbx_call_wait(), by one thread at a time. Since 0.1.0.
 */
typedef void (*sbx_stream_callback)(void *user_data, sbx_stream *stream);

/**
 * Makes a request and waits until the head of its answer is there. An answer that is no success is read whole and is an
 * error, as in any other call; until the head of a success is there the request is sent again by the same rules.
 *
 * @param client a client
 * @param request what is asked for
 * @param options may be NULL; `interrupt` is asked during reads too, and with `cancel` and callbacks must stay until
 * the stream is freed; `sink` must be NULL
 * @param stream receives the stream, freed with sbx_stream_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or any error
 *
 * Blocks until the head is there. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_open(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                                   sbx_stream **stream, sbx_error **error);

/**
 * Starts a request whose answer will be a stream, and returns at once.
 *
 * @param client a client
 * @param request what is asked for; it is copied
 * @param options as for sbx_client_start(); `sink` must be NULL
 * @param on_ready told when there is something new; NULL: the caller asks by itself
 * @param user_data given to `on_ready`
 * @param stream receives the stream, freed with sbx_stream_free()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_open_start(sbx_client *client, const sbx_request *request,
                                         const sbx_request_options *options, sbx_stream_callback on_ready,
                                         void *user_data, sbx_stream **stream, sbx_error **error);

/**
 * The head of the answer: status, headers and all but the body.
 *
 * @param stream a stream
 * @return a response owned by the stream; NULL while a started stream has none yet
 *
 * Since 0.1.0.
 */
SBX_API const sbx_response *sbx_stream_response(const sbx_stream *stream);

/**
 * The head of the answer, or what has ended the call before it was there.
 *
 * @param stream a stream
 * @param response receives the head, owned by the stream
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_WOULD_BLOCK while a started stream has none yet; any error of the call
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_stream_head(const sbx_stream *stream, const sbx_response **response, sbx_error **error);

/**
 * Reads bytes of the body.
 *
 * @param stream a stream
 * @param buffer where they go
 * @param capacity how many there is room for, at least 1
 * @param got receives how many were read
 * @param error receives the error; may be NULL
 * @return ::SBX_OK with at least one byte; ::SBX_DONE at the end of a body that came whole; ::SBX_WOULD_BLOCK where a
 *         started stream has nothing yet; ::SBX_ERROR_CONNECTION where the body was cut, and any other error, which
 *         each later read gives again
 *
 * Not to be mixed with sbx_stream_line() and sbx_stream_event(). Since 0.1.0.
 */
SBX_API sbx_status sbx_stream_read(sbx_stream *stream, void *buffer, size_t capacity, size_t *got, sbx_error **error);

/**
 * Reads the next line of the body. LF, CRLF and CR each end one; a last line needs no end.
 *
 * @param stream a stream
 * @param line receives the line without its end and followed by a NUL, owned by the stream until the next read
 * @param length receives its bytes; may be NULL
 * @param error receives the error; may be NULL
 * @return as sbx_stream_read(); ::SBX_ERROR_RESPONSE_TOO_LARGE where a line is longer than the client's
 *         `max_event_line_bytes`
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_stream_line(sbx_stream *stream, const char **line, size_t *length, sbx_error **error);

/**
 * Reads the next server-sent event of the body (WHATWG HTML, section 9.2).
 *
 * @param stream a stream
 * @param event receives the event, whose texts are owned by the stream until the next read; set by ::SBX_EVENT_INIT
 * @param error receives the error; may be NULL
 * @return as sbx_stream_line(); ::SBX_ERROR_CONNECTION also where the body ends within an event
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_stream_event(sbx_stream *stream, sbx_event *event, sbx_error **error);

/**
 * Writes what is left of the body to where it shall be. A file at a path appears whole or not at all. Where that fails
 * on the way, each later read gives the same error: bytes are missing by then.
 *
 * @param stream a stream that sbx_client_open() gave out
 * @param sink where to: a path, a descriptor or a callback
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or any error; ::SBX_ERROR_INVALID_ARGUMENT for a started stream, which would block its loop
 *
 * Blocks until the body has ended. A callback of the sink must not free the stream; reading it there is refused. Since
 * 0.1.0.
 */
SBX_API sbx_status sbx_stream_save(sbx_stream *stream, const sbx_sink *sink, sbx_error **error);

/**
 * Goes on with a stream whose request has a source that returned ::SBX_SOURCE_LATER: it is asked again, as by
 * sbx_call_resume().
 *
 * @param stream a stream that sbx_client_open_start() gave out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_stream_resume(sbx_stream *stream);

/**
 * Ends a stream: a read that waits, and each later one, gives ::SBX_ERROR_CANCELLED, unless the body had ended before.
 *
 * @param stream a stream; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_stream_cancel(sbx_stream *stream);

/**
 * Frees a stream. Where its body has not ended its connection is closed at once.
 *
 * @param stream what an open gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_stream_free(sbx_stream *stream);

SBX_END_DECLS

#endif
