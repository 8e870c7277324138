/* Where downloads go: a file appears whole or not at all, and everything else gets the bytes as they come. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "sink.h"
#include "support.h"

static sbx_sink sink_of_kind(sbx_sink_kind kind)
{
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = kind;
	return sink;
}

static sbx_sink path_sink(const char *path)
{
	sbx_sink sink = sink_of_kind(SBX_SINK_PATH);
	sink.path = path;
	return sink;
}

static void open_sink(sbx__sink_writer *writer, const sbx_sink *sink, sbx__buffer *memory)
{
	assert_int_equal(sbx__sink_open(writer, sink, memory, NULL), SBX_OK);
}

static void write_text(sbx__sink_writer *writer, const char *text)
{
	assert_true(sbx__sink_write(writer, text, strlen(text)));
}

static void finish(sbx__sink_writer *writer)
{
	assert_int_equal(sbx__sink_finish(writer, NULL), SBX_OK);
	sbx__sink_close(writer);
}

static void assert_content(const char *path, const char *expected)
{
	size_t length;
	char *content = file_read(path, &length);
	assert_non_null(content);
	assert_int_equal(length, strlen(expected));
	assert_string_equal(content, expected);
	free(content);
}

static void assert_not_opened(const sbx_sink *sink, sbx_status status, int number)
{
	sbx__sink_writer writer;
	sbx_error *error = NULL;
	assert_int_equal(sbx__sink_open(&writer, sink, NULL, &error), status);
	assert_string_equal(sbx_error_argument(error), "into");
	assert_int_equal(sbx_error_system_errno(error), number);
	sbx_error_free(error);
	sbx__sink_close(&writer);
}

static void assert_failure(const sbx__sink_writer *writer, const char *message, int number)
{
	sbx_error *error = NULL;
	assert_int_equal(sbx__sink_failure(writer, &error), SBX_ERROR_LOCAL_FILE);
	assert_string_equal(sbx_error_message(error), message);
	assert_int_equal(sbx_error_system_errno(error), number);
	sbx_error_free(error);
}

static void a_file_appears_when_it_is_whole(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "out");
	mode_t mask = umask(022);
	sbx_sink sink = path_sink(path);
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "first ");
	write_text(&writer, "second");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(folder_count(folder.path), 1);
	assert_int_equal(sbx__sink_finish(&writer, NULL), SBX_OK);
	assert_content(path, "first second");
	sbx__sink_close(&writer);
	assert_content(path, "first second");
	assert_int_equal(folder_count(folder.path), 1);
	assert_int_equal(file_mode(path), 0644);
	umask(mask);
	folder_remove(&folder);
}

static void an_empty_file_appears_too(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	sbx_sink sink = path_sink(folder_file(&folder, "out"));
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	finish(&writer);
	assert_content(sink.path, "");
	folder_remove(&folder);
}

static void what_is_not_finished_leaves_nothing(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "out");
	sbx_sink sink = path_sink(path);
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "half");
	sbx__sink_close(&writer);
	assert_int_equal(folder_count(folder.path), 0);
	file_write(path, "old", 3);
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "half");
	assert_content(path, "old");
	sbx__sink_close(&writer);
	assert_content(path, "old");
	assert_int_equal(folder_count(folder.path), 1);
	folder_remove(&folder);
}

static void a_file_that_is_replaced_keeps_its_mode(void **state)
{
	(void)state;
	static const unsigned modes[] = {0600, 0640, 0755, 0644, 0666};
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "out");
	for (size_t index = 0; index < sizeof modes / sizeof modes[0]; index++) {
		file_write(path, "old", 3);
		assert_int_equal(chmod(path, modes[index]), 0);
		sbx_sink sink = path_sink(path);
		sbx__sink_writer writer;
		open_sink(&writer, &sink, NULL);
		write_text(&writer, "new text");
		finish(&writer);
		assert_content(path, "new text");
		assert_int_equal(file_mode(path), modes[index]);
		unlink(path);
	}
	folder_remove(&folder);
}

static void behind_a_link_the_file_is_replaced(void **state)
{
	(void)state;
	struct stat status;
	test_folder folder;
	folder_make(&folder);
	const char *link = folder_file(&folder, "link");
	assert_int_equal(mkdir(folder_file(&folder, "inner"), 0700), 0);
	file_write(folder_file(&folder, "inner/real"), "old", 3);
	assert_int_equal(symlink("inner/real", link), 0);
	sbx_sink sink = path_sink(link);
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "new");
	/* The temporary file lies where the rename will not cross a file system. */
	assert_int_equal(folder_count(folder_file(&folder, "inner")), 2);
	finish(&writer);
	assert_int_equal(lstat(link, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_content(folder_file(&folder, "inner/real"), "new");
	assert_int_equal(folder_count(folder_file(&folder, "inner")), 1);
	folder_remove(&folder);
}

static void names_may_be_long_and_relative(void **state)
{
	(void)state;
	char name[256], *before = getcwd(NULL, 0);
	test_folder folder;
	folder_make(&folder);
	assert_int_equal(chdir(folder.path), 0);
	memset(name, 'n', 255);
	name[255] = '\0';
	sbx_sink sink = path_sink(name);
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "x");
	finish(&writer);
	assert_content(name, "x");
	assert_int_equal(folder_count("."), 1);
	assert_int_equal(chdir(before), 0);
	free(before);
	folder_remove(&folder);
}

