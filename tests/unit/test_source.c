/* Sources of uploads: every kind, read to the end, and what can go wrong with each. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "buffer.h"
#include "files.h"
#include "source.h"
#include "support.h"

static sbx_source source_of_kind(sbx_source_kind kind)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = kind;
	return source;
}

static sbx_source path_source(const char *path)
{
	sbx_source source = source_of_kind(SBX_SOURCE_PATH);
	source.path = path;
	return source;
}

static sbx_source descriptor_source(int descriptor)
{
	sbx_source source = source_of_kind(SBX_SOURCE_DESCRIPTOR);
	source.descriptor = descriptor;
	return source;
}

/* Reads to the end; true: it ended without a failure. */
static bool read_all(sbx__source_reader *reader, size_t capacity, sbx__buffer *into)
{
	char bytes[512];
	int64_t got;
	assert_true(capacity <= sizeof bytes);
	sbx__buffer_clear(into);
	while ((got = sbx__source_read(reader, bytes, capacity)) > 0)
		sbx__buffer_append(into, bytes, (size_t)got);
	return got == 0;
}

static void assert_reads(sbx__source_reader *reader, size_t capacity, const char *expected, size_t length)
{
	sbx__buffer bytes = {0};
	assert_true(read_all(reader, capacity, &bytes));
	assert_int_equal(bytes.length, length);
	if (length)
		assert_memory_equal(bytes.data, expected, length);
	sbx__buffer_free(&bytes);
}

static void assert_failure(const sbx__source_reader *reader, const char *message, int number)
{
	sbx_error *error = NULL;
	assert_int_equal(sbx__source_failure(reader, &error), SBX_ERROR_LOCAL_FILE);
	assert_string_equal(sbx_error_message(error), message);
	assert_int_equal(sbx_error_system_errno(error), number);
	sbx_error_free(error);
}

static void assert_not_opened(const sbx_source *source, sbx_status status, int number)
{
	sbx__source_reader reader;
	sbx_error *error = NULL;
	assert_int_equal(sbx__source_open(&reader, source, &error), status);
	assert_string_equal(sbx_error_argument(error), "file");
	assert_int_equal(sbx_error_system_errno(error), number);
	sbx_error_free(error);
	sbx__source_close(&reader);
}

/* A callback that gives so many bytes, at most three at a time, then `last`. */
typedef struct giver {
	int64_t left, given, last;
	bool overfull;
	int rewinds, rewind_result;
} giver;

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	giver *giving = user_data;
	if (giving->overfull)
		return (int64_t)capacity + 1;
	int64_t count = giving->left < 3 ? giving->left : 3;
	if (count > (int64_t)capacity)
		count = (int64_t)capacity;
	if (count == 0)
		return giving->last;
	memset(buffer, 'x', (size_t)count);
	giving->left -= count;
	giving->given += count;
	return count;
}

static int rewind_giver(void *user_data)
{
	giver *giving = user_data;
	giving->rewinds++;
	giving->left += giving->given;
	giving->given = 0;
	return giving->rewind_result;
}

static sbx_source giver_source(giver *giving, int64_t total)
{
	sbx_source source = source_of_kind(SBX_SOURCE_CALLBACK);
	source.read = give;
	source.user_data = giving;
	source.total = total;
	return source;
}

static void memory_is_read_and_read_again(void **state)
{
	(void)state;
	static const char data[] = "a\0b\xff"
	                           "cdef";
	sbx_source source = source_of_kind(SBX_SOURCE_MEMORY);
	source.data = data;
	source.length = sizeof data;
	for (size_t capacity = 1; capacity <= sizeof data + 1; capacity++) {
		sbx__source_reader reader;
		assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
		assert_int_equal(reader.total, sizeof data);
		assert_true(reader.rewindable);
		assert_reads(&reader, capacity, data, sizeof data);
		assert_reads(&reader, capacity, data, 0);
		assert_true(sbx__source_rewind(&reader));
		assert_reads(&reader, capacity, data, sizeof data);
		assert_string_equal(sbx__source_filename(&reader), "file");
		sbx__source_close(&reader);
	}
}

static void empty_memory_needs_no_data(void **state)
{
	(void)state;
	sbx_source source = source_of_kind(SBX_SOURCE_MEMORY);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, 0);
	assert_reads(&reader, 8, "", 0);
	sbx__source_close(&reader);
	source.length = 1;
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
}

