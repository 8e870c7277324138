#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_library.h"
#include "buffer.h"
#include "descriptor.h"
#include "error.h"
#include "folder.h"
#include "platform.h"

#define ARGUMENT "local"
/* How much of the stream is read at once. */
#define PIECE ((size_t)64 << 10)
/* How much may follow the end of the archive: what tar fills its last block with. */
#define MOST_AFTER_END ((size_t)1 << 20)

/* The mode of a directory that its owner cannot write to is set when all is in it. */
typedef struct late_mode {
	char *path;
	mode_t mode;
} late_mode;

struct sbx__unpacking {
	const sbx__archive_library *library;
	const sbx_transfer_options *options;
	char *target;    /* as the caller calls it, without the slashes at its end */
	char *temporary; /* the name that a new directory has until it is whole; NULL: none */
	sbx_read_callback read;
	void *user_data;
	bool read_failed;
	char *piece;
	struct archive *reader;
	struct archive_entry *entry;
	int root;         /* the directory that is filled */
	mode_t root_mode; /* that a new one gets */
	sbx__buffer path; /* of the entry, below the root, without "." */
	sbx__buffer parent_path;
	int parent; /* the directory of the last entry; -1: none */
	int64_t entries;
	int64_t bytes;
	late_mode *late;
	size_t late_count;
	char part[32];         /* the name that a file has until it is whole */
	int file;              /* that is being filled, of the last entry; -1: none */
	const char *file_name; /* in the last entry's directory */
	mode_t file_mode;
	bool is_read; /* all entries are */
	sbx_error **error;
};

/* ---- failures ---- */

static sbx_status refuse(const sbx__unpacking *work, const char *path, const char *reason)
{
	return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive is refused: %s %s", ARGUMENT, path, reason);
}

static sbx_status fail_at(const sbx__unpacking *work, int number)
{
	sbx__buffer path = {0};
	if (number == ENOMEM)
		return sbx__fail_memory(work->error);
	if (number == ELOOP)
		return refuse(work, work->path.data, "leads through a symbolic link");
	sbx__buffer_format(&path, "%s/%s", work->target, work->path.data ? work->path.data : "");
	sbx_status status =
	        sbx__fail_file(work->error, ARGUMENT, "write", path.failed ? work->target : path.data, number);
	sbx__buffer_free(&path);
	return status;
}

static sbx_status fail_reading(const sbx__unpacking *work)
{
	if (work->read_failed)
		return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive could not be read", ARGUMENT);
	if (work->library->archive_errno(work->reader) == ENOMEM)
		return sbx__fail_memory(work->error);
	const char *reason = work->library->archive_error_string(work->reader);
	return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive is broken: %s", ARGUMENT,
	                 reason ? reason : "unknown reason");
}

static void skip(const sbx__unpacking *work, const char *reason)
{
	if (work->options->skipped)
		work->options->skipped(work->options->skipped_user_data, work->path.data, reason);
}

/* ---- paths ---- */

static bool is_part(const char *part, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(part, name, length) == 0;
}

/* Writes a name of the archive without "." and empty parts. SBX_ERROR_ARCHIVE: it leads out of the directory. */
static sbx_status normalise(const sbx__unpacking *work, const char *name, sbx__buffer *path)
{
	int depth = 0;
	sbx__buffer_clear(path);
	sbx__buffer_text(path, "");
	if (*name == '/')
		return refuse(work, name, "is an absolute path");
	for (const char *part = name; *part;) {
		size_t length = strcspn(part, "/");
		if (is_part(part, length, ".."))
			return refuse(work, name, "leads out of the directory");
		if (length && !is_part(part, length, ".")) {
			if (path->length)
				sbx__buffer_byte(path, '/');
			sbx__buffer_append(path, part, length);
			depth++;
		}
		part += length;
		part += *part == '/';
	}
	if (depth > SBX__DEEPEST)
		return refuse(work, name, "is too deep");
	return path->failed ? sbx__fail_memory(work->error) : SBX_OK;
}

