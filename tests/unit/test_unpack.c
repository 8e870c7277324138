/* What an archive may and may not do to this machine. */
#include "unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "support.h"
#include "tar.h"

#define LONG_PART "0123456789012345678901234567890123456789012345678901234567890123456789"

/* A stream of an archive, in pieces of a size that no block has. */
typedef struct stream {
	const char *bytes;
	size_t length;
	size_t fail_at; /* the read that reaches this place fails; 0: none does */
	bool endless;   /* zeros follow for ever */
	size_t split;   /* a piece ends there; 0: none does */
	size_t most;    /* bytes in a piece; 0: 777 */
	size_t given;
} stream;

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	stream *from = user_data;
	size_t left = from->length - from->given;
	size_t most = from->most ? from->most : 777;
	if (from->given < from->split && most > from->split - from->given)
		most = from->split - from->given;
	size_t piece = capacity < most ? capacity : most;
	if (from->fail_at && from->given >= from->fail_at)
		return -1;
	if (left == 0 && from->endless) {
		memset(buffer, 0, piece);
		return (int64_t)piece;
	}
	if (piece > left)
		piece = left;
	memcpy(buffer, from->bytes + from->given, piece);
	from->given += piece;
	return (int64_t)piece;
}

/* What was told of entries that are left out, in lines. */
static void note_skipped(void *user_data, const char *path, const char *reason)
{
	sbx__buffer_format(user_data, "%s: %s\n", path, reason);
}

typedef struct result {
	sbx_status status;
	sbx_error *error;
	sbx__buffer skipped;
} result;

static void unpack_stream(result *got, stream *from, const char *path, int64_t max_entries, int64_t max_bytes)
{
	sbx_transfer_options options = SBX_TRANSFER_OPTIONS_INIT;
	options.skipped = note_skipped;
	options.skipped_user_data = &got->skipped;
	options.max_entries = max_entries;
	options.max_bytes = max_bytes;
	*got = (result){0};
	sbx__buffer_text(&got->skipped, "");
	options.skipped_user_data = &got->skipped;
	got->status = sbx__unpack(give, from, path, &options, &got->error);
}

static void unpack(result *got, const sbx__buffer *tar, const char *path)
{
	stream from = {.bytes = tar->data, .length = tar->length};
	unpack_stream(got, &from, path, 1000, 1 << 20);
}

static void clear(result *got)
{
	sbx_error_free(got->error);
	sbx__buffer_free(&got->skipped);
}

static int make_folder(void **state)
{
	test_folder *folder = calloc(1, sizeof *folder);
	folder_make(folder);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	test_folder *folder = *state;
	sbx__folder_remove(AT_FDCWD, folder->path);
	free(folder);
	return 0;
}

static void assert_content(const char *path, const char *content)
{
	size_t length;
	char *read = file_read(path, &length);
	assert_non_null(read);
	assert_string_equal(read, content);
	free(read);
}

static void assert_link(const char *path, const char *target)
{
	char found[256] = "";
	assert_true(readlink(path, found, sizeof found - 1) >= 0);
	assert_string_equal(found, target);
}

