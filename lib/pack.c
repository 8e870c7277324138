#include "pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_library.h"
#include "buffer.h"
#include "error.h"

#define ARGUMENT "local"
/* How much of a file is read at once. */
#define PIECE ((size_t)64 << 10)

/* A directory that is being walked through. */
typedef struct level {
	DIR *stream;
	char **names; /* in order, so that a directory always gives the same archive */
	size_t count;
	size_t next;
	size_t path_length; /* of the path to its entries, a slash at its end */
} level;

struct sbx__pack {
	const sbx__archive_library *library;
	char *root;
	sbx_skipped_callback skipped;
	void *user_data;
	struct archive *writer; /* NULL: at the beginning */
	struct archive_entry *entry;
	sbx__buffer path; /* of the entry, below the root */
	level *levels;
	size_t depth;
	int file; /* being packed; -1: none */
	int64_t file_left;
	sbx__buffer output; /* made and not yet read */
	size_t output_read;
	char *piece;
	bool ended;
	sbx_error *failure;
};

/* ---- the walk ---- */

static void fail_at(sbx__pack *pack, int number)
{
	sbx__buffer path = {0};
	sbx__buffer_text(&path, pack->root);
	if (pack->path.length)
		sbx__buffer_format(&path, "/%s", pack->path.data);
	sbx__fail_file(&pack->failure, ARGUMENT, "read", path.failed ? pack->root : path.data, number);
	sbx__buffer_free(&path);
}

static bool no_memory(sbx__pack *pack)
{
	sbx__fail_memory(&pack->failure);
	return false;
}

static void skip(sbx__pack *pack, const char *reason)
{
	if (pack->skipped)
		pack->skipped(pack->user_data, pack->path.data, reason);
}

