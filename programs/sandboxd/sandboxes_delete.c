#include "argument_list.h"
#include "log.h"
#include "name.h"
#include "request.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is asked of a deletion, and what became of it. */
struct deletion {
	bool create_snapshot;
	const char *snapshot_name; /* NULL: one is generated */
	struct volume storage;
	struct volume snapshot;
};

static void deletion_free(struct deletion *deletion)
{
	volume_free(&deletion->storage);
	volume_free(&deletion->snapshot);
}

/* What is deleted, as it was. */
struct doomed {
	struct sandbox sandbox;
	struct volume volume;
};

static void doomed_free(struct doomed *doomed)
{
	sandbox_free(&doomed->sandbox);
	volume_free(&doomed->volume);
}

static int doomed_find(struct service *service, const char *id, struct doomed *doomed, struct problem *problem)
{
	*doomed = (struct doomed){0};
	if (store_find(service->store, id, &doomed->sandbox, problem) == 0 &&
	    store_volume_find_of_sandbox(service->store, id, &doomed->volume, problem) == 0)
		return 0;
	doomed_free(doomed);
	return -1;
}

static int remove_files(struct service *service, const char *id, struct problem *problem)
{
	uses_cancel(&service->uses, id);
	uses_wait(&service->uses, id);
	if (service->engine->destroy(service->engine, id, problem) == 0)
		return 0;
	log_line("%s", problem->message);
	return -1;
}

/* Whoever asked for the deletion can ask again. What is gone of its files stays gone; but it can be used. */
static void show_again(struct service *service, const struct doomed *doomed)
{
	struct problem problem;

	service->engine->repair(service->engine, &doomed->sandbox, &problem);
	if (store_show(service->store, &doomed->sandbox, &doomed->volume, &problem) < 0)
		log_line("sandbox %s is not in the list any more (%s); the next start tries to remove it",
		         doomed->sandbox.id, problem.message);
}

/* The row goes last: its uid stays taken until no file of that uid is left. One that stays behind is hidden, and
 * removed at the next start. */
static int remove_hidden(struct service *service, const struct doomed *doomed, struct problem *problem)
{
	const char *id = doomed->sandbox.id;
	struct problem ignored;

	if (remove_files(service, id, problem) < 0) {
		show_again(service, doomed);
		return -1;
	}
	disk_forget(service->disk, id);
	store_remove(service->store, id, &ignored);
	log_event("sandbox deleted", id);
	return 0;
}

/* Hidden first: from then on nobody finds the sandbox, and a server that is killed on the way goes on with it at its
 * next start. Only on a full disk the files go first: nothing else makes the room in which their deletion can be
 * written down. */
int sandbox_delete(struct service *service, const char *id, struct problem *problem)
{
	struct doomed doomed;
	int result = -1;

	if (doomed_find(service, id, &doomed, problem) < 0)
		return -1;
	if (store_hide(service->store, id, NULL, problem) == 0 ||
	    (problem->type == PROBLEM_STORAGE && remove_files(service, id, problem) == 0 &&
	     store_hide(service->store, id, NULL, problem) == 0))
		result = remove_hidden(service, &doomed, problem);
	doomed_free(&doomed);
	return result;
}

/* ---- with a snapshot ---- */

/* The sandbox's own name, if that is free, else with the time. */
static int choose_name(struct service *service, struct deletion *deletion, char *name, size_t size,
                       struct problem *problem)
{
	int result = -1;

	snprintf(name, size, "%s", deletion->snapshot_name ? deletion->snapshot_name : deletion->storage.sandbox_name);
	for (int i = 0; result < 0; i++) {
		result = store_volume_check_name(service->store, name, problem);
		if (result == 0 || problem->type != PROBLEM_CONFLICT || deletion->snapshot_name || i == NAME_TRIES)
			break;
		snprintf(name, size, "%s-%" PRId64, deletion->storage.sandbox_name, now_ms() + i);
	}
	return result;
}

static int copy_and_hide(struct service *service, const char *id, struct use *use, struct deletion *deletion,
                         struct problem *problem)
{
	const struct volume *snapshot = &deletion->snapshot;

	if (snapshot_copy(service, &deletion->storage, snapshot, false, use, problem) < 0)
		return -1;
	int result = snapshot_settle(service, problem);
	if (result == 0)
		result = store_hide(service->store, id, snapshot, problem);
	if (result < 0)
		snapshot_discard(service, snapshot);
	return result;
}

/* Its processes are stopped, and whoever asks for it waits, from before the copy until nobody finds the sandbox any
 * more: nothing that anybody was told to have happened in it is missing in the snapshot. When this fails all goes on.
 */
static int delete_with_snapshot(struct service *service, const char *id, struct deletion *deletion,
                                struct problem *problem)
{
	char name[NAME_GENERATED_SIZE + 128];
	struct doomed doomed = {0};
	struct use use;
	int result = -1;