static bool exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static void a_directory_arrives(void **state)
{
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	result got;
	struct stat status;
	tar_add(&tar, '5', "./", NULL, 0750, "");
	tar_add(&tar, '0', "./run", NULL, 06755, "#!/bin/sh\n");
	tar_add(&tar, '5', "./closed/", NULL, 0555, "");
	tar_add(&tar, '0', "./closed/in", NULL, 0400, "in");
	tar_add(&tar, '5', "./closed/deeper/", NULL, 01077, "");
	tar_add(&tar, '0', "./closed/deeper/file", NULL, 0644, "");
	tar_add(&tar, '0', "a/b/c/no parents", NULL, 0644, "x");
	tar_add(&tar, '2', "./link", "closed/in", 0777, "");
	tar_add(&tar, '2', "./a/b/up", "../../run", 0777, "");
	tar_add(&tar, '1', "./same", "./run", 0755, "");
	tar_end(&tar);
	char *target = strdup(folder_file(folder, "new/"));
	unpack(&got, &tar, target);
	assert_int_equal(got.status, SBX_OK);
	assert_string_equal(got.skipped.data, "");
	assert_int_equal(file_mode(folder_file(folder, "new")), 0750);
	assert_content(folder_file(folder, "new/run"), "#!/bin/sh\n");
	/* No setuid, setgid or sticky bit. */
	assert_int_equal(stat(folder_file(folder, "new/run"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	assert_int_equal(status.st_mtim.tv_sec, 1700000000);
	assert_int_equal(status.st_nlink, 2);
	assert_int_equal(file_mode(folder_file(folder, "new/closed")), 0555);
	assert_int_equal(file_mode(folder_file(folder, "new/closed/in")), 0400);
	assert_int_equal(file_mode(folder_file(folder, "new/closed/deeper")), 0077);
	assert_content(folder_file(folder, "new/a/b/c/no parents"), "x");
	assert_link(folder_file(folder, "new/link"), "closed/in");
	assert_link(folder_file(folder, "new/a/b/up"), "../../run");
	assert_int_equal(folder_count(folder->path), 1);
	clear(&got);
	free(target);
	chmod(folder_file(folder, "new/closed"), 0755);
	chmod(folder_file(folder, "new/closed/deeper"), 0755);
	sbx__buffer_free(&tar);
}

typedef struct entry {
	char type;
	const char *name;
	const char *link;
	const char *content;
} entry;

/* Each is refused, and leaves nothing at all. */
static void hostile_archives(void **state)
{
	static const struct {
		entry entries[4];
		const char *reason;
	} cases[] = {
	        {{{'0', "/tmp/absolute", NULL, "x"}}, "is an absolute path"},
	        {{{'0', "../outside/new", NULL, "x"}}, "leads out of the directory"},
	        {{{'0', "a/../../outside/new", NULL, "x"}}, "leads out of the directory"},
	        {{{'0', "a/..", NULL, "x"}}, "leads out of the directory"},
	        {{{'5', "..", NULL, ""}}, "leads out of the directory"},
	        {{{'2', "../outside/new", "x", ""}}, "leads out of the directory"},
	        {{{'1', "new", "../outside/secret", ""}}, "leads out of the directory"},
	        {{{'1', "new", "/etc/passwd", ""}}, "is an absolute path"},
	        {{{'1', "new", "not there", ""}}, "is a link to what is no file of the directory"},
	        {{{'5', "d", NULL, ""}, {'1', "new", "d", ""}}, "is a link to what is no file of the directory"},
	        /* Through links, also inner ones. */
	        {{{'5', "d", NULL, ""}, {'2', "l", "d", ""}, {'0', "l/x", NULL, "x"}}, "leads through a symbolic link"},
	        {{{'2', "l", ".", ""}, {'5', "l/x", NULL, ""}}, "leads through a symbolic link"},
	        {{{'2', "l", ".", ""}, {'5', "l", NULL, ""}, {'0', "l/x", NULL, "x"}}, "leads through a symbolic link"},
	        {{{'2', "l", ".", ""}, {'2', "l/m", "x", ""}}, "leads through a symbolic link"},
	        /* A link that is moved by a hard link would lead elsewhere. */
	        {{{'2', "a/b/l", "../../x", ""}, {'1', "l", "a/b/l", ""}},
		 "is a link to what is no file of the directory"},
	        {{{'0', "f", NULL, "x"}, {'2', "l", ".", ""}, {'1', "n", "l/f", ""}},
		 "is a link to what is no file of the directory"},
	};
	test_folder *folder = *state;
	assert_int_equal(mkdir(folder_file(folder, "outside"), 0755), 0);
	file_write(folder_file(folder, "outside/secret"), "secret", 6);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__buffer tar = {0};
		result got;
		tar_add(&tar, '0', "first", NULL, 0644, "harmless");
		for (const entry *at = cases[index].entries; at->name; at++)
			tar_add(&tar, at->type, at->name, at->link, at->type == '5' ? 0755 : 0644, at->content);
		tar_end(&tar);
		unpack(&got, &tar, folder_file(folder, "new"));
		assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
		assert_non_null(strstr(sbx_error_message(got.error), cases[index].reason));
		assert_int_equal(folder_count(folder->path), 1);
		assert_int_equal(folder_count(folder_file(folder, "outside")), 1);
		assert_content(folder_file(folder, "outside/secret"), "secret");
		clear(&got);
		sbx__buffer_free(&tar);
	}
}

/* Each is left out, and the rest arrives. */
static void unwanted_entries(void **state)
{
	static const struct {
		char type;
		const char *name;
		const char *link;
		const char *reason;
	} cases[] = {
	        {'3', "tty", NULL, "tty: it is a device\n"},
	        {'4', "disk", NULL, "disk: it is a device\n"},
	        {'6', "pipe", NULL, "pipe: it is a pipe\n"},
	        {'2', "l", "/etc/passwd", "l: it is a link that leads out of the directory\n"},
	        {'2', "l", "..", "l: it is a link that leads out of the directory\n"},
	        {'2', "l", "../outside", "l: it is a link that leads out of the directory\n"},
	        {'2', "d/l", "../../outside", "d/l: it is a link that leads out of the directory\n"},
	        /* Through another link this could be anywhere. */
	        {'2', "l", "d/../../outside", "l: it is a link that leads out of the directory\n"},
	        {'2', "l", "d/..", "l: it is a link that leads out of the directory\n"},
	        {'2', "l", "", "l: it is a link that leads out of the directory\n"},
	};
	test_folder *folder = *state;
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char target[16];
		sbx__buffer tar = {0};
		result got;
		snprintf(target, sizeof target, "new-%zu", index);
		tar_add(&tar, '5', "d", NULL, 0755, "");
		tar_add(&tar, cases[index].type, cases[index].name, cases[index].link, 0644, "");
		tar_add(&tar, '0', "last", NULL, 0644, "harmless");
		tar_end(&tar);
		unpack(&got, &tar, folder_file(folder, target));
		assert_int_equal(got.status, SBX_OK);
		assert_string_equal(got.skipped.data, cases[index].reason);
		assert_int_equal(folder_count(folder_file(folder, target)), 2);
		clear(&got);
		sbx__buffer_free(&tar);
	}
}

static void into_a_directory_that_is_there(void **state)
{
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	result got;
	mkdir(folder_file(folder, "outside"), 0755);
	mkdir(folder_file(folder, "old"), 0711);
	mkdir(folder_file(folder, "old/d"), 0700);
	file_write(folder_file(folder, "outside/secret"), "secret", 6);
	file_write(folder_file(folder, "old/stays"), "stays", 5);
	file_write(folder_file(folder, "old/replaced"), "before", 6);
	assert_int_equal(link(folder_file(folder, "outside/secret"), folder_file(folder, "old/hard")), 0);
	assert_int_equal(symlink("../outside/secret", folder_file(folder, "old/soft")), 0);
	assert_int_equal(mkfifo(folder_file(folder, "old/pipe"), 0600), 0);
	tar_add(&tar, '5', "./", NULL, 0777, "");
	tar_add(&tar, '5', "d", NULL, 0777, "");
	tar_add(&tar, '0', "d/x", NULL, 0644, "x");
	tar_add(&tar, '0', "replaced", NULL, 0600, "after");
	tar_add(&tar, '0', "hard", NULL, 0644, "changed");
	tar_add(&tar, '0', "soft", NULL, 0644, "changed");
	tar_add(&tar, '0', "pipe", NULL, 0644, "changed");
	tar_end(&tar);
	unpack(&got, &tar, folder_file(folder, "old"));
	assert_int_equal(got.status, SBX_OK);
	assert_content(folder_file(folder, "outside/secret"), "secret");
	assert_content(folder_file(folder, "old/stays"), "stays");
	assert_content(folder_file(folder, "old/replaced"), "after");
	assert_int_equal(file_mode(folder_file(folder, "old/replaced")), 0600);
	assert_content(folder_file(folder, "old/hard"), "changed");
	assert_content(folder_file(folder, "old/soft"), "changed");
	assert_content(folder_file(folder, "old/pipe"), "changed");
	assert_content(folder_file(folder, "old/d/x"), "x");
	/* What was there keeps its mode. */
	assert_int_equal(file_mode(folder_file(folder, "old")), 0711);
	assert_int_equal(file_mode(folder_file(folder, "old/d")), 0700);
	assert_int_equal(folder_count(folder_file(folder, "old")), 6);
	clear(&got);
	sbx__buffer_free(&tar);
}

static void conflicts_with_what_is_there(void **state)
{
	static const struct {
		entry made;
		sbx_status status;
		int number;
	} cases[] = {
	        {{'0', "directory", NULL, "x"}, SBX_ERROR_LOCAL_FILE, EISDIR},
	        {{'2', "directory", "x", ""}, SBX_ERROR_LOCAL_FILE, EISDIR},
	        {{'5', "file", NULL, ""}, SBX_ERROR_LOCAL_FILE, ENOTDIR},
	        {{'0', "file/x", NULL, "x"}, SBX_ERROR_LOCAL_FILE, ENOTDIR},
	        {{'0', "link/x", NULL, "x"}, SBX_ERROR_ARCHIVE, 0},
	        {{'5', "link", NULL, ""}, SBX_ERROR_ARCHIVE, 0},
	        {{'0', "link/deeper/x", NULL, "x"}, SBX_ERROR_ARCHIVE, 0},
	};
	test_folder *folder = *state;
	mkdir(folder_file(folder, "outside"), 0755);
	mkdir(folder_file(folder, "old"), 0755);
	mkdir(folder_file(folder, "old/directory"), 0755);
	file_write(folder_file(folder, "old/file"), "file", 4);
	assert_int_equal(symlink("../outside", folder_file(folder, "old/link")), 0);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		const entry *made = &cases[index].made;
		sbx__buffer tar = {0};
		result got;
		tar_add(&tar, made->type, made->name, made->link, 0755, made->content);
		tar_end(&tar);
		unpack(&got, &tar, folder_file(folder, "old"));
		assert_int_equal(got.status, cases[index].status);
		assert_int_equal(sbx_error_system_errno(got.error), cases[index].number);
		assert_int_equal(folder_count(folder_file(folder, "old")), 3);
		assert_int_equal(folder_count(folder_file(folder, "outside")), 0);
		assert_content(folder_file(folder, "old/file"), "file");
		assert_link(folder_file(folder, "old/link"), "../outside");
		clear(&got);
		sbx__buffer_free(&tar);
	}
}

