#include "header_parameter.h"
#include "multipart.h"
#include "request.h"
#include "request_check.h"
#include "tar_upload.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a form may have beside its file: with that much more a file may still be within the limit. */
#define FORM_MAX (1024 * 1024)

enum part { PART_OTHER, PART_PATH, PART_FILE };

struct upload {
	struct multipart *form;
	enum part part; /* the one that is being read */
	struct sandbox sandbox;
	struct engine_put put;
	sbx__buffer path;
	uint64_t size;
	bool has_path;
	bool has_file;
	bool complete; /* the file is in its place */
};

static int take_path(struct upload *upload, const char *data, size_t size, struct problem *problem)
{
	if (upload->path.length + size >= PATH_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is too long");
	if (memchr(data, '\0', size))
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path has a NUL character in it");
	sbx__buffer_append(&upload->path, data, size);
	return upload->path.failed ? problem_memory(problem) : 0;
}

static int write_failed(struct problem *problem)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	if (errno == EFBIG)
		return problem_set(problem, PROBLEM_TOO_LARGE, "file", "file is larger than the system allows");
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the file cannot be written: %s", strerror(errno));
}

static int check_size(const struct upload *upload, uint64_t size, struct problem *problem)
{
	if (size <= (uint64_t)upload->sandbox.storage << 30)
		return 0;
	return problem_set(problem, PROBLEM_TOO_LARGE, "file",
	                   "file is larger than the sandbox's storage, %" PRId64 " GiB", upload->sandbox.storage);
}

