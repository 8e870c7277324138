#include "tar_unpack.h"

#include "file_replace.h"
#include "identity.h"
#include "piece_queue.h"
#include "request.h"
#include "sandbox_path.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An entry counts as at least so many bytes of the sandbox's storage: an archive of empty files has an end, too. */
#define ENTRY_BYTES 4096
/* How much may follow the end of the archive: what tar fills its last block with. */
#define AFTER_END_MAX (1024 * 1024)

/* libarchive asks for what it reads, and a request's body comes when it comes: hence a thread. */
struct tar_unpack {
	struct piece_queue queue;
	pthread_t thread;
	bool running;
	uid_t uid;
	gid_t gid;
	int root;
	int incoming;
	char temporary[SANDBOX_ID_SIZE]; /* the name in `incoming` of what is not whole yet */
	uint64_t left;                   /* bytes that there is room for */
	int64_t storage;
	sbx__buffer path; /* of the directory, with a slash at its end, and then of the entry */
	size_t directory_length;
	int parent; /* the directory of the last entry; -1: none */
	sbx__buffer parent_path;
	sbx__buffer late; /* modes of directories that are closed to their owner: octal digits, path, NUL */
	struct archive *reader;
	struct archive_entry *entry;
	struct tar_unpacked done;
	struct problem problem;
	bool failed;
};

/* ---- failures ---- */

static const char *entry_name(const struct tar_unpack *unpack)
{
	return unpack->path.data + unpack->directory_length;
}

static int refuse(struct tar_unpack *unpack, const char *name, const char *reason)
{
	return problem_set(&unpack->problem, PROBLEM_VALIDATION, NULL, "the archive is refused: %.200s %s", name,
	                   reason);
}

static int fail(struct tar_unpack *unpack)
{
	return sandbox_path_problem(&unpack->problem, entry_name(unpack));
}

static int fail_reading(struct tar_unpack *unpack)
{
	const char *reason = archive_error_string(unpack->reader);

	if (archive_errno(unpack->reader) == ENOMEM)
		return problem_memory(&unpack->problem);
	return problem_set(&unpack->problem, PROBLEM_VALIDATION, NULL, "the archive is broken: %.200s",
	                   reason ? reason : "it ends too early");
}

/* What came before stays: how much that is belongs to what is wrong. */
static void tell_how_far(struct tar_unpack *unpack)
{
	struct problem *problem = &unpack->problem;
	size_t length = strlen(problem->message);

	/* The sandbox has taken away what was just made: a matter of the entry, not of the request's path. */
	if (problem->type == PROBLEM_NOT_FOUND)
		problem->type = PROBLEM_VALIDATION;
	problem->field[0] = '\0';
	snprintf(problem->message + length, sizeof(problem->message) - length,
	         "; %" PRId64 " entries before it are in their places", unpack->done.entries);
}

/* ---- paths ---- */

static bool is_part(const char *part, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(part, name, length) == 0;
}

/* Appends a name of the archive to the directory's path, without "." and empty parts. */
static int set_path(struct tar_unpack *unpack, sbx__buffer *path, const char *name)
{
	path->length = unpack->directory_length;
	sbx__buffer_text(path, "");
	if (*name == '/')
		return refuse(unpack, name, "is an absolute path");
	for (const char *part = name; *part;) {
		size_t length = strcspn(part, "/");
		if (is_part(part, length, ".."))
			return refuse(unpack, name, "leads out of the directory");
		if (length > 0 && !is_part(part, length, ".")) {
			if (path->length > unpack->directory_length)
				sbx__buffer_byte(path, '/');
			sbx__buffer_append(path, part, length);
		}
		part += length;
		part += *part == '/';
	}
	if (path->failed)
		return problem_memory(&unpack->problem);
	return path->length >= PATH_MAX ? refuse(unpack, name, "is too long a path") : 0;
}

static void forget_parent(struct tar_unpack *unpack)
{
	if (unpack->parent >= 0)
		close(unpack->parent);
	unpack->parent = -1;
}

/* Opens the directory that the entry goes into, made where it is missing. Most are where the one before them was. */
static int open_parent(struct tar_unpack *unpack, const char **name)
{
	char *last = strrchr(unpack->path.data, '/');
	size_t length = (size_t)(last - unpack->path.data);

	*name = last + 1;
	if (unpack->parent >= 0 && length == unpack->parent_path.length &&
	    memcmp(unpack->path.data, unpack->parent_path.data, length) == 0)
		return 0;
	forget_parent(unpack);
	sbx__buffer_clear(&unpack->parent_path);
	sbx__buffer_append(&unpack->parent_path, unpack->path.data, length);
	if (unpack->parent_path.failed)
		return problem_memory(&unpack->problem);
	unpack->parent =
	        sandbox_path_parent(unpack->root, unpack->path.data, name, entry_name(unpack), &unpack->problem);
	return unpack->parent < 0 ? -1 : 0;
}

