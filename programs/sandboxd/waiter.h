/* Waiting for another thread without losing sight of the client. */
#ifndef SANDBOXD_WAITER_H
#define SANDBOXD_WAITER_H

#include <stdbool.h>
#include <stdint.h>

/* In a queue of whoever it waits for, under that one's lock. */
struct waiter {
	int fd; /* -1: none could be had */
	struct waiter *next;
	bool woken;
};

enum waiter_end { WAITER_WOKEN, WAITER_TIMED_OUT, WAITER_CLIENT_GONE };

void waiter_init(struct waiter *waiter);
void waiter_free(struct waiter *waiter);
/* From any thread, once, under the lock of the queue. */
void waiter_wake(struct waiter *waiter);
/* Without the lock. `client` is the client's socket, or -1; `milliseconds` is -1 for as long as it takes. */
enum waiter_end waiter_wait(const struct waiter *waiter, int client, int milliseconds);

/* A queue is a pointer to its first waiter. */
void waiter_append(struct waiter **queue, struct waiter *waiter);
/* Nothing happens when it is not in there. */
void waiter_remove(struct waiter **queue, struct waiter *waiter);

#endif