static int write_file(struct upload *upload, const char *data, size_t size, struct problem *problem)
{
	if (check_size(upload, upload->size + size, problem) < 0)
		return -1;
	while (size > 0) {
		ssize_t written = write(upload->put.fd, data, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return write_failed(problem);
		data += written;
		size -= (size_t)written;
		upload->size += (uint64_t)written;
	}
	return 0;
}

static int take_file(struct request *request, const char *data, size_t size)
{
	sha256_add(&request->hash, data, size);
	return request->compares ? 0 : write_file(request->upload, data, size, &request->problem);
}

/* Parts with other names are read over. */
static int begin_part(void *context, const char *name)
{
	struct request *request = context;
	struct upload *upload = request->upload;
	bool is_path = strcmp(name, "path") == 0;
	bool is_file = strcmp(name, "file") == 0;

	if ((is_path && upload->has_path) || (is_file && upload->has_file))
		return problem_set(&request->problem, PROBLEM_VALIDATION, name, "%s is given twice", name);
	upload->part = is_path ? PART_PATH : is_file ? PART_FILE : PART_OTHER;
	upload->has_path |= is_path;
	upload->has_file |= is_file;
	return 0;
}

static int take_data(void *context, const char *data, size_t size)
{
	struct request *request = context;

	switch (request->upload->part) {
	case PART_PATH:
		return take_path(request->upload, data, size, &request->problem);
	case PART_FILE:
		return take_file(request, data, size);
	default:
		return 0;
	}
}

static int begin_file(struct request *request, struct upload *upload)
{
	struct service *service = request->service;
	struct use use;

	if (request->compares)
		return 0;
	int result = request_sandbox(request, &use, &upload->sandbox);
	/* What is announced to be far too long need not be sent first. */
	uint64_t announced = request_content_length(request);
	if (result == 0 && announced > FORM_MAX)
		result = check_size(upload, announced - FORM_MAX, &request->problem);
	if (result == 0)
		result = disk_check(service->disk, &upload->sandbox, &request->problem);
	if (result == 0)
		result = service->engine->put_begin(service->engine, &upload->sandbox, &upload->put, &request->problem);
	use_end(&service->uses, &use);
	return result;
}

int upload_begin(struct request *request)
{
	const char *content_type =
	        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
	const struct multipart_events events = {.begin = begin_part, .data = take_data, .context = request};

	if (request->key[0])
		sha256_begin(&request->hash);
	request->compares = request->key_known;
	if (header_is(content_type, TAR_TYPE))
		return request->compares ? 0 : tar_upload_begin(request);
	struct upload *upload = calloc(1, sizeof(*upload));
	if (!upload)
		return problem_memory(&request->problem);
	upload->put.fd = -1;
	request->upload = upload;
	if (begin_file(request, upload) < 0)
		return -1;
	upload->form = multipart_new(content_type, &events);
	if (!upload->form)
		return problem_set(&request->problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the multipart/form-data has no usable boundary");
	return 0;
}

static int take_archive(struct request *request, const char *data, size_t length)
{
	sha256_add(&request->hash, data, length);
	return request->compares ? 0 : tar_upload_feed(request, data, length);
}

int upload_feed(struct request *request, const char *data, size_t length)
{
	if (!request->upload)
		return take_archive(request, data, length);
	switch (multipart_feed(request->upload->form, data, length)) {
	case MULTIPART_OK:
		return 0;
	case MULTIPART_MALFORMED:
		return problem_set(&request->problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the multipart/form-data is malformed");
	default:
		return -1;
	}
}

void upload_free(struct request *request)
{
	struct upload *upload = request->upload;
	struct use use;

	sha256_free(&request->hash);
	tar_upload_free(request);
	if (!upload)
		return;
	request->upload = NULL;
	multipart_free(upload->form);
	if (upload->put.fd >= 0 && !upload->complete) {
		use_begin(&request->service->uses, &use, request->id);
		request->service->engine->put_abort(request->service->engine, &upload->sandbox, &upload->put);
		use_end(&request->service->uses, &use);
	}
	sandbox_free(&upload->sandbox);
	sbx__buffer_free(&upload->path);
	free(upload);
}

/* The form is whole only if its parser says so: a body can end, as its length says, before its last boundary. */
static int check_form(struct request *request)
{
	struct upload *upload = request->upload;

	if (!multipart_is_complete(upload->form))
		return problem_set(&request->problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the multipart/form-data ends before its last boundary");
	if (!upload->has_path)
		return problem_set(&request->problem, PROBLEM_VALIDATION, "path", "path is required");
	if (!upload->has_file)
		return problem_set(&request->problem, PROBLEM_VALIDATION, "file", "file is required");
	sbx__buffer_append(&upload->path, "", 1);
	return upload->path.failed ? problem_memory(&request->problem) : 0;
}

int upload_digest(struct request *request, const char **path, unsigned char digest[REQUEST_DIGEST_SIZE])
{
	/* The path of an archive is in the query. */
	if (request->upload && check_form(request) < 0)
		return -1;
	*path = request->upload ? request->upload->path.data : "";
	return sha256_end(&request->hash, digest) ? 0 : problem_memory(&request->problem);
}

int sandboxes_upload(struct request *request, struct MHD_Response **response)
{
	struct service *service = request->service;
	struct upload *upload = request->upload;
	struct sandbox sandbox = {0};
	struct json_writer writer = {0};
	struct use use;

	if (request->archive)
		return tar_upload_finish(request, response);
	if (check_form(request) < 0)
		return -1;
	/* Again: it may have been deleted while the file came in. */
	int result = request_sandbox(request, &use, &sandbox);
	if (result == 0)
		result = service->engine->put_finish(service->engine, &sandbox, &upload->put, upload->path.data,
		                                     &request->problem);
	if (result == 0)
		disk_watch(service->disk, &sandbox);
	use_end(&service->uses, &use);
	sandbox_free(&sandbox);
	if (result < 0)
		return -1;
	upload->complete = true;
	json_open(&writer, '{');
	json_string(&writer, "message", "File uploaded");
	json_string(&writer, "path", upload->path.data);
	json_integer(&writer, "size", (int64_t)upload->size);
	json_close(&writer, '}');
	return request_answer(request, &writer, response);
}
