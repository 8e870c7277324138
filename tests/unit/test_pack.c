/* A directory of this machine as a stream. */
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "support.h"
#include "unpack.h"

#define LONG_NAME "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static int make_folder(void **state)
{
	test_folder *folder = calloc(1, sizeof *folder);
	folder_make(folder);
	mkdir(folder_file(folder, "tree"), 0755);
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

static void note_skipped(void *user_data, const char *path, const char *reason)
{
	sbx__buffer_format(user_data, "%s: %s\n", path, reason);
}

static sbx__pack *begin(test_folder *folder, sbx__buffer *skipped)
{
	sbx__pack *pack = NULL;
	const char *path = folder_file(folder, "tree");
	sbx__buffer_text(skipped, "");
	assert_int_equal(sbx__pack_new(&pack, path, note_skipped, skipped, NULL), SBX_OK);
	return pack;
}

/* Reads what is left, in odd pieces. */
static int64_t read_all(sbx__pack *pack, sbx__buffer *bytes)
{
	char piece[1111];
	int64_t got;
	while ((got = sbx__pack_read(pack, piece, sizeof piece)) > 0)
		sbx__buffer_append(bytes, piece, (size_t)got);
	return got;
}

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	sbx__buffer *left = user_data;
	size_t given = left->length < capacity ? left->length : capacity;
	memcpy(buffer, left->data, given);
	memmove(left->data, left->data + given, left->length - given);
	left->length -= given;
	return (int64_t)given;
}

static void assert_same_file(test_folder *folder, const char *name)
{
	char from[256], to[256];
	size_t length, other_length;
	snprintf(from, sizeof from, "%s/tree/%s", folder->path, name);
	snprintf(to, sizeof to, "%s/copy/%s", folder->path, name);
	char *content = file_read(from, &length);
	char *other = file_read(to, &other_length);
	assert_non_null(content);
	assert_non_null(other);
	assert_int_equal(length, other_length);
	assert_memory_equal(content, other, length);
	assert_int_equal(file_mode(from), file_mode(to));
	free(content);
	free(other);
}

/* With pieces of many sizes: empty, a block, more than is read at once. */
static void make_tree(test_folder *folder)
{
	static char large[200001];
	static const size_t sizes[] = {0, 1, 511, 512, 513, 65536, 65537, sizeof large};
	for (size_t index = 0; index < sizeof large; index++)
		large[index] = (char)(index * 31 + (index >> 8));
	for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
		char name[32];
		snprintf(name, sizeof name, "tree/size-%zu", sizes[index]);
		file_write(folder_file(folder, name), large, sizes[index]);
	}
	mkdir(folder_file(folder, "tree/empty"), 0750);
	mkdir(folder_file(folder, "tree/deep"), 0755);
	mkdir(folder_file(folder, "tree/deep/er"), 0700);
	file_write(folder_file(folder, "tree/deep/er/run"), "#!/bin/sh\n", 10);
	chmod(folder_file(folder, "tree/deep/er/run"), 0755);
	file_write(folder_file(folder, "tree/-rf *\n\"'\xc3\xa4"), "odd", 3);
	file_write(folder_file(folder, "tree/caf\xe9"), "latin", 5);
	file_write(folder_file(folder, "tree/" LONG_NAME), "long", 4);
	assert_int_equal(symlink("deep/er/run", folder_file(folder, "tree/link")), 0);
	assert_int_equal(symlink("/etc/passwd", folder_file(folder, "tree/out")), 0);
	assert_int_equal(symlink(LONG_NAME "/" LONG_NAME, folder_file(folder, "tree/long link")), 0);
}

