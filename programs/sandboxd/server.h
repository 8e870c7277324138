/* The HTTP side: connections, the checks that every request passes, and the way to its route. */
#ifndef SANDBOXD_SERVER_H
#define SANDBOXD_SERVER_H

#include "failure.h"
#include "key.h"
#include "request.h"

struct server;

/* Serves a listening socket, which it takes over, on threads of its own. `service` and `key` outlive the server. */
int server_start(struct server **out, struct service *service, const struct key *key, int listener,
                 struct failure *failure);
/* No new work: no connection is accepted, and a new request on an open one is answered with 503. */
void server_refuse(struct server *server);
/* Nothing more is begun: what waits for its turn is answered with 503, too. */
void server_end(struct server *server);
/* Waits until no request is running, but not longer than this. Returns whether none is. */
bool server_wait_idle(struct server *server, int milliseconds);
/* How many connections are open, and how many of them have never shown the key. */
size_t server_connections(struct server *server, size_t *strangers);
/* How many requests wait for their turn. */
unsigned int server_waiting(struct server *server);
/* Ends all connections and threads. */
void server_stop(struct server *server);

#endif