/* The directory that the entry is in, made if it is not there; most entries are where the one before them was. */
static int open_parent(sbx__unpacking *work, const char **name)
{
	const char *slash = strrchr(work->path.data, '/');
	size_t length = slash ? (size_t)(slash - work->path.data) : 0;
	*name = slash ? slash + 1 : work->path.data;
	if (work->parent >= 0 && length == work->parent_path.length &&
	    (length == 0 || memcmp(work->path.data, work->parent_path.data, length) == 0))
		return work->parent;
	if (work->parent >= 0)
		close(work->parent);
	work->parent = sbx__folder_open_parent(work->root, work->path.data, true, name);
	sbx__buffer_clear(&work->parent_path);
	sbx__buffer_append(&work->parent_path, work->path.data, length);
	if (work->parent >= 0 && work->parent_path.failed) {
		close(work->parent);
		work->parent = -1;
		errno = ENOMEM;
	}
	return work->parent;
}

/* Gives what was made under the temporary name its own. */
static sbx_status appear(const sbx__unpacking *work, int parent, const char *name)
{
	if (renameat(parent, work->part, parent, name) != 0)
		return fail_at(work, errno);
	return SBX_OK;
}

/* ---- entries ---- */

static sbx_status set_late(sbx__unpacking *work, mode_t mode)
{
	late_mode *grown = realloc(work->late, (work->late_count + 1) * sizeof *grown);
	if (grown)
		work->late = grown;
	char *path = grown ? strdup(work->path.data) : NULL;
	if (!path)
		return sbx__fail_memory(work->error);
	work->late[work->late_count++] = (late_mode){path, mode};
	return SBX_OK;
}

static sbx_status make_folder(sbx__unpacking *work, int parent, const char *name, mode_t mode)
{
	bool usable = (mode & 0700) == 0700;
	if (mkdirat(parent, name, 0700) == 0) {
		if (usable && fchmodat(parent, name, mode, 0) != 0)
			return fail_at(work, errno);
		return usable ? SBX_OK : set_late(work, mode);
	}
	if (errno != EEXIST)
		return fail_at(work, errno);
	int there = sbx__folder_open(parent, name);
	if (there < 0)
		return fail_at(work, errno);
	close(there);
	return SBX_OK;
}

static sbx_status write_at(const sbx__unpacking *work, int file, const char *bytes, size_t length, int64_t offset)
{
	while (length) {
		ssize_t put = pwrite(file, bytes, length, offset);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail_at(work, errno);
		bytes += put;
		length -= (size_t)put;
		offset += put;
	}
	return SBX_OK;
}

/* Gives a file that has all its bytes what else it has, and its name. */
static sbx_status finish_file(sbx__unpacking *work)
{
	const sbx__archive_library *library = work->library;
	const struct timespec times[] = {
	        {.tv_nsec = UTIME_NOW},
	        {library->archive_entry_mtime(work->entry), library->archive_entry_mtime_nsec(work->entry)},
	};
	int file = work->file;
	/* Holes stay holes, also at the end. */
	if (ftruncate(file, library->archive_entry_size(work->entry)) != 0 || fchmod(file, work->file_mode) != 0)
		return fail_at(work, errno);
	/* A time that the file system cannot hold is no reason to lose the file. */
	(void)!futimens(file, times);
	work->file = -1;
	sbx_status status = close(file) == 0 ? SBX_OK : fail_at(work, errno);
	if (status == SBX_OK)
		status = appear(work, work->parent, work->file_name);
	if (status < 0)
		unlinkat(work->parent, work->part, 0);
	return status;
}

static void drop_file(sbx__unpacking *work)
{
	if (work->file < 0)
		return;
	close(work->file);
	unlinkat(work->parent, work->part, 0);
	work->file = -1;
}

/* Fills the file by one piece. */
static sbx_status fill_file(sbx__unpacking *work)
{
	const sbx__archive_library *library = work->library;
	int64_t size = library->archive_entry_size(work->entry);
	const void *bytes;
	size_t length;
	la_int64_t offset;
	int result = library->archive_read_data_block(work->reader, &bytes, &length, &offset);
	if (result == ARCHIVE_EOF)
		return finish_file(work);
	if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
		return fail_reading(work);
	if (offset < 0 || offset > size || (int64_t)length > size - offset)
		return refuse(work, work->path.data, "has more bytes than it says");
	return write_at(work, work->file, bytes, length, offset);
}

