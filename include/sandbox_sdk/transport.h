/**
 * @file transport.h
 * A transport of the caller's own in the place of the network: another HTTP library, recorded answers, a double in a
 * test. Retries, redirects, timeouts, errors and models above it are the same.
 */
#ifndef SANDBOX_SDK_TRANSPORT_H
#define SANDBOX_SDK_TRANSPORT_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** One request on its way, and its answer; opaque. It lives from `start` to the return of `stop`. Since 0.1.0. */
typedef struct sbx_exchange sbx_exchange;

/** What `read` returns besides a number of bytes, as does sbx_exchange_read(). Since 0.1.0. */
typedef enum sbx_transport_result {
	SBX_TRANSPORT_END = 0,     /**< there are no more bytes */
	SBX_TRANSPORT_FAILED = -1, /**< the bytes are cut short */
	SBX_TRANSPORT_LATER = -2   /**< none yet */
} sbx_transport_result;

/** Why an exchange came to nothing. Since 0.1.0. */
typedef enum sbx_exchange_failure {
	/** Nothing of the request has left: it may be sent again whatever it does. */
	SBX_EXCHANGE_NOT_SENT = 0,
	/** The request may have been carried out. */
	SBX_EXCHANGE_LOST = 1,
	/** Nothing of the request was read, and nothing would be another time: a certificate that is not trusted. */
	SBX_EXCHANGE_REFUSED = 2,
	/** A wait took too long after the request may have left: as ::SBX_EXCHANGE_LOST, and an ::SBX_ERROR_TIMEOUT. */
	SBX_EXCHANGE_TIMED_OUT = 3,
	/** A wait took too long before anything of the request has left: as ::SBX_EXCHANGE_NOT_SENT, and an
	 * ::SBX_ERROR_TIMEOUT. */
	SBX_EXCHANGE_CONNECT_TIMED_OUT = 4
} sbx_exchange_failure;

/** A wait of an exchange. Since 0.1.0. */
typedef enum sbx_exchange_wait {
	SBX_EXCHANGE_WAIT_CONNECT = 0, /**< until a connection is made */
	SBX_EXCHANGE_WAIT_READ = 1,    /**< between two arrivals of bytes */
	SBX_EXCHANGE_WAIT_WRITE = 2,   /**< between two departures of bytes */
	SBX_EXCHANGE_WAIT_POOL = 3     /**< until a connection of a pool of the transport's own is free */
} sbx_exchange_wait;

/**
 * A transport: functions and what they are called with.
 *
 * All are called on the thread that makes the call or drives the client, those of one exchange one after the other;
 * those of different exchanges may be called on different threads at once. Since 0.1.0.
 */
typedef struct sbx_transport {
	size_t size; /**< set by ::SBX_TRANSPORT_INIT */
	/**
	 * Sends a request. The head of the answer is told by sbx_exchange_answer(), or a failure by
	 * sbx_exchange_fail(), at once or later. A function that waits for the answer makes a started call wait for it
	 * too.
	 */
	void (*start)(void *user_data, sbx_exchange *exchange);
	/**
	 * Gives bytes of the answer's body, after its head was told: how many, at most `capacity`, or one of
	 * ::sbx_transport_result. After ::SBX_TRANSPORT_LATER it is asked again when sbx_exchange_ready() was called.
	 */
	int64_t (*read)(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity);
	/**
	 * The body of the request goes on: sbx_exchange_read() has said ::SBX_TRANSPORT_LATER and there are more, or
	 * sbx_exchange_ready() was called before there was an answer. NULL: a body that comes in pieces cannot be sent.
	 */
	void (*resume)(void *user_data, sbx_exchange *exchange);
	/**
	 * An exchange is over, in whichever way, and must not be used any more. Called once for each `start`; NULL:
	 * nothing is to be done. Another thread that may be in one of the functions on it has to be waited for.
	 */
	void (*stop)(void *user_data, sbx_exchange *exchange);
	/** The last client that uses the transport is freed; NULL: nothing is to be done. */
	void (*free)(void *user_data);
	void *user_data; /**< given to each function */
} sbx_transport;

/** A transport without functions; `start` and `read` have to be set. */
#define SBX_TRANSPORT_INIT {sizeof(sbx_transport), NULL, NULL, NULL, NULL, NULL, NULL}

