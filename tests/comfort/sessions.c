/* Sessions in a real sandbox: commands, files and directories, and what is left when something goes wrong. */
#include <errno.h>
#include <fcntl.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"
#include "session_calls.h"
#include "support.h"

/* One server for all tests, a session and a folder for each. */
static sbx_client *client;

typedef struct fixture {
	sbx_session *session;
	test_folder folder;
	sbx_error *error;
} fixture;

static int start_server(void **state)
{
	sbx_error *error = NULL;
	(void)state;
	if (sbx_client_new_local(&client, NULL, &error) == SBX_OK)
		return 0;
	fprintf(stderr, "%s\n", sbx_error_message(error));
	sbx_error_free(error);
	return 1;
}

static int stop_server(void **state)
{
	(void)state;
	sbx_client_free(client);
	return 0;
}

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	folder_make(&made->folder);
	assert_int_equal(session_create(client, NULL, NULL, &made->session, NULL), SBX_OK);
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	assert_int_equal(session_close(made->session, NULL, NULL), SBX_OK);
	sbx_session_free(made->session);
	sbx_error_free(made->error);
	sbx__folder_remove(AT_FDCWD, made->folder.path);
	free(made);
	return 0;
}

/* What a command writes, which the caller frees. */
static char *output_of(fixture *test, const char *command)
{
	sbx_execution *execution = NULL;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	sbx_error *error = NULL;
	run.check = SBX_FLAG_YES;
	if (session_run(test->session, command, &run, NULL, &execution, &error) < 0)
		fail_msg("%s: %s: %s", command, sbx_error_message(error), sbx_error_detail(error));
	char *text = strdup(sbx_execution_stdout(execution));
	sbx_execution_free(execution);
	return text;
}

static void assert_output(fixture *test, const char *command, const char *expected)
{
	char *text = output_of(test, command);
	assert_string_equal(text, expected);
	free(text);
}

static void commands_and_files(void **state)
{
	fixture *test = *state;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	const sbx_pair env[] = {{"GREETING", "it's"}};
	sbx_execution *execution = NULL;
	char *data = NULL;
	size_t length = 0;
	run.env = env;
	run.env_count = 1;
	run.working_dir = "/tmp";
	assert_int_equal(session_run(test->session, "echo $GREETING $PWD; exit 3", &run, NULL, &execution, NULL),
	                 SBX_OK);
	assert_string_equal(sbx_execution_stdout(execution), "it's /tmp\n");
	assert_int_equal(sbx_execution_exit_code(execution), 3);
	sbx_execution_free(execution);
	run.check = SBX_FLAG_YES;
	assert_int_equal(session_run(test->session, "echo no >&2; exit 3", &run, NULL, NULL, &test->error),
	                 SBX_ERROR_COMMAND_FAILED);
	assert_string_equal(sbx_error_detail(test->error), "no\n");
	assert_int_equal(sbx_execution_exit_code(sbx_error_execution(test->error)), 3);
	run.timeout = 1;
	assert_int_equal(session_run(test->session, "sleep 60", &run, NULL, NULL, NULL), SBX_ERROR_COMMAND_FAILED);
	assert_int_equal(session_write(test->session, "/data/a\nb", "x\0y", 3, NULL, NULL), SBX_OK);
	assert_int_equal(session_read(test->session, "/data/a\nb", NULL, &data, &length, NULL), SBX_OK);
	assert_int_equal(length, 3);
	assert_memory_equal(data, "x\0y", 3);
	sbx_string_free(data);
	assert_int_equal(session_read(test->session, "/data/none", NULL, &data, &length, NULL), SBX_ERROR_NOT_FOUND);
}

