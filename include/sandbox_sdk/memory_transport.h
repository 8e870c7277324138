/**
 * @file memory_transport.h
 * A transport for tests of programs: it answers what it was told to, remembers what it was asked, and opens no socket.
 */
#ifndef SANDBOX_SDK_MEMORY_TRANSPORT_H
#define SANDBOX_SDK_MEMORY_TRANSPORT_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/request.h>
#include <sandbox_sdk/transport.h>

SBX_BEGIN_DECLS

/** The transport and its memory; opaque. Its functions are safe from any thread, but sbx_memory_transport_free(). Since
 * 0.1.0. */
typedef struct sbx_memory_transport sbx_memory_transport;

/** What one request is answered with. What it points to is copied. Since 0.1.0. */
typedef struct sbx_memory_answer {
	size_t size;                  /**< set by ::SBX_MEMORY_ANSWER_INIT */
	int http_status;              /**< 200 to 599; 0: no answer comes, `failure` says why */
	sbx_exchange_failure failure; /**< where `http_status` is 0, or where `cut` is set */
	const sbx_pair *headers;      /**< of the answer; `Content-Type: application/json` where there are none */
	size_t headers_count;         /**< how many */
	const void *body;             /**< bytes; NULL: none */
	size_t length;                /**< of `body`; ::SBX_TO_NUL */
	sbx_flag cut;                 /**< the exchange fails after the body; default no */
	int reserved;                 /**< 0 */
	const char *detail;           /**< of a failure; NULL: none */
} sbx_memory_answer;

/** An answer with status 200 and an empty JSON object. */
#define SBX_MEMORY_ANSWER_INIT \
	{sizeof(sbx_memory_answer), 200, SBX_EXCHANGE_LOST, NULL, 0, "{}", SBX_TO_NUL, SBX_FLAG_DEFAULT, 0, NULL}

/** A request that was made; all is owned by the transport and stays until that is freed. Since 0.1.0. */
typedef struct sbx_memory_request {
	const char *method;      /**< such as "POST" */
	const char *url;         /**< the whole URL */
	const sbx_pair *headers; /**< with their values, the key's too */
	size_t headers_count;    /**< how many */
	const char *body;        /**< bytes, followed by a NUL; "" where there are none */
	size_t length;           /**< of `body` */
} sbx_memory_request;

/**
 * Makes a transport without answers.
 *
 * @param memory receives the transport, freed with sbx_memory_transport_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_memory_transport_new(sbx_memory_transport **memory, sbx_error **error);

/**
 * Adds the answer to a request that is still to come. Each request takes the next one; without one it fails
 * (::SBX_EXCHANGE_REFUSED), so that a test hears of a request that it did not expect.
 *
 * @param memory a transport
 * @param answer NULL: that of ::SBX_MEMORY_ANSWER_INIT
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_memory_transport_add(sbx_memory_transport *memory, const sbx_memory_answer *answer,
                                            sbx_error **error);

/**
 * How many requests were made, and how many answers are left.
 *
 * @param memory a transport
 * @param answers_left receives the number of answers that no request has taken; may be NULL
 * @return the number of requests; 0 for NULL
 *
 * Since 0.1.0.
 */
SBX_API size_t sbx_memory_transport_requests(const sbx_memory_transport *memory, size_t *answers_left);

/**
 * A request that was made.
 *
 * @param memory a transport
 * @param index below sbx_memory_transport_requests(), in the order in which they came
 * @return the request, owned by the transport; NULL beyond the end
 *
 * Since 0.1.0.
 */
SBX_API const sbx_memory_request *sbx_memory_transport_request_at(const sbx_memory_transport *memory, size_t index);

/**
 * What a client is given as its transport.
 *
 * @param memory a transport
 * @return for `transport` of sbx_client_options, owned by `memory`; NULL for NULL
 *
 * Since 0.1.0.
 */
SBX_API const sbx_transport *sbx_memory_transport_transport(const sbx_memory_transport *memory);

/**
 * Frees a transport.
 *
 * @param memory a transport whose clients are all freed; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_memory_transport_free(sbx_memory_transport *memory);

SBX_END_DECLS

#endif
