/**
 * @file request.h
 * A request: an operation of the API with its arguments, or one of the caller's own making. One struct for all the ways
 * in which it can be made: waited for (sbx_client_send()), started (sbx_client_start()), or opened with its body unread
 * (sbx_client_open()).
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
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** The length of a text that goes as far as its NUL. */
#define SBX_TO_NUL ((size_t)-1)

/** A part of a multipart form: a text, or a file. What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_part {
	size_t size;              /**< set by ::SBX_PART_INIT */
	const char *name;         /**< the field's name, never NULL; parts may share one */
	const char *text;         /**< a text; NULL: a file */
	size_t text_length;       /**< bytes of `text`; ::SBX_TO_NUL */
	const char *content_type; /**< of `text`; NULL: none is sent */
	const sbx_source *source; /**< a file with its name and type, sent as it is read; NULL: a text */
	const sbx_pair *headers;  /**< headers of the part's own; a Content-Type among them is its type */
	size_t headers_count;     /**< how many */
} sbx_part;

/** A part that has nothing yet. */
#define SBX_PART_INIT {sizeof(sbx_part), NULL, NULL, SBX_TO_NUL, NULL, NULL, NULL, 0}

/**
 * A request. Either `operation` and `arguments` are set, or `url` and what belongs to it: a custom request. What it
 * points to belongs to the caller. Since 0.1.0.
 *
 * **The URL** of a custom request is a path below the client's base URL (slashes that it begins with mean nothing), or
 * an absolute `http` or `https` URL that is used as it is. Either may have a query. What cannot stand in a URL is
 * percent-encoded, what is percent-encoded already stays as it is (RFC 3986, section 2). Refused are control bytes, a
 * fragment, which no server would see, and in a path the segments `.` and `..`, which would lead elsewhere. The
 * client's and the options' query follow the URL's own: a name in the options' takes the place of the URL's, one in the
 * URL that of the client's. The client's query goes to the base URL's origin only, as does the key, unless the options
 * set its header.
 *
 * **The body** is at most one of `json`, `data`, `form`, `parts` and the options' `source`; GET, HEAD and TRACE have
 * none. The options' `body` is merged over a `json` that is an object, or is one. The boundary of `parts`, and of an
 * upload, is random, unless the options' headers have a Content-Type of `multipart/form-data` that names one.
 *
 * **Sent again** after a failure is a GET or HEAD always, a PUT or DELETE because it does nothing twice, and every
 * other method only where it surely was not carried out. A POST has an `Idempotency-Key`.
 *
 * **The answer** goes to the options' `sink`, else into memory: sbx_response_body(). There it is also decoded where its
 * `Content-Type` is JSON: sbx_response_json(). If it then is not JSON, that is ::SBX_ERROR_RESPONSE_VALIDATION, unless
 * the options set an `Accept` that does not name JSON.
 */
typedef struct sbx_request {
	size_t size;                    /**< set by ::SBX_REQUEST_INIT */
	const sbx_operation *operation; /**< from sbx_operation_find(); NULL: a custom request */
	const sbx_json *arguments; /**< an object with the operation's arguments by name, path arguments included; NULL:
	                              none. An argument whose value is null is sent as null */
	const char *method;        /**< of a custom request, at most 31 bytes; NULL: `GET` */
	const char *url;           /**< of a custom request */
	const sbx_json *json;      /**< a body of any JSON value */
	const void *data;          /**< a body of bytes; see the options' `source` for one that is too large to copy */
	size_t length;             /**< of `data` */
	const char
	        *content_type; /**< of the body; NULL: the client's, `application/octet-stream` of bytes and a source */
	const sbx_pair *form;  /**< a body of names and values, `application/x-www-form-urlencoded` */
	size_t form_count;     /**< how many */
	const sbx_part *parts; /**< a body of texts and files, `multipart/form-data`; NULL: none */
	size_t parts_count;    /**< how many */
	/** The body of a success stays as it came, neither decoded nor checked: sbx_response_json() is NULL, and the
	 * caller judges sbx_response_body(). Default no. */
	sbx_flag undecoded;
	int reserved; /**< 0 */
} sbx_request;

/** A request that names nothing yet. */
#define SBX_REQUEST_INIT \
	{sizeof(sbx_request), NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 0, NULL, 0, SBX_FLAG_DEFAULT, 0}

/**
 * Makes a request and waits for its answer.
 *
 * @param client a client
 * @param request what is asked for; must stay until the call has returned
 * @param options may be NULL; its `source` and `sink` are the bytes of an upload and a download
 * @param response receives the response, freed with sbx_response_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK or any error; ::SBX_ERROR_INVALID_ARGUMENT names an argument that is missing, unknown, of a wrong
 *         type or cannot be sent
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_send(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                                   sbx_response **response, sbx_error **error);

SBX_END_DECLS

#endif
