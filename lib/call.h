/*
 * The call state machine: build, send, receive, decide (retry, wait, redirect, fail), decode. It never blocks. A driver
 * lets it step, and waits for the transport between the steps, until the call is done. There are two drivers:
 * operation.c for the thread that waits, engine.c for a loop.
 */
#ifndef SBX_LIB_CALL_H
#define SBX_LIB_CALL_H

#include <sandbox_sdk/request.h>

#include "attempt.h"
#include "cold.h"
#include "config.h"
#include "content_decoder.h"
#include "operation.h"
#include "platform.h"
#include "request.h"
#include "response.h"
#include "sink.h"
#include "source.h"
#include "stream_buffer.h"
#include "transport.h"

typedef enum sbx__call_state {
	SBX__CALL_READY,   /* the next attempt can begin */
	SBX__CALL_SENDING, /* an exchange is under way */
	SBX__CALL_ENDED,   /* an exchange is over and not yet judged */
	SBX__CALL_WAITING, /* for the time of the next attempt */
	SBX__CALL_DONE,
} sbx__call_state;

/* How one attempt goes. */
typedef struct sbx__attempt {
	bool connected;
	bool active;         /* something happened since the call last looked at the clock */
	bool resend_refused; /* the transport wanted to send an unsafe request twice */
	int64_t body_given;  /* bytes of the request's body that the transport has read */
	bool body_sent;      /* all of it */
	bool refused_early;  /* an answer that is no success came before all of the body was sent */
	bool whole_early;    /* and it is whole */
	bool source_failed;
	bool sink_failed;
	bool timed_out;
	bool too_large;
	bool contradictory; /* the answer says two different things of its length */
	bool out_of_memory;
	sbx__attempt_end end;
	char *detail;
	int http_status;
	sbx__headers headers;
	int64_t announced;             /* its Content-Length; SBX_DEFAULT: none */
	bool unframed;                 /* nothing says how long the body is */
	bool encoded;                  /* a header says that the body is */
	sbx__content_coding coding;    /* that the body is decoded from */
	sbx__content_decoder *decoder; /* NULL: nothing of such a body has come yet */
	const char *undecodable;       /* why the body, or the rest of it, cannot be decoded; NULL: it can */
	int64_t came;                  /* bytes of body on the wire */
	int64_t received;              /* bytes of body, decoded */
} sbx__attempt;

typedef struct sbx__call {
	sbx__call_state state;
	sbx__config *config;
	const sbx__platform *platform;
	sbx__transport *transport;
	sbx_request_options options;
	sbx__request_input input;
	sbx__request request;
	sbx__source_reader source;
	sbx__sink_writer sink;
	sbx__buffer body; /* of the answer, where it is kept in memory */
	sbx__stream_buffer
	        *stream;   /* where the body of a success goes that the caller reads by itself; NULL: no stream */
	bool patient;      /* it has no read timeout of the client's */
	bool opened;       /* the head of that success is there: nothing is sent again any more */
	bool readable;     /* the reader of the stream is to be told; the driver takes it back */
	bool held_back;    /* the stream is full, and the transport was told so */
	bool source_waits; /* the source has nothing yet, and the transport was told so */
	void (*changed)(void *context); /* tells the driver that a step is due; NULL: it looks by itself */
	void *changed_context;
	bool undecoded;   /* the caller judges the body of a success by itself */
	bool model_alone; /* nobody sees more of the response than its model */
	void *kept;       /* copies of what the caller passed; NULL: none */
	sbx__exchange exchange;
	double exchange_timeouts[4]; /* of it */
	sbx__attempt attempt;
	sbx__attempt_record record; /* of it, for the client's hook */
	sbx__safety safety;
	int attempts; /* begun, redirects not counted */
	int retries;
	int resends; /* how often the transport sent the request again by itself */
	int redirects;
	sbx_response *previous;  /* the answer of the last one */
	size_t redirected_bytes; /* of the bodies of such answers */
	bool doubtful;           /* an earlier attempt may have been carried out */
	int64_t started;
	int64_t stepped;       /* when the last step began: reading the clock costs more than it looks */
	int64_t deadline;      /* SBX__NEVER: none */
	int64_t last_activity; /* when bytes last went or came, or the attempt began */
	int64_t wake_at;       /* the end of a wait between attempts */
	sbx_response *response;
	sbx_error *error;
} sbx__call;

/*
 * Prepares a call. Nothing is sent. All pointers in `options` and `request` must stay until sbx__call_free(), which has
 * to be called in any case; the config is referenced. `typed` has the arguments where a typed function was called;
 * NULL: the request has. `started` is the platform's time at which the caller's call began.
 */
sbx_status sbx__call_init(sbx__call *call, sbx__config *config, const sbx__platform *platform,
                          const sbx_request *request, const sbx__arguments *typed, const sbx_request_options *options,
                          int64_t started, sbx_error **error);
/* The call is driven by a loop: its sources may have nothing yet. */
void sbx__call_may_wait(sbx__call *call);
/* Copies what the caller passed and may take away; sources, sinks and callbacks must stay. False: no memory. */
bool sbx__call_keep(sbx__call *call);
/* Makes the body of a success a stream, whose buffer must stay as long as the call. Before the first step. With
 * `patient` it has no read timeout once it is open, unless the caller gave one. */
void sbx__call_set_stream(sbx__call *call, sbx__stream_buffer *stream, bool patient);
/* Goes on after the stream was read from, or the source has something again. */
void sbx__call_resume(sbx__call *call);
/* Gives the call the transport that its attempts go over. */
void sbx__call_set_transport(sbx__call *call, sbx__transport *transport);
/* Goes as far as is possible without waiting. True: the call is done. */
bool sbx__call_step(sbx__call *call);
/* The platform's time at which the call has to step again even when the transport has nothing to tell; SBX__NEVER. */
int64_t sbx__call_wake_at(const sbx__call *call);
/* Ends a call that is not done with an error of that code and message. */
SBX__COLD void sbx__call_abort(sbx__call *call, sbx_status code, const char *message);
/* When the wait for a connection ends; SBX__NEVER. */
int64_t sbx__call_pool_until(const sbx__call *call);
/* Ends a call that has waited for so long. */
void sbx__call_end_wait(sbx__call *call);
/* Takes the result of a call that is done: the response, or the error. */
sbx_status sbx__call_take(sbx__call *call, sbx_response **response, sbx_error **error);
void sbx__call_free(sbx__call *call);

/* The time on the call's platform. */
static inline int64_t sbx__call_now(const sbx__call *call)
{
	return call->platform->now(call->platform->context);
}

static inline bool sbx__is_success(int http_status)
{
	return http_status >= 200 && http_status <= 299;
}

#endif