static void another_attempt_starts_afresh(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	sbx_sink sink = path_sink(folder_file(&folder, "out"));
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	assert_true(sbx__sink_restart(&writer));
	write_text(&writer, "a long first attempt");
	assert_true(sbx__sink_restart(&writer));
	assert_int_equal(writer.written, 0);
	write_text(&writer, "second");
	finish(&writer);
	assert_content(sink.path, "second");
	folder_remove(&folder);
	sbx__buffer memory = {0};
	open_sink(&writer, NULL, &memory);
	write_text(&writer, "first");
	assert_true(sbx__sink_restart(&writer));
	write_text(&writer, "2");
	finish(&writer);
	assert_string_equal(memory.data, "2");
	sbx__buffer_free(&memory);
}

static void devices_stay_devices(void **state)
{
	(void)state;
	struct stat status;
	sbx_sink sink = path_sink("/dev/null");
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	assert_true(sbx__sink_restart(&writer));
	write_text(&writer, "x");
	assert_false(sbx__sink_restart(&writer));
	finish(&writer);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	sink.path = "/dev/full";
	open_sink(&writer, &sink, NULL);
	assert_false(sbx__sink_write(&writer, "x", 1));
	assert_failure(&writer, "into: cannot write /dev/full: No space left on device", ENOSPC);
	sbx__sink_close(&writer);
	assert_int_equal(stat("/dev/full", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
}

static void a_named_pipe_that_is_read_gets_the_bytes(void **state)
{
	(void)state;
	struct stat status;
	char bytes[8] = {0};
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	sbx_sink sink = path_sink(path);
	sbx__sink_writer writer;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "abc");
	assert_int_equal(read(reader, bytes, sizeof bytes), 3);
	assert_string_equal(bytes, "abc");
	finish(&writer);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	close(reader);
	folder_remove(&folder);
}

static void places_that_cannot_be_written_to_say_so_at_once(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "file"), "x", 1);
	sbx_sink sink = path_sink(folder_file(&folder, "missing/out"));
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, ENOENT);
	sink.path = folder_file(&folder, "file/out");
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, ENOTDIR);
	sink.path = folder.path;
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, EISDIR);
	sink.path = "";
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, ENOENT);
	sink.path = NULL;
	assert_not_opened(&sink, SBX_ERROR_INVALID_ARGUMENT, 0);
	sink = sink_of_kind(SBX_SINK_DESCRIPTOR);
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, EBADF);
	sink = sink_of_kind(SBX_SINK_CALLBACK);
	assert_not_opened(&sink, SBX_ERROR_INVALID_ARGUMENT, 0);
	sink = sink_of_kind((sbx_sink_kind)99);
	assert_not_opened(&sink, SBX_ERROR_INVALID_ARGUMENT, 0);
	sink.size = 0;
	assert_not_opened(&sink, SBX_ERROR_INVALID_ARGUMENT, 0);
	assert_int_equal(folder_count(folder.path), 1);
	folder_remove(&folder);
}

/* 0: the error is the one of a place that may not be written to. */
static int open_as_nobody(void *path)
{
	sbx_sink sink = path_sink(path);
	sbx__sink_writer writer;
	sbx_error *error = NULL;
	if (geteuid() == 0 && setuid(65534) != 0)
		return 1;
	if (sbx__sink_open(&writer, &sink, NULL, &error) != SBX_ERROR_LOCAL_FILE)
		return 2;
	return sbx_error_system_errno(error) == EACCES ? 0 : 3;
}

static void a_folder_that_may_not_be_written_to_says_so(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	assert_int_equal(chmod(folder.path, 0555), 0);
	assert_int_equal(in_child(open_as_nobody, (char *)folder_file(&folder, "out")), 0);
	assert_int_equal(chmod(folder.path, 0755), 0);
	assert_int_equal(folder_count(folder.path), 0);
	folder_remove(&folder);
}

static void a_file_that_may_not_be_written_to_is_kept(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	char *path = (char *)folder_file(&folder, "out");
	file_write(path, "old", 3);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(folder.path, 0777), 0);
	assert_int_equal(in_child(open_as_nobody, path), 0);
	assert_content(path, "old");
	assert_int_equal(folder_count(folder.path), 1);
	folder_remove(&folder);
}

