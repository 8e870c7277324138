/* The sandboxes that are being made. Each has its name, its host user and its place among --max-sandboxes before its
 * making begins: so many are made at once, and none in vain. */
#ifndef SANDBOXD_CREATIONS_H
#define SANDBOXD_CREATIONS_H

#include "problem.h"
#include "sandbox.h"

#include <pthread.h>

struct service;

struct creation {
	const struct sandbox *sandbox;
	struct creation *next;
};

struct creations {
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	struct creation *first;
};

void creations_init(struct creations *creations);
void creations_destroy(struct creations *creations);

/* Gives the sandbox a user of the host, and a name unless it has one. Where another one is being made that would be in
 * its way it waits for what becomes of that. Fails with a conflict when the name is taken. */
int creation_begin(struct service *service, struct creation *creation, struct sandbox *sandbox,
                   struct problem *problem);
/* When its row is written, or nothing is left of it. */
void creation_end(struct service *service, struct creation *creation);

#endif
