#include "idempotency.h"

#include "waiter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FIELD "Idempotency-Key"

struct keyed_run {
	struct idempotency *idempotency;
	char key[256];
	unsigned char digest[REQUEST_DIGEST_SIZE];
	int64_t number;
	struct waiter *waiters;
	struct keyed_run *next;
};

struct idempotency {
	pthread_mutex_t mutex;
	struct request_store *store;
	struct keyed_run *runs;
	bool stopping;
};

int idempotency_open(struct idempotency **out, const char *state, struct failure *failure)
{
	struct idempotency *idempotency = calloc(1, sizeof(*idempotency));

	if (!idempotency)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	if (request_store_open(&idempotency->store, state, failure) < 0) {
		free(idempotency);
		return -1;
	}
	pthread_mutex_init(&idempotency->mutex, NULL);
	*out = idempotency;
	return 0;
}

void idempotency_close(struct idempotency *idempotency)
{
	if (!idempotency)
		return;
	request_store_close(idempotency->store);
	pthread_mutex_destroy(&idempotency->mutex);
	free(idempotency);
}

static void wake_all(struct keyed_run *run)
{
	while (run->waiters) {
		struct waiter *first = run->waiters;
		waiter_remove(&run->waiters, first);
		waiter_wake(first);
	}
}

void idempotency_stop(struct idempotency *idempotency)
{
	pthread_mutex_lock(&idempotency->mutex);
	idempotency->stopping = true;
	for (struct keyed_run *run = idempotency->runs; run; run = run->next)
		wake_all(run);
	pthread_mutex_unlock(&idempotency->mutex);
}

static struct keyed_run *find_run(const struct idempotency *idempotency, const char *key)
{
	struct keyed_run *run = idempotency->runs;
	while (run && strcmp(run->key, key) != 0)
		run = run->next;
	return run;
}

bool idempotency_knows(struct idempotency *idempotency, const char *key)
{
	struct kept_request kept;

	pthread_mutex_lock(&idempotency->mutex);
	bool known =
	        find_run(idempotency, key) || request_store_find(idempotency->store, key, &kept) == REQUEST_STORE_OK;
	pthread_mutex_unlock(&idempotency->mutex);
	return known;
}

/* ---- what becomes of a request ---- */

static int check_same(const unsigned char *one, const unsigned char *other, struct problem *problem)
{
	if (memcmp(one, other, REQUEST_DIGEST_SIZE) == 0)
		return 0;
	return problem_set(problem, PROBLEM_VALIDATION, KEY_FIELD,
	                   "this Idempotency-Key was used by another request; give each request one of its own");
}

static int cannot_replay(const char *why, struct problem *problem)
{
	problem_set(
	        problem, PROBLEM_CONFLICT, KEY_FIELD,
	        "%s; it is not run again: look at what it has done, and use a new Idempotency-Key to do it once more",
	        why);
	problem->final = true;
	return -1;
}

static int database_problem(enum request_store_result result, struct problem *problem)
{
	if (result == REQUEST_STORE_FULL)
		return problem_set(
		        problem, PROBLEM_STORAGE, NULL,
		        "the server's disk is full, so that this Idempotency-Key cannot be noted; nothing was done");
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server's database of requests failed");
}

/* With the lock, which it gives away while it waits. Afterwards the run may be gone. */
static int await_run(struct idempotency *idempotency, struct keyed_run *run, int client, struct problem *problem)
{
	struct waiter waiter;
	enum waiter_end end;

	waiter_init(&waiter);
	if (waiter.fd < 0)
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "there is no descriptor to wait with");
	waiter_append(&run->waiters, &waiter);
	pthread_mutex_unlock(&idempotency->mutex);
	end = waiter_wait(&waiter, client, -1);
	pthread_mutex_lock(&idempotency->mutex);
	/* Who was not woken is still in the queue, and the run with it. */
	if (!waiter.woken)
		waiter_remove(&run->waiters, &waiter);
	waiter_free(&waiter);
	return end == WAITER_WOKEN ? 0 : problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "the client has gone away");
}

static enum idempotency_verdict replay(struct idempotency *idempotency, const struct kept_request *kept,
                                       struct kept_answer *answer, struct problem *problem)
{
	enum request_store_result result = REQUEST_STORE_OK;