static sbx_status make_file(sbx__unpacking *work, int parent, const char *name, mode_t mode)
{
	work->file = openat(parent, work->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	work->file_name = name;
	work->file_mode = mode;
	return work->file < 0 ? fail_at(work, errno) : SBX_OK;
}

/* Whether a link at that path stays in the directory for sure: it goes up at most to the directory, through what are no
 * links, and then only down. */
static bool stays_inside(const char *path, const char *target)
{
	int height = 0;
	bool down = false;
	if (*target == '/' || !*target)
		return false;
	for (; *path; path++)
		height += *path == '/';
	for (const char *part = target; *part;) {
		size_t length = strcspn(part, "/");
		if (is_part(part, length, "..")) {
			if (down || --height < 0)
				return false;
		} else if (length && !is_part(part, length, ".")) {
			down = true;
		}
		part += length;
		part += *part == '/';
	}
	return true;
}

static sbx_status make_symbolic_link(const sbx__unpacking *work, int parent, const char *name, const char *target)
{
	if (!target || !stays_inside(work->path.data, target)) {
		skip(work, "it is a link that leads out of the directory");
		return SBX_OK;
	}
	if (symlinkat(target, parent, work->part) != 0)
		return fail_at(work, errno);
	sbx_status status = appear(work, parent, name);
	if (status < 0)
		unlinkat(parent, work->part, 0);
	return status;
}

/* Of files only: a symbolic link means something else in another place. */
static sbx_status link_file(const sbx__unpacking *work, int from, const char *from_name, int parent, const char *name)
{
	struct stat status;
	if (fstatat(from, from_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
		return refuse(work, work->path.data, "is a link to what is no file of the directory");
	if (linkat(from, from_name, parent, work->part, 0) != 0)
		return fail_at(work, errno);
	sbx_status made = appear(work, parent, name);
	/* Still there also where both names are of one file already. */
	unlinkat(parent, work->part, 0);
	return made;
}

static sbx_status make_hard_link(const sbx__unpacking *work, int parent, const char *name, const char *target)
{
	sbx__buffer path = {0};
	sbx_status status = normalise(work, target, &path);
	if (status == SBX_OK) {
		const char *from_name;
		int from = sbx__folder_open_parent(work->root, path.data, false, &from_name);
		status = from < 0 ? refuse(work, work->path.data, "is a link to what is no file of the directory")
		                  : link_file(work, from, from_name, parent, name);
		if (from >= 0)
			close(from);
	}
	sbx__buffer_free(&path);
	return status;
}

static sbx_status make_entry(sbx__unpacking *work, struct archive_entry *entry)
{
	const sbx__archive_library *library = work->library;
	const char *name;
	const char *hard_link = library->archive_entry_hardlink(entry);
	mode_t mode = library->archive_entry_perm(entry) & 0777;
	unsigned type = library->archive_entry_filetype(entry);
	if (!hard_link && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK) {
		skip(work, type == AE_IFIFO ? "it is a pipe" : type == AE_IFSOCK ? "it is a socket" : "it is a device");
		return SBX_OK;
	}
	int parent = open_parent(work, &name);
	if (parent < 0)
		return fail_at(work, errno);
	if (hard_link)
		return make_hard_link(work, parent, name, hard_link);
	if (type == AE_IFDIR)
		return make_folder(work, parent, name, mode);
	if (type == AE_IFLNK)
		return make_symbolic_link(work, parent, name, library->archive_entry_symlink(entry));
	return make_file(work, parent, name, mode);
}

static sbx_status count_entry(sbx__unpacking *work, struct archive_entry *entry)
{
	int64_t size = work->library->archive_entry_size(entry);
	if (++work->entries > work->options->max_entries)
		return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive has more than %lld entries", ARGUMENT,
		                 (long long)work->options->max_entries);
	if (size < 0)
		return refuse(work, work->path.data, "has a size that no file has");
	if (size > work->options->max_bytes - work->bytes)
		return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive has more than %lld bytes", ARGUMENT,
		                 (long long)work->options->max_bytes);
	work->bytes += size;
	return SBX_OK;
}

static sbx_status take_entry(sbx__unpacking *work, struct archive_entry *entry)
{
	const char *name = work->library->archive_entry_pathname(entry);
	if (!name)
		return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive has an entry without a name",
		                 ARGUMENT);
	sbx_status status = normalise(work, name, &work->path);
	if (status < 0 || (status = count_entry(work, entry)) < 0)
		return status;
	if (work->path.length)
		return make_entry(work, entry);
	/* The directory itself. */
	if (work->library->archive_entry_filetype(entry) == AE_IFDIR)
		work->root_mode = work->library->archive_entry_perm(entry) & 0777;
	return SBX_OK;
}

