/**
 * @file times.h
 * How long the phases of an attempt took.
 */
#ifndef SANDBOX_SDK_TIMES_H
#define SANDBOX_SDK_TIMES_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/**
 * When each phase of an attempt was over, in seconds since the attempt began. 0: there was no such phase (a kept
 * connection has neither of the first three, plain HTTP no TLS), or it was not reached. Since 0.1.0.
 */
typedef struct sbx_times {
	size_t size;         /**< set by ::SBX_TIMES_INIT */
	double name_lookup;  /**< the server's name, or the proxy's, was resolved */
	double connect;      /**< the connection to it was made */
	double tls;          /**< the TLS handshake was done */
	double request_sent; /**< the request began to leave */
	double first_byte;   /**< the first byte of the answer was there */
	double total;        /**< the attempt was over; for a stream, its head was there */
} sbx_times;

/** Times to be filled. */
#define SBX_TIMES_INIT {sizeof(sbx_times), 0, 0, 0, 0, 0, 0}

SBX_END_DECLS

#endif