static void limits(void **state)
{
	test_folder *folder = *state;
	static const char zeros[2048];
	sbx__buffer tar = {0};
	result got;
	tar_add_sized(&tar, '0', "a", NULL, 0644, zeros, 1000, 1000);
	tar_add_sized(&tar, '0', "b", NULL, 0644, zeros, 1000, 1000);
	tar_end(&tar);
	for (int round = 0; round < 4; round++) {
		static const int64_t entries[] = {1, 2, 2, 2}, bytes[] = {2000, 1999, 2000, INT64_MAX};
		stream from = {.bytes = tar.data, .length = tar.length};
		unpack_stream(&got, &from, folder_file(folder, "new"), entries[round], bytes[round]);
		assert_int_equal(got.status, round < 2 ? SBX_ERROR_ARCHIVE : SBX_OK);
		if (round == 0)
			assert_string_equal(sbx_error_message(got.error), "local: the archive has more than 1 entries");
		if (round == 1)
			assert_string_equal(sbx_error_message(got.error),
			                    "local: the archive has more than 1999 bytes");
		assert_int_equal(exists(folder_file(folder, "new")), round >= 2);
		clear(&got);
	}
	sbx__buffer_free(&tar);
}

/* A few blocks that stand for a file of a terabyte: its size counts, and where it is allowed it takes no room. */
static void a_sparse_bomb(void **state)
{
	static const char records[] = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n24 GNU.sparse.name=bomb\n"
	                              "37 GNU.sparse.realsize=1099511627776\n";
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	result got;
	struct stat status;
	char map[512] = "1\n1099511627775\n1\n";
	char data[1024] = "";
	memcpy(data, map, sizeof map);
	data[512] = 'x';
	tar_add(&tar, 'x', "PaxHeaders/bomb", NULL, 0644, records);
	tar_add_sized(&tar, '0', "GNUSparseFile.0/bomb", NULL, 0644, data, 513, 513);
	tar_end(&tar);
	unpack(&got, &tar, folder_file(folder, "new"));
	assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
	assert_non_null(strstr(sbx_error_message(got.error), "more than 1048576 bytes"));
	clear(&got);
	stream from = {.bytes = tar.data, .length = tar.length};
	unpack_stream(&got, &from, folder_file(folder, "new"), 10, INT64_MAX);
	if (got.status == SBX_OK) {
		assert_int_equal(stat(folder_file(folder, "new/bomb"), &status), 0);
		assert_true(status.st_blocks < 2048);
	} else {
		/* The file system has no files of that size. */
		assert_int_equal(got.status, SBX_ERROR_LOCAL_FILE);
	}
	clear(&got);
	sbx__buffer_free(&tar);
}

