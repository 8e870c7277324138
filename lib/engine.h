/*
 * The driver of started calls: the one place that knows the loop. Any thread may hand it a call or ask something of
 * one; one thread at a time drives. No lock is held while waiting for the network.
 */
#ifndef SBX_LIB_ENGINE_H
#define SBX_LIB_ENGINE_H

#include "core.h"
#include "engine_call.h"

/* The share stays as long as the core. */
sbx__engine *sbx__engine_new(sbx__core *core, const sbx__transport_factory *factory, sbx__hub_share *share,
                             sbx_error **error);
void sbx__engine_free(sbx__engine *engine);
/* In a forked child: closes the descriptors, and touches nothing else. */
void sbx__engine_abandon(sbx__engine *engine);

int sbx__engine_descriptor(const sbx__engine *engine);
/* Hands over a call whose machine is ready. */
void sbx__engine_start(sbx__engine *engine, sbx_call *call);
/* Hands over again a call that goes on with another machine, or rests: for the thread that drives. */
void sbx__engine_start_again(sbx__engine *engine, sbx_call *call);
/* Asks something of a call: SBX__WANTS_CANCEL, SBX__WANTS_RESUME. It is done at once where nobody drives. */
void sbx__engine_ask(sbx__engine *engine, sbx_call *call, unsigned wants);
/* The same, done when the loop is next driven: for a caller that holds a lock. */
void sbx__engine_ask_later(sbx__engine *engine, sbx_call *call, unsigned wants);
/* At once, of a call that may not have begun yet: ends it, or its rest. For the thread that drives. */
void sbx__engine_abort(sbx__engine *engine, sbx_call *call, sbx_status code, const char *message);
void sbx__engine_end_rest(sbx__engine *engine, sbx_call *call);
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