static void a_command_while_it_runs(void **state)
{
	fixture *test = *state;
	sbx_execution_stream *stream = NULL;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	sbx__buffer output = {0};
	sbx_status status;
	int64_t exit_code = -1;
	run.working_dir = "/tmp";
	assert_int_equal(sbx_session_stream(test->session, "pwd; echo two; exit 3", &run, NULL, &stream, NULL), SBX_OK);
	while ((status = sbx_execution_stream_next(stream, &event, NULL)) == SBX_OK) {
		if (event.kind == SBX_EXECUTION_STDOUT)
			sbx__buffer_append(&output, event.data, event.length);
		if (event.kind == SBX_EXECUTION_RESULT)
			exit_code = sbx_execution_exit_code(event.execution);
	}
	assert_int_equal(status, SBX_DONE);
	assert_int_equal(exit_code, 3);
	assert_string_equal(output.data, "/tmp\ntwo\n");
	sbx__buffer_free(&output);
	sbx_execution_stream_free(stream);
}

static void one_command_in_many(void **state)
{
	fixture *test = *state;
	sbx_session *more[5];
	const char *ids[7];
	sbx_run_results *results = NULL;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	ids[0] = sbx_session_id(test->session);
	ids[1] = "not-there";
	for (size_t index = 0; index < 5; index++) {
		assert_int_equal(session_create(client, NULL, NULL, &more[index], NULL), SBX_OK);
		ids[index + 2] = sbx_session_id(more[index]);
	}
	options.concurrency = 3;
	assert_int_equal(sbx_run_many(client, ids, 7, "sleep 0.2; echo here", &options, NULL, &results, NULL), SBX_OK);
	for (size_t index = 0; index < 7; index++) {
		const sbx_run_result *result = sbx_run_results_at(results, index);
		assert_string_equal(result->id, ids[index]);
		assert_int_equal(result->status, index == 1 ? SBX_ERROR_NOT_FOUND : SBX_OK);
		assert_string_equal(sbx_execution_stdout(result->execution), index == 1 ? "" : "here\n");
	}
	sbx_run_results_free(results);
	for (size_t index = 0; index < 5; index++)
		sbx_session_free(more[index]);
}

static void what_was_left_behind(void **state)
{
	fixture *test = *state;
	sbx_session *left = NULL;
	sbx_leftovers *leftovers = NULL;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	options.name_prefix = "crashed-";
	options.keep = SBX_FLAG_YES;
	assert_int_equal(session_create(client, &options, NULL, &left, NULL), SBX_OK);
	char *id = strdup(sbx_session_id(left));
	sbx_session_free(left);
	params.name_prefix = "crashed-";
	assert_int_equal(sbx_leftovers_delete(client, &params, NULL, &leftovers, NULL), SBX_OK);
	assert_int_equal(sbx_leftovers_count(leftovers), 0);
	sbx_leftovers_free(leftovers);
	params.minimum_age = 0;
	assert_int_equal(sbx_leftovers_delete(client, &params, NULL, &leftovers, NULL), SBX_OK);
	assert_int_equal(sbx_leftovers_count(leftovers), 1);
	assert_string_equal(sbx_leftovers_at(leftovers, 0)->id, id);
	assert_int_equal(sbx_leftovers_at(leftovers, 0)->outcome, SBX_LEFTOVER_DELETED);
	sbx_leftovers_free(leftovers);
	assert_output(test, "echo still here", "still here\n");
	free(id);
}

typedef struct progress {
	int calls;
	int64_t done;
	int64_t total;
} progress;

static void note_progress(void *user_data, int64_t done, int64_t total)
{
	progress *seen = user_data;
	seen->calls++;
	seen->done = done;
	seen->total = total;
}

static void note_skipped(void *user_data, const char *path, const char *reason)
{
	sbx__buffer_format(user_data, "%s: %s\n", path, reason);
}

