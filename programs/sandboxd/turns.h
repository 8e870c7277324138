/* At most so many at once of what takes long: who comes beyond waits, first come, first served. */
#ifndef SANDBOXD_TURNS_H
#define SANDBOXD_TURNS_H

#include <pthread.h>

struct turn;

struct turns {
	pthread_mutex_t mutex;
	unsigned int free;
	struct turn *first;
	struct turn **last;
};

void turns_init(struct turns *turns, unsigned int at_once);
void turns_destroy(struct turns *turns);

void turn_begin(struct turns *turns);
void turn_end(struct turns *turns);

#endif