/* Gives what is whole its place. */
static int appear(struct tar_unpack *unpack, const char *name)
{
	if (file_replace(unpack->incoming, unpack->temporary, unpack->parent, name) == 0)
		return 0;
	fail(unpack);
	unlinkat(unpack->incoming, unpack->temporary, 0);
	return -1;
}

/* ---- files ---- */

static int write_at(struct tar_unpack *unpack, int fd, const char *bytes, size_t length, off_t offset)
{
	while (length > 0) {
		ssize_t written = pwrite(fd, bytes, length, offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(unpack);
		bytes += written;
		length -= (size_t)written;
		offset += written;
	}
	return 0;
}

/* Holes stay holes, also at the end. A time that the file system cannot hold is no reason to lose the file. */
static int fill(struct tar_unpack *unpack, int fd, int64_t size)
{
	const struct timespec times[] = {
	        {.tv_nsec = UTIME_NOW},
	        {archive_entry_mtime(unpack->entry), archive_entry_mtime_nsec(unpack->entry)},
	};
	const void *bytes;
	size_t length;
	la_int64_t offset;
	int result;

	while ((result = archive_read_data_block(unpack->reader, &bytes, &length, &offset)) == ARCHIVE_OK ||
	       result == ARCHIVE_WARN) {
		if (offset < 0 || offset > size || (int64_t)length > size - offset)
			return refuse(unpack, entry_name(unpack), "has more bytes than it says");
		if (write_at(unpack, fd, bytes, length, offset) < 0)
			return -1;
	}
	if (result != ARCHIVE_EOF)
		return fail_reading(unpack);
	if (ftruncate(fd, size) < 0 || fchmod(fd, archive_entry_perm(unpack->entry) & 0777) < 0)
		return fail(unpack);
	(void)!futimens(fd, times);
	return 0;
}

static int make_file(struct tar_unpack *unpack, const char *name)
{
	int64_t size = archive_entry_size(unpack->entry);
	int fd =
	        openat(unpack->incoming, unpack->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(unpack);
	int result = fill(unpack, fd, size);
	if (close(fd) < 0 && result == 0)
		result = fail(unpack);
	if (result < 0)
		unlinkat(unpack->incoming, unpack->temporary, 0);
	else if ((result = appear(unpack, name)) == 0)
		unpack->done.bytes += size;
	return result;
}

/* ---- what else there is ---- */

/* A link means in the sandbox what it says; here it is followed by the kernel, inside of the sandbox. */
static int make_symbolic_link(struct tar_unpack *unpack, const char *name)
{
	const char *target = archive_entry_symlink(unpack->entry);

	if (!target || !*target)
		return refuse(unpack, entry_name(unpack), "is a link to nothing");
	if (symlinkat(target, unpack->incoming, unpack->temporary) < 0)
		return fail(unpack);
	return appear(unpack, name);
}

/* Of a regular file that is in the directory already. */
static int make_hard_link(struct tar_unpack *unpack, const char *name, const char *target)
{
	struct stat info;
	sbx__buffer path = {0};
	int from = -1, result;

	sbx__buffer_append(&path, unpack->path.data, unpack->directory_length);
	result = path.failed ? problem_memory(&unpack->problem) : set_path(unpack, &path, target);
	if (result == 0) {
		char *last = strrchr(path.data, '/');
		*last = '\0';
		from = sandbox_path_open(unpack->root, path.data, O_PATH | O_DIRECTORY);
		result = from < 0 || linkat(from, last + 1, unpack->incoming, unpack->temporary, 0) < 0 ? -1 : 0;
		if (result == 0 && (fstatat(unpack->incoming, unpack->temporary, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
		                    !S_ISREG(info.st_mode)))
			result = -1;
		if (result < 0)
			refuse(unpack, entry_name(unpack), "is a link to what is no file of the directory");
	}
	if (from >= 0)
		close(from);
	sbx__buffer_free(&path);
	if (result == 0)
		result = appear(unpack, name);
	/* Where both names are of one file already the other one stays. */
	unlinkat(unpack->incoming, unpack->temporary, 0);
	return result;
}

/* The mode of a directory that its owner cannot write to is set when everything is in it. */
static int set_mode(struct tar_unpack *unpack, const char *name, mode_t mode)
{
	if ((mode & 0700) != 0700) {
		sbx__buffer_format(&unpack->late, "%03o%s", (unsigned int)mode, unpack->path.data);
		sbx__buffer_append(&unpack->late, "", 1);
		return unpack->late.failed ? problem_memory(&unpack->problem) : 0;
	}
	/* By its descriptor: the name may be another's by now, such as a link's to a place on the host. */
	int fd = openat(unpack->parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = fd < 0 || fchmod(fd, mode) < 0 ? fail(unpack) : 0;
	if (fd >= 0)
		close(fd);
	return result;
}

/* One that is there stays as it is, also when it is behind a link. */
static int make_directory(struct tar_unpack *unpack, const char *name)
{
	if (mkdirat(unpack->parent, name, 0700) == 0)
		return set_mode(unpack, name, archive_entry_perm(unpack->entry) & 0777);
	if (errno != EEXIST)
		return fail(unpack);
	int there = sandbox_path_open(unpack->root, unpack->path.data, O_PATH | O_DIRECTORY);
	if (there < 0)
		return fail(unpack);
	close(there);
	return 0;
}

static int set_late_modes(struct tar_unpack *unpack)
{
	/* From the inside to the outside, since a directory may be closed to its owner then. */
	for (size_t end = unpack->late.length; end > 0;) {
		size_t start = end - 1;
		while (start > 0 && unpack->late.data[start - 1] != '\0')
			start--;
		char digits[4];
		snprintf(digits, sizeof(digits), "%s", unpack->late.data + start);
		const char *path = unpack->late.data + start + 3;
		int fd = sandbox_path_open(unpack->root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		/* What the sandbox has removed needs no mode. */
		bool done = fd >= 0 ? fchmod(fd, (mode_t)strtoul(digits, NULL, 8)) == 0 : errno == ENOENT;
		if (!done)
			sandbox_path_problem(&unpack->problem, path);
		if (fd >= 0)
			close(fd);
		if (!done)
			return -1;
		end = start;
	}
	return 0;
}

/* ---- the archive ---- */

static int count_entry(struct tar_unpack *unpack)
{
	int64_t size = archive_entry_size(unpack->entry);

	if (size < 0)
		return refuse(unpack, entry_name(unpack), "has a size that no file has");
	uint64_t counted = size < ENTRY_BYTES ? ENTRY_BYTES : (uint64_t)size;
	if (counted > unpack->left)
		return problem_set(&unpack->problem, PROBLEM_TOO_LARGE, NULL,
		                   "the archive is larger than the sandbox's storage, %" PRId64 " GiB",
		                   unpack->storage);
	unpack->left -= counted;
	return 0;
}

static int make_entry(struct tar_unpack *unpack)
{
	const char *name, *hard_link = archive_entry_hardlink(unpack->entry);
	mode_t type = archive_entry_filetype(unpack->entry);

	if (!hard_link && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK) {
		unpack->done.skipped++;
		return 0;
	}
	/* The directory itself. */
	if (*entry_name(unpack) == '\0')
		return type == AE_IFDIR ? 0 : refuse(unpack, ".", "is no directory");
	if (open_parent(unpack, &name) < 0)
		return -1;
	int result = hard_link          ? make_hard_link(unpack, name, hard_link)
	             : type == AE_IFDIR ? make_directory(unpack, name)
	             : type == AE_IFLNK ? make_symbolic_link(unpack, name)
	                                : make_file(unpack, name);
	if (result == 0)
		unpack->done.entries++;
	return result;
}

static int take_entry(struct tar_unpack *unpack)
{
	const char *name = archive_entry_pathname(unpack->entry);

	if (!name)
		return problem_set(&unpack->problem, PROBLEM_VALIDATION, NULL,
		                   "the archive has an entry without a name");
	if (set_path(unpack, &unpack->path, name) < 0 || count_entry(unpack) < 0)
		return -1;
	return make_entry(unpack);
}

static la_ssize_t give_piece(struct archive *reader, void *context, const void **bytes)
{
	struct tar_unpack *unpack = context;
	const char *data;
	ptrdiff_t size = piece_queue_take(&unpack->queue, &data);

	*bytes = data;
	if (size < 0)
		archive_set_error(reader, EIO, "the request was cut short");
	return size;
}

/* Plain tar, and nothing that was compressed. */
static int open_reader(struct tar_unpack *unpack)
{
	unpack->reader = archive_read_new();
	unpack->entry = archive_entry_new();
	if (!unpack->reader || !unpack->entry)
		return problem_memory(&unpack->problem);
	if (archive_read_support_format_tar(unpack->reader) != ARCHIVE_OK ||
	    archive_read_open(unpack->reader, unpack, NULL, give_piece, NULL) != ARCHIVE_OK)
		return fail_reading(unpack);
	return 0;
}

static int read_rest(struct tar_unpack *unpack)
{
	const char *data;
	ptrdiff_t size;

	for (ptrdiff_t rest = 0; (size = piece_queue_take(&unpack->queue, &data)) > 0;)
		if ((rest += size) > AFTER_END_MAX)
			return problem_set(&unpack->problem, PROBLEM_VALIDATION, NULL,
			                   "the archive goes on after its end");
	return size < 0 ? fail_reading(unpack) : 0;
}

static int run(struct tar_unpack *unpack)
{
	int result;

	if (open_reader(unpack) < 0)
		return -1;
	while ((result = archive_read_next_header2(unpack->reader, unpack->entry)) == ARCHIVE_OK ||
	       result == ARCHIVE_WARN)
		if (take_entry(unpack) < 0)
			return -1;
	if (result != ARCHIVE_EOF)
		return fail_reading(unpack);
	return read_rest(unpack) < 0 || set_late_modes(unpack) < 0 ? -1 : 0;
}

static void *work(void *context)
{
	struct tar_unpack *unpack = context;

	/* The thread's own, to its end. */
	identity_enter(unpack->uid, unpack->gid);
	unpack->failed = run(unpack) < 0;
	if (unpack->failed)
		tell_how_far(unpack);
	forget_parent(unpack);
	piece_queue_close(&unpack->queue);
	return NULL;
}

/* ---- its beginning and its end ---- */

static int start_thread(struct tar_unpack *unpack)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	unpack->running = pthread_create(&unpack->thread, &attributes, work, unpack) == 0;
	pthread_attr_destroy(&attributes);
	return unpack->running ? 0 : -1;
}

static void end_thread(struct tar_unpack *unpack, bool broken)
{
	if (!unpack->running)
		return;
	piece_queue_end(&unpack->queue, broken);
	pthread_join(unpack->thread, NULL);
	unpack->running = false;
}

/* Makes the directory that everything goes into, so that what is wrong with its path is said before anything is read.
 */
static int open_directory(struct tar_unpack *unpack, const char *path, struct problem *problem)
{
	char absolute[PATH_MAX];
	const char *name;

	if (sandbox_path_absolute(path, absolute, problem) < 0)
		return -1;
	sbx__buffer_text(&unpack->path, absolute);
	sbx__buffer_byte(&unpack->path, '/');
	if (unpack->path.failed)
		return problem_memory(problem);
	if (unpack->path.length >= PATH_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "path", "path is too long");
	unpack->directory_length = unpack->path.length;
	identity_enter(unpack->uid, unpack->gid);
	int directory = sandbox_path_parent(unpack->root, unpack->path.data, &name, path, problem);
	identity_leave();
	if (directory < 0)
		return -1;
	close(directory);
	return 0;
}

int tar_unpack_begin(struct tar_unpack **out, int root, int incoming, const struct sandbox *sandbox, const char *path,
                     struct problem *problem)
{
	struct tar_unpack *unpack = calloc(1, sizeof(*unpack));
	if (!unpack) {
		close(root);
		close(incoming);
		return problem_memory(problem);
	}
	piece_queue_init(&unpack->queue);
	unpack->uid = sandbox->uid;
	unpack->gid = sandbox->gid;
	unpack->root = root;
	unpack->incoming = incoming;
	unpack->parent = -1;
	unpack->storage = sandbox->storage;
	unpack->left = (uint64_t)sandbox->storage << 30;
	sandbox_random_id(unpack->temporary, "put");
	int result = open_directory(unpack, path, problem);
	if (result == 0 && start_thread(unpack) < 0)
		result = problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "the server can start no more threads");
	if (result == 0)
		*out = unpack;
	else
		tar_unpack_free(unpack);
	return result;
}

int tar_unpack_feed(struct tar_unpack *unpack, const char *data, size_t size, struct problem *problem)
{
	if (piece_queue_give(&unpack->queue, data, size))
		return 0;
	/* It ends early only by a failure. */
	end_thread(unpack, true);
	*problem = unpack->problem;
	return -1;
}

int tar_unpack_finish(struct tar_unpack *unpack, struct tar_unpacked *done, struct problem *problem)
{
	end_thread(unpack, false);
	if (unpack->failed) {
		*problem = unpack->problem;
		return -1;
	}
	*done = unpack->done;
	return 0;
}

void tar_unpack_free(struct tar_unpack *unpack)
{
	if (!unpack)
		return;
	end_thread(unpack, true);
	if (unpack->reader)
		archive_read_free(unpack->reader);
	if (unpack->entry)
		archive_entry_free(unpack->entry);
	close(unpack->root);
	close(unpack->incoming);
	sbx__buffer_free(&unpack->path);
	sbx__buffer_free(&unpack->parent_path);
	sbx__buffer_free(&unpack->late);
	piece_queue_destroy(&unpack->queue);
	free(unpack);
}
