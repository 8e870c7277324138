/**
 * @file request_options.h
 * What one call may do otherwise than its client.
 */
#ifndef SANDBOX_SDK_REQUEST_OPTIONS_H
#define SANDBOX_SDK_REQUEST_OPTIONS_H

#include <sandbox_sdk/cancel.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>

SBX_BEGIN_DECLS

/**
 * Asked during a call, when a signal came and at least every 50 ms, whether the call should end.
 *
 * @param user_data what was given with the callback
 * @return 0 to go on; anything else ends the call with ::SBX_ERROR_CANCELLED
 *
 * Called on the thread that makes the call. Since 0.1.0.
 */
typedef int (*sbx_interrupt_callback)(void *user_data);

/**
 * Told of the bytes of an upload's file as they are given to the transport, and of the bytes of a download as they
 * arrive. An operation with neither never calls it.
 *
 * @param user_data what was given with the callback
 * @param done bytes so far, from 1; starts again when the request is sent again
 * @param total bytes in all; ::SBX_DEFAULT where nobody said
 *
 * Called on the thread that makes the call. Since 0.1.0.
 */
typedef void (*sbx_progress_callback)(void *user_data, int64_t done, int64_t total);

/**
 * Options of one call. What they point to belongs to the caller and must stay until the call has returned.
 *
 * Timeouts are in seconds; ::SBX_DEFAULT takes the client's, ::SBX_FOREVER never ends the wait. Since 0.1.0.
 */
typedef struct sbx_request_options {
	size_t size;                      /**< set by ::SBX_REQUEST_OPTIONS_INIT */
	const sbx_pair *headers;          /**< set in the place of the client's; a NULL value removes one */
	size_t headers_count;             /**< how many */
	const sbx_json *query;            /**< an object, merged over the client's and the operation's query */
	const sbx_json *body;             /**< an object, merged over the operation's body; NULL: nothing */
	double timeout;                   /**< all four of the next ones at once */
	double connect_timeout;           /**< until a connection is made, TLS included */
	double read_timeout;              /**< between two arrivals of bytes */
	double write_timeout;             /**< between two departures of bytes */
	double pool_timeout;              /**< until one of the client's connections is free */
	double deadline;                  /**< for the whole call, retries and waits included */
	int max_retries;                  /**< how often a request is sent again; ::SBX_DEFAULT */
	sbx_flag follow_redirects;        /**< else a redirect is an error, ::SBX_ERROR_STATUS */
	const char *idempotency_key;      /**< sent as `Idempotency-Key`; NULL: a new one for each POST */
	const sbx_source *source;         /**< for sbx_client_invoke(): the file part of an upload */
	const sbx_sink *sink;             /**< for sbx_client_invoke(): where a download goes; NULL: memory */
	sbx_interrupt_callback interrupt; /**< may end the call; NULL: nothing does */
	void *interrupt_user_data;        /**< given to `interrupt` */
	sbx_response **response; /**< for a typed call that waits: receives the raw response as well; NULL: not wanted.
	                     A started one has it anyway, sbx_call_result() */
	sbx_progress_callback progress; /**< told how far the file of an upload or download is; NULL: nobody is */
	void *progress_user_data;       /**< given to `progress` */
	sbx_cancel *cancel;             /**< ends the call when it is fired; NULL: nothing does */
	void *attempt_user_data;        /**< given to the client's `on_attempt` as the call's */
	const sbx_pair *credentials; /**< headers that prove who asks, before `headers`, which replace them: they go to
	                     the base URL's origin only. A NULL value removes one */
	size_t credentials_count;    /**< how many */
} sbx_request_options;

/** Options that change nothing. */
#define SBX_REQUEST_OPTIONS_INIT \
	{sizeof(sbx_request_options), \
	 NULL, \
	 0, \
	 NULL, \
	 NULL, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 0, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 0}

SBX_END_DECLS

#endif
