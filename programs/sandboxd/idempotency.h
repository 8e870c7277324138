/* Requests with an Idempotency-Key: each is run once. Safe from any thread. */
#ifndef SANDBOXD_IDEMPOTENCY_H
#define SANDBOXD_IDEMPOTENCY_H

#include "problem.h"
#include "request_store.h"

struct idempotency;
/* One that is being run. */
struct keyed_run;

int idempotency_open(struct idempotency **out, const char *state, struct failure *failure);
/* When nothing runs any more. */
void idempotency_close(struct idempotency *idempotency);
/* Ends all waiting, now and later. */
void idempotency_stop(struct idempotency *idempotency);

/* Whether the key was used already, by whatever request. */
bool idempotency_knows(struct idempotency *idempotency, const char *key);

enum idempotency_verdict {
	IDEMPOTENCY_REFUSED, /* the problem says why */
	IDEMPOTENCY_RUN,     /* by the caller, who ends it by one of the functions below */
	IDEMPOTENCY_REPLAY,  /* the answer is there */
};

/* Waits for a run with the same key, unless the client goes away. The answer is freed by kept_answer_free in any case.
 */
enum idempotency_verdict idempotency_begin(struct idempotency *idempotency, const char *key,
                                           const unsigned char digest[REQUEST_DIGEST_SIZE], int client,
                                           struct keyed_run **run, struct kept_answer *answer, struct problem *problem);

/* Ends a run with its answer, or as one by which nothing has happened, so that it may be run again. NULL is no run. */
void keyed_run_answer(struct keyed_run *run, const struct kept_answer *answer);
void keyed_run_forget(struct keyed_run *run);
/* Whether another caller waits for its end. */
bool keyed_run_is_awaited(struct keyed_run *run);

#endif
