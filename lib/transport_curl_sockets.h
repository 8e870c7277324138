/*
 * The sockets that libcurl has open for one client: those to close in a forked child, and those of a hub that are in
 * use or kept for later, of which any thread may close some to make room.
 */
#ifndef SBX_LIB_TRANSPORT_CURL_SOCKETS_H
#define SBX_LIB_TRANSPORT_CURL_SOCKETS_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "transport.h"

/* What libcurl tells of a connection in use instead of its socket. Ports are 0 on a Unix socket. */
typedef struct sbx__curl_tuple {
	const char *local_address;
	const char *remote_address;
	int local_port;
	int remote_port;
} sbx__curl_tuple;

/* A socket that libcurl has open. The file behind it tells whether the number still means the same one. */
typedef struct sbx__curl_socket {
	int descriptor;
	ino_t inode;
	uint64_t serial; /* no other socket has had it */
	bool learned;    /* the next four are known; ports are 0 where it has none */
	int local_port;
	int remote_port;
	char local_address[INET6_ADDRSTRLEN];
	char remote_address[INET6_ADDRSTRLEN];
	size_t users;        /* exchanges of a hub that are under way over it */
	bool parked;         /* a hub keeps it for later */
	bool shed;           /* it was shut down to make room, and libcurl has not noticed yet */
	bool anonymous;      /* a Unix socket of a hub: which of them is in use is not known */
	uint64_t idle_since; /* in the order of time */
} sbx__curl_socket;

typedef struct sbx__curl_sockets {
	pthread_mutex_t mutex;
	sbx__curl_socket *items;
	size_t count;
	size_t capacity;
	int *by_descriptor; /* one more than the index; 0: none */
	size_t descriptors;
	int *by_port; /* one more than a descriptor with that port on this side; NULL: none was looked for */
	uint64_t clock;
	size_t parked;          /* known ones */
	size_t anonymous;       /* how many there are */
	size_t anonymous_users; /* and exchanges over them */
	_Atomic uint64_t anonymous_sheds;
	bool disowned;
	sbx__hub_share *share; /* where the hub tells how many it keeps; NULL: there is no hub */
} sbx__curl_sockets;

/* A hub's exchange over a socket. */
typedef struct sbx__curl_hold {
	int descriptor; /* -1: none that is known */
	uint64_t serial;
	bool anonymous;
} sbx__curl_hold;

#define SBX__CURL_HOLD_INIT {.descriptor = -1}

void sbx__curl_sockets_init(sbx__curl_sockets *sockets);
void sbx__curl_sockets_free(sbx__curl_sockets *sockets);
/* Opens a socket; -1: it cannot be. A program that is started meanwhile does not get it. */
int sbx__curl_sockets_open(sbx__curl_sockets *sockets, int family, int type, int protocol);
int sbx__curl_sockets_close(sbx__curl_sockets *sockets, int descriptor);
/* The socket of a connection; -1: it is not known. */
int sbx__curl_sockets_find(sbx__curl_sockets *sockets, const sbx__curl_tuple *tuple);

/* An exchange of a hub uses a connection from now on. `descriptor` is -1 where only the tuple is known. False: it has
 * been shed, so that it must not be used. */
bool sbx__curl_sockets_hold(sbx__curl_sockets *sockets, int descriptor, const sbx__curl_tuple *tuple,
                            sbx__curl_hold *hold);
/* It does no longer: what nobody uses is kept for later. */
void sbx__curl_sockets_let_go(sbx__curl_sockets *sockets, sbx__curl_hold *hold);
/* How often anonymous ones were shed: one that is taken up after another count may be one of them. */
uint64_t sbx__curl_sockets_anonymous_sheds(const sbx__curl_sockets *sockets);
/* Ends the connections that are kept beyond so many, those first that have been idle for longest. */
void sbx__curl_sockets_shed(sbx__curl_sockets *sockets, size_t most);

/* In a child that was forked while libcurl is at work: puts sockets without a connection in the place of those that the
 * parent goes on using, so that whatever libcurl does before it returns does not reach the other side. From now on
 * there is no lock, since another thread may have held it. */
void sbx__curl_sockets_disown(sbx__curl_sockets *sockets);
/* In a forked child: closes those that are still what they were. */
void sbx__curl_sockets_abandon(sbx__curl_sockets *sockets);

#endif
