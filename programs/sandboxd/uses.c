#include "uses.h"

#include "engine.h"

#include <stdio.h>
#include <string.h>

void uses_init(struct uses *uses)
{
	*uses = (struct uses){.first = NULL};
	pthread_mutex_init(&uses->mutex, NULL);
	for (size_t i = 0; i < USES_BUCKETS; i++)
		pthread_cond_init(&uses->changed[i], NULL);
}

void uses_destroy(struct uses *uses)
{
	for (size_t i = 0; i < USES_BUCKETS; i++)
		pthread_cond_destroy(&uses->changed[i]);
	pthread_mutex_destroy(&uses->mutex);
}

static pthread_cond_t *changed(struct uses *uses, const char *id)
{
	return &uses->changed[sandbox_id_hash(id) % USES_BUCKETS];
}

static void wait_for_change(struct uses *uses, const char *id)
{
	pthread_cond_wait(changed(uses, id), &uses->mutex);
}

static bool is_closing(const struct uses *uses, const char *id)
{
	for (const struct use *use = uses->first; use; use = use->next)
		if (use->closing && strcmp(use->id, id) == 0)
			return true;
	return false;
}

void use_begin(struct uses *uses, struct use *use, const char *id)
{
	*use = (struct use){.channel = -1};
	snprintf(use->id, sizeof(use->id), "%s", id);
	pthread_mutex_lock(&uses->mutex);
	while (is_closing(uses, use->id))
		wait_for_change(uses, use->id);
	use->next = uses->first;
	use->link = &uses->first;
	if (use->next)
		use->next->link = &use->next;
	uses->first = use;
	use->cancelled = uses->stopping;
	pthread_mutex_unlock(&uses->mutex);
}

void use_set_channel(struct uses *uses, struct use *use, int channel)
{
	pthread_mutex_lock(&uses->mutex);
	use->channel = channel;
	if (use->cancelled)
		engine_kill(channel);
	pthread_mutex_unlock(&uses->mutex);
}

void use_end(struct uses *uses, struct use *use)
{
	pthread_mutex_lock(&uses->mutex);
	*use->link = use->next;
	if (use->next)
		use->next->link = use->link;
	use->link = NULL;
	pthread_cond_broadcast(changed(uses, use->id));
	pthread_mutex_unlock(&uses->mutex);
}

static bool is_before(const struct use *other, const struct use *use)
{
	return strcmp(other->id, use->id) == 0 &&
	       (other->alone || (other->turn > 0 && other->turn < use->turn && !other->cancelled));
}

static bool others_are_before(const struct uses *uses, const struct use *use)
{
	for (const struct use *other = uses->first; other; other = other->next)
		if (other != use && is_before(other, use))
			return true;
	return false;
}

/* Who closes the sandbox waits for this use: it does not wait in turn. */
static bool await_turn(struct uses *uses, struct use *use)
{
	use->turn = ++uses->turns;
	while (!use->cancelled && !is_closing(uses, use->id) && others_are_before(uses, use))
		wait_for_change(uses, use->id);
	return use->alone = !use->cancelled && !is_closing(uses, use->id);
}

bool use_alone(struct uses *uses, struct use *use)
{
	pthread_mutex_lock(&uses->mutex);
	bool alone = await_turn(uses, use);
	pthread_mutex_unlock(&uses->mutex);
	return alone;
}

static bool has_others(const struct uses *uses, const struct use *use)
{
	for (const struct use *other = uses->first; other; other = other->next)
		if (other != use && strcmp(other->id, use->id) == 0)
			return true;
	return false;
}

bool use_close(struct uses *uses, struct use *use)
{
	pthread_mutex_lock(&uses->mutex);
	if (await_turn(uses, use)) {
		use->closing = true;
		pthread_cond_broadcast(changed(uses, use->id));
		while (!use->cancelled && has_others(uses, use))
			wait_for_change(uses, use->id);
	}
	bool closed = use->closing && !use->cancelled;
	pthread_mutex_unlock(&uses->mutex);
	return closed;
}

bool use_is_cancelled(struct uses *uses, const struct use *use)
{
	pthread_mutex_lock(&uses->mutex);
	bool cancelled = use->cancelled;
	pthread_mutex_unlock(&uses->mutex);
	return cancelled;
}

void uses_cancel(struct uses *uses, const char *id)
{
	pthread_mutex_lock(&uses->mutex);
	uses->stopping |= id == NULL;
	for (struct use *use = uses->first; use; use = use->next) {
		if (id && strcmp(use->id, id) != 0)
			continue;
		use->cancelled = true;
		if (use->channel >= 0)
			engine_kill(use->channel);
	}
	for (size_t i = 0; i < USES_BUCKETS; i++)
		pthread_cond_broadcast(&uses->changed[i]);
	pthread_mutex_unlock(&uses->mutex);
}

static bool is_used(const struct uses *uses, const char *id)
{
	for (const struct use *use = uses->first; use; use = use->next)
		if (strcmp(use->id, id) == 0)
			return true;
	return false;
}

void uses_wait(struct uses *uses, const char *id)
{
	pthread_mutex_lock(&uses->mutex);
	while (is_used(uses, id))
		wait_for_change(uses, id);
	pthread_mutex_unlock(&uses->mutex);
}