static void make_tree(test_folder *folder)
{
	static char large[300000];
	for (size_t index = 0; index < sizeof large; index++)
		large[index] = (char)(index * 7 + (index >> 9));
	mkdir(folder_file(folder, "tree"), 0755);
	mkdir(folder_file(folder, "tree/sub"), 0700);
	mkdir(folder_file(folder, "tree/empty"), 0711);
	file_write(folder_file(folder, "tree/large"), large, sizeof large);
	file_write(folder_file(folder, "tree/sub/run"), "#!/bin/sh\necho ran\n", 19);
	chmod(folder_file(folder, "tree/sub/run"), 0755);
	file_write(folder_file(folder, "tree/-odd 'name'\n\xc3\xa4"), "odd", 3);
	assert_int_equal(symlink("sub/run", folder_file(folder, "tree/link")), 0);
	assert_int_equal(mkfifo(folder_file(folder, "tree/pipe"), 0600), 0);
}

/* Paths that a shell or tar could take for something else. */
static const char *const remote_paths[] = {
        "/data/plain", "/data/with space/and 'quotes' \"$(id)\"", "/data/new\nline", "/data/-rf", "relative", "-x"};

static void directories_go_and_come(void **state)
{
	fixture *test = *state;
	sbx__buffer skipped = {0};
	progress seen = {0};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	options.progress = note_progress;
	options.progress_user_data = &seen;
	transfer.skipped = note_skipped;
	transfer.skipped_user_data = &skipped;
	make_tree(&test->folder);
	char *tree = strdup(folder_file(&test->folder, "tree"));
	for (size_t index = 0; index < sizeof remote_paths / sizeof remote_paths[0]; index++) {
		char name[16], command[600];
		snprintf(name, sizeof name, "back-%zu", index);
		seen = (progress){0};
		assert_int_equal(session_upload(test->session, tree, remote_paths[index], &transfer, &options, NULL),
		                 SBX_OK);
		assert_string_equal(skipped.data, "pipe: it is a pipe\n");
		assert_true(seen.calls > 1 && seen.done > 300000 && seen.total == SBX_DEFAULT);
		sbx__buffer_clear(&skipped);
		seen = (progress){0};
		assert_int_equal(session_download(test->session, remote_paths[index], folder_file(&test->folder, name),
		                                  NULL, &options, NULL),
		                 SBX_OK);
		assert_true(seen.done > 300000 && seen.total == seen.done);
		snprintf(command, sizeof command,
		         "rm %s/pipe; diff -r --no-dereference %s %s/back-%zu && mkfifo %s/pipe", tree, tree,
		         test->folder.path, index, tree);
		assert_int_equal(system(command), 0);
		char path[200];
		snprintf(path, sizeof path, "%s/back-%zu/sub/run", test->folder.path, index);
		assert_int_equal(file_mode(path), 0755);
		snprintf(path, sizeof path, "%s/back-%zu/empty", test->folder.path, index);
		assert_int_equal(file_mode(path), 0711);
	}
	assert_output(test, "/data/plain/link; ls -A /tmp", "ran\n");
	sbx__buffer_free(&skipped);
	free(tree);
}

static void a_directory_is_added_to(void **state)
{
	fixture *test = *state;
	make_tree(&test->folder);
	char *tree = strdup(folder_file(&test->folder, "tree"));
	free(output_of(test, "mkdir -p /data/there/sub && echo old >/data/there/old && echo old >/data/there/sub/run"));
	assert_int_equal(session_upload(test->session, tree, "/data/there", NULL, NULL, NULL), SBX_OK);
	assert_output(test, "cat /data/there/old; /data/there/sub/run", "old\nran\n");
	mkdir(folder_file(&test->folder, "here"), 0755);
	file_write(folder_file(&test->folder, "here/kept"), "kept", 4);
	assert_int_equal(
	        session_download(test->session, "/data/there", folder_file(&test->folder, "here"), NULL, NULL, NULL),
	        SBX_OK);
	char *old = file_read(folder_file(&test->folder, "here/old"), NULL);
	char *kept = file_read(folder_file(&test->folder, "here/kept"), NULL);
	assert_string_equal(old, "old\n");
	assert_string_equal(kept, "kept");
	free(old);
	free(kept);
	free(tree);
}

