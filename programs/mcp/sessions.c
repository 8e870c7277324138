#include "sessions.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

const char *sessions_begin(struct sessions *sessions, const char *version)
{
	struct session *oldest = &sessions->all[0];
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return NULL;
	for (struct session *session = sessions->all; session < sessions->all + SESSIONS_MAX; session++)
		if (session->used < oldest->used)
			oldest = session;
	snprintf(oldest->id, sizeof(oldest->id), "%016llx%016llx", (unsigned long long)random[0],
	         (unsigned long long)random[1]);
	oldest->number = oldest->used = ++sessions->count;
	oldest->version = version;
	return oldest->id;
}

const struct session *sessions_find(struct sessions *sessions, const char *id)
{
	for (struct session *session = sessions->all; session < sessions->all + SESSIONS_MAX; session++)
		if (session->number && strcmp(session->id, id) == 0) {
			session->used = ++sessions->count;
			return session;
		}
	return NULL;
}

void sessions_end(struct sessions *sessions, uint64_t number)
{
	for (struct session *session = sessions->all; session < sessions->all + SESSIONS_MAX; session++)
		if (session->number == number)
			*session = (struct session){0};
}
