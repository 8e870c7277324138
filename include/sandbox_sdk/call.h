/**
 * @file call.h
 * Calls that are started and not waited for: any number of them are under way on one thread, and no thread is created.
 * What drives them is in loop.h.
 */
#ifndef SANDBOX_SDK_CALL_H
#define SANDBOX_SDK_CALL_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/request.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** A call that was started; opaque. Its functions are safe from any thread. Since 0.1.0. */
typedef struct sbx_call sbx_call;

/**
 * Told that a call is done: it succeeded, failed, was cancelled or its client was closed.
 *
 * @param user_data what was given with the callback
 * @param call the call, whose result can be taken; it may be freed here
 *
 * Called once, from within sbx_client_process(), sbx_client_poll() or sbx_call_wait(), by one thread at a time. It may
 * start, cancel and free calls and close or free the client; it must not wait for a call. Since 0.1.0.
 */
typedef void (*sbx_call_callback)(void *user_data, sbx_call *call);

/**
 * Starts a request and returns at once. Nothing is sent before the client's loop is driven.
 *
 * @param client a client
 * @param request what is asked for; it is copied
 * @param options may be NULL; they are copied, but what a source, a sink or a callback points to must stay until the
 *        call is done. `interrupt` is not asked: cancel the call. A source must not block: where it has nothing yet,
 * its callback returns ::SBX_SOURCE_LATER
 * @param on_done told when the call is done; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, ::SBX_ERROR_CLOSED, ::SBX_ERROR_SYSTEM (no descriptors) or
 *         ::SBX_ERROR_OUT_OF_MEMORY, and then nothing was started
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_start(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                                    sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error);

/**
 * Whether a call is done.
 *
 * @param call a call
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_call_is_done(const sbx_call *call);

/**
 * What was given with the call's callback.
 *
 * @param call a call
 * @return the pointer
 *
 * Since 0.1.0.
 */
SBX_API void *sbx_call_user_data(const sbx_call *call);

/**
 * Ends a call: its connection is freed at once, and its result is ::SBX_ERROR_CANCELLED, told as every result is. A
 * call that is done stays as it is. One of several requests (session.h) that has something to take back does that
 * before it is done; one that has many results (run_many.h, leftovers.h) keeps those that are there.
 *
 * @param call a call
 *
 * While no thread drives the loop it is done on this one: the client's `log` and `on_attempt` may be told of this call
 * here, and of others that are cancelled at the same moment. No other function of the caller's is called: whoever waits
 * for the connection goes on when the loop is next driven, and results are told then. While a thread drives, that one
 * does it, soon after.
 *
 * Since 0.1.0.
 */
SBX_API void sbx_call_cancel(sbx_call *call);

/**
 * Goes on with a call whose source returned ::SBX_SOURCE_LATER: it is asked again.
 *
 * @param call a call
 *
 * While no thread drives the loop the source is asked on this thread, from within this function, and so are those of
 * calls that are resumed at the same moment; else on the one that drives.
 *
 * Since 0.1.0.
 */
SBX_API void sbx_call_resume(sbx_call *call);

/**
 * Waits until a call is done. While no other thread drives the client's loop this one does, callbacks of other calls
 * included.
 *
 * @param call a call
 * @param seconds how long at most; ::SBX_FOREVER: as long as it takes
 * @param error receives the error; may be NULL
 * @return ::SBX_OK when the call is done, however it ended; ::SBX_ERROR_TIMEOUT when it is not, and it goes on;
 *         ::SBX_ERROR_INVALID_ARGUMENT inside a callback of the client
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_call_wait(sbx_call *call, double seconds, sbx_error **error);

/**
 * The result of a call that is done. It can be asked for again and again.
 *
 * @param call a call
 * @param response receives the response, freed with sbx_response_free(), and NULL where a call of several requests has
 *        none to show; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or the call's error; ::SBX_ERROR_INVALID_ARGUMENT while it is not done
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result(const sbx_call *call, sbx_response **response, sbx_error **error);

/**
 * Gives up a call. One that is not done is ended as by sbx_call_cancel(), and no callback comes of it any more (one
 * that another thread is in may still be running). `log` and `on_attempt` may be told on this thread, as there.
 *
 * @param call what sbx_client_start() gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_call_free(sbx_call *call);

SBX_END_DECLS

#endif
