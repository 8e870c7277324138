#include "name.h"
#include "page.h"
#include "request.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As the storage of a sandbox. */
#define SIZE_DEFAULT "10Gi"

/* ---- create ---- */

static int read_create(struct json_body *body, struct volume *volume, struct problem *problem)
{
	const char *name = NULL, *size = SIZE_DEFAULT;

	if (json_body_string(body, "name", &name, problem) < 0 || name_check(name, "name", problem) < 0 ||
	    json_body_string(body, "size", &size, problem) < 0 || volume_check_size(size, problem) < 0)
		return -1;
	snprintf(volume->size, sizeof(volume->size), "%s", size);
	volume->name = name ? strdup(name) : NULL;
	return name && !volume->name ? problem_memory(problem) : 0;
}

/* Stores a volume that was given no name under the first free one of this moment. */
static int insert_generated(struct store *store, struct volume *volume, struct problem *problem)
{
	int result = -1;

	volume->name = malloc(NAME_GENERATED_SIZE);
	if (!volume->name)
		return problem_memory(problem);
	for (int i = 0; i < NAME_TRIES && result < 0; i++) {
		snprintf(volume->name, NAME_GENERATED_SIZE, "volume-local-%" PRId64, volume->created_ms + i);
		result = store_volume_insert(store, volume, problem);
		if (result < 0 && problem->type != PROBLEM_CONFLICT)
			break;
	}
	return result;
}

/* The folder first, then the row, as with a sandbox. */
static int make(struct service *service, struct volume *volume, struct problem *problem)
{
	struct engine *engine = service->engine;
	struct problem ignored;

	sandbox_random_id(volume->id, "vol");
	volume->created_ms = now_ms();
	if (disk_check(service->disk, NULL, problem) < 0 || engine->volume_create(engine, volume->id, problem) < 0)
		return -1;
	int result = volume->name ? store_volume_insert(service->store, volume, problem)
	                          : insert_generated(service->store, volume, problem);
	if (result < 0)
		engine->volume_destroy(engine, volume->id, &ignored);
	return result;
}