static void what_is_packed_is_what_arrives(void **state)
{
	static const char *const names[] = {"size-0",      "size-1",     "size-511",   "size-512",
	                                    "size-513",    "size-65536", "size-65537", "size-200001",
	                                    "deep/er/run", "caf\xe9",    LONG_NAME,    "-rf *\n\"'\xc3\xa4"};
	test_folder *folder = *state;
	sbx__buffer skipped = {0}, bytes = {0};
	char target[256] = "";
	make_tree(folder);
	sbx__pack *pack = begin(folder, &skipped);
	assert_int_equal(read_all(pack, &bytes), 0);
	assert_int_equal(sbx__pack_read(pack, target, sizeof target), 0);
	assert_int_equal(sbx__pack_failure(pack, NULL), SBX_OK);
	assert_string_equal(skipped.data, "");
	sbx_transfer_options options = SBX_TRANSFER_OPTIONS_INIT;
	options.max_entries = 1000;
	options.max_bytes = 1 << 20;
	options.skipped = note_skipped;
	options.skipped_user_data = &skipped;
	assert_int_equal(sbx__unpack(give, &bytes, folder_file(folder, "copy"), &options, NULL), SBX_OK);
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		assert_same_file(folder, names[index]);
	assert_int_equal(file_mode(folder_file(folder, "copy/empty")), 0750);
	assert_int_equal(file_mode(folder_file(folder, "copy/deep/er")), 0700);
	assert_true(readlink(folder_file(folder, "copy/link"), target, sizeof target) > 0);
	assert_string_equal(target, "deep/er/run");
	assert_true(readlink(folder_file(folder, "copy/long link"), target, sizeof target) == 201);
	/* A link out is packed as it is, and not unpacked here. */
	assert_string_equal(skipped.data, "out: it is a link that leads out of the directory\n");
	sbx__pack_free(pack);
	sbx__buffer_free(&skipped);
	sbx__buffer_free(&bytes);
}

static void it_is_the_same_again(void **state)
{
	test_folder *folder = *state;
	sbx__buffer skipped = {0}, first = {0}, second = {0};
	char piece[700];
	make_tree(folder);
	sbx__pack *pack = begin(folder, &skipped);
	assert_int_equal(read_all(pack, &first), 0);
	for (int rounds = 0; rounds < 4; rounds++) {
		assert_int_equal(sbx__pack_rewind(pack), 0);
		for (int reads = 0; reads < rounds * 50; reads++)
			assert_true(sbx__pack_read(pack, piece, sizeof piece) > 0);
		assert_int_equal(sbx__pack_rewind(pack), 0);
		sbx__buffer_clear(&second);
		assert_int_equal(read_all(pack, &second), 0);
		assert_int_equal(first.length, second.length);
		assert_memory_equal(first.data, second.data, first.length);
	}
	sbx__pack_free(pack);
	sbx__buffer_free(&skipped);
	sbx__buffer_free(&first);
	sbx__buffer_free(&second);
}

static void what_cannot_be_packed_is_told(void **state)
{
	test_folder *folder = *state;
	sbx__buffer skipped = {0}, bytes = {0};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", folder_file(folder, "tree/socket"));
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(mkfifo(folder_file(folder, "tree/pipe"), 0600), 0);
	sbx__pack *pack = begin(folder, &skipped);
	assert_int_equal(read_all(pack, &bytes), 0);
	assert_string_equal(skipped.data, "pipe: it is a pipe\nsocket: it is a socket\n");
	sbx__pack_free(pack);
	close(listener);
	sbx__buffer_free(&skipped);
	sbx__buffer_free(&bytes);
}

static void what_vanishes_is_told(void **state)
{
	test_folder *folder = *state;
	sbx__buffer skipped = {0}, bytes = {0};
	char piece[512];
	file_write(folder_file(folder, "tree/a"), "a", 1);
	file_write(folder_file(folder, "tree/b"), "b", 1);
	mkdir(folder_file(folder, "tree/c"), 0755);
	sbx__pack *pack = begin(folder, &skipped);
	assert_int_equal(sbx__pack_read(pack, piece, sizeof piece), 512);
	unlink(folder_file(folder, "tree/b"));
	rmdir(folder_file(folder, "tree/c"));
	assert_int_equal(read_all(pack, &bytes), 0);
	assert_string_equal(skipped.data, "b: it vanished\nc: it vanished\n");
	sbx__pack_free(pack);
	sbx__buffer_free(&skipped);
	sbx__buffer_free(&bytes);
}

