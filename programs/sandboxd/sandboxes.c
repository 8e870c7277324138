#include "argument_list.h"
#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX 1000
#define NAME_MAX_BYTES 128
#define IMAGE_MAX_BYTES 512

/* How often a generated name is tried: others can be made in the same millisecond. */
#define NAME_TRIES 1000

/* ---- create ---- */

static int check_name(const char *name, struct problem *problem)
{
	if (!name)
		return 0;
	size_t length = strlen(name);
	if (length == 0 || length > NAME_MAX_BYTES)
		return problem_set(problem, PROBLEM_VALIDATION, "name", "name has to be 1 to %d bytes long",
		                   NAME_MAX_BYTES);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
			return problem_set(problem, PROBLEM_VALIDATION, "name", "name has a control character in it");
	return 0;
}

static int read_create(struct json_body *body, struct sandbox *sandbox, struct problem *problem)
{
	const char *name = NULL, *image = NULL;
	bool wait_for_ready;

	sandbox->cpus = 4;
	sandbox->memory = 1024;
	sandbox->storage = 10;
	if (json_body_string(body, "name", &name, problem) < 0 || check_name(name, problem) < 0 ||
	    json_body_string(body, "image", &image, problem) < 0 ||
	    json_body_environment(body, "env_vars", &sandbox->environment, problem) < 0 ||
	    json_body_integer(body, "resources.cpus", 1, 4096, &sandbox->cpus, problem) < 0 ||
	    json_body_integer(body, "resources.memory", 1, 1 << 24, &sandbox->memory, problem) < 0 ||
	    json_body_integer(body, "resources.storage", 1, 1 << 20, &sandbox->storage, problem) < 0 ||
	    /* Only its type counts: a sandbox is ready when its creation is answered. */
	    json_body_boolean(body, "wait_for_ready", &wait_for_ready, problem) < 0)
		return -1;
	if (image && strlen(image) > IMAGE_MAX_BYTES)
		return problem_set(problem, PROBLEM_VALIDATION, "image", "image is longer than %d bytes",
		                   IMAGE_MAX_BYTES);
	sandbox->name = name ? strdup(name) : NULL;
	sandbox->image = image ? strdup(image) : NULL;
	if ((name && !sandbox->name) || (image && !sandbox->image))
		return problem_memory(problem);
	return 0;
}

/* Stores a sandbox that was given no name under the first free one of this moment. */
static int insert_generated(struct store *store, struct sandbox *sandbox, struct problem *problem)
{
	int result = -1;

	sandbox->name = malloc(64);
	if (!sandbox->name)
		return problem_memory(problem);
	for (int i = 0; i < NAME_TRIES && result < 0; i++) {
		snprintf(sandbox->name, 64, "sandbox-local-%" PRId64, sandbox->created_ms + i);
		result = store_insert(store, sandbox, problem);
		if (result < 0 && problem->type != PROBLEM_CONFLICT)
			break;
	}
	return result;
}

static bool uid_in_use(void *store, uid_t uid)
{
	return store_uid_in_use(store, uid);
}

/* The files first, then the row: a server killed in between finds files without a row at its next start and removes
 * them, so nothing half-made is ever seen. */
static int make_unlocked(struct service *service, struct sandbox *sandbox, struct problem *problem)
{
	sandbox_random_id(sandbox->id, "sbx");
	sandbox->created_ms = now_ms();
	if (service->engine->identify(service->engine, sandbox, uid_in_use, service->store, problem) < 0 ||
	    service->engine->create(service->engine, sandbox, problem) < 0)
		return -1;
	int result = sandbox->name ? store_insert(service->store, sandbox, problem)
	                           : insert_generated(service->store, sandbox, problem);
	if (result < 0) {
		struct problem ignored;
		service->engine->destroy(service->engine, sandbox->id, &ignored);
	}
	return result;
}

static int make(struct service *service, struct sandbox *sandbox, struct problem *problem)
{
	pthread_mutex_lock(&service->creation);
	int result = make_unlocked(service, sandbox, problem);
	pthread_mutex_unlock(&service->creation);
	return result;
}

