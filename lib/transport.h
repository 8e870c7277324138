/*
 * How a request gets to a server and its answer back. The call above knows nothing of sockets, and a transport knows
 * nothing of retries, errors or models.
 *
 * A transport of one's own (from a factory's make()) never blocks but in wait(), and tells all that happens from within
 * it. The transports of a hub share a poller: they tell from within the hub's run().
 */
#ifndef SBX_LIB_TRANSPORT_H
#define SBX_LIB_TRANSPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_options.h"
#include "poller.h"
#include "retry.h"

/* What became of bytes that were offered. */
typedef enum sbx__taken {
	SBX__TAKEN,
	SBX__NOT_TAKEN, /* the exchange ends */
	SBX__LATER,     /* none of them; they are offered again after resume(), perhaps with more behind them */
} sbx__taken;

/* What read() returns besides a number of bytes. */
#define SBX__READ_FAILED (-1)
#define SBX__READ_LATER (-2) /* nothing yet; resume() tells when to ask again */

/* What is known of an exchange when it is over; times in seconds since it began, 0 where it did not come so far. */
typedef struct sbx__facts {
	int http_version; /* 10, 11, 20 or 30; 0: no answer came */
	double name_lookup;
	double connect;
	double tls;
	double request_sent; /* when the request began to leave */
	double first_byte;
	double total;
	int64_t bytes_sent;
	int64_t bytes_received;
} sbx__facts;

/* What happens to an exchange, in this order. */
typedef struct sbx__exchange_events {
	/* From now on bytes of the request may leave. It comes again when the transport wants to send the request
	 * another time over another connection; false forbids that. */
	bool (*connected)(void *user_data);
	/* The status of an answer. An answer that is not the last one (1xx) is followed by another. */
	bool (*status)(void *user_data, int http_status);
	/* One header line without its line break; false ends the exchange. */
	bool (*header)(void *user_data, const char *line, size_t length);
	/* The head of the last answer is complete; false ends the exchange. */
	bool (*head)(void *user_data);
	/* Bytes of the body. */
	sbx__taken (*body)(void *user_data, const void *data, size_t length);
	/* The exchange is over; `detail` says for a person what went wrong, "" where nothing did. */
	void (*done)(void *user_data, sbx__attempt_end end, const char *detail);
} sbx__exchange_events;

/* One request on its way. All that it points to stays until it is done or stopped. */
typedef struct sbx__exchange {
	const char *method;
	const char *url;
	const sbx_pair *headers;         /* a NULL value: the transport must not send such a header of its own either */
	const char *const *header_lines; /* "name: value" of each that somebody has written already, else NULL */
	size_t headers_count;
	bool has_body;
	const char *body;                                                /* a body in memory; NULL: it is read */
	int64_t body_length;                                             /* -1: not known */
	int64_t (*read)(void *user_data, void *buffer, size_t capacity); /* 0 at the end, else as above */
	bool (*rewind)(void *user_data);
	int64_t connect_timeout; /* nanoseconds, so that time can be shared out to several addresses; SBX__NEVER */
	const double *timeouts;  /* seconds, by sbx_exchange_wait; SBX_FOREVER */
	void *call_user_data;    /* what the call is to its caller */
	bool large;              /* the answer is expected to be one: worth a large buffer */
	bool measured;           /* times and counts are wanted; of `facts` the version always is */
	sbx__facts facts;        /* filled in before done() */
	bool too_large;          /* set before done(): the transport has ended the exchange for a limit of its own */
	bool out_of_memory;      /* set before done(): that is why it ended */
	bool timed_out;          /* set before done(): a wait took too long */
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
	/* Goes on with what was told to come later, in either direction. Not from within an event. */
	void (*resume)(sbx__transport *transport);
	void (*free)(sbx__transport *transport);
} sbx__transport_class;

/* What every transport begins with. It carries one exchange at a time. */
struct sbx__transport {
	const sbx__transport_class *type;
};

/* Carries the exchanges of many transports on one poller. Used by one thread at a time. */
typedef struct sbx__hub sbx__hub;

typedef struct sbx__hub_class {
	/* A transport of the hub, without wait() and wake(); NULL: no memory. Its free() gives it back. */
	sbx__transport *(*make)(sbx__hub *hub);
	/* Does what can be done now: for these descriptors, and for the time that has come. */
	void (*run)(sbx__hub *hub, const sbx__poller_event *events, size_t count, int64_t now);
	/* The time at which run() is due even when no descriptor is ready; SBX__NEVER. */
	int64_t (*due_at)(const sbx__hub *hub);
	/* All its transports are freed before it. */
	void (*free)(sbx__hub *hub);
} sbx__hub_class;

struct sbx__hub {
	const sbx__hub_class *type;
};

/* What a core and its hub tell each other of their connections, from any thread. */
typedef struct sbx__hub_share {
	atomic_size_t open;   /* the core's word: so many may the hub have */
	atomic_size_t idle;   /* and so many of them may it keep for later */
	atomic_size_t parked; /* the hub's: so many it keeps */
} sbx__hub_share;

/* Makes transports; what they have in common (cookies, options) is the factory's. */
typedef struct sbx__transport_factory {
	sbx__transport *(*make)(void *context); /* NULL: no memory */
	/* NULL: no memory. The poller stays until the hub is freed, the share until the factory is. There is one hub.
	 */
	sbx__hub *(*make_hub)(void *context, sbx__poller *poller, sbx__hub_share *share);
	/* Closes what the hub keeps beyond so many connections. From any thread; NULL: it keeps none. */
	void (*shed)(void *context, size_t most);
	/* In a forked child: closes the descriptors that came along, and touches nothing else. */
	void (*abandon)(void *context);
	void (*free)(void *context);
	void *context;
} sbx__transport_factory;

/* libcurl's. The options are referenced; they must be such that this libcurl can fulfil them. */
sbx_status sbx__transport_curl_factory(sbx__transport_factory *factory, sbx__http_options *options, sbx_error **error);
/* The version of libcurl, such as "7.88.1"; static text. */
const char *sbx__transport_curl_version(void);

#endif
