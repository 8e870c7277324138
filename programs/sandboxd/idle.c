#include "idle.h"

#include "argument_list.h"
#include "clock.h"
#include "log.h"
#include "request.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUCKETS 1024

/* How often it is looked for sandboxes, in seconds: ten times in their time, but not more often than each second. */
#define LOOKS 10
#define LOOK_MAX 60

struct entry {
	char id[SANDBOX_ID_SIZE];
	unsigned int requests; /* that are about it now */
	int64_t last_ms;       /* when the last one ended, by the monotonic clock */
	bool listed;           /* the look found the sandbox, or began before the entry */
	struct entry *next;
};

struct idle {
	struct service *service;
	int64_t time_ms;
	int64_t started_ms;
	pthread_mutex_t mutex;
	pthread_cond_t stopped;
	bool stopping;
	struct entry *buckets[BUCKETS];
	pthread_t thread;
};

/* ---- what is used ---- */

static struct entry **find(struct idle *idle, const char *id)
{
	struct entry **link = &idle->buckets[sandbox_id_hash(id) % BUCKETS];

	while (*link && strcmp((*link)->id, id) != 0)
		link = &(*link)->next;
	return link;
}

void idle_begin(struct idle *idle, const char *id)
{
	if (!idle)
		return;
	pthread_mutex_lock(&idle->mutex);
	struct entry **link = find(idle, id);
	if (!*link && (*link = calloc(1, sizeof(**link)))) {
		snprintf((*link)->id, sizeof((*link)->id), "%s", id);
		(*link)->listed = true;
	}
	if (*link)
		(*link)->requests++;
	pthread_mutex_unlock(&idle->mutex);
}

void idle_end(struct idle *idle, const char *id)
{
	if (!idle)
		return;
	pthread_mutex_lock(&idle->mutex);
	struct entry *entry = *find(idle, id);
	if (entry && entry->requests > 0) {
		entry->requests--;
		entry->last_ms = monotonic_ms();
	}
	pthread_mutex_unlock(&idle->mutex);
}

/* ---- what is not ---- */

struct look {
	struct idle *idle;
	int64_t now_ms;
	sbx__buffer unused; /* ids, each with its NUL */
};

/* Its clock begins with its creation, of which no request knows the id, or with the server. */
static bool is_unused(struct idle *idle, const struct sandbox *sandbox, int64_t now)
{
	int64_t since = now - (now_ms() - sandbox->created_ms);

	if (since < idle->started_ms)
		since = idle->started_ms;
	pthread_mutex_lock(&idle->mutex);
	struct entry *entry = *find(idle, sandbox->id);
	if (entry)
		entry->listed = true;
	bool used = entry && entry->requests > 0;
	if (entry && entry->last_ms > since)
		since = entry->last_ms;
	pthread_mutex_unlock(&idle->mutex);
	return !used && now - since >= idle->time_ms;
}

static void note_unused(void *context, const struct sandbox *sandbox)
{
	struct look *look = context;
	if (is_unused(look->idle, sandbox, look->now_ms))
		argument_list_append(&look->unused, sandbox->id);
}

static void mark_all(struct idle *idle)
{
	pthread_mutex_lock(&idle->mutex);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *entry = idle->buckets[i]; entry; entry = entry->next)
			entry->listed = false;
	pthread_mutex_unlock(&idle->mutex);
}

/* Those that requests were about and that are not there, or not any more. */
static void forget_strangers(struct idle *idle)
{
	pthread_mutex_lock(&idle->mutex);
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry **link = &idle->buckets[i]; *link;) {
			struct entry *entry = *link;
			if (entry->listed || entry->requests > 0) {
				link = &entry->next;
				continue;
			}
			*link = entry->next;
			free(entry);
		}
	}
	pthread_mutex_unlock(&idle->mutex);
}

static bool is_stopping(struct idle *idle)
{
	pthread_mutex_lock(&idle->mutex);
	bool stopping = idle->stopping;
	pthread_mutex_unlock(&idle->mutex);
	return stopping;
}

static void delete_unused(struct idle *idle, const sbx__buffer *ids)
{
	struct problem ignored;

	for (size_t at = 0; at < ids->length && !is_stopping(idle); at += strlen(ids->data + at) + 1) {
		const char *id = ids->data + at;
		if (sandbox_delete(idle->service, id, &ignored) == 0) {
			log_event("sandbox deleted, for nobody used it", id);
		} else {
			/* Tried again after the same time. */
			idle_begin(idle, id);
			idle_end(idle, id);
		}
	}
}

static void look_around(struct idle *idle)
{
	struct look look = {.idle = idle, .now_ms = monotonic_ms()};
	struct problem problem;
	int64_t total;

	mark_all(idle);
	if (store_list(idle->service->store, 0, INT64_MAX, note_unused, &look, &total, &problem) == 0 &&
	    !look.unused.failed) {
		forget_strangers(idle);
		delete_unused(idle, &look.unused);
	}
	sbx__buffer_free(&look.unused);
}

static bool wait_for_next_look(struct idle *idle)
{
	int64_t seconds = idle->time_ms / 1000 / LOOKS;
	int64_t until = monotonic_ms() + (seconds < 1 ? 1 : seconds > LOOK_MAX ? LOOK_MAX : seconds) * 1000;

	pthread_mutex_lock(&idle->mutex);
	while (!idle->stopping && monotonic_cond_wait(&idle->stopped, &idle->mutex, until) == 0)
		;
	bool stopping = idle->stopping;
	pthread_mutex_unlock(&idle->mutex);
	return !stopping;
}

static void *run(void *context)
{
	while (wait_for_next_look(context))
		look_around(context);
	return NULL;
}

/* ---- begin and end ---- */

static void idle_free(struct idle *idle)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (idle->buckets[i]) {
			struct entry *entry = idle->buckets[i];
			idle->buckets[i] = entry->next;
			free(entry);
		}
	}
	pthread_cond_destroy(&idle->stopped);
	pthread_mutex_destroy(&idle->mutex);
	free(idle);
}

struct idle *idle_start(struct service *service, int64_t seconds)
{
	struct idle *idle = calloc(1, sizeof(*idle));

	if (!idle)
		return NULL;
	idle->service = service;
	idle->time_ms = seconds * 1000;
	idle->started_ms = monotonic_ms();
	pthread_mutex_init(&idle->mutex, NULL);
	monotonic_cond_init(&idle->stopped);
	if (pthread_create(&idle->thread, NULL, run, idle) != 0) {
		idle_free(idle);
		return NULL;
	}
	return idle;
}

void idle_stop(struct idle *idle)
{
	if (!idle)
		return;
	pthread_mutex_lock(&idle->mutex);
	idle->stopping = true;
	pthread_cond_signal(&idle->stopped);
	pthread_mutex_unlock(&idle->mutex);
	pthread_join(idle->thread, NULL);
	idle_free(idle);
}
