/*
 * The driver of started calls: the one place that knows the loop. Any thread may hand it a call or ask something of
 * one; one thread at a time drives. No lock is held while waiting for the network.
 */
#ifndef SBX_LIB_ENGINE_H
#define SBX_LIB_ENGINE_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/stream.h>
#include <stdatomic.h>

#include "call.h"
#include "cancel.h"
#include "core.h"
#include "timer_heap.h"

/* What was asked of a call and not yet done. */
#define SBX__WANTS_START 1U
#define SBX__WANTS_CANCEL 2U
#define SBX__WANTS_RESUME 4U

/* A list that a call can be in. */
typedef struct sbx__call_link {
	struct sbx_call *next;
	bool linked;
} sbx__call_link;

struct sbx_call {
	atomic_size_t references; /* the caller's, and the engine's while it has work with the call */
	atomic_bool done;
	sbx__core *core;
	sbx__call machine;
	sbx__cancel_link cancel;
	sbx__stream_buffer *stream; /* NULL: no stream; owned */
	/* Tells the owner that the call is done, or that its stream can be read. Runs while its thread drives. */
	void (*tell)(sbx_call *call);
	union {
		sbx_call_callback done;
		sbx_stream_callback ready;
	} callback;
	void *user_data;
	struct sbx_stream *owner; /* the stream that the call is of; NULL: none */

	/* under the engine's mutex */
	unsigned wants;
	bool released; /* the caller has no handle any more */
	sbx__call_link attention;
	sbx_call *finished_next;
	sbx_call *finished_previous;
	bool in_finished;

	/* the driver's */
	sbx__timer timer;
	sbx_call *all_next;
	sbx_call *all_previous;
	sbx_call *waiting_next;
	sbx_call *waiting_previous;
	bool waiting;       /* for a connection */
	sbx__ticket ticket; /* of that wait */
	bool has_permit;
	sbx__transport *transport;
	sbx__call_link touched;
	sbx__call_link telling;

	/* once done; the response of a stream once it was opened */
	atomic_bool opened;
	sbx_response *response;
	sbx_error *error;
};

/* A call of which nothing has started; the machine is the caller's to prepare. NULL: no memory. */
sbx_call *sbx__engine_call_new(sbx__core *core);
void sbx__engine_call_ref(sbx_call *call);
void sbx__engine_call_unref(sbx_call *call);

/* Takes from the machine of a stream the response that belongs to its head, once it is there. Whether it has just come.
 */
bool sbx__engine_call_open(sbx_call *call);
/* Takes the result from a machine that is done, and frees the machine. */
void sbx__engine_call_finish(sbx_call *call);

/* The share stays as long as the core. */
sbx__engine *sbx__engine_new(sbx__core *core, const sbx__transport_factory *factory, sbx__hub_share *share,
                             sbx_error **error);
void sbx__engine_free(sbx__engine *engine);
/* In a forked child: closes the descriptors, and touches nothing else. */
void sbx__engine_abandon(sbx__engine *engine);

int sbx__engine_descriptor(const sbx__engine *engine);
/* Hands over a call whose machine is ready. */
void sbx__engine_start(sbx__engine *engine, sbx_call *call);
/* Asks something of a call: SBX__WANTS_CANCEL, SBX__WANTS_RESUME. It is done at once where nobody drives. */
void sbx__engine_ask(sbx__engine *engine, sbx_call *call, unsigned wants);
/* The same, done when the loop is next driven: for a caller that holds a lock. */
void sbx__engine_ask_later(sbx__engine *engine, sbx_call *call, unsigned wants);
/* The caller gives up its handle: nothing is told any more. */
void sbx__engine_release(sbx__engine *engine, sbx_call *call);
/* Does what can be done without waiting, unless another thread is at it. False: a callback has forked, and this is the
 * child, which has left all as it was. */
bool sbx__engine_process(sbx__engine *engine);
/* Waits for work, for at most so many nanoseconds, and does it. False as above. */
bool sbx__engine_poll(sbx__engine *engine, int64_t nanoseconds);
/* Waits until a call is done, for at most so long, and drives meanwhile if nobody else does. Whether it is done. */
bool sbx__engine_wait(sbx__engine *engine, sbx_call *call, int64_t nanoseconds);
/* Whether the thread is in a callback of the engine. */
bool sbx__engine_is_inside(const sbx__engine *engine);
/* How many calls are not done, or done and not told. */
size_t sbx__engine_in_flight(const sbx__engine *engine);
/* Puts a call into the queue of the finished, and takes the first out of it; NULL: none. */
void sbx__engine_enqueue(sbx__engine *engine, sbx_call *call);
sbx_call *sbx__engine_dequeue(sbx__engine *engine);
/* It is the turn of the first call that waits for a connection. */
void sbx__engine_wake(sbx__engine *engine);
/* Ends all calls; their ends are told as every other. With `forget` there is nobody left to tell. */
void sbx__engine_close(sbx__engine *engine, bool forget);

#endif
