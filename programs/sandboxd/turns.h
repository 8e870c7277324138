/* At most so many at once of what takes long: who comes beyond waits, first come, first served. */
#ifndef SANDBOXD_TURNS_H
#define SANDBOXD_TURNS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* For `longest_ms`: each counts until its end. */
#define TURN_WHOLE 0

/* One that has its turn, or waits for it. */
struct turn {
	pthread_cond_t come;
	bool has_come;
	bool is_over;    /* somebody else has it */
	int64_t over_at; /* by the monotonic clock, in milliseconds */
	struct turn *next;
	struct turn *previous;
};

struct turn_queue {
	struct turn *first;
	struct turn *last;
};

struct turns {
	pthread_mutex_t mutex;
	unsigned int free;
	int64_t longest_ms;
	struct turn_queue taken;
	struct turn_queue waiting;
};

/* So many at once for each processor. One that goes on for longer than `longest_ms` is not counted any more, and
 * another one comes in its place. */
void turns_init(struct turns *turns, unsigned int of_a_processor, int64_t longest_ms);
void turns_destroy(struct turns *turns);

/* Waits for the turn, which is the caller's and stays where it is until it has ended. */
void turn_begin(struct turns *turns, struct turn *turn);
void turn_end(struct turns *turns, struct turn *turn);

unsigned int turns_waiting(struct turns *turns);

#endif
