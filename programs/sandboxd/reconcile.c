#include "reconcile.h"

#include "argument_list.h"

#include <string.h>

/* Ids, each with its NUL. */
struct ids {
	sbx__buffer visible;
	sbx__buffer hidden;
	sbx__buffer files;
	sbx__buffer held; /* those of them that could not be removed */
};

struct lists {
	struct ids sandboxes;
	struct ids volumes; /* and snapshots: what has files of its own */
};

/* ---- what there is ---- */

static void note_sandbox(void *context, const char *id, uid_t uid, bool hidden)
{
	struct ids *ids = context;
	(void)uid;
	argument_list_append(hidden ? &ids->hidden : &ids->visible, id);
}

static void note_volume(void *context, const char *id, bool hidden)
{
	struct ids *ids = context;
	argument_list_append(hidden ? &ids->hidden : &ids->visible, id);
}

static void note_files(void *context, const char *id)
{
	struct ids *ids = context;
	argument_list_append(&ids->files, id);
}

static const char *next(const sbx__buffer *ids, const char *id)
{
	const char *following = id ? id + strlen(id) + 1 : ids->data;
	return following && following < ids->data + ids->length ? following : NULL;
}

static bool has_failed(const struct ids *ids)
{
	return ids->visible.failed || ids->hidden.failed || ids->files.failed || ids->held.failed;
}

static void free_ids(struct ids *ids)
{
	sbx__buffer_free(&ids->visible);
	sbx__buffer_free(&ids->hidden);
	sbx__buffer_free(&ids->files);
	sbx__buffer_free(&ids->held);
}

static int read_lists(struct engine *engine, struct store *store, struct lists *lists, struct problem *problem)
{
	if (store_each(store, note_sandbox, &lists->sandboxes, problem) < 0 ||
	    store_volume_each(store, note_volume, &lists->volumes, problem) < 0 ||
	    engine->each(engine, note_files, &lists->sandboxes) < 0 ||
	    engine->volume_each(engine, note_files, &lists->volumes) < 0)
		return -1;
	return has_failed(&lists->sandboxes) || has_failed(&lists->volumes) ? problem_memory(problem) : 0;
}

/* Without their rows, sandboxes look like what nobody was told of. */
static int check_loss(const struct store *store, const struct lists *lists, struct failure *failure)
{
	if (!store_is_new(store) || (lists->sandboxes.files.length == 0 && lists->volumes.files.length == 0))
		return 0;
	return failure_set(failure, FAILURE_STATE,
	                   "the database state.db is missing or empty, but there are files of sandboxes or volumes; "
	                   "restore it from a copy, or remove the state directory's bwrap/sandboxes and bwrap/volumes "
	                   "to start anew");
}

static bool is_among(const sbx__buffer *ids, const char *wanted)
{
	for (const char *id = NULL; (id = next(ids, id));)
		if (strcmp(id, wanted) == 0)
			return true;
	return false;
}

/* What cannot be removed keeps nobody else from the start: it waits for the next one, together with its row. */
static void remove_files(struct engine *engine, struct ids *ids, const char *id,
                         int (*destroy)(struct engine *engine, const char *id, struct problem *problem))
{
	struct problem problem;

	if (is_among(&ids->held, id) || destroy(engine, id, &problem) == 0)
		return;
	log_line("%s", problem.message);
	argument_list_append(&ids->held, id);
}

/* ---- sandboxes ---- */

static bool is_sandbox(struct store *store, const char *id)
{
	struct sandbox sandbox;
	struct problem ignored;
	if (store_find(store, id, &sandbox, &ignored) < 0)
		return false;
	sandbox_free(&sandbox);
	return true;
}

static int repair(struct engine *engine, struct store *store, const char *id, struct problem *problem)
{
	struct sandbox sandbox;
	if (store_find(store, id, &sandbox, problem) < 0)
		return -1;
	if (engine->repair(engine, &sandbox, problem) < 0)
		log_line("sandbox %s may not work: %s; see bwrap/sandboxes/%s in the state directory", id,
		         problem->message, id);
	sandbox_free(&sandbox);
	return 0;
}