static void files_go_and_come(void **state)
{
	fixture *test = *state;
	char *from = strdup(folder_file(&test->folder, "from"));
	char *to = strdup(folder_file(&test->folder, "to"));
	progress seen = {0};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	options.progress = note_progress;
	options.progress_user_data = &seen;
	file_write(from, "content", 7);
	assert_int_equal(session_upload(test->session, from, "/data/f", NULL, &options, NULL), SBX_OK);
	assert_int_equal(seen.done, 7);
	assert_int_equal(seen.total, 7);
	for (int round = 0; round < 2; round++) {
		transfer.directory = round ? SBX_FLAG_NO : SBX_FLAG_DEFAULT;
		seen = (progress){0};
		assert_int_equal(session_download(test->session, "/data/f", to, &transfer, &options, NULL), SBX_OK);
		char *read = file_read(to, NULL);
		assert_string_equal(read, "content");
		assert_int_equal(seen.done, 7);
		free(read);
		unlink(to);
	}
	assert_int_equal(session_download(test->session, "/data/none", to, NULL, NULL, NULL), SBX_ERROR_NOT_FOUND);
	transfer.directory = SBX_FLAG_YES;
	assert_int_equal(session_download(test->session, "/data/f", to, &transfer, NULL, &test->error),
	                 SBX_ERROR_ARCHIVE);
	assert_string_equal(sbx_error_message(test->error), "There is no directory /data/f in the sandbox");
	assert_int_equal(session_upload(test->session, from, "/data/g", &transfer, NULL, NULL), SBX_ERROR_LOCAL_FILE);
	assert_int_equal(session_upload(test->session, "/nowhere", "/data/g", NULL, NULL, NULL), SBX_ERROR_LOCAL_FILE);
	free(from);
	free(to);
}

/* What a sandbox may send on its own account. */
static void a_hostile_sandbox(void **state)
{
	fixture *test = *state;
	sbx__buffer skipped = {0};
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	transfer.skipped = note_skipped;
	transfer.skipped_user_data = &skipped;
	free(output_of(test,
	               "mkdir -p /data/h/d && cd /data/h && ln -s /etc/passwd out && ln -s ../.. up && mkfifo p && "
	               "echo x >x && chmod 4777 x && ln -s d in"));
	char *target = strdup(folder_file(&test->folder, "h"));
	assert_int_equal(session_download(test->session, "/data/h", target, &transfer, NULL, NULL), SBX_OK);
	assert_non_null(strstr(skipped.data, "out: it is a link that leads out of the directory\n"));
	assert_non_null(strstr(skipped.data, "up: it is a link that leads out of the directory\n"));
	assert_non_null(strstr(skipped.data, "p: it is a pipe\n"));
	assert_int_equal(folder_count(target), 3);
	assert_int_equal(file_mode(folder_file(&test->folder, "h/x")), 0777);
	/* More than is allowed. */
	free(output_of(test, "mkdir -p /data/evil && echo x >/data/evil/f"));
	transfer.max_bytes = 1;
	assert_int_equal(session_download(test->session, "/data/evil", folder_file(&test->folder, "evil"), &transfer,
	                                  NULL, &test->error),
	                 SBX_ERROR_ARCHIVE);
	assert_string_equal(sbx_error_message(test->error), "local: the archive has more than 1 bytes");
	assert_int_equal(folder_count(test->folder.path), 1);
	assert_output(test, "ls -A /tmp", "");
	sbx__buffer_free(&skipped);
	free(target);
}

