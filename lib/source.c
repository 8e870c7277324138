#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "descriptor.h"
#include "error.h"

#define ARGUMENT "file"

static void init_reader(sbx__source_reader *reader)
{
	const sbx_source defaults = SBX_SOURCE_INIT;
	*reader = (sbx__source_reader){.source = defaults, .descriptor = -1, .start = -1, .total = -1};
}

/* A regular file has a length and can be read again; anything else is read once, to its end. */
static sbx_status examine_descriptor(sbx__source_reader *reader, const char *name, sbx_error **error)
{
	struct stat status;
	if (fstat(reader->descriptor, &status) != 0)
		return sbx__fail_file(error, ARGUMENT, "read", name, errno);
	if (S_ISDIR(status.st_mode))
		return sbx__fail_file(error, ARGUMENT, "read", name, EISDIR);
	if (S_ISFIFO(status.st_mode) && reader->source.kind == SBX_SOURCE_PATH)
		return sbx__fail_argument(error, ARGUMENT, "%s is a pipe; pass an open descriptor", name);
	if (!S_ISREG(status.st_mode))
		return SBX_OK;
	reader->start = lseek(reader->descriptor, 0, SEEK_CUR);
	if (reader->start < 0)
		return sbx__fail_file(error, ARGUMENT, "read", name, errno);
	reader->total = status.st_size > reader->start ? status.st_size - reader->start : 0;
	/* The kernel's files, as in /proc, have a length of 0 without being empty. What cannot be read will say so. */
	char byte;
	if (reader->total == 0 && pread(reader->descriptor, &byte, 1, reader->start) != 0)
		reader->total = -1;
	reader->rewindable = true;
	return SBX_OK;
}

static sbx_status open_path(sbx__source_reader *reader, sbx_error **error)
{
	if (!reader->source.path)
		return sbx__fail_argument(error, ARGUMENT, "a source of kind path needs a path");
	reader->path = strdup(reader->source.path);
	if (!reader->path)
		return sbx__fail_memory(error);
	reader->source.path = reader->path;
	/* Without waiting: a pipe that nobody writes to would take for ever. */
	reader->descriptor = sbx__descriptor_open(reader->source.path, O_RDONLY | O_NONBLOCK, 0);
	if (reader->descriptor < 0)
		return sbx__fail_file(error, ARGUMENT, "read", reader->source.path, errno);
	return examine_descriptor(reader, reader->source.path, error);
}

sbx_status sbx__source_open(sbx__source_reader *reader, const sbx_source *source, sbx_error **error)
{
	init_reader(reader);
	sbx_status status = sbx__struct_read(&reader->source, sizeof reader->source, source, ARGUMENT, error);
	if (status < 0)
		return status;
	switch (reader->source.kind) {
	case SBX_SOURCE_NONE:
		break;
	case SBX_SOURCE_MEMORY:
		if (!reader->source.data && reader->source.length)
			return sbx__fail_argument(error, ARGUMENT, "a source of kind memory needs data");
		if (reader->source.length > INT64_MAX / 2)
			return sbx__fail_argument(error, ARGUMENT, "a length that no memory has");
		reader->total = (int64_t)reader->source.length;
		reader->rewindable = true;
		return SBX_OK;
	case SBX_SOURCE_PATH:
		return open_path(reader, error);
	case SBX_SOURCE_DESCRIPTOR:
		reader->descriptor = reader->source.descriptor;
		return examine_descriptor(reader, "the descriptor", error);
	case SBX_SOURCE_CALLBACK:
		if (!reader->source.read)
			return sbx__fail_argument(error, ARGUMENT, "a source of kind callback needs a read function");
		if (reader->source.total > INT64_MAX / 2)
			return sbx__fail_argument(error, ARGUMENT, "a total that no file can have");
		reader->total = reader->source.total >= 0 ? reader->source.total : -1;
		reader->rewindable = reader->source.rewind != NULL;
		return SBX_OK;
	}
	return sbx__fail_argument(error, ARGUMENT, "a source of no known kind");
}