int volumes_create(struct request *request, struct MHD_Response **response)
{
	struct volume volume = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_create(body, &volume, &request->problem) < 0 ||
	    make(request->service, &volume, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	volume_write(&volume, &writer);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	volume_free(&volume);
	return result;
}

/* ---- list ---- */

static void write_listed(void *context, const struct volume *volume)
{
	struct json_writer *writer = context;
	json_open(writer, '{');
	volume_write_listed(volume, writer);
	json_close(writer, '}');
}

int volumes_list(struct request *request, struct MHD_Response **response)
{
	struct json_writer writer = {0};
	struct page page;
	int64_t total;

	if (page_read(request, &page) < 0)
		return -1;
	page_open(&writer);
	if (store_volume_list(request->service->store, page.offset, page.size, write_listed, &writer, &total,
	                      &request->problem) < 0) {
		sbx__buffer_free(&writer.text);
		return -1;
	}
	page_close(&writer, &page, total);
	return request_answer(request, &writer, response);
}

/* ---- delete ---- */

static int check_deletable(const struct volume *volume, struct problem *problem)
{
	if (!volume->sandbox_id[0])
		return 0;
	return problem_set(problem, PROBLEM_CONFLICT, NULL,
	                   "the volume is in use by the sandbox %s (\"%s\"), which it is deleted with",
	                   volume->sandbox_id, volume->sandbox_name);
}

/* A snapshot that is being taken of it is given up. */
static int remove_files(struct service *service, const char *id, struct problem *problem)
{
	uses_cancel(&service->uses, id);
	uses_wait(&service->uses, id);
	if (service->engine->volume_destroy(service->engine, id, problem) == 0)
		return 0;
	log_line("%s", problem->message);
	return -1;
}

/* In the same order as a sandbox, for the same reasons. */
static int delete_volume(struct service *service, const struct volume *volume, struct problem *problem)
{
	const char *id = volume->id;
	struct problem ignored;

	if (store_volume_hide(service->store, id, problem) < 0 &&
	    (problem->type != PROBLEM_STORAGE || remove_files(service, id, problem) < 0 ||
	     store_volume_hide(service->store, id, problem) < 0))
		return -1;
	if (remove_files(service, id, problem) < 0) {
		store_volume_show(service->store, volume, &ignored);
		return -1;
	}
	store_volume_remove(service->store, id, &ignored);
	return 0;
}

int volumes_delete(struct request *request, struct MHD_Response **response)
{
	struct service *service = request->service;
	struct volume volume;
	struct json_writer writer = {0};
	int result = -1;

	if (store_volume_find(service->store, request->id, &volume, &request->problem) < 0)
		return -1;
	if (check_deletable(&volume, &request->problem) < 0 || delete_volume(service, &volume, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	json_string(&writer, "id", volume.id);
	json_string(&writer, "message", volume.is_snapshot ? "Snapshot deleted" : "Volume deleted");
	json_string(&writer, "type", volume_type(&volume));
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	volume_free(&volume);
	return result;
}

/* ---- snapshot ---- */

struct snapshot {
	const char *name;
	bool quick;
	struct volume source;
	struct volume made;
};

static int read_snapshot(struct json_body *body, struct snapshot *snapshot, struct problem *problem)
{
	if (json_body_string(body, "name", &snapshot->name, problem) < 0 ||
	    name_check(snapshot->name, "name", problem) < 0 ||
	    json_body_boolean(body, "quick", &snapshot->quick, problem) < 0)
		return -1;
	return snapshot->name ? 0 : problem_set(problem, PROBLEM_VALIDATION, "name", "name is required");
}

static int find_source(struct service *service, const char *id, struct snapshot *snapshot, struct problem *problem)
{
	volume_free(&snapshot->source);
	if (store_volume_find(service->store, id, &snapshot->source, problem) < 0)
		return -1;
	if (snapshot->source.is_snapshot)
		return problem_set(problem, PROBLEM_CONFLICT, NULL,
		                   "%s is a snapshot itself: a snapshot is taken of a volume", id);
	return 0;
}

/* In this order, whatever fails: stop, write, copy, continue. */
static int copy(struct service *service, struct snapshot *snapshot, struct use *use, struct problem *problem)
{
	if (snapshot->quick)
		return snapshot_copy(service, &snapshot->source, &snapshot->made, true, use, problem);
	if (snapshot_stop(service, &snapshot->source, problem) < 0)
		return -1;
	int result = snapshot_copy(service, &snapshot->source, &snapshot->made, false, use, problem);
	snapshot_continue(service, &snapshot->source);
	return result;
}

static int take(struct service *service, struct snapshot *snapshot, struct use *use, struct problem *problem)
{
	if (volume_snapshot_of(&snapshot->source, snapshot->name, &snapshot->made, problem) < 0 ||
	    copy(service, snapshot, use, problem) < 0)
		return -1;
	int result = snapshot->quick ? 0 : snapshot_settle(service, problem);
	if (result == 0)
		result = store_volume_insert(service->store, &snapshot->made, problem);
	if (result < 0)
		snapshot_discard(service, &snapshot->made);
	return result;
}

/* What the volume belongs to is used meanwhile; it is looked for once more, because it may have been deleted before
 * that could be seen. */
static int run_snapshot(struct service *service, const char *id, struct snapshot *snapshot, struct problem *problem)
{
	struct use use;
	int result = -1;

	if (find_source(service, id, snapshot, problem) < 0 ||
	    store_volume_check_name(service->store, snapshot->name, problem) < 0)
		return -1;
	use_begin(&service->uses, &use,
	          snapshot->source.sandbox_id[0] ? snapshot->source.sandbox_id : snapshot->source.id);
	if (!use_alone(&service->uses, &use))
		snapshot_cancelled(problem);
	else if (find_source(service, id, snapshot, problem) == 0)
		result = take(service, snapshot, &use, problem);
	use_end(&service->uses, &use);
	return result;
}

static void write_snapshot(const struct snapshot *snapshot, struct json_writer *writer)
{
	const struct volume *source = &snapshot->source, *made = &snapshot->made;

	json_open(writer, '{');
	json_string(writer, "id", made->id);
	json_string(writer, "name", made->name);
	json_string(writer, "status", volume_status(made));
	json_string(writer, "consistency", snapshot->quick ? "crash-consistent" : "application-consistent");
	json_time(writer, "created_at", made->created_ms);
	json_string(writer, "volume_id", source->id);
	json_string(writer, "volume_name", source->name);
	json_string(writer, "sandbox_id", source->sandbox_id[0] ? source->sandbox_id : NULL);
	json_string(writer, "sandbox_name", source->sandbox_name);
	json_close(writer, '}');
}

int volumes_snapshot(struct request *request, struct MHD_Response **response)
{
	struct snapshot snapshot = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_snapshot(body, &snapshot, &request->problem) < 0 ||
	    run_snapshot(request->service, request->id, &snapshot, &request->problem) < 0)
		goto done;
	write_snapshot(&snapshot, &writer);
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	volume_free(&snapshot.source);
	volume_free(&snapshot.made);
	return result;
}