/**
 * The method of a request.
 *
 * @param exchange an exchange
 * @return text owned by the exchange
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API const char *sbx_exchange_method(const sbx_exchange *exchange);

/**
 * The whole URL of a request. It may have a user name and a password in it.
 *
 * @param exchange an exchange
 * @return text owned by the exchange
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API const char *sbx_exchange_url(const sbx_exchange *exchange);

/**
 * How many headers a request has.
 *
 * @param exchange an exchange
 * @return the number
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API size_t sbx_exchange_headers_count(const sbx_exchange *exchange);

/**
 * A header of a request, the key among them. Neither `Host` nor `Content-Length` is.
 *
 * @param exchange an exchange
 * @param index below sbx_exchange_headers_count()
 * @return name and value, owned by the exchange; a NULL value stands for a header that must not be sent, also not by
 *         default. Both are NULL beyond the end
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API sbx_pair sbx_exchange_header_at(const sbx_exchange *exchange, size_t index);

/**
 * How long the body of a request is.
 *
 * @param exchange an exchange
 * @return bytes; 0 where there is none; ::SBX_DEFAULT where that is not known before its end
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API int64_t sbx_exchange_body_length(const sbx_exchange *exchange);

/**
 * Reads on in the body of a request.
 *
 * @param exchange an exchange
 * @param buffer receives the bytes
 * @param capacity how many it can hold
 * @return how many came, or one of ::sbx_transport_result: after ::SBX_TRANSPORT_FAILED the exchange ends, after
 *         ::SBX_TRANSPORT_LATER `resume` is called when there are more
 *
 * Only from within `start`, `resume` and `read`. Since 0.1.0.
 */
SBX_API int64_t sbx_exchange_read(sbx_exchange *exchange, void *buffer, size_t capacity);

/**
 * How long the call's caller would have something waited for. The library watches what it can see of that by itself; a
 * function that blocks has to keep to it.
 *
 * @param exchange an exchange
 * @param wait what for
 * @return seconds, none more than the call's deadline has left when the attempt begins; ::SBX_FOREVER: no limit
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API double sbx_exchange_timeout(const sbx_exchange *exchange, sbx_exchange_wait wait);

/**
 * What the call is to its caller.
 *
 * @param exchange an exchange
 * @return `attempt_user_data` of the call's options; NULL where it has none
 *
 * From `start` to `stop`, on any thread. Since 0.1.0.
 */
SBX_API void *sbx_exchange_call_user_data(const sbx_exchange *exchange);

/**
 * Keeps something of the transport's own with an exchange.
 *
 * @param exchange an exchange
 * @param data what sbx_exchange_data() gives from now on; not owned
 *
 * Since 0.1.0.
 */
SBX_API void sbx_exchange_set_data(sbx_exchange *exchange, void *data);

/**
 * What the transport keeps with an exchange.
 *
 * @param exchange an exchange
 * @return what sbx_exchange_set_data() was given; NULL before
 *
 * Since 0.1.0.
 */
SBX_API void *sbx_exchange_data(const sbx_exchange *exchange);

/**
 * Tells the head of the answer. Its body is then asked for by `read`.
 *
 * @param exchange an exchange that has neither an answer nor failed
 * @param http_status 200 to 599
 * @param headers the answer's headers, copied. A `Content-Length` among them has to be that of the bytes that `read`
 * gives. A `Content-Encoding` has to say what those bytes are: a transport that decompresses leaves it away. The
 * library decodes gzip and deflate, whoever asked for them, unless `compression` of ::sbx_http_options is
 * ::SBX_COMPRESSION_NONE; bytes in any other coding reach the caller as they are
 * @param headers_count how many
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY; then nothing was told
 *
 * Safe from any thread, from `start` to `stop`. Since 0.1.0.
 */
SBX_API sbx_status sbx_exchange_answer(sbx_exchange *exchange, int http_status, const sbx_pair *headers,
                                       size_t headers_count);

/**
 * Ends an exchange that has come to nothing, also after the head of its answer.
 *
 * @param exchange an exchange
 * @param failure what became of the request
 * @param detail for a person: one line without secrets, copied; NULL: none
 *
 * Safe from any thread, from `start` to `stop`. Since 0.1.0.
 */
SBX_API void sbx_exchange_fail(sbx_exchange *exchange, sbx_exchange_failure failure, const char *detail);

/**
 * Tells that `read` can go on; before there is an answer, that `resume` is to be called, from where more of the request
 * can be read.
 *
 * @param exchange an exchange whose `read` has answered ::SBX_TRANSPORT_LATER, or that has no answer yet
 *
 * Safe from any thread, from `start` to `stop`. Since 0.1.0.
 */
SBX_API void sbx_exchange_ready(sbx_exchange *exchange);

SBX_END_DECLS

#endif