/* 0: a full disk, here a limit on the size of files, is told, and leaves nothing. */
static int write_too_much(void *path)
{
	static const char bytes[4096];
	const struct rlimit limit = {1000, 1000};
	sbx_sink sink = path_sink(path);
	sbx__sink_writer writer;
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || sbx__sink_open(&writer, &sink, NULL, NULL) != SBX_OK)
		return 1;
	if (sbx__sink_write(&writer, bytes, sizeof bytes))
		return 2;
	sbx_error *error = NULL;
	if (sbx__sink_failure(&writer, &error) != SBX_ERROR_LOCAL_FILE || sbx_error_system_errno(error) != EFBIG)
		return 3;
	sbx__sink_close(&writer);
	return 0;
}

static void a_full_disk_leaves_nothing_half_written(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	char *path = (char *)folder_file(&folder, "out");
	file_write(path, "old", 3);
	assert_int_equal(in_child(write_too_much, path), 0);
	assert_content(path, "old");
	assert_int_equal(folder_count(folder.path), 1);
	folder_remove(&folder);
}

static void a_folder_that_goes_away_is_told_at_the_end(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	assert_int_equal(mkdir(folder_file(&folder, "inner"), 0700), 0);
	sbx_sink sink = path_sink(folder_file(&folder, "inner/out"));
	sbx__sink_writer writer;
	sbx_error *error = NULL;
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "x");
	assert_int_equal(rename(folder_file(&folder, "inner"), folder_file(&folder, "moved")), 0);
	assert_int_equal(sbx__sink_finish(&writer, &error), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_error_system_errno(error), ENOENT);
	sbx_error_free(error);
	sbx__sink_close(&writer);
	folder_remove(&folder);
}

