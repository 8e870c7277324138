#include "reconcile.h"

#include "argument_list.h"

#include <string.h>

struct lists {
	sbx__buffer visible; /* ids, each with its NUL */
	sbx__buffer hidden;
	sbx__buffer files;
};

static void note_row(void *context, const char *id, uid_t uid, bool hidden)
{
	struct lists *lists = context;
	(void)uid;
	argument_list_append(hidden ? &lists->hidden : &lists->visible, id);
}

static void note_files(void *context, const char *id)
{
	struct lists *lists = context;
	argument_list_append(&lists->files, id);
}

static const char *next(const sbx__buffer *ids, const char *id)
{
	const char *following = id ? id + strlen(id) + 1 : ids->data;
	return following && following < ids->data + ids->length ? following : NULL;
}

static bool is_visible(struct store *store, const char *id)
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
	int result = engine->repair(engine, &sandbox, problem);
	sandbox_free(&sandbox);
	return result;
}

static int settle(struct engine *engine, struct store *store, struct lists *lists, struct problem *problem)
{
	/* Deletions that were begun are carried through. */
	for (const char *id = NULL; (id = next(&lists->hidden, id));)
		if (engine->destroy(engine, id, problem) < 0 || store_remove(store, id, problem) < 0)
			return -1;
	/* Files without a row are a creation that nobody was told of. */
	for (const char *id = NULL; (id = next(&lists->files, id));)
		if (!is_visible(store, id) && engine->destroy(engine, id, problem) < 0)
			return -1;
	for (const char *id = NULL; (id = next(&lists->visible, id));)
		if (repair(engine, store, id, problem) < 0)
			return -1;
	return 0;
}

/* Without their rows, sandboxes look like what nobody was told of. */
static int check_loss(const struct store *store, const struct lists *lists, struct failure *failure)
{
	if (!store_is_new(store) || lists->files.length == 0)
		return 0;
	return failure_set(failure, FAILURE_STATE,
	                   "the database state.db is missing or empty, but there are files of sandboxes; restore it "
	                   "from a copy, or remove the state directory's bwrap/sandboxes to start anew");
}

int reconcile(struct engine *engine, struct store *store, struct failure *failure)
{
	struct lists lists = {0};
	struct problem problem = {.message = "the sandboxes cannot be listed"};
	int result = -1;

	if (store_each(store, note_row, &lists, &problem) == 0 && engine->each(engine, note_files, &lists) == 0) {
		if (lists.visible.failed || lists.hidden.failed || lists.files.failed)
			problem_memory(&problem);
		else
			result = check_loss(store, &lists, failure);
		if (result == 0)
			result = settle(engine, store, &lists, &problem);
		if (result == 0)
			result = store_settle(store, &problem);
	}
	if (result < 0 && !failure->code)
		failure_set(failure, FAILURE_STATE,
		            "the sandboxes in the state directory cannot be brought in order (%s); see its disk",
		            problem.message);
	sbx__buffer_free(&lists.visible);
	sbx__buffer_free(&lists.hidden);
	sbx__buffer_free(&lists.files);
	return result;
}
