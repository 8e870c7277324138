/* A server of the client's own: how it is started, what is said when that fails, and that nothing of it is left. */
#include <errno.h>
#include <sandbox_sdk.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "local.h"
#include "loopback.h"
#include "support.h"

/* Makes a program of shell commands and names it as the server. In it, $folder is the test's folder. */
static void use_program(test_folder *folder, const char *commands)
{
	char text[2000];
	const char *path = folder_file(folder, "program");
	snprintf(text, sizeof text, "#!/bin/sh\nfolder='%s'\necho $$ >\"$folder/pid\"\n%s\n", folder->path, commands);
	file_write(path, text, strlen(text));
	assert_int_equal(chmod(path, 0755), 0);
	setenv("SANDBOX_SDK_SANDBOXD", path, 1);
}

static void assert_no_start(const char *words, int number)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	size_t before = folder_count("/proc/self/fd");
	assert_int_equal(sbx_client_new_local(&client, NULL, &error), SBX_ERROR_LOCAL_SERVER);
	if (!strstr(sbx_error_message(error), words))
		print_message("%s\n", sbx_error_message(error));
	assert_non_null(strstr(sbx_error_message(error), words));
	assert_int_equal(sbx_error_system_errno(error), number);
	assert_null(client);
	assert_int_equal(folder_count("/proc/self/fd"), before);
	sbx_error_free(error);
}

/* Whether the program that wrote its id into the folder has ended. */
static bool program_ended(test_folder *folder)
{
	char *text = file_read(folder_file(folder, "pid"), NULL);
	assert_non_null(text);
	pid_t pid = (pid_t)atoi(text);
	free(text);
	assert_true(pid > 0);
	return kill(pid, 0) != 0 && errno == ESRCH;
}

static void a_program_that_cannot_be_run_is_named(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	setenv("SANDBOX_SDK_SANDBOXD", folder_file(&folder, "missing"), 1);
	assert_no_start("/missing: No such file or directory; install it, or name it in SANDBOX_SDK_SANDBOXD", ENOENT);
	file_write(folder_file(&folder, "plain"), "x", 1);
	setenv("SANDBOX_SDK_SANDBOXD", folder_file(&folder, "plain"), 1);
	assert_no_start("/plain: Permission denied", EACCES);
	/* A name without a slash is looked for on PATH. */
	char *search = strdup(getenv("PATH"));
	setenv("PATH", folder.path, 1);
	setenv("SANDBOX_SDK_SANDBOXD", "missing", 1);
	assert_no_start("cannot run missing: No such file or directory", ENOENT);
	setenv("SANDBOX_SDK_SANDBOXD", "plain", 1);
	assert_no_start("cannot run plain: Permission denied", EACCES);
	setenv("PATH", search, 1);
	free(search);
	folder_remove(&folder);
}

static void the_last_words_of_a_program_are_told(void **state)
{
	(void)state;
	test_folder folder;
	folder_make(&folder);
	use_program(&folder, "echo first >&2; echo 'sandboxd: bubblewrap is missing' >&2; exit 3");
	assert_no_start("The local server did not start: sandboxd: bubblewrap is missing", 0);
	assert_true(program_ended(&folder));
	use_program(&folder, "printf 'no line break' >&2; exit 3");
	assert_no_start("The local server did not start: no line break", 0);
	use_program(&folder, "exit 0");
	assert_no_start("The local server did not start: it did not say that it is ready", 0);
	use_program(&folder, "printf '%05000d\\nlast\\r\\n\\n' 7 >&2; exit 1");
	assert_no_start("The local server did not start: last", 0);
	folder_remove(&folder);
}

static void what_is_no_ready_line_ends_the_program(void **state)
{
	(void)state;
	static const char *const commands[] = {
	        "echo garbage",
	        "echo '[]'",
	        "echo '{}'",
	        "echo '{\"url\":\"http://127.0.0.1:1\"}'",
	        "echo '{\"url\":\"http://127.0.0.1:1\",\"key_file\":\"/nonexistent/key\"}'",
	        ": >\"$folder/key\"; echo "
	        "\"{\\\"url\\\":\\\"http://127.0.0.1:1\\\",\\\"key_file\\\":\\\"$folder/key\\\"}\"",
	        "echo k >\"$folder/key\"; echo \"{\\\"key_file\\\":\\\"$folder/key\\\"}\"",
	        "echo k >\"$folder/key\"; echo \"{\\\"url\\\":7,\\\"key_file\\\":\\\"$folder/key\\\"}\"",
	        "head -c 100000 /dev/zero",
	        "exec >&-",
	};
	for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++) {
		test_folder folder;
		char text[500];
		folder_make(&folder);
		/* It goes on for longer than the test may: that it is gone shows that it was ended. */
		snprintf(text, sizeof text, "%s\nexec sleep 300", commands[index]);
		use_program(&folder, text);
		assert_no_start("The local server did not start: it did not say that it is ready", 0);
		assert_true(program_ended(&folder));
		folder_remove(&folder);
	}
}

