/*
 * Several requests and waits that are one call to the caller, as a state machine: what comes next, and what goes on
 * when that has ended. It never waits. There are two drivers: sbx__sequence_run() for the thread that waits, and
 * started_sequence.c for a loop.
 */
#ifndef SBX_LIB_SEQUENCE_H
#define SBX_LIB_SEQUENCE_H

#include <sandbox_sdk/call.h>
#include <stdbool.h>

#include "arguments.h"
#include "steps.h"

typedef struct sbx__sequence sbx__sequence;

typedef enum sbx__sequence_next {
	SBX__NEXT_REQUEST, /* `request` with `options`, and `arguments` in the place of its own */
	SBX__NEXT_WAIT,    /* `seconds`; 0: the loop has its turn */
	SBX__NEXT_HOLD,    /* the same, but it ends by sbx__sequence_go_on() too, and no deadline cuts it */
	SBX__NEXT_DONE,    /* nothing: `response` or `error` is the result */
} sbx__sequence_next;

/* Goes on after what came next has ended: takes over the response of a request that succeeded, or the error of whatever
 * failed; both are NULL after a wait. */
typedef void (*sbx__sequence_then)(sbx__sequence *sequence, sbx_response *response, sbx_error *failure);

typedef struct sbx__sequence_type {
	void (*free)(sbx__sequence *sequence);
} sbx__sequence_type;

/* The first member of each sequence. */
struct sbx__sequence {
	const sbx__sequence_type *type;
	sbx__steps steps;
	bool started;   /* the loop drives it: nothing may wait */
	sbx_call *call; /* that it is, where the loop drives it */
	bool cleaning;  /* nothing ends it from outside any more but the closing of the client */
	sbx__sequence_next next;
	sbx__sequence_then then;
	sbx_error *problem; /* what comes next cannot be done: that is how it ended */
	sbx_request request;
	bool typed; /* its arguments are those below */
	sbx__arguments arguments;
	sbx_request_options options;
	double seconds;
	sbx_response *response;
	sbx_error *error;
};

/* Makes the members of a sequence that does nothing yet. */
void sbx__sequence_init(sbx__sequence *sequence, const sbx__sequence_type *type, bool started);
/* Frees the members. */
void sbx__sequence_clear(sbx__sequence *sequence);
void sbx__sequence_free(sbx__sequence *sequence);

/* ---- what a sequence says ---- */

/* Next comes a request for an operation (its index), whose `arguments` were made, with the steps' options and the time
 * that is left. */
void sbx__sequence_ask(sbx__sequence *sequence, int operation, sbx__sequence_then then);
/* The same with the sequence's `request`. */
void sbx__sequence_ask_plain(sbx__sequence *sequence, sbx__sequence_then then);
void sbx__sequence_wait(sbx__sequence *sequence, double seconds, sbx__sequence_then then);
/* Next come calls of its own that the loop drives: so many seconds, SBX_FOREVER. For a sequence that is started. */
void sbx__sequence_hold(sbx__sequence *sequence, double seconds, sbx__sequence_then then);
/* From now on it cleans up, in so many seconds at most. */
void sbx__sequence_clean(sbx__sequence *sequence, double seconds);
/* It is done. Both take over what they are given; a NULL response is none. */
void sbx__sequence_succeed(sbx__sequence *sequence, sbx_response *response);
void sbx__sequence_fail(sbx__sequence *sequence, sbx_error *error);

/* ---- what drives it ---- */

/* Goes on after what came next, with how it ended. */
void sbx__sequence_resume(sbx__sequence *sequence, sbx_response *response, sbx_error *failure);
/* Drives it on this thread to its end, frees it, and gives out its result. */
sbx_status sbx__sequence_run(sbx__sequence *sequence, sbx_response **response, sbx_error **error);
/* Makes it a call of its client's loop, which owns it then. It is freed where that fails. What its options point to is
 * copied, as that of a started call. */
sbx_status sbx__sequence_start(sbx__sequence *sequence, sbx_call_callback on_done, void *user_data, sbx_call **call,
                               sbx_error **error);
/* The same for a call that nobody has: the loop alone keeps it. */
sbx_status sbx__sequence_leave(sbx__sequence *sequence, sbx_error **error);
/* Ends what holds it: its `then` comes from within. For the thread that drives. */
void sbx__sequence_go_on(sbx__sequence *sequence);
/* The sequence of a call that is one of that type; NULL: it is not. */
sbx__sequence *sbx__sequence_of(const sbx_call *call, const sbx__sequence_type *type);

#endif