	if (kept->state == REQUEST_RUNS)
		cannot_replay("the first request with this key was interrupted when the server ended", problem);
	else if (kept->state == REQUEST_FORGOTTEN)
		cannot_replay("the answer of the first request with this key is not kept any more", problem);
	else if ((result = request_store_read(idempotency->store, kept->number, answer)) != REQUEST_STORE_OK)
		database_problem(result, problem);
	else if (answer->body.failed || answer->out.failed || answer->err.failed)
		problem_memory(problem);
	else
		return IDEMPOTENCY_REPLAY;
	return IDEMPOTENCY_REFUSED;
}

static enum idempotency_verdict start_run(struct idempotency *idempotency, const char *key, const unsigned char *digest,
                                          struct keyed_run **out, struct problem *problem)
{
	struct keyed_run *run = calloc(1, sizeof(*run));

	if (!run) {
		problem_memory(problem);
		return IDEMPOTENCY_REFUSED;
	}
	enum request_store_result result = request_store_insert(idempotency->store, key, digest, &run->number);
	if (result != REQUEST_STORE_OK) {
		free(run);
		database_problem(result, problem);
		return IDEMPOTENCY_REFUSED;
	}
	run->idempotency = idempotency;
	memcpy(run->key, key, strlen(key) + 1);
	memcpy(run->digest, digest, sizeof(run->digest));
	run->next = idempotency->runs;
	idempotency->runs = run;
	*out = run;
	return IDEMPOTENCY_RUN;
}

static enum idempotency_verdict begin_locked(struct idempotency *idempotency, const char *key,
                                             const unsigned char *digest, int client, struct keyed_run **run,
                                             struct kept_answer *answer, struct problem *problem)
{
	struct kept_request kept;
	struct keyed_run *other;

	while ((other = find_run(idempotency, key))) {
		if (check_same(other->digest, digest, problem) < 0)
			return IDEMPOTENCY_REFUSED;
		if (idempotency->stopping) {
			problem_stopping(problem);
			return IDEMPOTENCY_REFUSED;
		}
		if (await_run(idempotency, other, client, problem) < 0)
			return IDEMPOTENCY_REFUSED;
	}
	enum request_store_result found = request_store_find(idempotency->store, key, &kept);
	if (found == REQUEST_STORE_NONE)
		return start_run(idempotency, key, digest, run, problem);
	if (found != REQUEST_STORE_OK)
		database_problem(found, problem);
	else if (check_same(kept.digest, digest, problem) == 0)
		return replay(idempotency, &kept, answer, problem);
	return IDEMPOTENCY_REFUSED;
}

enum idempotency_verdict idempotency_begin(struct idempotency *idempotency, const char *key,
                                           const unsigned char digest[REQUEST_DIGEST_SIZE], int client,
                                           struct keyed_run **run, struct kept_answer *answer, struct problem *problem)
{
	pthread_mutex_lock(&idempotency->mutex);
	enum idempotency_verdict verdict = begin_locked(idempotency, key, digest, client, run, answer, problem);
	pthread_mutex_unlock(&idempotency->mutex);
	return verdict;
}

/* ---- the end of a run ---- */

/* With the lock. */
static void end_run(struct keyed_run *run)
{
	struct keyed_run **link = &run->idempotency->runs;

	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	wake_all(run);
	free(run);
}

/* Where it cannot be written down the row says "runs", and later callers hear that it was interrupted: it is not run
 * again either. */
void keyed_run_answer(struct keyed_run *run, const struct kept_answer *answer)
{
	if (!run)
		return;
	struct idempotency *idempotency = run->idempotency;
	pthread_mutex_lock(&idempotency->mutex);
	request_store_answer(idempotency->store, run->number, answer);
	end_run(run);
	pthread_mutex_unlock(&idempotency->mutex);
}

void keyed_run_forget(struct keyed_run *run)
{
	if (!run)
		return;
	struct idempotency *idempotency = run->idempotency;
	pthread_mutex_lock(&idempotency->mutex);
	request_store_remove(idempotency->store, run->number);
	end_run(run);
	pthread_mutex_unlock(&idempotency->mutex);
}

bool keyed_run_is_awaited(struct keyed_run *run)
{
	pthread_mutex_lock(&run->idempotency->mutex);
	bool awaited = run->waiters != NULL;
	pthread_mutex_unlock(&run->idempotency->mutex);
	return awaited;
}
