/**
 * @file loop.h
 * The loop that drives started calls: one descriptor to watch, one function that does what can be done. It serves a
 * client and all that share its connections; any loop that can watch a descriptor can hold it, and sbx_client_poll() is
 * one for a plain program.
 */
#ifndef SANDBOX_SDK_LOOP_H
#define SANDBOX_SDK_LOOP_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/**
 * The descriptor of the loop: readable whenever sbx_client_process() has something to do.
 *
 * @param client a client
 * @param descriptor receives the descriptor, the same one each time and for all clients that share their connections;
 *        it belongs to the client, and must only be watched. It is closed when the last client and call are freed
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_SYSTEM (no descriptors), ::SBX_ERROR_OUT_OF_MEMORY; ::SBX_ERROR_CLOSED where a closed
 *         client had no loop before
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_fd(sbx_client *client, int *descriptor, sbx_error **error);

/**
 * Does what can be done now and runs the callbacks that are due. It never waits. Where another thread is at it, it
 * returns at once.
 *
 * @param client a client
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, also where there was nothing to do; ::SBX_ERROR_INVALID_ARGUMENT inside a callback of the client;
 *         ::SBX_ERROR_CONNECTION in a forked child, also in one that a callback has forked meanwhile
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_process(sbx_client *client, sbx_error **error);

/**
 * Waits for work and does it: `while (sbx_client_poll(client, SBX_FOREVER, NULL) == SBX_OK) ...` is a whole loop.
 *
 * @param client a client
 * @param seconds how long to wait at most; 0: not at all; ::SBX_FOREVER
 * @param error receives the error; may be NULL
 * @return ::SBX_OK after some work, a signal or the time; ::SBX_DONE when no call is under way;
 *         ::SBX_ERROR_INVALID_ARGUMENT inside a callback of the client; ::SBX_ERROR_CONNECTION as above
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_poll(sbx_client *client, double seconds, sbx_error **error);

/**
 * Takes the next finished call that was started without a callback.
 *
 * @param client a client
 * @param call receives the call: the very one that sbx_client_start() gave out, still freed once
 * @return ::SBX_OK; ::SBX_DONE where none is finished; ::SBX_ERROR_INVALID_ARGUMENT for a NULL, and in a forked child
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_next(sbx_client *client, sbx_call **call);

/**
 * How many started calls and streams are under way, over all clients that share their connections.
 *
 * @param client a client
 * @return the number; a call counts until its end was told
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_client_in_flight(const sbx_client *client);

SBX_END_DECLS

#endif