static void options_are_judged_after_the_start_and_end_it(void **state)
{
	(void)state;
	test_folder folder;
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	folder_make(&folder);
	use_program(&folder, "echo key >\"$folder/key\"\n"
	                     "echo \"{\\\"url\\\":\\\"http://127.0.0.1:1\\\",\\\"key_file\\\":\\\"$folder/key\\\"}\"\n"
	                     "exec sleep 300");
	options.timeout = -5;
	assert_int_equal(sbx_client_new_local(&client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "timeout");
	sbx_error_free(error);
	assert_null(client);
	assert_true(program_ended(&folder));
	options.timeout = SBX_DEFAULT;
	options.base_url = "http://other";
	unlink(folder_file(&folder, "pid"));
	assert_int_equal(sbx_client_new_local(&client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "base_url");
	sbx_error_free(error);
	assert_null(file_read(folder_file(&folder, "pid"), NULL));
	folder_remove(&folder);
}

/* A program that says that it is ready, where the loopback server answers for it. */
static void a_program_gets_what_it_needs_and_nothing_else(void **state)
{
	(void)state;
	test_folder folder;
	char commands[1000];
	sbx_client *client = NULL;
	size_t before = folder_count("/proc/self/fd");
	loopback *server = loopback_start_json("{}");
	int inherited = dup(STDOUT_FILENO);
	folder_make(&folder);
	snprintf(commands, sizeof commands,
	         "echo \"$@\" >\"$folder/arguments\"\n"
	         "for fd in /proc/$$/fd/*; do [ -e \"$fd\" ] && echo \"${fd##*/}\"; done >\"$folder/descriptors\"\n"
	         "readlink /proc/$$/fd/0 >\"$folder/input\"\n"
	         "cut -d' ' -f6 /proc/$$/stat >\"$folder/session\"\n"
	         "printf 'the-key-of-the-server\\n' >\"$folder/key\"\n"
	         "echo \"{\\\"url\\\":\\\"%s\\\",\\\"key_file\\\":\\\"$folder/key\\\"}\"\n"
	         "exec sleep 300",
	         loopback_url(server));
	use_program(&folder, commands);
	/* Proxies are not for a server on this machine. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(sbx_client_new_local(&client, NULL, NULL), SBX_OK);
	assert_string_equal(sbx_client_api_key(client), "the-key-of-the-server");
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	unsetenv("http_proxy");
	char *request = loopback_last(server);
	assert_non_null(strstr(request, "x-api-key: the-key-of-the-server\r\n"));
	free(request);
	static const char *const files[][2] = {
	        {"arguments", "--port 0 --ephemeral --owner-fd 3\n"}, {"input", "/dev/null\n"}, {"session", NULL}};
	for (size_t index = 0; index < 3; index++) {
		char *text = file_read(folder_file(&folder, files[index][0]), NULL);
		char *pid = file_read(folder_file(&folder, "pid"), NULL);
		assert_string_equal(text, files[index][1] ? files[index][1] : pid);
		free(text);
		free(pid);
	}
	/* The shell has descriptors of its own above 9. */
	char *descriptors = file_read(folder_file(&folder, "descriptors"), NULL);
	for (char *line = strtok(descriptors, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(atoi(line) <= 3 || atoi(line) >= 10);
	free(descriptors);
	assert_false(program_ended(&folder));
	sbx_client_close(client);
	assert_true(program_ended(&folder));
	assert_int_equal(sbx_client_is_closed(client), 1);
	sbx_client_close(client);
	sbx_client_free(client);
	close(inherited);
	loopback_stop(server);
	assert_int_equal(folder_count("/proc/self/fd"), before);
	folder_remove(&folder);
}

static void the_last_copy_ends_the_server(void **state)
{
	(void)state;
	test_folder folder;
	sbx_client *client = NULL, *copy = NULL;
	folder_make(&folder);
	use_program(&folder, "echo key >\"$folder/key\"\n"
	                     "echo \"{\\\"url\\\":\\\"http://127.0.0.1:1\\\",\\\"key_file\\\":\\\"$folder/key\\\"}\"\n"
	                     "exec sleep 300");
	assert_int_equal(sbx_client_new_local(&client, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_client_with_options(client, NULL, &copy, NULL), SBX_OK);
	sbx_client_free(client);
	assert_false(program_ended(&folder));
	sbx_client_free(copy);
	assert_true(program_ended(&folder));
	folder_remove(&folder);
	sbx__local_stop(NULL);
}

/* ---- with the server itself ---- */

static const char *real_server(void)
{
	static const char *const places[] = {UNIT_BUILD_FOLDER "/bin/sandboxd",
	                                     UNIT_SOURCE_FOLDER "/build/release/bin/sandboxd"};
	const char *named = getenv("SANDBOXD");
	if (named && *named)
		return named;
	for (size_t index = 0; index < sizeof places / sizeof places[0]; index++)
		if (access(places[index], X_OK) == 0)
			return places[index];
	return NULL;
}

/* Takes the real server, which keeps its state in the folder. Skips the test where there is none. */
static void use_real_server(test_folder *folder)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	if (!real_server()) {
		print_message("no sandboxd was built: set SANDBOXD, or build it\n");
		skip();
	}
	setenv("SANDBOX_SDK_SANDBOXD", real_server(), 1);
	folder_make(folder);
	assert_int_equal(chmod(folder->path, 0755), 0);
	setenv("TMPDIR", folder->path, 1);
	if (sbx_client_new_local(&client, NULL, &error) == SBX_OK) {
		sbx_client_free(client);
		return;
	}
	print_message("sandboxd does not run here: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	folder_remove(folder);
	unsetenv("TMPDIR");
	skip();
}

static void leave_real_server(test_folder *folder)
{
	unsetenv("TMPDIR");
	folder_remove(folder);
}

static void the_server_works_and_leaves_nothing(void **state)
{
	(void)state;
	test_folder folder;
	use_real_server(&folder);
	assert_int_equal(folder_count(folder.path), 0);
	sbx_client *client = NULL;
	sbx_sandbox_list *page = NULL;
	sbx_error *error = NULL;
	assert_int_equal(sbx_client_new_local(&client, NULL, NULL), SBX_OK);
	assert_int_equal(folder_count(folder.path), 1);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, &page, NULL), SBX_OK);
	assert_int_equal(sbx_sandbox_list_data_count(page), 0);
	sbx_sandbox_list_free(page);
	assert_int_equal(sbx_sandboxes_delete(client, "unknown", NULL, NULL, NULL, &error), SBX_ERROR_NOT_FOUND);
	sbx_error_free(error);
	sbx_client_close(client);
	assert_int_equal(folder_count(folder.path), 0);
	/* No child is left: not the server, and nothing that it started. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	sbx_client_free(client);
	leave_real_server(&folder);
}

/* The one child of a process. */
static pid_t child_of(pid_t parent)
{
	char path[64], text[64] = "";
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	fclose(file);
	return (pid_t)atoi(text);
}

/* Waits until a process is gone; one that nobody has waited for yet counts as gone. */
static bool wait_for_end(pid_t pid)
{
	char path[64], text[256] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int round = 0; round < 1000; round++) {
		FILE *file = fopen(path, "r");
		if (!file)
			return true;
		bool zombie = fgets(text, sizeof text, file) && strstr(text, ") Z ");
		fclose(file);
		if (zombie)
			return true;
		usleep(10000);
	}
	return false;
}

/* Starts an owner in a process of its own and returns when its server is ready. */
static pid_t start_owner(void)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	pid_t owner = fork();
	assert_true(owner >= 0);
	if (owner == 0) {
		sbx_client *client;
		close(ready[0]);
		if (sbx_client_new_local(&client, NULL, NULL) != SBX_OK || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return owner;
}

static void the_server_of_a_killed_owner_leaves_nothing(void **state)
{
	(void)state;
	test_folder folder;
	use_real_server(&folder);
	pid_t owner = start_owner();
	pid_t server = child_of(owner);
	assert_true(server > 0);
	assert_int_equal(folder_count(folder.path), 1);
	assert_int_equal(kill(server, 0), 0);
	kill(owner, SIGKILL);
	assert_int_equal(waitpid(owner, NULL, 0), owner);
	assert_true(wait_for_end(server));
	assert_int_equal(folder_count(folder.path), 0);
	leave_real_server(&folder);
}

static int setup(void **state)
{
	test_environment(state);
	unsetenv("TMPDIR");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_program_that_cannot_be_run_is_named),
	        cmocka_unit_test(the_last_words_of_a_program_are_told),
	        cmocka_unit_test(what_is_no_ready_line_ends_the_program),
	        cmocka_unit_test(options_are_judged_after_the_start_and_end_it),
	        cmocka_unit_test(a_program_gets_what_it_needs_and_nothing_else),
	        cmocka_unit_test(the_last_copy_ends_the_server),
	        cmocka_unit_test(the_server_works_and_leaves_nothing),
	        cmocka_unit_test(the_server_of_a_killed_owner_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