static void what_goes_wrong_there_is_told_and_tidied(void **state)
{
	fixture *test = *state;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	make_tree(&test->folder);
	char *tree = strdup(folder_file(&test->folder, "tree"));
	/* A file in the way: mkdir fails. */
	free(output_of(test, "echo x >/data/way"));
	assert_int_equal(session_upload(test->session, tree, "/data/way", NULL, NULL, &test->error),
	                 SBX_ERROR_COMMAND_FAILED);
	assert_non_null(strstr(sbx_error_detail(test->error), "/data/way"));
	assert_non_null(sbx_error_execution(test->error));
	/* No place for the archive. */
	transfer.remote_temporary = "/proc";
	assert_true(session_upload(test->session, tree, "/data/new", &transfer, NULL, NULL) < 0);
	transfer.directory = SBX_FLAG_YES;
	assert_int_equal(
	        session_download(test->session, "/data", folder_file(&test->folder, "d"), &transfer, NULL, NULL),
	        SBX_ERROR_COMMAND_FAILED);
	/* A local directory that cannot be packed, or written. */
	chmod(folder_file(&test->folder, "tree/large"), 0);
	if (geteuid() != 0)
		assert_int_equal(session_upload(test->session, tree, "/data/new", NULL, NULL, NULL),
		                 SBX_ERROR_LOCAL_FILE);
	assert_int_equal(session_download(test->session, "/data", "/nowhere/at/all", NULL, NULL, NULL),
	                 SBX_ERROR_LOCAL_FILE);
	assert_output(test, "ls -A /tmp", "");
	assert_false(access(folder_file(&test->folder, "d"), F_OK) == 0);
	free(tree);
}

static int at_once(void *user_data)
{
	(void)user_data;
	return 1;
}

static void a_part_of_a_file(void **state)
{
	fixture *test = *state;
	const sbx_pair range = {"Range", "bytes=-3"};
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	char *data = NULL;
	size_t length = 0;
	options.headers = &range;
	options.headers_count = 1;
	assert_int_equal(session_write(test->session, "/data/f", "0123456789", 10, NULL, NULL), SBX_OK);
	assert_int_equal(session_read(test->session, "/data/f", &options, &data, &length, NULL), SBX_OK);
	assert_int_equal(length, 3);
	assert_memory_equal(data, "789", 3);
	sbx_string_free(data);
}

/* All that it finds is what the test has put there. */
static sbx_session *make_session_without_tar(void)
{
	const sbx_pair path = {"PATH", "/data/programs"};
	sbx_sandboxes_create_params sandbox = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_session_options options = SBX_SESSION_OPTIONS_INIT;
	sbx_session *session = NULL;
	sbx_execution *execution = NULL;
	sandbox.env_vars = &path;
	sandbox.env_vars_count = 1;
	options.create = &sandbox;
	assert_int_equal(session_create(client, &options, NULL, &session, NULL), SBX_OK);
	assert_int_equal(
	        session_run(
	                session,
	                "/bin/mkdir /data/programs && /bin/ln -s /bin/rm /bin/mkdir /data/programs; ! command -v tar",
	                NULL, NULL, &execution, NULL),
	        SBX_OK);
	assert_int_equal(sbx_execution_exit_code(execution), 0);
	sbx_execution_free(execution);
	return session;
}

