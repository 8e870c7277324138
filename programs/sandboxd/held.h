/* The processes of the sandboxes: each has one bubblewrap, held by an init of ours (init/init.h), which its commands
 * are started through. They are made when a sandbox is, and for one that a restart of the server has put to sleep, with
 * its next command. */
#ifndef SANDBOXD_HELD_H
#define SANDBOXD_HELD_H

#include "cgroup_tree.h"
#include "engine.h"
#include "init_channel.h"
#include "keeper.h"
#include "turns.h"

#include <pthread.h>

#define HELD_BUCKETS 1024

/* How many processes a sandbox can have at once, the init included. */
#define HELD_PROCESSES_MAX 512

/* How long a sandbox may take to get ready, and its processes to stop, in milliseconds: on a machine that is not stuck
 * it is a thousandth of that. */
#define HELD_PATIENCE 20000

struct held;

struct held_table {
	struct keeper *keeper;
	const struct cgroup_tree *groups;
	struct turns makings;
	unsigned int running_max; /* more would take the descriptors that connections need */
	_Atomic(unsigned int) running;
	pthread_mutex_t mutex;
	struct held *buckets[HELD_BUCKETS];
	uint64_t numbers;
};

void held_init(struct held_table *table, struct keeper *keeper, const struct cgroup_tree *groups);
void held_destroy(struct held_table *table);

/* Makes the processes of a sandbox unless it has them. `arguments` is what bubblewrap reads its arguments from, opened
 * by `open_arguments` when they are needed. On failure the complaint says why, as bubblewrap or the keeper's child put
 * it; it is empty when neither got to run, and `error` a number of errno's where that is
 * known, ETIMEDOUT for one. */
struct held_maker {
	int (*open_arguments)(void *context, const struct sandbox *sandbox);
	void *context;
	char complaint[512];
	int error;
	bool broken; /* the sandbox has had processes, and has lost them */
};
int held_make(struct held_table *table, const struct sandbox *sandbox, struct held_maker *maker);

/* Sends a request to the init of a sandbox that has processes; waits while the sandbox is frozen. Returns 0, or -1 when
 * it has none. */
int held_send(struct held_table *table, const char *id, const struct init_request *request, const int *descriptors,
              size_t count);
/* Returns when all processes have stopped, or go on. -1: they do not. A sandbox without processes can get some
 * meanwhile, but no command. */
int held_freeze(struct held_table *table, const char *id, bool frozen);
/* Asks the init of a sandbox that is not frozen. Returns its answer, or -1. */
int held_ask(struct held_table *table, const char *id, enum init_verb verb);
/* Never waits. */
enum engine_state held_state(struct held_table *table, const char *id);
/* Ends the processes, and returns when none is left. */
void held_end(struct held_table *table, const char *id);

#endif