static void a_path_is_read_and_read_again(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "name.bin");
	char data[2000];
	for (size_t index = 0; index < sizeof data; index++)
		data[index] = (char)(index * 31);
	file_write(path, data, sizeof data);
	sbx_source source = path_source(path);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, sizeof data);
	assert_true(reader.rewindable);
	assert_true(fcntl(reader.descriptor, F_GETFD) & FD_CLOEXEC);
	assert_reads(&reader, 7, data, sizeof data);
	assert_true(sbx__source_rewind(&reader));
	assert_reads(&reader, 512, data, sizeof data);
	assert_string_equal(sbx__source_filename(&reader), "name.bin");
	int descriptor = reader.descriptor;
	sbx__source_close(&reader);
	assert_int_equal(fcntl(descriptor, F_GETFD), -1);
	source.filename = "other";
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_string_equal(sbx__source_filename(&reader), "other");
	sbx__source_close(&reader);
	folder_remove(&folder);
}

static void an_empty_file_has_a_length(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "empty"), "", 0);
	sbx_source source = path_source(folder_file(&folder, "empty"));
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, 0);
	assert_reads(&reader, 8, "", 0);
	sbx__source_close(&reader);
	folder_remove(&folder);
}

/* Files of the kernel say that they are empty, and are not. */
static void a_file_that_hides_its_length_is_read_whole(void **state)
{
	(void)state;
	static const char path[] = "/proc/version";
	char expected[500];
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		print_message("there is no %s here\n", path);
		skip();
	}
	ssize_t length = read(descriptor, expected, sizeof expected);
	assert_true(length > 0);
	close(descriptor);
	sbx_source source = path_source(path);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, -1);
	assert_reads(&reader, 512, expected, (size_t)length);
	assert_true(sbx__source_rewind(&reader));
	assert_reads(&reader, 5, expected, (size_t)length);
	sbx__source_close(&reader);
}

static void what_cannot_be_opened_says_why(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	sbx_source source = path_source(folder_file(&folder, "missing"));
	assert_not_opened(&source, SBX_ERROR_LOCAL_FILE, ENOENT);
	source.path = folder.path;
	assert_not_opened(&source, SBX_ERROR_LOCAL_FILE, EISDIR);
	source.path = "";
	assert_not_opened(&source, SBX_ERROR_LOCAL_FILE, ENOENT);
	source.path = NULL;
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	source = descriptor_source(-1);
	assert_not_opened(&source, SBX_ERROR_LOCAL_FILE, EBADF);
	int descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	source = descriptor_source(descriptor);
	assert_not_opened(&source, SBX_ERROR_LOCAL_FILE, EISDIR);
	close(descriptor);
	source = source_of_kind(SBX_SOURCE_NONE);
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	source = source_of_kind((sbx_source_kind)99);
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	source = source_of_kind(SBX_SOURCE_CALLBACK);
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	giver none = {0};
	source = giver_source(&none, INT64_MAX);
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	source.size = 1;
	assert_not_opened(&source, SBX_ERROR_INVALID_ARGUMENT, 0);
	folder_remove(&folder);
}

/* 0: the error is the one of a file that may not be read. */
static int open_as_nobody(void *path)
{
	sbx_source source = path_source(path);
	sbx__source_reader reader;
	sbx_error *error = NULL;
	if (geteuid() == 0 && setuid(65534) != 0)
		return 1;
	if (sbx__source_open(&reader, &source, &error) != SBX_ERROR_LOCAL_FILE)
		return 2;
	return sbx_error_system_errno(error) == EACCES ? 0 : 3;
}

static void a_file_that_may_not_be_read_says_so(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	char *path = (char *)folder_file(&folder, "secret");
	file_write(path, "x", 1);
	assert_int_equal(chmod(folder.path, 0755), 0);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(in_child(open_as_nobody, path), 0);
	folder_remove(&folder);
}

static void a_descriptor_is_read_from_where_it_stands(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "f"), "0123456789", 10);
	int descriptor = open(folder_file(&folder, "f"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(descriptor, 4, SEEK_SET), 4);
	sbx_source source = descriptor_source(descriptor);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, 6);
	assert_reads(&reader, 4, "456789", 6);
	assert_true(sbx__source_rewind(&reader));
	assert_reads(&reader, 1, "456789", 6);
	assert_string_equal(sbx__source_filename(&reader), "file");
	sbx__source_close(&reader);
	/* It is the caller's, and stays open. */
	assert_true(fcntl(descriptor, F_GETFD) >= 0);
	assert_int_equal(lseek(descriptor, 100, SEEK_SET), 100);
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, 0);
	assert_reads(&reader, 4, "", 0);
	sbx__source_close(&reader);
	close(descriptor);
	folder_remove(&folder);
}