static void directories_of_a_sandbox_without_tar(void **state)
{
	fixture *test = *state;
	sbx_session *session = make_session_without_tar();
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	char command[600];
	make_tree(&test->folder);
	char *tree = strdup(folder_file(&test->folder, "tree"));
	char *back = strdup(folder_file(&test->folder, "back"));
	for (size_t index = 0; index < sizeof remote_paths / sizeof remote_paths[0]; index++) {
		assert_int_equal(session_upload(session, tree, remote_paths[index], &transfer, NULL, NULL), SBX_OK);
		assert_int_equal(session_download(session, remote_paths[index], back, NULL, NULL, NULL), SBX_OK);
		snprintf(command, sizeof command,
		         "rm %s/pipe; diff -r --no-dereference %s %s && mkfifo %s/pipe && rm -r %s", tree, tree, back,
		         tree, back);
		assert_int_equal(system(command), 0);
	}
	assert_int_equal(session_download(session, "/tmp", back, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(folder_count(back), 0);
	assert_int_equal(session_close(session, NULL, NULL), SBX_OK);
	sbx_session_free(session);
	free(tree);
	free(back);
}

static void a_transfer_that_is_ended_leaves_nothing(void **state)
{
	fixture *test = *state;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	make_tree(&test->folder);
	char *tree = strdup(folder_file(&test->folder, "tree"));
	options.deadline = 0;
	assert_int_equal(session_upload(test->session, tree, "/data/t", NULL, &options, NULL), SBX_ERROR_TIMEOUT);
	options.deadline = SBX_DEFAULT;
	sbx_cancel *cancel = NULL;
	assert_int_equal(sbx_cancel_new(&cancel, NULL), SBX_OK);
	sbx_cancel_fire(cancel);
	/* Who does not wait is asked nothing. */
	if (session_calls_started)
		options.cancel = cancel;
	else
		options.interrupt = at_once;
	assert_int_equal(session_upload(test->session, tree, "/data/t", NULL, &options, NULL), SBX_ERROR_CANCELLED);
	assert_int_equal(
	        session_download(test->session, "/data", folder_file(&test->folder, "d"), NULL, &options, NULL),
	        SBX_ERROR_CANCELLED);
	sbx_cancel_free(cancel);
	assert_output(test, "ls -A /tmp", "");
	assert_int_equal(folder_count(test->folder.path), 1);
	free(tree);
}

static void wrong_arguments(void **state)
{
	fixture *test = *state;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	sbx_session *session = test->session;
	assert_int_equal(session_upload(NULL, "/tmp", "/x", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_upload(session, NULL, "/x", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_upload(session, "/tmp", "", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_download(session, NULL, "/x", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(session_download(session, "/x", "", NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	transfer.max_entries = -7;
	assert_int_equal(session_upload(session, "/tmp", "/x", &transfer, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	transfer.size = 1;
	assert_int_equal(session_upload(session, "/tmp", "/x", &transfer, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	/* A path that JSON cannot carry. */
	make_tree(&test->folder);
	assert_int_equal(session_upload(session, folder_file(&test->folder, "tree"), "/data/\xff", NULL, NULL, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_output(test, "ls -A /tmp", "");
}

static void all_pages(void **state)
{
	fixture *test = *state;
	sbx_session *sessions[30];
	sbx_sandboxes_list_params params = SBX_SANDBOXES_LIST_PARAMS_INIT;
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	int count = 0, mine = 0;
	for (size_t index = 0; index < 30; index++)
		assert_int_equal(session_create(client, NULL, NULL, &sessions[index], NULL), SBX_OK);
	params.page_size = 7;
	assert_int_equal(sbx_sandboxes_each(client, &params, NULL, &pages, NULL), SBX_OK);
	while (sbx_sandboxes_next(pages, &sandbox, NULL) == SBX_OK) {
		count++;
		mine += strcmp(sbx_sandbox_id(sandbox), sbx_session_id(test->session)) == 0;
	}
	assert_int_equal(count, 31);
	assert_int_equal(mine, 1);
	sbx_pages_free(pages);
	for (size_t index = 0; index < 30; index++)
		sbx_session_free(sessions[index]);
	assert_int_equal(sbx_sandboxes_each(client, NULL, NULL, &pages, NULL), SBX_OK);
	for (count = 0; sbx_sandboxes_next(pages, &sandbox, NULL) == SBX_OK;)
		count++;
	assert_int_equal(count, 1);
	sbx_pages_free(pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(commands_and_files),
	        TEST(a_command_while_it_runs),
	        TEST(one_command_in_many),
	        TEST(what_was_left_behind),
	        TEST(directories_go_and_come),
	        TEST(a_directory_is_added_to),
	        TEST(files_go_and_come),
	        TEST(a_hostile_sandbox),
	        TEST(what_goes_wrong_there_is_told_and_tidied),
	        TEST(a_part_of_a_file),
	        TEST(directories_of_a_sandbox_without_tar),
	        TEST(a_transfer_that_is_ended_leaves_nothing),
	        TEST(wrong_arguments),
	        TEST(all_pages),
	};
	int failed = 0;
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, start_server, stop_server);
	}
	return failed;
}
