/**
 * @file operation.h
 * The operations of the API as data, and the one dynamic entry through which all of them can be called.
 */
#ifndef SANDBOX_SDK_OPERATION_H
#define SANDBOX_SDK_OPERATION_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** An operation; opaque and static. Since 0.1.0. */
typedef struct sbx_operation sbx_operation;

/**
 * Finds an operation.
 *
 * @param name such as "sandboxes.create"
 * @return the operation, static; NULL where there is none of that name
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_operation *sbx_operation_find(const char *name);

/**
 * How many operations there are.
 *
 * @return the number
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_operation_count(void);

/**
 * One operation, in the order of the API's description.
 *
 * @param index from 0 to sbx_operation_count() - 1
 * @return the operation, static; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_operation *sbx_operation_at(size_t index);

/**
 * The name of an operation.
 *
 * @param operation an operation
 * @return static text such as "sandboxes.create"
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_operation_name(const sbx_operation *operation);

/**
 * Calls any operation: the entry on which the typed functions and the language bindings stand.
 *
 * @param client a client
 * @param operation from sbx_operation_find()
 * @param arguments an object with the operation's arguments by name, path arguments included; NULL: none. An argument
 *        whose value is null is sent as null.
 * @param options may be NULL; its `source` and `sink` are the bytes of an upload and a download
 * @param response receives the response, freed with sbx_response_free(); may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or any error; ::SBX_ERROR_INVALID_ARGUMENT names an argument that is missing, unknown or of a wrong
 *         type
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_invoke(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                     const sbx_request_options *options, sbx_response **response, sbx_error **error);

SBX_END_DECLS

#endif
