/* Who is busy with which sandbox or volume: so that deleting one ends its commands and waits for what is short. */
#ifndef SANDBOXD_USES_H
#define SANDBOXD_USES_H

#include "sandbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct use {
	char id[SANDBOX_ID_SIZE];
	int channel; /* of a running command; -1 when there is none */
	bool cancelled;
	uint64_t turn; /* among those that want to be alone; 0: it does not */
	bool alone;    /* no other use of the same sandbox is, too */
	bool closing;  /* and the only one that there is to be */
	struct use *next;
	struct use **link; /* what points to this one; NULL when the use has ended */
};

/* Who waits is woken by what becomes of the same sandbox, and of few others. */
#define USES_BUCKETS 256

struct uses {
	pthread_mutex_t mutex;
	pthread_cond_t changed[USES_BUCKETS]; /* by the id's hash */
	struct use *first;
	uint64_t turns;
	bool stopping; /* every use is cancelled, later ones from their beginning */
};

void uses_init(struct uses *uses);
void uses_destroy(struct uses *uses);

/* A use is begun before the sandbox is looked up: whoever hides the sandbox afterwards finds the use. While another one
 * closes the sandbox it waits. */
void use_begin(struct uses *uses, struct use *use, const char *id);
/* From now on a cancel kills this command; at once when there was one already. */
void use_set_channel(struct uses *uses, struct use *use, int channel);
/* Before the channel is closed. */
void use_end(struct uses *uses, struct use *use);

/* Waits for its turn, of which there is one at a time, first come, first served: to stop and continue a sandbox's
 * processes, for one. Returns false when it was cancelled meanwhile. */
bool use_alone(struct uses *uses, struct use *use);
/* The same, and waits until it is the only use, with none begun until it ends: what the server itself writes into a
 * sandbox is done then, or not begun. */
bool use_close(struct uses *uses, struct use *use);
bool use_is_cancelled(struct uses *uses, const struct use *use);

/* Kills all commands of this sandbox, or of every sandbox when the id is NULL. */
void uses_cancel(struct uses *uses, const char *id);
/* Waits until nobody uses the sandbox. */
void uses_wait(struct uses *uses, const char *id);

#endif