static void broken_streams(void **state)
{
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	result got;
	tar_add(&tar, '5', "d", NULL, 0755, "");
	tar_add(&tar, '0', "d/file", NULL, 0644, LONG_PART);
	tar_end(&tar);
	/* Cut within a header or a content; a cut between entries is the connection's to notice. */
	for (size_t length = 0; length <= 3 * 512; length += 100) {
		stream from = {.bytes = tar.data, .length = length};
		unpack_stream(&got, &from, folder_file(folder, "new"), 10, 1000);
		assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
		assert_int_equal(folder_count(folder->path), 0);
		clear(&got);
	}
	/* A read that fails, wherever. */
	for (size_t place = 1; place < tar.length; place += 300) {
		stream from = {.bytes = tar.data, .length = tar.length, .fail_at = place};
		unpack_stream(&got, &from, folder_file(folder, "new"), 10, 1000);
		assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
		assert_string_equal(sbx_error_message(got.error), "local: the archive could not be read");
		assert_int_equal(folder_count(folder->path), 0);
		clear(&got);
	}
	stream endless = {.bytes = tar.data, .length = tar.length, .endless = true};
	unpack_stream(&got, &endless, folder_file(folder, "new"), 10, 1000);
	assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
	assert_int_equal(folder_count(folder->path), 0);
	clear(&got);
	sbx__buffer_free(&tar);
	static const char *const garbage[] = {"<html>not an archive</html>", "\x1f\x8b\x08", "PK\x03\x04"};
	for (size_t index = 0; index < 3; index++) {
		sbx__buffer_text(&tar, garbage[index]);
		for (int line = 0; line < 100; line++)
			sbx__buffer_text(&tar, "garbage garbage garbage");
		unpack(&got, &tar, folder_file(folder, "new"));
		assert_int_equal(got.status, SBX_ERROR_ARCHIVE);
		assert_int_equal(folder_count(folder->path), 0);
		clear(&got);
		sbx__buffer_free(&tar);
	}
}

