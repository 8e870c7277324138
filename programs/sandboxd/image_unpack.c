#include "image_unpack.h"

#include "tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE (64 * 1024)
/* How much is written between two looks at the disk, and what an entry counts for that. */
#define LOOK_BYTES (1024 * 1024)
#define ENTRY_BYTES 4096
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

enum pass { PASS_ALL, PASS_WHITEOUTS, PASS_ENTRIES };

struct unpacking {
	int root;
	struct archive *reader;
	const char *source;
	enum pass pass;
	struct image_unpacked *counts;
	struct failure *failure;
};

int image_write_failure(const char *source, const char *path, struct failure *failure)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return failure_set(failure, FAILURE_STATE,
		                   "%s does not fit onto the disk of the state directory; free some or give another "
		                   "--state",
		                   source);
	return failure_set(failure, FAILURE_STATE, "%s: %.300s cannot be written (%s); see the state directory's disk",
	                   source, path, strerror(errno));
}

static int write_failure(const struct unpacking *work, const char *path)
{
	return image_write_failure(work->source, path, work->failure);
}

static int bad_archive(const struct unpacking *work)
{
	const char *reason = archive_error_string(work->reader);
	return failure_set(work->failure, FAILURE_IMAGE,
	                   "%s cannot be read as a tar (%s); give a root file system or an OCI image", work->source,
	                   reason ? reason : "it is damaged");
}

/* Fails where so much more would leave less of the disk than is to stay free. */
static int take_room(struct unpacking *work, uint64_t bytes)
{
	struct image_unpacked *counts = work->counts;
	struct statvfs info;

	counts->unseen += bytes;
	if (counts->unseen < LOOK_BYTES && counts->entries > 1)
		return 0;
	counts->unseen = 0;
	if (fstatvfs(work->root, &info) < 0 || (disk_floor_has_bytes(&counts->floor, &info, bytes + LOOK_BYTES) &&
	                                        disk_floor_has_files(&counts->floor, &info, LOOK_BYTES / ENTRY_BYTES)))
		return 0;
	return failure_set(work->failure, FAILURE_STATE,
	                   "%s does not fit: the disk of the state directory would have less than %" PRIu64
	                   " MiB left, or room for less than %" PRIu64 " more files; free some, or give a lower "
	                   "--disk-floor or another --state",
	                   work->source, counts->floor.bytes >> 20, counts->floor.files);
}

/* ---- paths ---- */

