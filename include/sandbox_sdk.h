/**
 * @file sandbox_sdk.h
 * The whole public interface of libsandbox_sdk.
 *
 * Conventions that hold for every function:
 * - A function that can fail returns ::sbx_status: ::SBX_OK is 0, a negative value is an error, a positive one is
 *   information. Its last argument is `sbx_error **error`, which may be NULL; on failure it receives a new error,
 *   which the caller frees with sbx_error_free(), and every other output is left untouched.
 * - A pointer that a call gives out is owned by the caller and freed by the `_free` function of its noun, which accepts
 *   NULL. A pointer that an accessor returns is owned by the object it was asked of and lives as long as that object.
 * - Structs begin with their own size, set by their `_INIT` macro: a program built against an older version of the
 *   library goes on working with a newer one.
 * - Text is UTF-8. Times are in seconds.
 */
#ifndef SANDBOX_SDK_H
#define SANDBOX_SDK_H

#include <sandbox_sdk/attempt.h>
#include <sandbox_sdk/call.h>
#include <sandbox_sdk/call_results.h>
#include <sandbox_sdk/cancel.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/event.h>
#include <sandbox_sdk/event_decoder.h>
#include <sandbox_sdk/execution_stream.h>
#include <sandbox_sdk/http_options.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/leftovers.h>
#include <sandbox_sdk/log.h>
#include <sandbox_sdk/loop.h>
#include <sandbox_sdk/memory_transport.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/pages.h>
#include <sandbox_sdk/request.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/resources.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/run_many.h>
#include <sandbox_sdk/session.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/status.h>
#include <sandbox_sdk/stream.h>
#include <sandbox_sdk/times.h>
#include <sandbox_sdk/transfer.h>
#include <sandbox_sdk/transport.h>
#include <sandbox_sdk/version.h>

#endif