	if (choose_name(service, deletion, name, sizeof(name), problem) < 0 ||
	    volume_snapshot_of(&deletion->storage, name, &deletion->snapshot, problem) < 0)
		return -1;
	uses_cancel(&service->uses, id);
	use_begin(&service->uses, &use, id);
	if (!use_close(&service->uses, &use)) {
		snapshot_cancelled(problem);
	} else if (doomed_find(service, id, &doomed, problem) == 0 && /* nobody else has deleted it before */
	           snapshot_stop(service, &deletion->storage, problem) == 0) {
		result = copy_and_hide(service, id, &use, deletion, problem);
		snapshot_continue(service, &deletion->storage);
	}
	use_end(&service->uses, &use);
	if (result == 0)
		result = remove_hidden(service, &doomed, problem);
	doomed_free(&doomed);
	return result;
}

/* ---- one ---- */

static int read_delete(struct json_body *body, struct deletion *deletion, struct problem *problem)
{
	bool keep_storage; /* only its type counts: storage is always deleted */

	if (json_body_boolean(body, "create_snapshot", &deletion->create_snapshot, problem) < 0 ||
	    json_body_string(body, "snapshot_name", &deletion->snapshot_name, problem) < 0 ||
	    name_check(deletion->snapshot_name, "snapshot_name", problem) < 0)
		return -1;
	return json_body_boolean(body, "keep_storage", &keep_storage, problem);
}

static int run_deletion(struct service *service, const char *id, struct deletion *deletion, struct problem *problem)
{
	if (store_volume_find_of_sandbox(service->store, id, &deletion->storage, problem) < 0)
		return -1;
	if (!deletion->create_snapshot)
		return sandbox_delete(service, id, problem);
	int result = delete_with_snapshot(service, id, deletion, problem);
	/* The store knows the snapshot's name as its name. */
	if (result < 0 && problem->type == PROBLEM_CONFLICT && strcmp(problem->field, "name") == 0)
		snprintf(problem->field, sizeof(problem->field), "snapshot_name");
	return result;
}

int sandboxes_delete(struct request *request, struct MHD_Response **response)
{
	struct deletion deletion = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_delete(body, &deletion, &request->problem) < 0 ||
	    run_deletion(request->service, request->id, &deletion, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	json_string(&writer, "id", request->id);
	json_string(&writer, "message", "Sandbox deleted");
	json_boolean(&writer, "snapshot_created", deletion.create_snapshot);
	if (deletion.create_snapshot)
		json_string(&writer, "snapshot_name", deletion.snapshot.name);
	json_boolean(&writer, "storage_deleted", true);
	json_string(&writer, "storage_name", deletion.storage.name);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	deletion_free(&deletion);
	return result;
}

/* ---- all ---- */

static void collect_id(void *context, const struct sandbox *sandbox)
{
	argument_list_append(context, sandbox->id);
}

struct deletions {
	struct json_writer ids;
	struct json_writer errors;
	int64_t deleted;
	int64_t failed;
};

static void delete_one(struct service *service, const char *id, struct deletions *deletions)
{
	struct problem problem;

	if (sandbox_delete(service, id, &problem) == 0) {
		json_bytes(&deletions->ids, id, strlen(id));
		deletions->deleted++;
	} else if (problem.type != PROBLEM_NOT_FOUND) {
		/* Not found: another caller has deleted it meanwhile, as both wanted. */
		json_open(&deletions->errors, '{');
		json_string(&deletions->errors, "id", id);
		json_string(&deletions->errors, "error", problem.message);
		json_close(&deletions->errors, '}');
		deletions->failed++;
	}
}

static void write_deletions(const struct deletions *deletions, struct json_writer *writer)
{
	json_open(writer, '{');
	json_integer(writer, "deleted_count", deletions->deleted);
	json_key(writer, "deleted_ids");
	json_open(writer, '[');
	sbx__buffer_append(&writer->text, deletions->ids.text.data, deletions->ids.text.length);
	json_close(writer, ']');
	json_string(writer, "message", deletions->failed ? "Some sandboxes could not be deleted" : "Sandboxes deleted");
	json_key(writer, "errors");
	json_open(writer, '[');
	sbx__buffer_append(&writer->text, deletions->errors.text.data, deletions->errors.text.length);
	json_close(writer, ']');
	json_integer(writer, "storage_deleted_count", deletions->deleted);
	json_close(writer, '}');
	writer->text.failed |= deletions->ids.text.failed || deletions->errors.text.failed;
}

int sandboxes_delete_all(struct request *request, struct MHD_Response **response)
{
	struct deletions deletions = {0};
	struct json_writer writer = {0};
	sbx__buffer ids = {0};
	int64_t total;
	int result = -1;

	if (store_list(request->service->store, 0, INT64_MAX, collect_id, &ids, &total, &request->problem) < 0)
		goto done;
	if (ids.failed) {
		problem_memory(&request->problem);
		goto done;
	}
	for (size_t at = 0; at < ids.length; at += strlen(ids.data + at) + 1)
		delete_one(request->service, ids.data + at, &deletions);
	write_deletions(&deletions, &writer);
	result = request_answer(request, &writer, response);
done:
	sbx__buffer_free(&deletions.ids.text);
	sbx__buffer_free(&deletions.errors.text);
	sbx__buffer_free(&ids);
	return result;
}