static void assert_failure(sbx__pack *pack, sbx_status status, const char *message)
{
	char piece[512];
	sbx__buffer bytes = {0};
	sbx_error *error = NULL;
	assert_int_equal(read_all(pack, &bytes), -1);
	assert_int_equal(sbx__pack_read(pack, piece, sizeof piece), -1);
	assert_int_equal(sbx__pack_failure(pack, &error), status);
	assert_non_null(strstr(sbx_error_message(error), message));
	sbx_error_free(error);
	sbx__buffer_free(&bytes);
}

static void a_file_that_changes_while_it_is_read(void **state)
{
	test_folder *folder = *state;
	sbx__buffer skipped = {0}, bytes = {0};
	char piece[512];
	file_write(folder_file(folder, "tree/a"), "0123456789", 10);
	sbx__pack *pack = begin(folder, &skipped);
	assert_int_equal(sbx__pack_read(pack, piece, sizeof piece), 512);
	assert_int_equal(truncate(folder_file(folder, "tree/a"), 5), 0);
	assert_int_equal(sbx__pack_read(pack, piece, sizeof piece), 5);
	assert_failure(pack, SBX_ERROR_LOCAL_FILE, "tree/a became shorter while it was read");
	assert_int_equal(sbx__pack_rewind(pack), 0);
	assert_int_equal(sbx__pack_read(pack, piece, sizeof piece), 512);
	file_write(folder_file(folder, "tree/a"), "01234 and more", 14);
	assert_int_equal(read_all(pack, &bytes), 0);
	assert_int_equal(strncmp(bytes.data, "01234", 6), 0);
	sbx__pack_free(pack);
	sbx__buffer_free(&skipped);
	sbx__buffer_free(&bytes);
}

/* A process that may not read everything. */
static int read_as_nobody(void *argument)
{
	sbx__buffer skipped = {0}, bytes = {0};
	sbx_error *error = NULL;
	if (geteuid() == 0 && setuid(65534) != 0)
		return 10;
	sbx__pack *pack = begin(argument, &skipped);
	if (read_all(pack, &bytes) != -1)
		return 11;
	if (sbx__pack_failure(pack, &error) != SBX_ERROR_LOCAL_FILE || sbx_error_system_errno(error) != EACCES)
		return 12;
	return strstr(sbx_error_message(error), "tree/secret: Permission denied") ? 0 : 13;
}

static void what_cannot_be_read_is_an_error(void **state)
{
	test_folder *folder = *state;
	chmod(folder->path, 0755);
	file_write(folder_file(folder, "tree/secret"), "x", 1);
	chmod(folder_file(folder, "tree/secret"), 0);
	assert_int_equal(in_child(read_as_nobody, folder), 0);
	unlink(folder_file(folder, "tree/secret"));
	mkdir(folder_file(folder, "tree/secret"), 0);
	assert_int_equal(in_child(read_as_nobody, folder), 0);
	chmod(folder_file(folder, "tree/secret"), 0755);
}

static void a_root_that_is_none(void **state)
{
	test_folder *folder = *state;
	sbx__buffer skipped = {0};
	file_write(folder_file(folder, "file"), "x", 1);
	rmdir(folder_file(folder, "tree"));
	for (int round = 0; round < 2; round++) {
		sbx__pack *pack = begin(folder, &skipped);
		assert_failure(pack, SBX_ERROR_LOCAL_FILE, round ? "Not a directory" : "No such file or directory");
		sbx__pack_free(pack);
		rename(folder_file(folder, "file"), folder_file(folder, "tree"));
	}
	sbx__pack_free(NULL);
	sbx__buffer_free(&skipped);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(what_is_packed_is_what_arrives),
	        TEST(it_is_the_same_again),
	        TEST(what_cannot_be_packed_is_told),
	        TEST(what_vanishes_is_told),
	        TEST(a_file_that_changes_while_it_is_read),
	        TEST(what_cannot_be_read_is_an_error),
	        TEST(a_root_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
