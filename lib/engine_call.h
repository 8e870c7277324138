/*
 * A started call: what its owner, the engine and the thread that drives know of it.
 */
#ifndef SBX_LIB_ENGINE_CALL_H
#define SBX_LIB_ENGINE_CALL_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/stream.h>
#include <stdatomic.h>

#include "call.h"
#include "call_list.h"
#include "cancel.h"
#include "core.h"
#include "timer_heap.h"

/* What was asked of a call and not yet done. */
#define SBX__WANTS_START 1U
#define SBX__WANTS_CANCEL 2U
#define SBX__WANTS_RESUME 4U

struct sbx_call {
	atomic_size_t references; /* the caller's, and the engine's while it has work with the call */
	atomic_bool done;
	bool keeps_open; /* the core, until the caller gives up the call */
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
	/* The requests that follow one another in this call, which owns them; NULL: it is one request. */
	struct sbx__sequence *sequence;
	/* Takes the result of one of them, and prepares the next or a rest. False: the call is done. Runs while its
	 * thread drives, before anyone is told. */
	bool (*go_on)(sbx_call *call);

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
	bool rests;         /* there is no machine until `rest_until` */
	int64_t rest_until; /* on the platform */
	bool cleans_up;     /* only the closing of the client ends it */
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
/* Takes the result from a machine that is done, and frees the machine. Where there is none it does nothing. */
void sbx__engine_call_finish(sbx_call *call);

#endif
