#include "snapshot.h"

struct stopping {
	struct uses *uses;
	const struct use *use;
};

static bool is_stopped(void *context)
{
	const struct stopping *stopping = context;
	return use_is_cancelled(stopping->uses, stopping->use);
}

int snapshot_cancelled(struct problem *problem)
{
	return problem_set(problem, PROBLEM_UNAVAILABLE, NULL,
	                   "the snapshot was given up: the server is stopping, or what it is of is being deleted");
}

void snapshot_continue(struct service *service, const struct volume *source)
{
	struct problem problem;

	if (source->sandbox_id[0] && service->engine->freeze(service->engine, source->sandbox_id, false, &problem) < 0)
		log_line("the processes of sandbox %s could not be continued (%s); delete it", source->sandbox_id,
		         problem.message);
}

/* One that failed may have stopped some of them. */
int snapshot_stop(struct service *service, const struct volume *source, struct problem *problem)
{
	if (!source->sandbox_id[0] || service->engine->freeze(service->engine, source->sandbox_id, true, problem) == 0)
		return 0;
	snapshot_continue(service, source);
	return -1;
}

int snapshot_copy(struct service *service, const struct volume *source, const struct volume *snapshot, bool quick,
                  struct use *use, struct problem *problem)
{
	struct engine *engine = service->engine;
	struct stopping stopping = {&service->uses, use};
	const struct engine_copy copy = {
	        .source = source, .id = snapshot->id, .stopped = is_stopped, .context = &stopping};

	if (disk_check(service->disk, NULL, problem) < 0)
		return -1;
	if (!quick && engine->sync(engine, problem) < 0)
		return -1;
	if (engine->volume_copy(engine, &copy, problem) == 0)
		return 0;
	return is_stopped(&stopping) ? snapshot_cancelled(problem) : -1;
}

int snapshot_settle(struct service *service, struct problem *problem)
{
	return service->engine->sync(service->engine, problem);
}

void snapshot_discard(struct service *service, const struct volume *snapshot)
{
	struct problem ignored;
	service->engine->volume_destroy(service->engine, snapshot->id, &ignored);
}
