/**
 * @file execution_stream.h
 * A command while it runs: its output as it is written, and its result. What opens one is
 * sbx_sandboxes_execute_stream().
 */
#ifndef SANDBOX_SDK_EXECUTION_STREAM_H
#define SANDBOX_SDK_EXECUTION_STREAM_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** The events of a command that runs; opaque. One thread at a time reads it. Since 0.1.0. */
typedef struct sbx_execution_stream sbx_execution_stream;

/**
 * Told that a started stream has something to read.
 *
 * @param user_data what was given with the callback
 * @param stream the stream, which may be read and freed here
 *
 * Called from within sbx_client_process(), sbx_client_poll() or sbx_call_wait(), by one thread at a time. Since 0.1.0.
 */
typedef void (*sbx_execution_stream_callback)(void *user_data, sbx_execution_stream *stream);

/** What happened to a command. Since 0.1.0. */
typedef enum sbx_execution_event_kind {
	SBX_EXECUTION_STARTED = 1,   /**< it was started: `id` */
	SBX_EXECUTION_STDOUT = 2,    /**< it wrote `data` to its standard output */
	SBX_EXECUTION_STDERR = 3,    /**< it wrote `data` to its standard error */
	SBX_EXECUTION_HEARTBEAT = 4, /**< it is still running: `execution_time_ms` */
	SBX_EXECUTION_RESULT = 5     /**< it has ended: `execution`. The last event */
} sbx_execution_event_kind;

/**
 * One event. What it points to belongs to the stream and stays until the next one is asked for or the stream is freed.
 * Since 0.1.0.
 */
typedef struct sbx_execution_event {
	size_t size;                    /**< set by ::SBX_EXECUTION_EVENT_INIT */
	sbx_execution_event_kind kind;  /**< which of the members below count */
	int reserved;                   /**< 0 */
	const char *id;                 /**< the identifier of the run; "" where the server did not tell */
	const char *data;               /**< bytes of output, exactly as they were written, followed by a NUL */
	size_t length;                  /**< how many */
	int64_t execution_time_ms;      /**< how long the command has run, in milliseconds */
	const sbx_execution *execution; /**< the same as the plain call answers; sbx_execution_ref() keeps it longer */
} sbx_execution_event;

/** An event to be filled. */
#define SBX_EXECUTION_EVENT_INIT {sizeof(sbx_execution_event), (sbx_execution_event_kind)0, 0, NULL, NULL, 0, 0, NULL}

/**
 * The next event.
 *
 * @param stream a stream
 * @param event receives the event; set by ::SBX_EXECUTION_EVENT_INIT
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_DONE after the result; ::SBX_WOULD_BLOCK where a started stream has nothing yet;
 *         ::SBX_ERROR_CONNECTION where the stream ended without a result, and what became of the command is not known
 *         (sbx_error_outcome_unknown()); or any other error of a call
 *
 * Waits for an event, but in a started stream. Since 0.1.0.
 */
SBX_API sbx_status sbx_execution_stream_next(sbx_execution_stream *stream, sbx_execution_event *event,
                                             sbx_error **error);

/**
 * The head of the answer.
 *
 * @param stream a stream
 * @return a response owned by the stream; NULL while a started stream has none yet
 *
 * Since 0.1.0.
 */
SBX_API const sbx_response *sbx_execution_stream_response(const sbx_execution_stream *stream);

/**
 * Ends a stream, and with it the command: a read that waits, and each later one, gives ::SBX_ERROR_CANCELLED.
 *
 * @param stream a stream; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_execution_stream_cancel(sbx_execution_stream *stream);

/**
 * Frees a stream. A command that still runs is killed by the server, which sees the connection close.
 *
 * @param stream what an open gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_execution_stream_free(sbx_execution_stream *stream);

SBX_END_DECLS

#endif
