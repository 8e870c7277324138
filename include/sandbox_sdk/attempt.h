/**
 * @file attempt.h
 * What a client tells of each attempt of a call: enough to make spans and metrics of.
 */
#ifndef SANDBOX_SDK_ATTEMPT_H
#define SANDBOX_SDK_ATTEMPT_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/status.h>
#include <sandbox_sdk/times.h>

SBX_BEGIN_DECLS

/** What became of a call by an attempt. Since 0.1.0. */
typedef enum sbx_attempt_outcome {
	SBX_ATTEMPT_SUCCEEDED = 0,  /**< the call has its answer */
	SBX_ATTEMPT_REDIRECTED = 1, /**< the request goes on to another URL at once */
	SBX_ATTEMPT_RETRIED = 2,    /**< the request is sent again after a wait */
	SBX_ATTEMPT_FAILED = 3      /**< the call has ended with an error */
} sbx_attempt_outcome;

/**
 * One attempt that is over. Its texts belong to the library and stay until the callback returns; none holds the key, a
 * user or a password. Since 0.1.0.
 */
typedef struct sbx_attempt {
	size_t size;            /**< of this struct, as the library knows it */
	const char *operation;  /**< such as "sandboxes.create"; "request" for a custom request */
	const char *method;     /**< as it was sent */
	const char *url;        /**< that it was sent to */
	const char *request_id; /**< the server's own identifier (header `x-request-id`); "": none */
	const char *detail;     /**< why there is no answer, for a person; "": there is one */
	const sbx_times *times; /**< of its phases, from `started` on */
	double started;         /**< seconds since 1970 */
	double wait;            /**< seconds until the next attempt begins; ::SBX_DEFAULT: there is none */
	int64_t bytes_sent;     /**< of the request's body */
	int64_t bytes_received; /**< of the answer's body as it came, compressed or not */
	int number;       /**< of the attempt, from 1; those that follow a redirect have the number of the first */
	int redirects;    /**< that were followed to get here */
	int http_status;  /**< 0: no answer came */
	int http_version; /**< 10, 11, 20 or 30; 0: not known */
	sbx_attempt_outcome outcome; /**< what became of the call */
	sbx_status status;           /**< ::SBX_OK, or the error that this attempt alone would be */
} sbx_attempt;

/**
 * Told of each attempt when it is over and what follows is decided. An attempt that ends because its call is freed is
 * not told.
 *
 * @param user_data the client's `on_attempt_user_data`
 * @param call_user_data the call's `attempt_user_data` of its options, NULL where it has none: what the attempt's span
 *        is to be a child of
 * @param attempt what is known of it
 *
 * Called on the thread that makes the call, for a started one on that which drives its loop. As every callback it may
 * do anything with the client and its calls but drive its loop. Since 0.1.0.
 */
typedef void (*sbx_attempt_callback)(void *user_data, void *call_user_data, const sbx_attempt *attempt);

SBX_END_DECLS

#endif
