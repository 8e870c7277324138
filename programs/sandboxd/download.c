#include "accept.h"
#include "byte_range.h"
#include "request.h"
#include "tar_pack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* How much of a file is read at once. */
#define DOWNLOAD_BLOCK (256 * 1024)

/* A part of a file on its way to the client. */
struct download {
	struct request *request;
	int fd;
	uint64_t start;
};

/* ---- what is asked for ---- */

struct range_headers {
	const char *range;
	const char *condition;
	unsigned int ranges;
};

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct range_headers *seen = context;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_RANGE) == 0) {
		seen->range = value;
		seen->ranges++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_IF_RANGE) == 0) {
		seen->condition = value;
	}
	return MHD_YES;
}

/* What tells one state of a file from another one. Whatever changes a file changes its ctime, which nobody can set. */
static void write_tag(const struct stat *info, char *tag, size_t size)
{
	snprintf(tag, size, "\"%jx-%jx-%jx.%lx-%jx.%lx\"", (uintmax_t)info->st_ino, (uintmax_t)info->st_size,
	         (uintmax_t)info->st_mtim.tv_sec, (unsigned long)info->st_mtim.tv_nsec, (uintmax_t)info->st_ctim.tv_sec,
	         (unsigned long)info->st_ctim.tv_nsec);
}

/* Ranges are of GET alone. A condition that is a date is not met: within its second a file can have changed again. */
static enum byte_range_result read_range(const struct request *request, const struct stat *info, const char *tag,
                                         struct byte_range *range)
{
	struct range_headers seen = {0};

	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &seen);
	if (strcmp(request->route->method, MHD_HTTP_METHOD_GET) != 0 || seen.ranges != 1 || !seen.range ||
	    (seen.condition && strcmp(seen.condition, tag) != 0))
		return BYTE_RANGE_WHOLE;
	return byte_range_read(seen.range, (uint64_t)info->st_size, range);
}

/* ---- files ---- */

/* Not libmicrohttpd's own way of sending a file: that one waits for the rest of a file that has become shorter. */
static ssize_t read_file(void *context, uint64_t position, char *buffer, size_t size)
{
	const struct download *download = context;
	ssize_t got;

	do
		got = pread(download->fd, buffer, size, (off_t)(download->start + position));
	while (got < 0 && errno == EINTR);
	if (got > 0)
		download->request->sent += (uint64_t)got;
	/* The promised length cannot be kept: the connection ends, and the client knows. */
	return got > 0 ? got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void close_file(void *context)
{
	struct download *download = context;
	close(download->fd);
	free(download);
}

/* Takes over the descriptor. */
static struct MHD_Response *respond(struct request *request, int fd, const struct byte_range *range)
{
	struct download *download = malloc(sizeof(*download));
	struct MHD_Response *made = NULL;

	if (download) {
		*download = (struct download){.request = request, .fd = fd, .start = range->start};
		made = MHD_create_response_from_callback(range->length, DOWNLOAD_BLOCK, read_file, download,
		                                         close_file);
	}
	if (!made) {
		free(download);
		close(fd);
	}
	return made;
}

static void add_time(struct MHD_Response *response, time_t seconds)
{
	char text[64];
	struct tm parts;

	/* Without a locale the names are English. A year that no date has room for is left out. */
	if (gmtime_r(&seconds, &parts) && parts.tm_year >= -1900 && parts.tm_year <= 9999 - 1900 &&
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LAST_MODIFIED, text);
}

static int answer_unsatisfiable(struct request *request, uint64_t size, struct MHD_Response **response)
{
	char text[64];

	problem_set(&request->problem, PROBLEM_RANGE, NULL, "the range is not one of the file's %" PRIu64 " bytes",
	            size);
	struct MHD_Response *made = request_problem_answer(request);
	if (!made)
		return problem_memory(&request->problem);
	snprintf(text, sizeof(text), "bytes */%" PRIu64, size);
	MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_RANGE, text);
	request->status = problem_status(&request->problem);
	*response = made;
	return 0;
}

static int answer_file(struct request *request, const struct engine_file *file, struct MHD_Response **response)
{
	const uint64_t size = (uint64_t)file->info.st_size;
	struct byte_range range = {0, size};
	char tag[128], text[96];

	write_tag(&file->info, tag, sizeof(tag));
	enum byte_range_result asked = read_range(request, &file->info, tag, &range);
	if (asked == BYTE_RANGE_UNSATISFIABLE) {
		close(file->fd);
		return answer_unsatisfiable(request, size, response);
	}
	struct MHD_Response *made = respond(request, file->fd, &range);
	if (!made)
		return problem_memory(&request->problem);
	MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
	MHD_add_response_header(made, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	MHD_add_response_header(made, MHD_HTTP_HEADER_ETAG, tag);
	add_time(made, file->info.st_mtim.tv_sec);
	if (asked == BYTE_RANGE_PART) {
		snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.start,
		         range.start + range.length - 1, size);
		MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_RANGE, text);
		request->status = MHD_HTTP_PARTIAL_CONTENT;
	}
	*response = made;
	return 0;
}

/* ---- directories ---- */

/* A directory on its way to the client. */
struct archive_download {
	struct request *request; /* as long as its answer is read */
	struct service *service;
	char id[SANDBOX_ID_SIZE];
	struct tar_pack *pack;
};

/* What was left out because the sandbox was deleted meanwhile is not missing unsaid: such an archive has no end. */
static bool is_there(const struct archive_download *download)
{
	struct sandbox sandbox = {0};
	struct problem ignored;

	bool found = store_find(download->service->store, download->id, &sandbox, &ignored) == 0;
	sandbox_free(&sandbox);
	return found;
}

static ssize_t read_archive(void *context, uint64_t position, char *buffer, size_t size)
{
	const struct archive_download *download = context;

	(void)position;
	ssize_t got = tar_pack_read(download->pack, buffer, size);
	if (got > 0) {
		download->request->sent += (uint64_t)got;
		return got;
	}
	return got == 0 && is_there(download) ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void close_archive(void *context)
{
	struct archive_download *download = context;
	tar_pack_free(download->pack);
	free(download);
}

static int answer_directory(struct request *request, const struct sandbox *sandbox, int directory,
                            struct MHD_Response **response)
{
	struct MHD_Response *made = NULL;
	struct archive_download *download = calloc(1, sizeof(*download));
	struct tar_pack *pack = tar_pack_new(directory, sandbox->uid, sandbox->gid);

	if (download && pack) {
		*download = (struct archive_download){.request = request, .service = request->service, .pack = pack};
		snprintf(download->id, sizeof(download->id), "%s", sandbox->id);
		made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, DOWNLOAD_BLOCK, read_archive, download,
		                                         close_archive);
	}
	if (!made) {
		tar_pack_free(pack);
		free(download);
		return problem_memory(&request->problem);
	}
	MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, "application/x-tar");
	*response = made;
	return 0;
}

int sandboxes_download(struct request *request, struct MHD_Response **response)
{
	struct service *service = request->service;
	struct sandbox sandbox = {0};
	struct engine_file file;
	struct use use;
	const char *path;

	if (request_path(request, &path) < 0)
		return -1;
	int result = request_sandbox(request, &use, &sandbox);
	if (result == 0)
		result = service->engine->get(service->engine, &sandbox, path, accept_tar(request->connection), &file,
		                              &request->problem);
	use_end(&service->uses, &use);
	if (result == 0)
		result = S_ISDIR(file.info.st_mode) ? answer_directory(request, &sandbox, file.fd, response)
		                                    : answer_file(request, &file, response);
	sandbox_free(&sandbox);
	return result;
}