/* An empty file too: nothing that was read is not the same as a failure. */
static void cannot_be_read(size_t length)
{
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "f"), "0123456789", length);
	int descriptor = open(folder_file(&folder, "f"), O_WRONLY | O_CLOEXEC);
	sbx_source source = descriptor_source(descriptor);
	sbx__source_reader reader;
	sbx__buffer bytes = {0};
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_false(read_all(&reader, 4, &bytes));
	assert_failure(&reader, "file: cannot read the source: Bad file descriptor", EBADF);
	assert_false(sbx__source_rewind(&reader));
	sbx__source_close(&reader);
	close(descriptor);
	folder_remove(&folder);
}

static void a_descriptor_that_cannot_be_read_says_so(void **state)
{
	(void)state;
	cannot_be_read(10);
	cannot_be_read(0);
}

static int pipe_ends[2];

static void write_to_pipe(int number)
{
	(void)number;
	if (write(pipe_ends[1], "late", 4) == 4)
		close(pipe_ends[1]);
}

static void a_pipe_is_read_once_and_through_signals(void **state)
{
	(void)state;
	const struct itimerval soon = {.it_value = {.tv_usec = 30000}};
	struct sigaction action = {.sa_handler = write_to_pipe}, before;
	assert_int_equal(pipe(pipe_ends), 0);
	sbx_source source = descriptor_source(pipe_ends[0]);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, -1);
	assert_false(reader.rewindable);
	assert_true(sbx__source_rewind(&reader));
	/* Without SA_RESTART the read is interrupted. */
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_reads(&reader, 16, "late", 4);
	sigaction(SIGALRM, &before, NULL);
	assert_false(sbx__source_rewind(&reader));
	sbx__source_close(&reader);
	close(pipe_ends[0]);
}

static void an_empty_pipe_is_waited_for(void **state)
{
	(void)state;
	const struct itimerval soon = {.it_value = {.tv_usec = 30000}};
	struct sigaction action = {.sa_handler = write_to_pipe, .sa_flags = SA_RESTART}, before;
	assert_int_equal(pipe2(pipe_ends, O_NONBLOCK), 0);
	sbx_source source = descriptor_source(pipe_ends[0]);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_reads(&reader, 16, "late", 4);
	sigaction(SIGALRM, &before, NULL);
	sbx__source_close(&reader);
	close(pipe_ends[0]);
}

static void a_file_that_grows_is_sent_as_announced(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "f"), "0123", 4);
	sbx_source source = path_source(folder_file(&folder, "f"));
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	file_write(source.path, "0123456789", 10);
	assert_reads(&reader, 16, "0123", 4);
	sbx__source_close(&reader);
	folder_remove(&folder);
}

static void a_file_that_shrinks_fails(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "f"), "0123456789", 10);
	sbx_source source = path_source(folder_file(&folder, "f"));
	sbx__source_reader reader;
	sbx__buffer bytes = {0}, expected = {0};
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	file_write(source.path, "0123", 4);
	assert_false(read_all(&reader, 16, &bytes));
	sbx__buffer_format(&expected, "file: %s became shorter while it was read", source.path);
	assert_failure(&reader, expected.data, 0);
	char byte;
	assert_int_equal(sbx__source_read(&reader, &byte, 1), -1);
	sbx__source_close(&reader);
	sbx__buffer_free(&bytes);
	sbx__buffer_free(&expected);
	folder_remove(&folder);
}

static void a_reader_owns_its_path(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	char *path = strdup(folder_file(&folder, "file"));
	file_write(path, "abc", 3);
	sbx_source source = SBX_SOURCE_INIT;
	sbx__source_reader reader;
	char byte;
	source.kind = SBX_SOURCE_PATH;
	source.path = path;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	file_write(path, "", 0);
	memset(path, '#', strlen(path));
	free(path);
	assert_true(sbx__source_read(&reader, &byte, 1) < 0);
	sbx__buffer expected = {0};
	sbx__buffer_format(&expected, "file: %s became shorter while it was read", folder_file(&folder, "file"));
	assert_failure(&reader, expected.data, 0);
	sbx__buffer_free(&expected);
	sbx__source_close(&reader);
	folder_remove(&folder);
}

static void a_callback_of_unknown_length_is_read_to_its_end(void **state)
{
	(void)state;
	giver giving = {.left = 10};
	sbx_source source = giver_source(&giving, SBX_DEFAULT);
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(reader.total, -1);
	assert_false(reader.rewindable);
	assert_reads(&reader, 16, "xxxxxxxxxx", 10);
	assert_false(sbx__source_rewind(&reader));
	sbx__source_close(&reader);
}

