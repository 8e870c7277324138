#include "tar_pack.h"

#include "identity.h"
#include "lib/buffer.h"
#include "tree_walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How much of a file is read at once. */
#define PIECE (64 * 1024)

/* How many files with more than one name are remembered, at some kilobytes each: a sandbox can have any number of them.
 */
#define LINKS_MAX 4096

struct tar_pack {
	uid_t uid;
	gid_t gid;
	struct tree_walk *walk;
	struct archive *writer;
	struct archive_entry *entry;
	struct archive_entry_linkresolver *links; /* the first names of files that have more than one */
	size_t link_count;
	int file; /* that is being packed; -1: none */
	uint64_t file_left;
	sbx__buffer output; /* made and not yet given out */
	size_t given;
	bool ended;
	bool dropping; /* nobody wants what libarchive still writes */
	char piece[PIECE];
};

static bool check(la_ssize_t result)
{
	return result >= ARCHIVE_WARN;
}

/* libarchive is not told of a failure: 3.6 would never free its output then. */
static la_ssize_t keep_output(struct archive *writer, void *context, const void *bytes, size_t length)
{
	struct tar_pack *pack = context;

	(void)writer;
	if (!pack->dropping)
		sbx__buffer_append(&pack->output, bytes, length);
	return (la_ssize_t)length;
}

/* GNU's format takes names and targets as the bytes that they are, of any length, and every tar reads it. */
static bool open_writer(struct tar_pack *pack)
{
	pack->writer = archive_write_new();
	pack->entry = archive_entry_new();
	pack->links = archive_entry_linkresolver_new();
	if (!pack->writer || !pack->entry || !pack->links)
		return false;
	archive_entry_linkresolver_set_strategy(pack->links, ARCHIVE_FORMAT_TAR_GNUTAR);
	archive_write_set_bytes_per_block(pack->writer, 0);
	archive_write_set_bytes_in_last_block(pack->writer, 1);
	return check(archive_write_set_format_gnutar(pack->writer)) &&
	       check(archive_write_open(pack->writer, pack, NULL, keep_output, NULL));
}

/* Setuid, setgid and sticky bits stay behind, and so do the owner and the group, which are the host's. */
static void describe(struct tar_pack *pack, const struct tree_entry *found)
{
	struct archive_entry *entry = archive_entry_clear(pack->entry);

	archive_entry_copy_pathname(entry, *found->path ? found->path : ".");
	archive_entry_set_filetype(entry, found->info.st_mode & S_IFMT);
	archive_entry_set_perm(entry, found->info.st_mode & 0777);
	archive_entry_set_size(entry, S_ISREG(found->info.st_mode) ? found->info.st_size : 0);
	archive_entry_set_mtime(entry, found->info.st_mtim.tv_sec, 0);
	if (found->target)
		archive_entry_copy_symlink(entry, found->target);
	/* Which file it is, for the resolver of links. */
	archive_entry_set_dev(entry, found->info.st_dev);
	archive_entry_set_ino(entry, (la_int64_t)found->info.st_ino);
	archive_entry_set_nlink(entry, (unsigned int)found->info.st_nlink);
}

static bool next_entry(struct tar_pack *pack)
{
	struct archive_entry *entry = pack->entry, *held = NULL;
	struct tree_entry found;
	int result = tree_walk_next(pack->walk, &found);

	if (result < 0)
		return false;
	if (result == 0) {
		pack->ended = true;
		return check(archive_write_close(pack->writer));
	}
	describe(pack, &found);
	/* Beyond them each name is a file of its own. */
	if (S_ISREG(found.info.st_mode) && found.info.st_nlink > 1 && pack->link_count < LINKS_MAX) {
		archive_entry_linkify(pack->links, &entry, &held);
		pack->link_count++;
	}
	pack->file = found.fd;
	pack->file_left = (uint64_t)archive_entry_size(entry);
	return check(archive_write_header(pack->writer, entry));
}

/* The header has said how long the file is: what it has grown by since stays behind, and what it has lost cannot be
 * made up for. */
static bool next_piece(struct tar_pack *pack)
{
	size_t wanted = pack->file_left < PIECE ? (size_t)pack->file_left : PIECE;
	ssize_t got = 0;

	if (wanted > 0)
		do
			got = read(pack->file, pack->piece, wanted);
		while (got < 0 && errno == EINTR);
	if (got < 0 || (wanted > 0 && got == 0))
		return false;
	pack->file_left -= (uint64_t)got;
	if (got > 0 && !check(archive_write_data(pack->writer, pack->piece, (size_t)got)))
		return false;
	if (pack->file_left > 0)
		return true;
	close(pack->file);
	pack->file = -1;
	return check(archive_write_finish_entry(pack->writer));
}

ssize_t tar_pack_read(struct tar_pack *pack, char *buffer, size_t size)
{
	bool good = true;

	identity_enter(pack->uid, pack->gid);
	while (good && pack->given == pack->output.length && !pack->ended) {
		sbx__buffer_clear(&pack->output);
		pack->given = 0;
		good = pack->file >= 0 ? next_piece(pack) : next_entry(pack);
		good = good && !pack->output.failed;
	}
	identity_leave();
	if (!good)
		return -1;
	size_t left = pack->output.length - pack->given;
	size_t length = left < size ? left : size;
	if (length > 0)
		memcpy(buffer, pack->output.data + pack->given, length);
	pack->given += length;
	return (ssize_t)length;
}

struct tar_pack *tar_pack_new(int directory, uid_t uid, gid_t gid)
{
	struct tar_pack *pack = calloc(1, sizeof(*pack));
	if (!pack) {
		close(directory);
		return NULL;
	}
	pack->uid = uid;
	pack->gid = gid;
	pack->file = -1;
	pack->walk = tree_walk_new(directory);
	if (pack->walk && open_writer(pack))
		return pack;
	tar_pack_free(pack);
	return NULL;
}

void tar_pack_free(struct tar_pack *pack)
{
	if (!pack)
		return;
	if (pack->file >= 0)
		close(pack->file);
	/* It fills up an entry that is not complete. */
	pack->dropping = true;
	if (pack->writer)
		archive_write_free(pack->writer);
	if (pack->entry)
		archive_entry_free(pack->entry);
	if (pack->links)
		archive_entry_linkresolver_free(pack->links);
	tree_walk_free(pack->walk);
	sbx__buffer_free(&pack->output);
	free(pack);
}
