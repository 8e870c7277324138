/**
 * @file cancel.h
 * Ending calls from another thread: one object for any number of calls, given to them by their options.
 */
#ifndef SANDBOX_SDK_CANCEL_H
#define SANDBOX_SDK_CANCEL_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** What ends calls; opaque. Its functions are safe from any thread, none of them from a signal handler. Since 0.1.0. */
typedef struct sbx_cancel sbx_cancel;

/**
 * Makes what ends calls.
 *
 * @param cancel receives it, freed with sbx_cancel_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_cancel_new(sbx_cancel **cancel, sbx_error **error);

/**
 * Ends all calls that have it in their options, and each later one before it begins: with ::SBX_ERROR_CANCELLED.
 *
 * @param cancel what ends calls; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_cancel_fire(sbx_cancel *cancel);

/**
 * Whether it was fired.
 *
 * @param cancel what ends calls
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_cancel_is_fired(const sbx_cancel *cancel);

/**
 * Gives it up. Calls that have it in their options go on; they keep what they need of it.
 *
 * @param cancel what sbx_cancel_new() gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_cancel_free(sbx_cancel *cancel);

SBX_END_DECLS

#endif
