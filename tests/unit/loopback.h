/*
 * A server within the test, on a thread of its own and a port of 127.0.0.1, that answers each request with the same
 * bytes, or with what a function of the test makes of it.
 */
#ifndef SBX_TESTS_UNIT_LOOPBACK_H
#define SBX_TESTS_UNIT_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

typedef struct loopback loopback;

/* Makes the answer to a request (head and body, followed by a NUL), on the server's thread. The connection
 * is closed after one with `Connection: close`, and after none. */
typedef void loopback_answer(void *user_data, const char *request, size_t length, sbx__buffer *answer);

/* Starts a server. `answer` stays the caller's and is sent as it is; NULL: requests are read and never answered. */
loopback *loopback_start(const char *answer);
/* The same with an answer of status 200 that has that body. */
loopback *loopback_start_json(const char *body);
/* Starts one that answers with what the function makes. */
loopback *loopback_start_with(loopback_answer *answer, void *user_data);
/* Appends an answer of that status with that body. */
void loopback_json(sbx__buffer *answer, int status, const char *body);
void loopback_stop(loopback *server);
/* Such as "http://127.0.0.1:8080". */
const char *loopback_url(const loopback *server);
/* How many whole requests, and how many connections, there were. */
size_t loopback_requests(loopback *server);
size_t loopback_connections(loopback *server);
/* How many connections are open, and how many were at most at once. */
size_t loopback_open(loopback *server);
size_t loopback_most_open(loopback *server);
/* Waits until there were so many requests; false: it took longer than ten seconds. */
bool loopback_wait(loopback *server, size_t requests);
/* The last request, head and body, which the caller frees. */
char *loopback_last(loopback *server);

#endif