static void a_callback_of_known_length_gives_just_that(void **state)
{
	(void)state;
	static const struct {
		int64_t has, announced, last;
		bool ok;
		size_t read;
	} cases[] = {
	        {10, 10, 0, true, 10}, {12, 10, 0, true, 10}, {8, 10, 0, false, 8},  {0, 0, 0, true, 0},
	        {5, 0, 0, true, 0},    {4, 10, -1, false, 4}, {4, -1, -1, false, 4}, {10, 10, -1, true, 10},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		giver giving = {.left = cases[index].has, .last = cases[index].last};
		sbx_source source = giver_source(&giving, cases[index].announced);
		sbx__source_reader reader;
		sbx__buffer bytes = {0};
		assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
		assert_int_equal(read_all(&reader, 16, &bytes), cases[index].ok);
		assert_int_equal(bytes.length, cases[index].read);
		if (!cases[index].ok)
			assert_failure(&reader, "file: the source failed, or did not give what it announced", 0);
		sbx__buffer_free(&bytes);
		sbx__source_close(&reader);
	}
}

static void a_callback_that_overfills_fails(void **state)
{
	(void)state;
	giver giving = {.overfull = true};
	sbx_source source = giver_source(&giving, SBX_DEFAULT);
	sbx__source_reader reader;
	char bytes[4];
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_int_equal(sbx__source_read(&reader, bytes, sizeof bytes), -1);
	assert_int_equal(reader.done, 0);
	sbx__source_close(&reader);
}

static void a_callback_is_rewound_by_its_own(void **state)
{
	(void)state;
	giver giving = {.left = 5};
	sbx_source source = giver_source(&giving, SBX_DEFAULT);
	source.rewind = rewind_giver;
	sbx__source_reader reader;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	assert_true(reader.rewindable);
	/* Nothing was read: nothing is to be done. */
	assert_true(sbx__source_rewind(&reader));
	assert_int_equal(giving.rewinds, 0);
	assert_reads(&reader, 2, "xxxxx", 5);
	assert_true(sbx__source_rewind(&reader));
	assert_int_equal(giving.rewinds, 1);
	assert_reads(&reader, 16, "xxxxx", 5);
	giving.rewind_result = -1;
	assert_false(sbx__source_rewind(&reader));
	sbx__source_close(&reader);
}

static void a_pipe_that_nobody_opened_is_refused(void **state)
{
	(void)state;
	char path[] = "/tmp/sbx-pipe-XXXXXX";
	assert_non_null(mkdtemp(path));
	char name[64];
	snprintf(name, sizeof name, "%s/pipe", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	sbx__source_reader reader;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_PATH;
	source.path = name;
	/* Without the refusal this waits for a writer for ever, or sends nothing at all. */
	alarm(10);
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_ERROR_INVALID_ARGUMENT);
	alarm(0);
	sbx__source_close(&reader);
	unlink(name);
	rmdir(path);
}

static void a_total_that_no_file_can_have_is_refused(void **state)
{
	(void)state;
	sbx__source_reader reader;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = (sbx_read_callback)(uintptr_t)1;
	source.total = INT64_MAX;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx__source_close(&reader);
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "x";
	source.length = SIZE_MAX;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_ERROR_INVALID_ARGUMENT);
	sbx__source_close(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_pipe_that_nobody_opened_is_refused),
	        cmocka_unit_test(a_total_that_no_file_can_have_is_refused),
	        cmocka_unit_test(memory_is_read_and_read_again),
	        cmocka_unit_test(empty_memory_needs_no_data),
	        cmocka_unit_test(a_path_is_read_and_read_again),
	        cmocka_unit_test(an_empty_file_has_a_length),
	        cmocka_unit_test(a_file_that_hides_its_length_is_read_whole),
	        cmocka_unit_test(what_cannot_be_opened_says_why),
	        cmocka_unit_test(a_file_that_may_not_be_read_says_so),
	        cmocka_unit_test(a_descriptor_is_read_from_where_it_stands),
	        cmocka_unit_test(a_descriptor_that_cannot_be_read_says_so),
	        cmocka_unit_test(a_pipe_is_read_once_and_through_signals),
	        cmocka_unit_test(an_empty_pipe_is_waited_for),
	        cmocka_unit_test(a_file_that_grows_is_sent_as_announced),
	        cmocka_unit_test(a_file_that_shrinks_fails),
	        cmocka_unit_test(a_reader_owns_its_path),
	        cmocka_unit_test(a_callback_of_unknown_length_is_read_to_its_end),
	        cmocka_unit_test(a_callback_of_known_length_gives_just_that),
	        cmocka_unit_test(a_callback_that_overfills_fails),
	        cmocka_unit_test(a_callback_is_rewound_by_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