/* Links inside of the root lead where they lead in the sandbox. Nobody changes the tree meanwhile. */
static int open_inside(int root, const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Opens a directory of the tree, and makes it and those above it where they are missing. */
static int open_or_make(int root, const char *path)
{
	char partial[PATH_MAX];
	int fd = open_inside(root, path[0] ? path : ".");

	if (fd >= 0 || errno != ENOENT || (size_t)snprintf(partial, sizeof(partial), "%s", path) >= sizeof(partial))
		return fd;
	int parent = open_inside(root, ".");
	for (char *part = partial, *slash = partial; parent >= 0 && slash; part = slash + 1) {
		slash = strchr(part, '/');
		if (slash)
			*slash = '\0';
		int next = open_inside(root, partial);
		if (next < 0 && errno == ENOENT && mkdirat(parent, part, 0755) == 0)
			next = open_inside(root, partial);
		int saved = errno;
		close(parent);
		errno = saved;
		parent = next;
		if (slash)
			*slash = '/';
	}
	return parent;
}

int image_open_parent(int root, const char *path, bool make, const char **name)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (length >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(folder, path, length);
	folder[length] = '\0';
	*name = slash ? slash + 1 : path;
	return make ? open_or_make(root, folder) : open_inside(root, length ? folder : ".");
}

/* The path of an entry without what tar ignores, "./" and slashes around it. False where it leads out. */
static bool clean_path(const char *path, char out[PATH_MAX])
{
	size_t length = 0;

	while (*path) {
		size_t part = strcspn(path, "/");
		if (part == 2 && path[0] == '.' && path[1] == '.')
			return false;
		if (part > 0 && !(part == 1 && path[0] == '.')) {
			if (length + part + 2 > PATH_MAX)
				return false;
			if (length > 0)
				out[length++] = '/';
			memcpy(out + length, path, part);
			length += part;
		}
		path += part;
		path += *path == '/';
	}
	out[length] = '\0';
	return true;
}

/* ---- entries ---- */

/* A link to a directory stays, if it is one in the image: what the host has at that path does not matter. */
static int make_directory(struct unpacking *work, int parent, const char *name, const char *path)
{
	int there = open_inside(work->root, path);

	if (there >= 0) {
		close(there);
		return 0;
	}
	if (tree_remove(parent, name) < 0 || mkdirat(parent, name, 0755) < 0 || fchmodat(parent, name, 0755, 0) < 0)
		return write_failure(work, path);
	return 0;
}

static int write_all(int fd, const char *data, size_t length, int64_t offset)
{
	while (length > 0) {
		ssize_t written = pwrite(fd, data, length, offset);
		if (written < 0)
			return -1;
		data += written;
		offset += written;
		length -= (size_t)written;
	}
	return 0;
}

static int copy_data(struct unpacking *work, int fd, const char *path)
{
	const void *block;
	size_t length;
	int64_t offset;
	int got;

	while ((got = archive_read_data_block(work->reader, &block, &length, &offset)) == ARCHIVE_OK) {
		if (take_room(work, length) < 0)
			return -1;
		if (write_all(fd, block, length, offset) < 0)
			return write_failure(work, path);
		work->counts->bytes += length;
	}
	return got == ARCHIVE_EOF ? 0 : bad_archive(work);
}

static int make_file(struct unpacking *work, int parent, const char *name, const char *path,
                     struct archive_entry *entry)
{
	mode_t mode = archive_entry_perm(entry) & 0111 ? 0755 : 0644;
	int result = -1;
	int fd = tree_remove(parent, name) < 0
	                 ? -1
	                 : openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return write_failure(work, path);
	if (copy_data(work, fd, path) < 0)
		goto done;
	/* Holes at its end are of no block. */
	if (ftruncate(fd, archive_entry_size(entry)) < 0 || fchmod(fd, mode) < 0)
		write_failure(work, path);
	else
		result = 0;
done:
	close(fd);
	return result;
}

static int make_hard_link(struct unpacking *work, int parent, const char *name, const char *path, const char *target)
{
	char clean[PATH_MAX];
	const char *target_name;
	int from = clean_path(target, clean) ? image_open_parent(work->root, clean, false, &target_name) : -1;
	struct stat ours, theirs;
	int result = -1;

	if (from < 0 || fstatat(from, target_name, &theirs, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(theirs.st_mode))
		failure_set(work->failure, FAILURE_IMAGE,
		            "%s: %.300s is a hard link to %.300s, which is not in it; give a whole archive",
		            work->source, path, target);
	else if (fstatat(parent, name, &ours, AT_SYMLINK_NOFOLLOW) == 0 && ours.st_ino == theirs.st_ino)
		result = 0; /* it is that file already, and is not to be removed for itself */
	else if (tree_remove(parent, name) < 0 || linkat(from, target_name, parent, name, 0) < 0)
		write_failure(work, path);
	else
		result = 0;
	if (from >= 0)
		close(from);
	return result;
}

static int make_symbolic_link(struct unpacking *work, int parent, const char *name, const char *path,
                              const char *target)
{
	if (!target || tree_remove(parent, name) < 0 || symlinkat(target, parent, name) < 0)
		return write_failure(work, path);
	return 0;
}

static int make_entry(struct unpacking *work, const char *path, struct archive_entry *entry)
{
	const char *name, *hard_link = archive_entry_hardlink(entry);
	int parent = image_open_parent(work->root, path, true, &name);
	int result = 0;

	if (parent < 0)
		return write_failure(work, path);
	work->counts->entries++;
	if (take_room(work, ENTRY_BYTES) < 0)
		result = -1;
	else if (hard_link)
		result = make_hard_link(work, parent, name, path, hard_link);
	else if (archive_entry_filetype(entry) == AE_IFDIR)
		result = make_directory(work, parent, name, path);
	else if (archive_entry_filetype(entry) == AE_IFREG)
		result = make_file(work, parent, name, path, entry);
	else if (archive_entry_filetype(entry) == AE_IFLNK)
		result = make_symbolic_link(work, parent, name, path, archive_entry_symlink(entry));
	else
		work->counts->skipped++;
	close(parent);
	return result;
}

/* Empties a directory of what the layers below have left in it. */
static int make_opaque(struct unpacking *work, const char *path)
{
	const char *name;
	int folder = image_open_parent(work->root, path, false, &name);
	int result = 0;

	if (folder < 0)
		return 0;
	if (tree_empty(folder) < 0)
		result = write_failure(work, path);
	close(folder);
	return result;
}

static int white_out(struct unpacking *work, const char *path)
{
	const char *name;
	int result = 0;
	const char *slash = strrchr(path, '/');

	if (strcmp(slash ? slash + 1 : path, OPAQUE) == 0)
		return make_opaque(work, path);
	int parent = image_open_parent(work->root, path, false, &name);
	if (parent < 0)
		return 0;
	name += strlen(WHITEOUT);
	if (*name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && tree_remove(parent, name) < 0)
		result = write_failure(work, path);
	close(parent);
	return result;
}

static int take_entry(struct unpacking *work, struct archive_entry *entry)
{
	char path[PATH_MAX];
	const char *given = archive_entry_pathname(entry);

	if (!given || !clean_path(given, path))
		return failure_set(work->failure, FAILURE_IMAGE,
		                   "%s has an entry that leads out of it (%.300s); give another archive", work->source,
		                   given ? given : "?");
	const char *slash = strrchr(path, '/');
	bool is_whiteout = work->pass != PASS_ALL && strncmp(slash ? slash + 1 : path, WHITEOUT, 4) == 0;
	if (path[0] == '\0' || (work->pass == PASS_ENTRIES && is_whiteout))
		return 0;
	if (work->pass == PASS_WHITEOUTS)
		return is_whiteout ? white_out(work, path) : 0;
	return make_entry(work, path, entry);
}

static int read_archive(struct unpacking *work, int archive)
{
	struct archive_entry *entry;
	int got, result = 0;

	work->reader = archive_read_new();
	if (!work->reader)
		return failure_set(work->failure, FAILURE_INTERNAL, "out of memory; free some");
	archive_read_support_filter_gzip(work->reader);
	archive_read_support_filter_bzip2(work->reader);
	archive_read_support_filter_xz(work->reader);
	archive_read_support_filter_zstd(work->reader);
	archive_read_support_format_tar(work->reader);
	if (archive_read_open_fd(work->reader, archive, PIECE) != ARCHIVE_OK)
		result = bad_archive(work);
	while (result == 0 && (got = archive_read_next_header(work->reader, &entry)) != ARCHIVE_EOF)
		result = got == ARCHIVE_OK || got == ARCHIVE_WARN ? take_entry(work, entry) : bad_archive(work);
	archive_read_free(work->reader);
	return result;
}

int image_unpack(int root, int archive, const char *source, struct image_unpacked *counts, struct failure *failure)
{
	struct unpacking work = {
	        .root = root, .source = source, .pass = PASS_ALL, .counts = counts, .failure = failure};
	return read_archive(&work, archive);
}

int image_unpack_layer(int root, int archive, const char *source, struct image_unpacked *counts,
                       struct failure *failure)
{
	struct unpacking work = {
	        .root = root, .source = source, .pass = PASS_WHITEOUTS, .counts = counts, .failure = failure};

	if (lseek(archive, 0, SEEK_SET) < 0 || read_archive(&work, archive) < 0)
		return -1;
	work.pass = PASS_ENTRIES;
	return lseek(archive, 0, SEEK_SET) < 0 ? write_failure(&work, source) : read_archive(&work, archive);
}