static void long_and_foreign_names(void **state)
{
	static const char name[] = LONG_PART "/" LONG_PART "/\xc3\xa4\xe2\x82\xac";
	static const char latin[] = "caf\xe9";
	test_folder *folder = *state;
	const char *before = setlocale(LC_ALL, NULL);
	char *kept = strdup(before);
	static const char *const locales[] = {"C", "C.UTF-8"};
	for (size_t index = 0; index < 2; index++) {
		char record[256], target[16], path[320];
		sbx__buffer tar = {0};
		result got;
		assert_non_null(setlocale(LC_ALL, locales[index]));
		snprintf(record, sizeof record, "157 path=%s\n", name);
		assert_int_equal(strlen(record), 157);
		tar_add(&tar, 'x', "PaxHeaders/x", NULL, 0644, record);
		tar_add(&tar, '0', "short", NULL, 0644, "pax");
		tar_add(&tar, 'L', "././@LongLink", NULL, 0644, LONG_PART "/" LONG_PART "/gnu-\xc3\xa4");
		tar_add(&tar, '0', "short", NULL, 0644, "gnu");
		tar_add(&tar, '0', latin, NULL, 0644, "latin");
		tar_add(&tar, '2', "link", latin, 0644, "");
		tar_end(&tar);
		snprintf(target, sizeof target, "new-%zu", index);
		unpack(&got, &tar, folder_file(folder, target));
		assert_int_equal(got.status, SBX_OK);
		snprintf(path, sizeof path, "%s/%s/%s", folder->path, target, name);
		assert_content(path, "pax");
		snprintf(path, sizeof path, "%s/%s/%s", folder->path, target, LONG_PART "/" LONG_PART "/gnu-\xc3\xa4");
		assert_content(path, "gnu");
		snprintf(path, sizeof path, "%s/%s/%s", folder->path, target, latin);
		assert_content(path, "latin");
		snprintf(path, sizeof path, "%s/%s/link", folder->path, target);
		assert_link(path, latin);
		clear(&got);
		sbx__buffer_free(&tar);
	}
	setlocale(LC_ALL, kept);
	free(kept);
}

