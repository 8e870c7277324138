#include "creations.h"

#include "name.h"
#include "request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void creations_init(struct creations *creations)
{
	pthread_mutex_init(&creations->mutex, NULL);
	pthread_cond_init(&creations->ended, NULL);
	creations->first = NULL;
}

void creations_destroy(struct creations *creations)
{
	pthread_cond_destroy(&creations->ended);
	pthread_mutex_destroy(&creations->mutex);
}

/* ---- all of this locked ---- */

static int64_t count(const struct creations *creations)
{
	int64_t found = 0;

	for (const struct creation *each = creations->first; each; each = each->next)
		found++;
	return found;
}

static bool has_name(const struct creations *creations, const char *name)
{
	for (const struct creation *each = creations->first; each; each = each->next)
		if (strcmp(each->sandbox->name, name) == 0)
			return true;
	return false;
}

/* A failing database counts as "in use", too: an uid is never shared by mistake. */
static bool uid_in_use(void *context, uid_t uid)
{
	const struct service *service = context;

	for (const struct creation *each = service->creations.first; each; each = each->next)
		if (each->sandbox->uid == uid)
			return true;
	return store_uid_in_use(service->store, uid);
}

static int limit_reached(int64_t sandboxes, struct problem *problem)
{
	return problem_set(problem, PROBLEM_LIMIT, NULL,
	                   "there are %" PRId64
	                   " sandboxes, the most that this server keeps; delete some of them, or start "
	                   "it with a higher --max-sandboxes",
	                   sandboxes);
}

/* What is being made counts for nobody's refusal, for it may fail. */
static int await_place(struct service *service, const char *name, struct problem *problem)
{
	struct creations *creations = &service->creations;
	int64_t sandboxes;

	for (;;) {
		if (store_count(service->store, &sandboxes, problem) < 0)
			return -1;
		if (sandboxes >= service->max_sandboxes)
			return limit_reached(sandboxes, problem);
		if (name && store_check_name(service->store, name, problem) < 0)
			return -1;
		if (sandboxes + count(creations) < service->max_sandboxes && !(name && has_name(creations, name)))
			return 0;
		pthread_cond_wait(&creations->ended, &creations->mutex);
	}
}

static int check_name(struct service *service, const char *name, struct problem *problem)
{
	if (has_name(&service->creations, name))
		return problem_set(problem, PROBLEM_CONFLICT, "name", "a sandbox named \"%s\" is being made", name);
	return store_check_name(service->store, name, problem);
}

/* The first name of this moment that is free. */
static int generate_name(struct service *service, struct sandbox *sandbox, struct problem *problem)
{
	int result = -1;

	sandbox->name = malloc(NAME_GENERATED_SIZE);
	if (!sandbox->name)
		return problem_memory(problem);
	for (int i = 0; i < NAME_TRIES && result < 0; i++) {
		snprintf(sandbox->name, NAME_GENERATED_SIZE, "sandbox-local-%" PRId64, sandbox->created_ms + i);
		result = check_name(service, sandbox->name, problem);
		if (result < 0 && problem->type != PROBLEM_CONFLICT)
			break;
	}
	return result;
}

static int take_place(struct service *service, struct sandbox *sandbox, struct problem *problem)
{
	if (await_place(service, sandbox->name, problem) < 0)
		return -1;
	sandbox->created_ms = now_ms();
	if (!sandbox->name && generate_name(service, sandbox, problem) < 0)
		return -1;
	return service->engine->identify(service->engine, sandbox, uid_in_use, service, problem);
}

/* ---- for requests ---- */

int creation_begin(struct service *service, struct creation *creation, struct sandbox *sandbox, struct problem *problem)
{
	struct creations *creations = &service->creations;

	pthread_mutex_lock(&creations->mutex);
	int result = take_place(service, sandbox, problem);
	if (result == 0) {
		*creation = (struct creation){.sandbox = sandbox, .next = creations->first};
		creations->first = creation;
	}
	pthread_mutex_unlock(&creations->mutex);
	return result;
}

void creation_end(struct service *service, struct creation *creation)
{
	struct creations *creations = &service->creations;
	struct creation **link = &creations->first;

	pthread_mutex_lock(&creations->mutex);
	while (*link != creation)
		link = &(*link)->next;
	*link = creation->next;
	pthread_cond_broadcast(&creations->ended);
	pthread_mutex_unlock(&creations->mutex);
}
