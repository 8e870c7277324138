#include "uses.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void uses_init(struct uses *uses)
{
	pthread_mutex_init(&uses->mutex, NULL);
	pthread_cond_init(&uses->ended, NULL);
	uses->first = NULL;
	uses->stopping = false;
}

void uses_destroy(struct uses *uses)
{
	pthread_cond_destroy(&uses->ended);
	pthread_mutex_destroy(&uses->mutex);
}

void use_begin(struct uses *uses, struct use *use, const char *id)
{
	*use = (struct use){.channel = -1};
	snprintf(use->id, sizeof(use->id), "%s", id);
	pthread_mutex_lock(&uses->mutex);
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
		shutdown(channel, SHUT_WR);
	pthread_mutex_unlock(&uses->mutex);
}

void use_end(struct uses *uses, struct use *use)
{
	pthread_mutex_lock(&uses->mutex);
	*use->link = use->next;
	if (use->next)
		use->next->link = use->link;
	use->link = NULL;
	pthread_cond_broadcast(&uses->ended);
	pthread_mutex_unlock(&uses->mutex);
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
			shutdown(use->channel, SHUT_WR);
	}
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
		pthread_cond_wait(&uses->ended, &uses->mutex);
	pthread_mutex_unlock(&uses->mutex);
}