static void a_path_that_is_too_deep(void **state)
{
	test_folder *folder = *state;
	for (int depth = SBX__DEEPEST; depth <= SBX__DEEPEST + 1; depth++) {
		sbx__buffer tar = {0}, name = {0};
		result got;
		for (int index = 0; index < depth; index++)
			sbx__buffer_text(&name, index ? "/d" : "d");
		tar_add(&tar, 'L', "././@LongLink", NULL, 0644, name.data);
		tar_add(&tar, '0', "short", NULL, 0644, "x");
		tar_end(&tar);
		unpack(&got, &tar, folder_file(folder, "new"));
		assert_int_equal(got.status, depth == SBX__DEEPEST ? SBX_OK : SBX_ERROR_ARCHIVE);
		sbx__folder_remove(AT_FDCWD, folder_file(folder, "new"));
		assert_int_equal(folder_count(folder->path), 0);
		clear(&got);
		sbx__buffer_free(&tar);
		sbx__buffer_free(&name);
	}
}

static void places_that_cannot_be_written(void **state)
{
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	result got;
	tar_add(&tar, '0', "a", NULL, 0644, "x");
	tar_end(&tar);
	file_write(folder_file(folder, "file"), "file", 4);
	assert_int_equal(symlink("nowhere", folder_file(folder, "dangling")), 0);
	static const char *const targets[] = {"file", "dangling", "not/there", "file/below"};
	for (size_t index = 0; index < 4; index++) {
		unpack(&got, &tar, folder_file(folder, targets[index]));
		assert_int_equal(got.status, SBX_ERROR_LOCAL_FILE);
		assert_int_equal(folder_count(folder->path), 2);
		clear(&got);
	}
	/* A link to a directory is that directory. */
	mkdir(folder_file(folder, "real"), 0755);
	assert_int_equal(symlink("real", folder_file(folder, "alias")), 0);
	unpack(&got, &tar, folder_file(folder, "alias"));
	assert_int_equal(got.status, SBX_OK);
	assert_content(folder_file(folder, "real/a"), "x");
	clear(&got);
	sbx__buffer_free(&tar);
}

static void unpack_in_pieces(test_folder *folder, const sbx__buffer *tar, size_t split, size_t most)
{
	result got;
	char *target = strdup(folder_file(folder, "new"));
	stream from = {.bytes = tar->data, .length = tar->length, .split = split, .most = most};
	unpack_stream(&got, &from, target, 1000, 1 << 20);
	assert_int_equal(got.status, SBX_OK);
	assert_string_equal(got.skipped.data, "pipe: it is a pipe\n");
	assert_int_equal(folder_count(target), 3);
	assert_content(folder_file(folder, "new/directory/file"), "content");
	assert_link(folder_file(folder, "new/link"), "directory/file");
	assert_content(folder_file(folder, "new/last"), "end");
	sbx__folder_remove(AT_FDCWD, target);
	clear(&got);
	free(target);
}

static void an_archive_may_come_in_any_pieces(void **state)
{
	test_folder *folder = *state;
	sbx__buffer tar = {0};
	tar_add(&tar, '5', "directory/", NULL, 0755, "");
	tar_add(&tar, '0', "directory/file", NULL, 0644, "content");
	tar_add(&tar, '2', "link", "directory/file", 0777, "");
	tar_add(&tar, '6', "pipe", NULL, 0644, "");
	tar_add(&tar, '0', "last", NULL, 0644, "end");
	tar_end(&tar);
	unpack_in_pieces(folder, &tar, 0, 1);
	/* Each takes its time in the file system. */
	for (size_t split = 1; split < tar.length; split += 13)
		unpack_in_pieces(folder, &tar, split, tar.length);
	sbx__buffer_free(&tar);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_directory_arrives),
	        TEST(hostile_archives),
	        TEST(unwanted_entries),
	        TEST(into_a_directory_that_is_there),
	        TEST(conflicts_with_what_is_there),
	        TEST(limits),
	        TEST(a_sparse_bomb),
	        TEST(broken_streams),
	        TEST(an_archive_may_come_in_any_pieces),
	        TEST(long_and_foreign_names),
	        TEST(a_path_that_is_too_deep),
	        TEST(places_that_cannot_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