int sandboxes_create(struct request *request, struct MHD_Response **response)
{
	struct sandbox sandbox = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_create(body, &sandbox, &request->problem) < 0 ||
	    make(request->service, &sandbox, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	sandbox_write(&sandbox, &writer);
	json_integer(&writer, "storage", sandbox.storage);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	sandbox_free(&sandbox);
	return result;
}

/* ---- list ---- */

static int read_query_number(struct request *request, const char *name, int64_t lowest, int64_t highest, int64_t *value)
{
	const char *text = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
	char *end;

	if (!text)
		return 0;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < lowest || number > highest)
		return problem_set(&request->problem, PROBLEM_VALIDATION, name,
		                   "%s has to be an integer from %" PRId64 " to %" PRId64, name, lowest, highest);
	*value = number;
	return 0;
}

static void write_listed(void *context, const struct sandbox *sandbox)
{
	struct json_writer *writer = context;
	json_open(writer, '{');
	sandbox_write(sandbox, writer);
	json_close(writer, '}');
}

int sandboxes_list(struct request *request, struct MHD_Response **response)
{
	struct json_writer writer = {0};
	int64_t page = 1, page_size = PAGE_SIZE_DEFAULT, total;

	if (read_query_number(request, "page", 1, INT32_MAX, &page) < 0 ||
	    read_query_number(request, "page_size", 1, PAGE_SIZE_MAX, &page_size) < 0)
		return -1;
	json_open(&writer, '{');
	json_key(&writer, "data");
	json_open(&writer, '[');
	if (store_list(request->service->store, (page - 1) * page_size, page_size, write_listed, &writer, &total,
	               &request->problem) < 0) {
		sbx__buffer_free(&writer.text);
		return -1;
	}
	json_close(&writer, ']');
	json_key(&writer, "pagination");
	json_open(&writer, '{');
	json_integer(&writer, "page", page);
	json_integer(&writer, "page_size", page_size);
	json_integer(&writer, "total_items", total);
	json_integer(&writer, "total_pages", (total + page_size - 1) / page_size);
	json_close(&writer, '}');
	json_close(&writer, '}');
	return request_answer(request, &writer, response);
}

/* ---- delete ---- */

static int remove_files(struct service *service, const char *id, struct problem *problem)
{
	uses_cancel(&service->uses, id);
	uses_wait(&service->uses, id);
	return service->engine->destroy(service->engine, id, problem);
}

/* Hidden first: from then on nobody finds the sandbox, and a server that is killed on the way goes on with it at its
 * next start. The row goes last: its uid stays taken until no file of that uid is left. Only on a full disk the files
 * go first: nothing else makes the room in which their deletion can be written down. */
static int delete_sandbox(struct service *service, const char *id, struct problem *problem)
{
	struct problem ignored;

	if (store_hide(service->store, id, problem) < 0 &&
	    (problem->type != PROBLEM_STORAGE || remove_files(service, id, problem) < 0 ||
	     store_hide(service->store, id, problem) < 0))
		return -1;
	if (remove_files(service, id, problem) < 0)
		return -1;
	/* A row that stays behind is hidden, and removed at the next start. */
	store_remove(service->store, id, &ignored);
	return 0;
}

static int read_delete(struct json_body *body, struct problem *problem)
{
	bool create_snapshot = false, keep_storage;
	const char *snapshot_name;

	if (json_body_boolean(body, "create_snapshot", &create_snapshot, problem) < 0 ||
	    json_body_string(body, "snapshot_name", &snapshot_name, problem) < 0 ||
	    json_body_boolean(body, "keep_storage", &keep_storage, problem) < 0)
		return -1;
	if (create_snapshot)
		return problem_set(problem, PROBLEM_NOT_IMPLEMENTED, "create_snapshot",
		                   "this server's engine has no snapshots; the sandbox was not deleted");
	return 0;
}

int sandboxes_delete(struct request *request, struct MHD_Response **response)
{
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_delete(body, &request->problem) < 0 ||
	    delete_sandbox(request->service, request->id, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	json_string(&writer, "id", request->id);
	json_string(&writer, "message", "Sandbox deleted");
	json_boolean(&writer, "snapshot_created", false);
	json_boolean(&writer, "storage_deleted", true);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	return result;
}

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

	if (delete_sandbox(service, id, &problem) == 0) {
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
