#include "image.h"
#include "log.h"
#include "name.h"
#include "page.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MAX_BYTES 512

/* One whose processes are not there yet is as good as running: they are made for its next command. */
static const char *status_of(struct service *service, const struct sandbox *sandbox)
{
	return service->engine->state(service->engine, sandbox->id) == ENGINE_BROKEN ? "broken" : "running";
}

/* ---- create ---- */

static int read_create(struct json_body *body, struct sandbox *sandbox, struct problem *problem)
{
	const char *name = NULL, *image = NULL;
	bool wait_for_ready;

	sandbox->cpus = 4;
	sandbox->memory = 1024;
	sandbox->storage = 10;
	if (json_body_string(body, "name", &name, problem) < 0 || name_check(name, "name", problem) < 0 ||
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

static int insert(struct store *store, const struct sandbox *sandbox, struct problem *problem)
{
	struct volume volume;

	if (volume_of_sandbox(sandbox, &volume, problem) < 0)
		return -1;
	int result = store_insert(store, sandbox, &volume, problem);
	volume_free(&volume);
	return result;
}

/* The files first, then the row: a server killed in between finds files without a row at its next start and removes
 * them, so nothing half-made is ever seen. */
static int make_files_and_row(struct service *service, const struct sandbox *sandbox, struct problem *problem)
{
	if (service->engine->create(service->engine, sandbox, problem) < 0)
		return -1;
	int result = insert(service->store, sandbox, problem);
	if (result < 0) {
		struct problem ignored;
		service->engine->destroy(service->engine, sandbox->id, &ignored);
	}
	return result;
}

static int make(struct service *service, struct sandbox *sandbox, struct problem *problem)
{
	struct creation creation;

	sandbox_random_id(sandbox->id, "sbx");
	if (disk_check(service->disk, NULL, problem) < 0 || creation_begin(service, &creation, sandbox, problem) < 0)
		return -1;
	int result = make_files_and_row(service, sandbox, problem);
	creation_end(service, &creation);
	if (result == 0)
		log_event("sandbox created", sandbox->id);
	return result;
}

int sandboxes_create(struct request *request, struct MHD_Response **response)
{
	struct sandbox sandbox = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_create(body, &sandbox, &request->problem) < 0 ||
	    image_check(request->service->images, sandbox.image, &request->problem) < 0 ||
	    make(request->service, &sandbox, &request->problem) < 0)
		goto done;
	json_open(&writer, '{');
	sandbox_write(&sandbox, status_of(request->service, &sandbox), &writer);
	json_integer(&writer, "storage", sandbox.storage);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	json_body_free(body);
	sandbox_free(&sandbox);
	return result;
}

/* ---- get and list ---- */

int sandboxes_get(struct request *request, struct MHD_Response **response)
{
	struct sandbox sandbox = {0};
	struct json_writer writer = {0};

	if (store_find(request->service->store, request->id, &sandbox, &request->problem) < 0)
		return -1;
	json_open(&writer, '{');
	sandbox_write(&sandbox, status_of(request->service, &sandbox), &writer);
	json_close(&writer, '}');
	sandbox_free(&sandbox);
	return request_answer(request, &writer, response);
}

struct listing {
	struct service *service;
	struct json_writer writer;
};

static void write_listed(void *context, const struct sandbox *sandbox)
{
	struct listing *listing = context;
	json_open(&listing->writer, '{');
	sandbox_write(sandbox, status_of(listing->service, sandbox), &listing->writer);
	json_close(&listing->writer, '}');
}

int sandboxes_list(struct request *request, struct MHD_Response **response)
{
	struct listing listing = {.service = request->service};
	struct page page;
	int64_t total;

	if (page_read(request, &page) < 0)
		return -1;
	page_open(&listing.writer);
	if (store_list(request->service->store, page.offset, page.size, write_listed, &listing, &total,
	               &request->problem) < 0) {
		sbx__buffer_free(&listing.writer.text);
		return -1;
	}
	page_close(&listing.writer, &page, total);
	return request_answer(request, &listing.writer, response);
}