static int settle_sandboxes(struct engine *engine, struct store *store, struct ids *ids, struct problem *problem)
{
	/* Deletions that were begun are carried through. */
	for (const char *id = NULL; (id = next(&ids->hidden, id));)
		remove_files(engine, ids, id, engine->destroy);
	/* Files without a row are a creation that nobody was told of. */
	for (const char *id = NULL; (id = next(&ids->files, id));)
		if (!is_sandbox(store, id))
			remove_files(engine, ids, id, engine->destroy);
	for (const char *id = NULL; (id = next(&ids->visible, id));)
		if (repair(engine, store, id, problem) < 0)
			return -1;
	return 0;
}

/* ---- volumes ---- */

static bool is_volume(struct store *store, const char *id)
{
	struct volume volume;
	struct problem ignored;
	if (store_volume_find(store, id, &volume, &ignored) < 0)
		return false;
	volume_free(&volume);
	return true;
}

static int say_lost(struct engine *engine, struct store *store, const char *id, struct problem *problem)
{
	struct volume volume;
	if (store_volume_find(store, id, &volume, problem) < 0)
		return -1;
	log_line("the files of %s %s are gone; %s", volume_type(&volume), id,
	         volume.is_snapshot ? "delete it" : "it starts empty again");
	int result = volume.is_snapshot ? 0 : engine->volume_create(engine, id, problem);
	volume_free(&volume);
	return result;
}

static int settle_volumes(struct engine *engine, struct store *store, struct ids *ids, struct problem *problem)
{
	for (const char *id = NULL; (id = next(&ids->hidden, id));)
		remove_files(engine, ids, id, engine->volume_destroy);
	/* A snapshot that was being taken is among these, too. */
	for (const char *id = NULL; (id = next(&ids->files, id));)
		if (!is_volume(store, id))
			remove_files(engine, ids, id, engine->volume_destroy);
	for (const char *id = NULL; (id = next(&ids->visible, id));)
		if (!engine->volume_exists(engine, id) && say_lost(engine, store, id, problem) < 0)
			return -1;
	return 0;
}

/* ---- both ---- */

/* What needs no room comes first: it is what makes room where the disk is full. A row that cannot go there is hidden,
 * and goes at a later start. */
static int remove_rows(struct store *store, const struct ids *ids,
                       int (*remove)(struct store *store, const char *id, struct problem *problem),
                       struct problem *problem)
{
	int result = has_failed(ids) ? problem_memory(problem) : 0;

	for (const char *id = NULL; result == 0 && (id = next(&ids->hidden, id));)
		if (!is_among(&ids->held, id))
			result = remove(store, id, problem);
	return result < 0 && problem->type == PROBLEM_STORAGE ? 0 : result;
}

int reconcile(struct engine *engine, struct store *store, struct failure *failure)
{
	struct lists lists = {0};
	struct problem problem = {.message = "the sandboxes cannot be listed"};
	int result = read_lists(engine, store, &lists, &problem);

	if (result == 0)
		result = check_loss(store, &lists, failure);
	if (result == 0)
		result = settle_sandboxes(engine, store, &lists.sandboxes, &problem);
	if (result == 0)
		result = settle_volumes(engine, store, &lists.volumes, &problem);
	if (result == 0)
		result = remove_rows(store, &lists.sandboxes, store_remove, &problem);
	if (result == 0)
		result = remove_rows(store, &lists.volumes, store_volume_remove, &problem);
	if (result == 0)
		result = store_settle(store, &problem);
	if (result < 0 && !failure->code)
		failure_set(failure, FAILURE_STATE,
		            "the sandboxes in the state directory cannot be brought in order (%s); see its disk",
		            problem.message);
	free_ids(&lists.sandboxes);
	free_ids(&lists.volumes);
	return result;
}
