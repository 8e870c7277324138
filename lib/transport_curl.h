/*
 * What the files of the transport over libcurl share: transport_curl.c (one exchange, and transports of one's own),
 * transport_curl_hub.c (many exchanges on one poller) and transport_curl_sockets.c (what is open).
 */
#ifndef SBX_LIB_TRANSPORT_CURL_H
#define SBX_LIB_TRANSPORT_CURL_H

#include <curl/curl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "buffer.h"
#include "transport.h"

/* A socket that libcurl has open. The file behind it tells whether the number still means the same one. */
typedef struct sbx__curl_socket {
	int descriptor;
	ino_t inode;
	int port; /* on this side, once it was looked for; 0: it has none */
} sbx__curl_socket;

typedef struct sbx__curl_sockets {
	pthread_mutex_t mutex;
	sbx__curl_socket *items;
	size_t known; /* the first so many are in by_port, as far as they have a port */
	size_t count;
	size_t capacity;
	int *by_port; /* one more than the descriptor with that port on this side; NULL: none was looked for */
} sbx__curl_sockets;

void sbx__curl_sockets_init(sbx__curl_sockets *sockets);
void sbx__curl_sockets_free(sbx__curl_sockets *sockets);
/* Lets a handle open its sockets through the table. */
CURLcode sbx__curl_sockets_attach(sbx__curl_sockets *sockets, CURL *easy);
/* The socket with that port on this side; -1: there is none. */
int sbx__curl_sockets_find(sbx__curl_sockets *sockets, int port);
int sbx__curl_sockets_close(sbx__curl_sockets *sockets, int descriptor);
/* In a forked child: closes those that are still what they were. */
void sbx__curl_sockets_abandon(sbx__curl_sockets *sockets);

/* What the transports of one client have in common. */
typedef struct sbx__curl_context {
	CURLSH *share; /* cookies, names and TLS sessions */
	pthread_mutex_t locks[CURL_LOCK_DATA_LAST];
	sbx__curl_sockets sockets;
	bool multiplexed;        /* a connection may carry several exchanges, and have frames for others on it */
	size_t idle_connections; /* how many are kept beside those in use */
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
} sbx__curl_settings;

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
	bool targeted; /* libcurl was told what to ask the server for */
	bool refused;  /* a callback has ended the exchange */
	bool packed;   /* that is because the body would have been compressed on its way */
	bool stale;    /* the kept connection turned out to be of no use before anything was sent */
	int http_status;
	sbx__curl_settings settings;
	struct curl_slist *nodes; /* the headers, as libcurl wants them; `lines` holds their text */
	size_t nodes_capacity;
	sbx__buffer lines;
	char problem[CURL_ERROR_SIZE];
	struct sbx__curl_transport *next; /* among a hub's idle ones, or among those that are not */
	struct sbx__curl_transport *previous;
	sbx__poller *poller;       /* of the hub */
	struct sbx__curl_hub *hub; /* NULL: the multi is its own */
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

sbx__hub *sbx__curl_hub_new(sbx__curl_context *context, sbx__poller *poller);

#endif
