/* The open connections, and until when each has to have said what it has begun to say. libmicrohttpd drops a connection
 * that is silent; here one is dropped that drags on. */
#ifndef SANDBOXD_CONNECTIONS_H
#define SANDBOXD_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* How long a connection lasts, in seconds, that has never shown the key. */
#define STRANGER_TIME 10
/* How long a request's header, and after it a body of JSON, may take to come in, in seconds. */
#define HEADER_TIME 30
#define BODY_TIME 30

struct connections;
struct connection;

/* At most `strangers_max` connections that have never shown the key: for one more the oldest of them is ended. NULL
 * when there is no memory or thread for it. */
struct connections *connections_new(size_t strangers_max);
/* After the last connection has ended. */
void connections_free(struct connections *connections);

/* NULL when there was no memory: the connection is ended then. */
struct connection *connection_begin(struct connections *connections, int fd);
/* Before its descriptor is closed. */
void connection_end(struct connections *connections, struct connection *connection);

/* It has shown the key: from now on these two count for it. */
void connection_set_known(struct connections *connections, struct connection *connection);
/* What it says now has to be complete within this many seconds. Only a known connection gets more time. */
void connection_expect(struct connections *connections, struct connection *connection, int seconds);
/* It may take its time, until it is told otherwise. */
void connection_release(struct connections *connections, struct connection *connection);

/* How many there are; *strangers is how many of them have never shown the key. */
size_t connections_count(struct connections *connections, size_t *strangers);

#endif