static int64_t read_memory(sbx__source_reader *reader, void *buffer, size_t capacity)
{
	size_t left = reader->source.length - (size_t)reader->done;
	size_t taken = left < capacity ? left : capacity;
	if (taken)
		memcpy(buffer, (const char *)reader->source.data + reader->done, taken);
	return (int64_t)taken;
}

static int64_t read_descriptor(sbx__source_reader *reader, void *buffer, size_t capacity)
{
	ssize_t got;
	do
		got = read(reader->descriptor, buffer, capacity);
	while (got < 0 && sbx__descriptor_try_again(reader->descriptor, POLLIN));
	if (got < 0)
		reader->system_errno = errno;
	return got;
}

static int64_t read_any(sbx__source_reader *reader, void *buffer, size_t capacity)
{
	switch (reader->source.kind) {
	case SBX_SOURCE_MEMORY:
		return read_memory(reader, buffer, capacity);
	case SBX_SOURCE_CALLBACK:
		return reader->source.read(reader->source.user_data, buffer, capacity);
	default:
		return read_descriptor(reader, buffer, capacity);
	}
}

int64_t sbx__source_read(sbx__source_reader *reader, void *buffer, size_t capacity)
{
	if (reader->status < 0)
		return -1;
	/* A file may have grown since its length was announced: what was announced is what is sent. */
	if (reader->total >= 0 && (uint64_t)(reader->total - reader->done) < capacity)
		capacity = (size_t)(reader->total - reader->done);
	if (capacity == 0)
		return 0;
	int64_t got = read_any(reader, buffer, capacity);
	if (got == SBX_SOURCE_LATER && reader->may_wait && reader->source.kind == SBX_SOURCE_CALLBACK)
		return got;
	bool too_short = got == 0 && reader->total >= 0;
	if (got < 0 || too_short || (uint64_t)got > capacity) {
		reader->status = SBX_ERROR_LOCAL_FILE;
		return -1;
	}
	reader->done += got;
	return got;
}

sbx_status sbx__source_failure(const sbx__source_reader *reader, sbx_error **error)
{
	const char *name = reader->source.kind == SBX_SOURCE_PATH ? reader->source.path : "the source";
	if (reader->system_errno)
		return sbx__fail_file(error, ARGUMENT, "read", name, reader->system_errno);
	if (reader->total >= 0 && reader->source.kind != SBX_SOURCE_CALLBACK)
		return sbx__fail(error, SBX_ERROR_LOCAL_FILE, "%s: %s became shorter while it was read", ARGUMENT,
		                 name);
	return sbx__fail(error, SBX_ERROR_LOCAL_FILE, "%s: the source failed, or did not give what it announced",
	                 ARGUMENT);
}

bool sbx__source_rewind(sbx__source_reader *reader)
{
	if (reader->done == 0 && reader->status == SBX_OK)
		return true;
	if (!reader->rewindable || reader->status < 0)
		return false;
	if (reader->source.kind == SBX_SOURCE_CALLBACK && reader->source.rewind(reader->source.user_data) < 0)
		return false;
	if (reader->descriptor >= 0 && lseek(reader->descriptor, reader->start, SEEK_SET) < 0)
		return false;
	reader->done = 0;
	return true;
}

const char *sbx__source_filename(const sbx__source_reader *reader)
{
	if (reader->source.filename)
		return reader->source.filename;
	if (reader->source.kind != SBX_SOURCE_PATH)
		return "file";
	const char *slash = strrchr(reader->source.path, '/');
	return slash ? slash + 1 : reader->source.path;
}

void sbx__source_close(sbx__source_reader *reader)
{
	if (reader->source.kind == SBX_SOURCE_PATH && reader->descriptor >= 0)
		close(reader->descriptor);
	free(reader->path);
	init_reader(reader);
}