static void a_descriptor_gets_the_bytes_and_stays_open(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	sbx_sink sink = sink_of_kind(SBX_SINK_DESCRIPTOR);
	sbx__sink_writer writer;
	sink.descriptor = open(folder_file(&folder, "f"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	open_sink(&writer, &sink, NULL);
	write_text(&writer, "one");
	assert_false(sbx__sink_restart(&writer));
	write_text(&writer, "two");
	assert_int_equal(writer.written, 6);
	finish(&writer);
	assert_int_equal(write(sink.descriptor, "!", 1), 1);
	close(sink.descriptor);
	assert_content(folder_file(&folder, "f"), "onetwo!");
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, EBADF);
	sink.descriptor = open(folder_file(&folder, "f"), O_RDONLY | O_CLOEXEC);
	open_sink(&writer, &sink, NULL);
	assert_false(sbx__sink_write(&writer, "x", 1));
	assert_failure(&writer, "into: cannot write the descriptor: Bad file descriptor", EBADF);
	sbx__sink_close(&writer);
	close(sink.descriptor);
	folder_remove(&folder);
}

typedef struct taker {
	sbx__buffer bytes;
	int result;
} taker;

static int take(void *user_data, const void *data, size_t length)
{
	taker *taking = user_data;
	sbx__buffer_append(&taking->bytes, data, length);
	return taking->result;
}

static void a_callback_gets_the_bytes_or_fails(void **state)
{
	(void)state;
	taker taking = {0};
	sbx_sink sink = sink_of_kind(SBX_SINK_CALLBACK);
	sbx__sink_writer writer;
	sink.write = take;
	sink.user_data = &taking;
	open_sink(&writer, &sink, NULL);
	assert_true(sbx__sink_restart(&writer));
	assert_true(sbx__sink_write(&writer, "a\0b", 3));
	assert_false(sbx__sink_restart(&writer));
	taking.result = 1;
	write_text(&writer, "c");
	assert_int_equal(taking.bytes.length, 4);
	assert_memory_equal(taking.bytes.data, "a\0bc", 4);
	taking.result = -1;
	assert_false(sbx__sink_write(&writer, "d", 1));
	sbx_error *error = NULL;
	assert_int_equal(sbx__sink_failure(&writer, &error), SBX_ERROR_LOCAL_FILE);
	assert_string_equal(sbx_error_message(error), "into: the write function failed");
	sbx_error_free(error);
	sbx__sink_close(&writer);
	sbx__buffer_free(&taking.bytes);
}

static void without_a_sink_it_is_memory(void **state)
{
	(void)state;
	sbx__buffer memory = {0};
	sbx__sink_writer writer;
	open_sink(&writer, NULL, &memory);
	assert_true(sbx__sink_write(&writer, "a\0b", 3));
	assert_false(writer.delivered);
	finish(&writer);
	assert_int_equal(memory.length, 3);
	assert_memory_equal(memory.data, "a\0b", 4);
	open_sink(&writer, NULL, &memory);
	memory.failed = true;
	assert_false(sbx__sink_write(&writer, "x", 1));
	assert_int_equal(sbx__sink_failure(&writer, NULL), SBX_ERROR_OUT_OF_MEMORY);
	sbx__sink_close(&writer);
	sbx__buffer_free(&memory);
}

static void a_pipe_that_nobody_opened_is_refused(void **state)
{
	(void)state;
	char path[] = "/tmp/sbx-pipe-XXXXXX";
	assert_non_null(mkdtemp(path));
	char name[64];
	snprintf(name, sizeof name, "%s/pipe", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	sbx_sink sink = path_sink(name);
	/* Without the refusal this waits for a reader for ever. */
	alarm(10);
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, ENXIO);
	alarm(0);
	unlink(name);
	rmdir(path);
}

static void a_pipe_without_reader_fails_and_nothing_more(void **state)
{
	(void)state;
	int ends[2];
	sbx__sink_writer writer;
	sbx_error *error = NULL;
	sbx_sink sink = sink_of_kind(SBX_SINK_DESCRIPTOR);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	sink.descriptor = ends[1];
	open_sink(&writer, &sink, NULL);
	/* The signal would end this program. */
	signal(SIGPIPE, SIG_DFL);
	assert_false(sbx__sink_write(&writer, "x", 1));
	assert_int_equal(sbx__sink_failure(&writer, &error), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_error_system_errno(error), EPIPE);
	sbx_error_free(error);
	sbx__sink_close(&writer);
	close(ends[1]);
}

static void a_full_pipe_is_waited_for(void **state)
{
	(void)state;
	static char data[1 << 18];
	int ends[2];
	sbx__sink_writer writer;
	sbx_sink sink = sink_of_kind(SBX_SINK_DESCRIPTOR);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	pid_t reader = fork();
	if (reader == 0) {
		size_t total = 0;
		close(ends[1]);
		fcntl(ends[0], F_SETFL, 0);
		for (ssize_t got; (got = read(ends[0], data, 4096)) > 0;)
			total += (size_t)got;
		_exit(total == sizeof data ? 0 : 1);
	}
	close(ends[0]);
	sink.descriptor = ends[1];
	open_sink(&writer, &sink, NULL);
	assert_true(sbx__sink_write(&writer, data, sizeof data));
	sbx__sink_close(&writer);
	close(ends[1]);
	int status;
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
}

static void a_private_file_is_private_on_the_way(void **state)
{
	(void)state;
	char path[] = "/tmp/sbx-private-XXXXXX";
	int descriptor = mkstemp(path);
	close(descriptor);
	sbx__sink_writer writer;
	sbx_sink sink = path_sink(path);
	struct stat found;
	open_sink(&writer, &sink, NULL);
	assert_int_equal(stat(writer.temporary, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	sbx__sink_close(&writer);
	unlink(path);
}

static void a_link_that_leads_nowhere_is_left_alone(void **state)
{
	(void)state;
	test_folder folder;
	struct stat status;
	folder_make(&folder);
	const char *path = folder_file(&folder, "link");
	assert_int_equal(symlink("missing", path), 0);
	sbx_sink sink = path_sink(path);
	assert_not_opened(&sink, SBX_ERROR_LOCAL_FILE, ENOENT);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_file_appears_when_it_is_whole),
	        cmocka_unit_test(an_empty_file_appears_too),
	        cmocka_unit_test(a_link_that_leads_nowhere_is_left_alone),
	        cmocka_unit_test(a_pipe_that_nobody_opened_is_refused),
	        cmocka_unit_test(a_pipe_without_reader_fails_and_nothing_more),
	        cmocka_unit_test(a_full_pipe_is_waited_for),
	        cmocka_unit_test(a_private_file_is_private_on_the_way),
	        cmocka_unit_test(what_is_not_finished_leaves_nothing),
	        cmocka_unit_test(a_file_that_is_replaced_keeps_its_mode),
	        cmocka_unit_test(behind_a_link_the_file_is_replaced),
	        cmocka_unit_test(names_may_be_long_and_relative),
	        cmocka_unit_test(another_attempt_starts_afresh),
	        cmocka_unit_test(devices_stay_devices),
	        cmocka_unit_test(a_named_pipe_that_is_read_gets_the_bytes),
	        cmocka_unit_test(places_that_cannot_be_written_to_say_so_at_once),
	        cmocka_unit_test(a_folder_that_may_not_be_written_to_says_so),
	        cmocka_unit_test(a_file_that_may_not_be_written_to_is_kept),
	        cmocka_unit_test(a_full_disk_leaves_nothing_half_written),
	        cmocka_unit_test(a_folder_that_goes_away_is_told_at_the_end),
	        cmocka_unit_test(a_descriptor_gets_the_bytes_and_stays_open),
	        cmocka_unit_test(a_callback_gets_the_bytes_or_fails),
	        cmocka_unit_test(without_a_sink_it_is_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
