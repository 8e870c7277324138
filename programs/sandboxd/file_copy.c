#include "file_copy.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Between two questions whether to go on. */
#define PIECE ((size_t)8 * 1024 * 1024)

/* A list of names, and a value behind it. */
#define NAMES_MAX (FILE_COPY_BUFFER / 2)

static bool is_stopped(const struct file_copy *copy)
{
	if (!copy->stopped(copy->context))
		return false;
	errno = ECANCELED;
	return true;
}

/* ---- content ---- */

static ssize_t copy_through_buffer(const struct file_copy *copy, int from, int to, off_t at, size_t length)
{
	ssize_t count = pread(from, copy->buffer, length < FILE_COPY_BUFFER ? length : FILE_COPY_BUFFER, at);

	for (ssize_t done = 0; done < count;) {
		ssize_t written = pwrite(to, copy->buffer + done, (size_t)(count - done), at + done);
		if (written < 0)
			return -1;
		done += written;
	}
	return count;
}

static ssize_t copy_piece(struct file_copy *copy, int from, int to, off_t at, size_t length)
{
	if (!copy->cannot_range) {
		off_t in = at, out = at;
		ssize_t count = copy_file_range(from, &in, to, &out, length < PIECE ? length : PIECE, 0);
		if (count >= 0 || (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP))
			return count;
		copy->cannot_range = true;
	}
	return copy_through_buffer(copy, from, to, at, length);
}

static int copy_range(struct file_copy *copy, int from, int to, off_t at, off_t end)
{
	while (at < end) {
		if (is_stopped(copy))
			return -1;
		ssize_t count = copy_piece(copy, from, to, at, (size_t)(end - at));
		if (count < 0)
			return -1;
		if (count == 0)
			break;
		at += count;
	}
	return 0;
}

static int copy_data(struct file_copy *copy, int from, int to, off_t size)
{
	for (off_t at = 0; at < size;) {
		off_t data = lseek(from, at, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break;
		/* A file system that has no holes to tell of has data everywhere. */
		off_t end = data < 0 ? size : lseek(from, data, SEEK_HOLE);
		if (data < 0)
			data = at;
		if (end < 0 || end > size)
			end = size;
		if (is_stopped(copy) || copy_range(copy, from, to, data, end) < 0)
			return -1;
		at = end;
	}
	return ftruncate(to, size);
}

int file_copy_content(struct file_copy *copy, int from, int to, off_t size)
{
	if (size == 0)
		return 0;
	if (!copy->cannot_clone) {
		if (ioctl(to, FICLONE, from) == 0)
			return 0;
		if (errno == ENOSPC || errno == EDQUOT)
			return -1;
		copy->cannot_clone = errno == EOPNOTSUPP || errno == ENOTTY || errno == EXDEV || errno == ENOSYS;
	}
	return copy_data(copy, from, to, size);
}

/* ---- attributes ---- */

/* One that is gone by now is left out. */
static int copy_attribute(const struct file_copy *copy, int from, int to, const char *name)
{
	char *value = copy->buffer + NAMES_MAX;
	ssize_t length = fgetxattr(from, name, value, FILE_COPY_BUFFER - NAMES_MAX);

	if (length < 0)
		return errno == ENODATA ? 0 : -1;
	return fsetxattr(to, name, value, (size_t)length, 0);
}

int file_copy_attributes(struct file_copy *copy, int from, int to)
{
	ssize_t length = flistxattr(from, copy->buffer, NAMES_MAX);

	if (length < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	for (const char *name = copy->buffer; name < copy->buffer + length; name += strlen(name) + 1)
		if (strncmp(name, "user.", 5) == 0 && copy_attribute(copy, from, to, name) < 0)
			return -1;
	return 0;
}
