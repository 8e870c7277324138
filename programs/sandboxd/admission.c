#include "admission.h"

#include "waiter.h"

#include <pthread.h>
#include <stdlib.h>

/* Longer than this the queue is not of use to anybody. */
#define WAITING_MAX 1024

/* The most that a client is told to wait before it asks again. */
#define RETRY_AFTER_MAX 30

struct admission {
	pthread_mutex_t mutex;
	struct waiter *queue;
	unsigned int running;
	unsigned int running_max;
	unsigned int waiting;
	int wait_seconds;
	bool stopping;
};

struct admission *admission_new(unsigned int running_max, int wait_seconds)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return NULL;
	pthread_mutex_init(&admission->mutex, NULL);
	admission->running_max = running_max;
	admission->wait_seconds = wait_seconds;
	return admission;
}

void admission_free(struct admission *admission)
{
	if (!admission)
		return;
	pthread_mutex_destroy(&admission->mutex);
	free(admission);
}

static int refuse(const struct admission *admission, const char *why, struct problem *problem)
{
	problem_set(problem, PROBLEM_RATE, NULL,
	            "%u commands are running, which is all that this server runs at once (--max-running), and %s",
	            admission->running_max, why);
	problem->retry_after = admission->wait_seconds < 1                 ? 1
	                       : admission->wait_seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX
	                                                                   : admission->wait_seconds;
	return -1;
}

/* With the lock, which it gives away while it waits. Who is woken has its place already, or finds the server stopping.
 */
static int wait_for_place(struct admission *admission, struct waiter *waiter, int client, struct problem *problem)
{
	waiter_append(&admission->queue, waiter);
	admission->waiting++;
	pthread_mutex_unlock(&admission->mutex);
	enum waiter_end end = waiter_wait(waiter, client, admission->wait_seconds * 1000);
	pthread_mutex_lock(&admission->mutex);
	admission->waiting--;
	if (waiter->woken)
		return admission->stopping ? problem_stopping(problem) : 0;
	waiter_remove(&admission->queue, waiter);
	if (end == WAITER_CLIENT_GONE)
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "the client has gone away");
	return refuse(admission, "none of them has ended in time", problem);
}

int admission_enter(struct admission *admission, int client, struct problem *problem)
{
	struct waiter waiter = {.fd = -1};
	int result = 0;

	pthread_mutex_lock(&admission->mutex);
	if (admission->stopping) {
		result = problem_stopping(problem);
	} else if (admission->running < admission->running_max) {
		admission->running++;
	} else if (admission->waiting >= WAITING_MAX || admission->wait_seconds == 0) {
		result = refuse(admission, "too many others are waiting", problem);
	} else {
		waiter_init(&waiter);
		result = waiter.fd < 0 ? refuse(admission, "there is no descriptor to wait with", problem)
		                       : wait_for_place(admission, &waiter, client, problem);
	}
	pthread_mutex_unlock(&admission->mutex);
	waiter_free(&waiter);
	return result;
}

/* The place goes to the first in the queue: nobody can slip in between. */
void admission_leave(struct admission *admission)
{
	pthread_mutex_lock(&admission->mutex);
	struct waiter *first = admission->queue;
	if (first && !admission->stopping) {
		waiter_remove(&admission->queue, first);
		waiter_wake(first);
	} else {
		admission->running--;
	}
	pthread_mutex_unlock(&admission->mutex);
}

void admission_stop(struct admission *admission)
{
	pthread_mutex_lock(&admission->mutex);
	admission->stopping = true;
	while (admission->queue) {
		struct waiter *first = admission->queue;
		waiter_remove(&admission->queue, first);
		waiter_wake(first);
	}
	pthread_mutex_unlock(&admission->mutex);
}

void admission_count(struct admission *admission, unsigned int *running, unsigned int *waiting)
{
	pthread_mutex_lock(&admission->mutex);
	*running = admission->running;
	*waiting = admission->waiting;
	pthread_mutex_unlock(&admission->mutex);
}