/* What was listed and is not there any more is left out; any other failure is one. */
static bool missed(sbx__pack *pack)
{
	if (errno == ENOENT)
		skip(pack, "it vanished");
	else
		fail_at(pack, errno);
	return !pack->failure;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_entry(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool add_name(level *open, const char *name)
{
	/* Grown by doubling: a power of two is full. */
	if ((open->count & (open->count - 1)) == 0) {
		char **grown = realloc(open->names, (open->count ? open->count * 2 : 1) * sizeof *grown);
		if (!grown)
			return false;
		open->names = grown;
	}
	if (!(open->names[open->count] = strdup(name)))
		return false;
	open->count++;
	return true;
}

static bool read_names(sbx__pack *pack, level *open)
{
	struct dirent *found;
	while ((errno = 0, found = readdir(open->stream)) != NULL)
		if (is_entry(found->d_name) && !add_name(open, found->d_name))
			return no_memory(pack);
	if (errno) {
		fail_at(pack, errno);
		return false;
	}
	if (open->count)
		qsort(open->names, open->count, sizeof *open->names, compare_names);
	return true;
}

static void leave(sbx__pack *pack)
{
	level *open = &pack->levels[--pack->depth];
	for (size_t index = 0; index < open->count; index++)
		free(open->names[index]);
	free(open->names);
	closedir(open->stream);
}

/* Takes over the descriptor of a directory, whose path is the present one. */
static bool enter(sbx__pack *pack, int descriptor)
{
	level *grown = realloc(pack->levels, (pack->depth + 1) * sizeof *grown);
	if (grown)
		pack->levels = grown;
	DIR *stream = grown ? fdopendir(descriptor) : NULL;
	if (!stream) {
		close(descriptor);
		return no_memory(pack);
	}
	level *open = &pack->levels[pack->depth++];
	*open = (level){.stream = stream, .path_length = pack->path.length};
	return read_names(pack, open);
}

/* ---- entries ---- */

static bool check(sbx__pack *pack, la_ssize_t result)
{
	if (pack->failure)
		return false;
	if (result >= ARCHIVE_WARN)
		return true;
	if (pack->library->archive_errno(pack->writer) == ENOMEM)
		return no_memory(pack);
	const char *reason = pack->library->archive_error_string(pack->writer);
	sbx__fail(&pack->failure, SBX_ERROR_ARCHIVE, "%s: %s cannot be packed: %s", ARGUMENT, pack->path.data,
	          reason ? reason : "unknown reason");
	return false;
}

/* Owner and group are not the sandbox's; setuid bits have no business there. */
static bool write_header(sbx__pack *pack, const struct stat *status, unsigned type, int64_t size)
{
	const sbx__archive_library *library = pack->library;
	library->archive_entry_copy_pathname(pack->entry, pack->path.data);
	library->archive_entry_set_filetype(pack->entry, type);
	library->archive_entry_set_perm(pack->entry, status->st_mode & 0777);
	library->archive_entry_set_size(pack->entry, size);
	library->archive_entry_set_mtime(pack->entry, status->st_mtim.tv_sec, 0);
	bool written = check(pack, library->archive_write_header(pack->writer, pack->entry));
	library->archive_entry_clear(pack->entry);
	return written;
}

static bool pack_folder(sbx__pack *pack, int parent, const char *name, const struct stat *status)
{
	int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor < 0)
		return missed(pack);
	sbx__buffer_byte(&pack->path, '/');
	if (pack->path.failed) {
		close(descriptor);
		return no_memory(pack);
	}
	if (write_header(pack, status, AE_IFDIR, 0))
		return enter(pack, descriptor);
	close(descriptor);
	return false;
}

static bool pack_link(sbx__pack *pack, int parent, const char *name, const struct stat *status)
{
	char target[4097];
	ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
	if (length < 0)
		return missed(pack);
	target[length] = '\0';
	pack->library->archive_entry_copy_symlink(pack->entry, target);
	return write_header(pack, status, AE_IFLNK, 0);
}

static bool pack_file(sbx__pack *pack, int parent, const char *name)
{
	struct stat status;
	int descriptor = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		return missed(pack);
	pack->file = descriptor;
	if (fstat(descriptor, &status) != 0) {
		fail_at(pack, errno);
		return false;
	}
	pack->file_left = status.st_size;
	if (S_ISREG(status.st_mode))
		return write_header(pack, &status, AE_IFREG, status.st_size);
	skip(pack, "it is no file any more");
	close(descriptor);
	pack->file = -1;
	return true;
}

static bool pack_entry(sbx__pack *pack, int parent, const char *name)
{
	struct stat status;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return missed(pack);
	switch (status.st_mode & S_IFMT) {
	case S_IFREG:
		return pack_file(pack, parent, name);
	case S_IFDIR:
		return pack_folder(pack, parent, name, &status);
	case S_IFLNK:
		return pack_link(pack, parent, name, &status);
	case S_IFSOCK:
		skip(pack, "it is a socket");
		return true;
	case S_IFIFO:
		skip(pack, "it is a pipe");
		return true;
	default:
		skip(pack, "it is a device");
		return true;
	}
}

static bool next_entry(sbx__pack *pack)
{
	level *open = &pack->levels[pack->depth - 1];
	if (open->next == open->count) {
		leave(pack);
		return true;
	}
	const char *name = open->names[open->next++];
	pack->path.length = open->path_length;
	sbx__buffer_text(&pack->path, name);
	if (pack->path.failed)
		return no_memory(pack);
	return pack_entry(pack, dirfd(open->stream), name);
}

/* The header has said how long the file is: what it has grown by since stays behind. */
static bool next_piece(sbx__pack *pack)
{
	size_t wanted = pack->file_left < (int64_t)PIECE ? (size_t)pack->file_left : PIECE;
	ssize_t got = 0;
	if (wanted)
		do
			got = read(pack->file, pack->piece, wanted);
		while (got < 0 && errno == EINTR);
	if (got < 0) {
		fail_at(pack, errno);
		return false;
	}
	if (wanted && got == 0) {
		sbx__fail(&pack->failure, SBX_ERROR_LOCAL_FILE, "%s: %s/%s became shorter while it was read", ARGUMENT,
		          pack->root, pack->path.data);
		return false;
	}
	pack->file_left -= got;
	if (got && !check(pack, pack->library->archive_write_data(pack->writer, pack->piece, (size_t)got)))
		return false;
	if (pack->file_left)
		return true;
	close(pack->file);
	pack->file = -1;
	return check(pack, pack->library->archive_write_finish_entry(pack->writer));
}

/* ---- the stream ---- */

/* libarchive is not told of a failure: 3.6 would never free its output then. */
static la_ssize_t keep_output(struct archive *writer, void *user_data, const void *bytes, size_t length)
{
	sbx__pack *pack = user_data;
	(void)writer;
	sbx__buffer_append(&pack->output, bytes, length);
	if (pack->output.failed && !pack->failure)
		no_memory(pack);
	return (la_ssize_t)length;
}

/* GNU's format: what the small implementations of tar in sandboxes can read too, whatever the names are. */
static bool open_writer(sbx__pack *pack)
{
	const sbx__archive_library *library = pack->library;
	pack->writer = library->archive_write_new();
	if (!pack->entry)
		pack->entry = library->archive_entry_new();
	if (!pack->writer || !pack->entry)
		return no_memory(pack);
	library->archive_write_set_bytes_per_block(pack->writer, 0);
	library->archive_write_set_bytes_in_last_block(pack->writer, 1);
	return check(pack, library->archive_write_set_format_gnutar(pack->writer)) &&
	       check(pack, library->archive_write_open(pack->writer, pack, NULL, keep_output, NULL));
}

static bool begin(sbx__pack *pack)
{
	int root = open(pack->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		fail_at(pack, errno);
		return false;
	}
	return enter(pack, root) && open_writer(pack);
}

/* Goes on by one entry or piece. */
static bool advance(sbx__pack *pack)
{
	if (!pack->writer)
		return begin(pack);
	if (pack->file >= 0)
		return next_piece(pack);
	if (pack->depth)
		return next_entry(pack);
	pack->ended = true;
	return check(pack, pack->library->archive_write_close(pack->writer));
}

int64_t sbx__pack_read(void *user_data, void *buffer, size_t capacity)
{
	sbx__pack *pack = user_data;
	while (!pack->failure && pack->output_read == pack->output.length && !pack->ended) {
		sbx__buffer_clear(&pack->output);
		pack->output_read = 0;
		if (!advance(pack) && !pack->failure)
			no_memory(pack);
	}
	if (pack->failure)
		return -1;
	size_t left = pack->output.length - pack->output_read;
	size_t given = left < capacity ? left : capacity;
	if (given)
		memcpy(buffer, pack->output.data + pack->output_read, given);
	pack->output_read += given;
	return (int64_t)given;
}

/* Back to the beginning. */
static void reset(sbx__pack *pack)
{
	while (pack->depth)
		leave(pack);
	if (pack->file >= 0)
		close(pack->file);
	pack->file = -1;
	/* What it still wants to write is let go. */
	if (pack->writer)
		pack->library->archive_write_free(pack->writer);
	pack->writer = NULL;
	sbx_error_free(pack->failure);
	pack->failure = NULL;
	sbx__buffer_clear(&pack->path);
	sbx__buffer_clear(&pack->output);
	pack->output_read = 0;
	pack->ended = false;
}

int sbx__pack_rewind(void *user_data)
{
	reset(user_data);
	return 0;
}

sbx_status sbx__pack_failure(sbx__pack *pack, sbx_error **error)
{
	if (!pack->failure)
		return SBX_OK;
	sbx_error *failure = pack->failure;
	sbx__fail_memory(&pack->failure);
	return sbx__error_give(error, failure);
}

sbx_status sbx__pack_new(sbx__pack **pack, const char *path, sbx_skipped_callback skipped, void *user_data,
                         sbx_error **error)
{
	const sbx__archive_library *library;
	sbx_status status = sbx__archive_load(&library, error);
	if (status < 0)
		return status;
	sbx__pack *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	made->library = library;
	made->skipped = skipped;
	made->user_data = user_data;
	made->file = -1;
	made->root = strdup(path);
	made->piece = malloc(PIECE);
	if (!made->root || !made->piece) {
		sbx__pack_free(made);
		return sbx__fail_memory(error);
	}
	*pack = made;
	return SBX_OK;
}

void sbx__pack_free(sbx__pack *pack)
{
	if (!pack)
		return;
	reset(pack);
	if (pack->entry)
		pack->library->archive_entry_free(pack->entry);
	sbx__buffer_free(&pack->path);
	sbx__buffer_free(&pack->output);
	free(pack->levels);
	free(pack->piece);
	free(pack->root);
	free(pack);
}
