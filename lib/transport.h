/*
 * How a request gets to a server and its answer back. The call above knows nothing of sockets, and a transport knows
 * nothing of retries, errors or models.
 *
 * A transport never blocks but in wait(). Everything that happens is told to the exchange's events, from within
 * wait().
 */
#ifndef SBX_LIB_TRANSPORT_H
#define SBX_LIB_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_options.h"
#include "retry.h"

/* What happens to an exchange, in this order. */
typedef struct sbx__exchange_events {
	/* From now on bytes of the request may leave. It comes again when the transport wants to send the request
	 * another time over another connection; false forbids that. */
	bool (*connected)(void *user_data);
	/* The status of an answer. An answer that is not the last one (1xx) is followed by another. */
	bool (*status)(void *user_data, int http_status);
	/* One header line without its line break; false ends the exchange. */
	bool (*header)(void *user_data, const char *line, size_t length);
	/* Bytes of the body; false ends the exchange. */
	bool (*body)(void *user_data, const void *data, size_t length);
	/* The exchange is over; `detail` says for a person what went wrong, "" where nothing did. */
	void (*done)(void *user_data, sbx__attempt_end end, const char *detail);
} sbx__exchange_events;

/* One request on its way. All that it points to stays until it is done or stopped. */
typedef struct sbx__exchange {
	const char *method;
	const char *url;
	const sbx_pair *headers; /* a NULL value: the transport must not send such a header of its own either */
	size_t headers_count;
	bool has_body;
	const char *body;                                                /* a body in memory; NULL: it is read */
	int64_t body_length;                                             /* -1: not known */
	int64_t (*read)(void *user_data, void *buffer, size_t capacity); /* 0 at the end, negative on failure */
	bool (*rewind)(void *user_data);
	bool compressed;         /* the answer may come compressed; the transport decompresses it */
	int64_t connect_timeout; /* nanoseconds, so that time can be shared out to several addresses; SBX__NEVER */
	const sbx__exchange_events *events;
	void *user_data;
} sbx__exchange;

typedef struct sbx__transport sbx__transport;

typedef struct sbx__transport_class {
	/* Begins an exchange. False: no memory; nothing has begun. */
	bool (*start)(sbx__transport *transport, sbx__exchange *exchange);
	/* Ends the exchange that is under way at once; no event comes of it any more. */
	void (*stop)(sbx__transport *transport);
	/* Waits until something happens, for at most so many nanoseconds, and tells it. */
	void (*wait)(sbx__transport *transport, int64_t nanoseconds);
	/* Ends a wait() early, from any thread. */
	void (*wake)(sbx__transport *transport);
	void (*free)(sbx__transport *transport);
} sbx__transport_class;

/* What every transport begins with. It carries one exchange at a time. */
struct sbx__transport {
	const sbx__transport_class *type;
};

/* Makes transports; what they have in common (cookies, options) is the factory's. */
typedef struct sbx__transport_factory {
	sbx__transport *(*make)(void *context); /* NULL: no memory */
	void (*free)(void *context);
	void *context;
} sbx__transport_factory;

/* libcurl's. The options are referenced; they must be such that this libcurl can fulfil them. */
sbx_status sbx__transport_curl_factory(sbx__transport_factory *factory, sbx__http_options *options, sbx_error **error);
/* The version of libcurl, such as "7.88.1"; static text. */
const char *sbx__transport_curl_version(void);

#endif