/* ---- the stream ---- */

static la_ssize_t give_piece(struct archive *reader, void *user_data, const void **bytes)
{
	sbx__unpacking *work = user_data;
	int64_t got = work->read(work->user_data, work->piece, PIECE);
	*bytes = work->piece;
	if (got >= 0)
		return (la_ssize_t)got;
	work->read_failed = true;
	work->library->archive_set_error(reader, EIO, "it could not be read");
	return -1;
}

/* Goes on by one entry, or one piece of a file. */
static sbx_status advance(sbx__unpacking *work)
{
	if (work->file >= 0)
		return fill_file(work);
	int result = work->library->archive_read_next_header2(work->reader, work->entry);
	if (result == ARCHIVE_OK || result == ARCHIVE_WARN)
		return take_entry(work, work->entry);
	work->is_read = result == ARCHIVE_EOF;
	return work->is_read ? SBX_OK : fail_reading(work);
}

/* The stream tells only at its end whether it came whole. */
static sbx_status read_rest(sbx__unpacking *work)
{
	int64_t got;
	for (size_t rest = 0; (got = work->read(work->user_data, work->piece, PIECE)) > 0;)
		if ((rest += (size_t)got) > MOST_AFTER_END)
			return sbx__fail(work->error, SBX_ERROR_ARCHIVE, "%s: the archive goes on after its end",
			                 ARGUMENT);
	work->read_failed = got < 0;
	return got < 0 ? fail_reading(work) : SBX_OK;
}

/* From the inside to the outside, since a directory may be closed to its owner then. */
static sbx_status set_late_modes(sbx__unpacking *work)
{
	for (size_t index = work->late_count; index-- > 0;) {
		const char *name;
		int parent = sbx__folder_open_parent(work->root, work->late[index].path, false, &name);
		bool done = parent >= 0 && fchmodat(parent, name, work->late[index].mode, 0) == 0;
		int number = errno;
		if (parent >= 0)
			close(parent);
		if (!done)
			return sbx__fail_file(work->error, ARGUMENT, "write", work->late[index].path, number);
	}
	return SBX_OK;
}

static sbx_status open_stream(sbx__unpacking *work)
{
	const sbx__archive_library *library = work->library;
	uint64_t random = 0;
	if (!sbx__platform_system.random(NULL, &random, sizeof random))
		return sbx__fail_file(work->error, ARGUMENT, "write", work->target, errno);
	snprintf(work->part, sizeof work->part, ".%016llx.part", (unsigned long long)random);
	work->piece = malloc(PIECE);
	work->reader = library->archive_read_new();
	/* Without memory libarchive would use an entry of its own, or in archive_read_open() a place for the data, that
	 * it has not got. */
	work->entry = library->archive_entry_new();
	if (!work->piece || !work->reader || !work->entry)
		return sbx__fail_memory(work->error);
	if (library->archive_read_support_format_tar(work->reader) != ARCHIVE_OK ||
	    library->archive_read_set_callback_data(work->reader, work) != ARCHIVE_OK ||
	    library->archive_read_set_read_callback(work->reader, give_piece) != ARCHIVE_OK ||
	    library->archive_read_open1(work->reader) != ARCHIVE_OK)
		return fail_reading(work);
	return SBX_OK;
}

/* ---- the directory ---- */

