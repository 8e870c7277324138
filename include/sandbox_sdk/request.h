/**
 * @file request.h
 * A request: an operation of the API with its arguments. One struct for all the ways in which it can be made: waited
 * for (sbx_client_send()), started (sbx_client_start()), or opened with its body unread (sbx_client_open()).
 */
#ifndef SANDBOX_SDK_REQUEST_H
#define SANDBOX_SDK_REQUEST_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** A request. What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_request {
	size_t size;                    /**< set by ::SBX_REQUEST_INIT */
	const sbx_operation *operation; /**< from sbx_operation_find() */
	const sbx_json *arguments; /**< an object with the operation's arguments by name, path arguments included; NULL:
	                              none. An argument whose value is null is sent as null */
} sbx_request;

/** A request that names nothing yet. */
#define SBX_REQUEST_INIT {sizeof(sbx_request), NULL, NULL}

/**
 * Makes a request and waits for its answer.
 *
 * @param client a client
 * @param request what is asked for; must stay until the call has returned
 * @param options may be NULL; its `source` and `sink` are the bytes of an upload and a download
 * @param response receives the response, freed with sbx_response_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK or any error; ::SBX_ERROR_INVALID_ARGUMENT names an argument that is missing, unknown or of a wrong
 *         type
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_send(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                                   sbx_response **response, sbx_error **error);

SBX_END_DECLS

#endif
