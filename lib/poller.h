/*
 * One descriptor that becomes readable when there is work: sockets, a timer and a wake-up from another thread behind
 * it. Everything that knows epoll is in poller.c, so that another system's way can take its place.
 */
#ifndef SBX_LIB_POLLER_H
#define SBX_LIB_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SBX__READABLE 1U
#define SBX__WRITABLE 2U
#define SBX__BROKEN 4U /* told only: the descriptor has an error, or its other side is gone */

/* What is known of a descriptor. */
typedef struct sbx__poller_slot {
	bool kept;              /* sbx__poller_keep() was called for it */
	unsigned char placed;   /* the events that the system watches it for */
	unsigned char expected; /* those that are asked for */
} sbx__poller_slot;

typedef struct sbx__poller {
	int descriptor; /* -1: not open */
	int timer;
	int wakeup;
	int64_t armed_at;        /* the timer's time; SBX__NEVER: none */
	sbx__poller_slot *slots; /* by descriptor */
	size_t slots_count;
} sbx__poller;

typedef struct sbx__poller_event {
	int descriptor;
	unsigned events;
} sbx__poller_event;

/* A poller that is not open. */
#define SBX__POLLER_INIT {-1, -1, -1, INT64_MAX, NULL, 0}

/* False: the system has no more descriptors or memory (errno says so); nothing is open. */
bool sbx__poller_open(sbx__poller *poller);
/* Makes no system call but close(): in a forked child the parent's poller must not be changed. */
void sbx__poller_close(sbx__poller *poller);
/* From now on watches a descriptor for these events; none of them: no longer at all. False: no memory. */
bool sbx__poller_watch(sbx__poller *poller, int descriptor, unsigned events);
/* A watched descriptor will be watched now and again until sbx__poller_forget(). The system goes on watching it in
 * between, which spares two system calls each time, until it has something to tell that nobody has asked for. */
void sbx__poller_keep(sbx__poller *poller, int descriptor);
/* A descriptor is about to be closed. */
void sbx__poller_forget(sbx__poller *poller, int descriptor);
/* Makes the poller readable at a time of the monotonic clock; SBX__NEVER: at none. It may become readable earlier. */
void sbx__poller_set_timer(sbx__poller *poller, int64_t at);
/* Makes the poller readable now. From any thread, and from a signal handler. */
void sbx__poller_wake(const sbx__poller *poller);
/* What has happened, without waiting, and how many descriptors that are. Timer and wake-up are taken back silently. */
size_t sbx__poller_take(sbx__poller *poller, sbx__poller_event *events, size_t capacity);
/* Waits until the poller is readable, for at most so many nanoseconds; a signal may end the wait. */
void sbx__poller_wait(const sbx__poller *poller, int64_t nanoseconds);

#endif
