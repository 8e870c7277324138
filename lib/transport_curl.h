/*
 * What the files of the transport over libcurl share: transport_curl.c (transports of one's own, and what makes them),
 * transport_curl_exchange.c (one exchange), transport_curl_request.c (what libcurl is told of it), transport_curl_hub.c
 * (many exchanges on one poller) and transport_curl_sockets.c (what is open).
 */
#ifndef SBX_LIB_TRANSPORT_CURL_H
#define SBX_LIB_TRANSPORT_CURL_H

#include <curl/curl.h>
#include <pthread.h>

#include "buffer.h"
#include "transport.h"
#include "transport_curl_sockets.h"

/* What the transports of one client have in common. */
typedef struct sbx__curl_context {
	CURLSH *share; /* cookies, names and TLS sessions */
	pthread_mutex_t locks[CURL_LOCK_DATA_LAST];
	sbx__curl_sockets sockets;
	bool multiplexed; /* a connection may carry several exchanges, and have frames for others on it */
	struct sbx__curl_options *options;
} sbx__curl_context;

/* What an easy handle is set to, as far as exchanges differ in it: most are like the one before. */
typedef struct sbx__curl_settings {
	bool known;
	bool large;
	bool tls;
	bool custom_method;
	long connect_ms;
	bool body_in_memory;
	bool names_kept;
	struct curl_slist *list; /* of headers */
} sbx__curl_settings;

typedef struct sbx__curl_hub sbx__curl_hub;

typedef struct sbx__curl_transport {
	sbx__transport base;
	sbx__curl_context *context;
	CURLM *multi; /* its own, or the hub's */
	CURL *easy;
	sbx__exchange *exchange; /* NULL: none is under way */
	bool fresh;              /* libcurl has not yet been run for the exchange */
	bool connected;
	bool head_ended; /* the blank line after an answer's headers has come */
	bool tls;
	bool targeted;  /* libcurl was told what to ask the server for */
	bool refused;   /* a callback has ended the exchange */
	bool packed;    /* that is because the body would have been compressed on its way */
	unsigned forks; /* how many there were when the exchange began */
	bool stale;     /* the kept connection turned out to be of no use before anything was sent */
	int opened;     /* the last socket that was opened for the exchange */
	int opens;      /* how many there were */
	int kept;       /* the socket of the connection that a multi handle of its own keeps; -1: it is not known */
	sbx__curl_hold hold;      /* of a hub's connection */
	uint64_t anonymous_sheds; /* how many there were when the exchange began */
	int http_status;
	sbx__curl_settings settings;
	sbx__buffer url;          /* the one that libcurl was last told */
	struct curl_slist *nodes; /* the headers, as libcurl wants them; `lines` holds their text */
	size_t nodes_capacity;
	sbx__buffer lines;
	char problem[CURL_ERROR_SIZE];
	struct sbx__curl_transport *next; /* among a hub's idle ones, or among those that are not */
	struct sbx__curl_transport *previous;
	sbx__poller *poller; /* of the hub */
	sbx__curl_hub *hub;  /* NULL: the multi is its own */
} sbx__curl_transport;

/* Prepares a transport over a multi handle, which stays the caller's. False: no memory; what was made is to be cleared.
 */
bool sbx__curl_transport_init(sbx__curl_transport *transport, sbx__curl_context *context, CURLM *multi);
void sbx__curl_transport_clear(sbx__curl_transport *transport);
/* The functions of the same names that both kinds of transports have. */
bool sbx__curl_start(sbx__transport *base, sbx__exchange *exchange);
void sbx__curl_stop(sbx__transport *base);
void sbx__curl_resume(sbx__transport *base);
/* Ends an exchange whose transfer is over. `starved`: an allocation has failed since libcurl began to run. */
void sbx__curl_finish(sbx__curl_transport *transport, CURLcode code, bool starved);

/* A connection is about to be opened for an exchange of the hub. */
void sbx__curl_hub_make_room(sbx__curl_hub *hub);
sbx__hub *sbx__curl_hub_new(sbx__curl_context *context, sbx__poller *poller, sbx__hub_share *share);

#endif