/* Makes a directory that nobody else can enter until it has its name. */
static sbx_status make_new(sbx__unpacking *work)
{
	struct stat made;
	char *temporary = sbx__temporary_name(work->target);
	if (!temporary)
		return sbx__fail_memory(work->error);
	if (mkdir(temporary, 0777) != 0) {
		int number = errno;
		free(temporary);
		return sbx__fail_file(work->error, ARGUMENT, "write", work->target, number);
	}
	work->temporary = temporary;
	work->root = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (work->root < 0 || fstat(work->root, &made) != 0 || fchmod(work->root, 0700) != 0)
		return sbx__fail_file(work->error, ARGUMENT, "write", work->target, errno);
	work->root_mode = made.st_mode & 0777;
	return SBX_OK;
}

static sbx_status open_old(sbx__unpacking *work)
{
	work->root = open(work->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return work->root < 0 ? sbx__fail_file(work->error, ARGUMENT, "write", work->target, errno) : SBX_OK;
}

/* All is in it. */
static sbx_status finish(sbx__unpacking *work)
{
	sbx_status status = read_rest(work);
	if (status == SBX_OK)
		status = set_late_modes(work);
	if (status < 0 || !work->temporary)
		return status;
	if (fchmod(work->root, work->root_mode) != 0 || rename(work->temporary, work->target) != 0)
		return sbx__fail_file(work->error, ARGUMENT, "write", work->target, errno);
	free(work->temporary);
	work->temporary = NULL;
	return SBX_OK;
}

/* Without the slashes at its end: a directory need not be there yet. */
static char *plain_path(const char *path)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

sbx_status sbx__unpack_begin(sbx__unpacking **begun, sbx_read_callback read, void *user_data, const char *path,
                             const sbx_transfer_options *options, sbx_error **error)
{
	struct stat there;
	const sbx__archive_library *library;
	sbx_status status = sbx__archive_load(&library, error);
	if (status < 0)
		return status;
	sbx__unpacking *work = calloc(1, sizeof *work);
	if (!work)
		return sbx__fail_memory(error);
	*work = (sbx__unpacking){.library = library,
	                         .options = options,
	                         .target = plain_path(path),
	                         .read = read,
	                         .user_data = user_data,
	                         .root = -1,
	                         .parent = -1,
	                         .file = -1,
	                         .error = error};
	if (!work->target)
		status = sbx__fail_memory(error);
	else
		/* What is there and no directory, a link that leads nowhere included, is refused when it is opened. */
		status = lstat(work->target, &there) == 0 ? open_old(work) : make_new(work);
	if (status == SBX_OK)
		status = open_stream(work);
	if (status < 0)
		sbx__unpack_end(work);
	else
		*begun = work;
	return status;
}

sbx_status sbx__unpack_go_on(sbx__unpacking *work, sbx_error **error)
{
	work->error = error;
	if (!work->is_read)
		return advance(work);
	sbx_status status = finish(work);
	return status < 0 ? status : SBX_DONE;
}

void sbx__unpack_end(sbx__unpacking *work)
{
	if (!work)
		return;
	if (work->reader)
		work->library->archive_read_free(work->reader);
	if (work->entry)
		work->library->archive_entry_free(work->entry);
	for (size_t index = 0; index < work->late_count; index++)
		free(work->late[index].path);
	free(work->late);
	free(work->piece);
	drop_file(work);
	if (work->parent >= 0)
		close(work->parent);
	if (work->root >= 0)
		close(work->root);
	if (work->temporary)
		sbx__folder_remove(AT_FDCWD, work->temporary);
	free(work->temporary);
	free(work->target);
	sbx__buffer_free(&work->path);
	sbx__buffer_free(&work->parent_path);
	free(work);
}

sbx_status sbx__unpack(sbx_read_callback read, void *user_data, const char *path, const sbx_transfer_options *options,
                       sbx_error **error)
{
	sbx__unpacking *work;
	sbx_status status = sbx__unpack_begin(&work, read, user_data, path, options, error);
	if (status < 0)
		return status;
	while ((status = sbx__unpack_go_on(work, error)) == SBX_OK)
		;
	sbx__unpack_end(work);
	return status < 0 ? status : SBX_OK;
}
