#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "descriptor.h"
#include "error.h"
#include "platform.h"
#include "sigpipe.h"

#define ARGUMENT "into"

static void init_writer(sbx__sink_writer *writer)
{
	const sbx_sink defaults = SBX_SINK_INIT;
	*writer = (sbx__sink_writer){.sink = defaults, .descriptor = -1};
}

/* A device or a pipe is written to as it is: a rename would put a file in its place. A pipe that nobody reads from is
 * refused, where open() would otherwise wait for a reader for ever. */
static sbx_status open_special(sbx__sink_writer *writer, sbx_error **error)
{
	writer->descriptor = sbx__descriptor_open(writer->sink.path, O_WRONLY | O_NONBLOCK, 0);
	if (writer->descriptor < 0)
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, errno);
	return SBX_OK;
}

static sbx_status open_path(sbx__sink_writer *writer, sbx_error **error)
{
	struct stat status;
	if (!writer->sink.path)
		return sbx__fail_argument(error, ARGUMENT, "a sink of kind path needs a path");
	/* A temporary file could be made for it, but never renamed. */
	if (!*writer->sink.path)
		return sbx__fail_file(error, ARGUMENT, "write", "\"\"", ENOENT);
	bool exists = stat(writer->sink.path, &status) == 0;
	if (exists && S_ISDIR(status.st_mode))
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, EISDIR);
	if (exists && !S_ISREG(status.st_mode))
		return open_special(writer, error);
	if (exists && access(writer->sink.path, W_OK) != 0)
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, errno);
	/* Behind a symbolic link it is the file that is replaced, not the link: there has to be one. */
	struct stat link;
	if (!exists && lstat(writer->sink.path, &link) == 0 && S_ISLNK(link.st_mode))
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, ENOENT);
	writer->destination = exists ? realpath(writer->sink.path, NULL) : strdup(writer->sink.path);
	if (!writer->destination && (!exists || errno == ENOMEM))
		return sbx__fail_memory(error);
	if (!writer->destination)
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, errno);
	char *name = sbx__temporary_name(writer->destination);
	if (!name)
		return sbx__fail_memory(error);
	/* Nobody reads on the way what nobody reads in the end. */
	writer->descriptor = sbx__descriptor_open(name, O_WRONLY | O_CREAT | O_EXCL, exists ? 0600 : 0666);
	if (writer->descriptor < 0) {
		int number = errno;
		free(name);
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, number);
	}
	writer->temporary = name;
	/* Where this fails only its owner can read it. */
	if (exists)
		(void)!fchmod(writer->descriptor, status.st_mode & 0777);
	return SBX_OK;
}

sbx_status sbx__sink_open(sbx__sink_writer *writer, const sbx_sink *sink, sbx__buffer *memory, sbx_error **error)
{
	init_writer(writer);
	writer->memory = memory;
	sbx_status status = sbx__struct_read(&writer->sink, sizeof writer->sink, sink, ARGUMENT, error);
	if (status < 0)
		return status;
	switch (writer->sink.kind) {
	case SBX_SINK_MEMORY:
		return SBX_OK;
	case SBX_SINK_PATH:
		return open_path(writer, error);
	case SBX_SINK_DESCRIPTOR:
		writer->descriptor = writer->sink.descriptor;
		if (fcntl(writer->descriptor, F_GETFD) < 0)
			return sbx__fail_file(error, ARGUMENT, "write", "the descriptor", errno);
		return SBX_OK;
	case SBX_SINK_CALLBACK:
		if (!writer->sink.write)
			return sbx__fail_argument(error, ARGUMENT, "a sink of kind callback needs a write function");
		return SBX_OK;
	}
	return sbx__fail_argument(error, ARGUMENT, "a sink of no known kind");
}

static bool write_all(sbx__sink_writer *writer, const char *data, size_t length)
{
	while (length) {
		ssize_t put = write(writer->descriptor, data, length);
		if (put < 0 && sbx__descriptor_try_again(writer->descriptor, POLLOUT))
			continue;
		if (put < 0) {
			writer->system_errno = errno;
			return false;
		}
		data += put;
		length -= (size_t)put;
	}
	return true;
}

static bool write_descriptor(sbx__sink_writer *writer, const char *data, size_t length)
{
	sbx__sigpipe held;
	sbx__sigpipe_hold(&held);
	bool ok = write_all(writer, data, length);
	sbx__sigpipe_release(&held);
	return ok;
}

bool sbx__sink_write(sbx__sink_writer *writer, const void *data, size_t length)
{
	bool ok = true;
	switch (writer->sink.kind) {
	case SBX_SINK_MEMORY:
		sbx__buffer_append(writer->memory, data, length);
		ok = !writer->memory->failed;
		break;
	case SBX_SINK_CALLBACK:
		writer->delivered = true;
		ok = writer->sink.write(writer->sink.user_data, data, length) >= 0;
		break;
	case SBX_SINK_DESCRIPTOR:
		writer->delivered = true;
		ok = write_descriptor(writer, data, length);
		break;
	case SBX_SINK_PATH:
		writer->delivered = writer->temporary == NULL;
		ok = writer->temporary ? write_all(writer, data, length) : write_descriptor(writer, data, length);
		break;
	}
	writer->written += (int64_t)length;
	return ok;
}

bool sbx__sink_restart(sbx__sink_writer *writer)
{
	if (writer->delivered)
		return false;
	if (writer->temporary && writer->written &&
	    (ftruncate(writer->descriptor, 0) != 0 || lseek(writer->descriptor, 0, SEEK_SET) != 0))
		return false;
	if (writer->memory)
		sbx__buffer_clear(writer->memory);
	writer->written = 0;
	return true;
}

sbx_status sbx__sink_finish(sbx__sink_writer *writer, sbx_error **error)
{
	if (!writer->temporary)
		return SBX_OK;
	/* close() is where a network file system tells that the disk is full. */
	int closed = close(writer->descriptor);
	writer->descriptor = -1;
	if (closed != 0 || rename(writer->temporary, writer->destination) != 0)
		return sbx__fail_file(error, ARGUMENT, "write", writer->sink.path, errno);
	free(writer->temporary);
	writer->temporary = NULL;
	return SBX_OK;
}

sbx_status sbx__sink_failure(const sbx__sink_writer *writer, sbx_error **error)
{
	if (writer->sink.kind == SBX_SINK_MEMORY)
		return sbx__fail_memory(error);
	if (writer->sink.kind == SBX_SINK_CALLBACK)
		return sbx__fail(error, SBX_ERROR_LOCAL_FILE, "%s: the write function failed", ARGUMENT);
	const char *name = writer->sink.kind == SBX_SINK_PATH ? writer->sink.path : "the descriptor";
	return sbx__fail_file(error, ARGUMENT, "write", name, writer->system_errno);
}

void sbx__sink_close(sbx__sink_writer *writer)
{
	if (writer->sink.kind == SBX_SINK_PATH && writer->descriptor >= 0)
		close(writer->descriptor);
	if (writer->temporary)
		unlink(writer->temporary);
	free(writer->temporary);
	free(writer->destination);
	init_writer(writer);
}

void sbx__sink_abandon(sbx__sink_writer *writer)
{
	free(writer->temporary);
	writer->temporary = NULL;
}
