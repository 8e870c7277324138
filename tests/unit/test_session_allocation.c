/*
 * Every allocation of the library fails once while sessions, directories, pages, leftovers and many sandboxes are at
 * work, as in test_allocation.c: nothing may crash, leak, succeed wrongly, or be left in the sandboxes or on this
 * machine.
 *
 * A server of the test's own answers, on a thread whose allocations do not fail.
 */
#include <fcntl.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "folder.h"
#include "loopback.h"
#include "session_calls.h"
#include "support.h"
#include "tar.h"

static _Thread_local long allocations;
static _Thread_local long failing; /* 0: none does */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

static bool fails(void)
{
	return failing && ++allocations == failing;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* The server: one sandbox, whose name it keeps. */
static char name[160];
static bool exists;
static sbx__buffer archive;

static void describe(sbx__buffer *answer, const char *format)
{
	char sandbox[320] = "", body[640];
	if (exists)
		snprintf(sandbox, sizeof sandbox,
		         "{\"id\":\"sbx-1\",\"name\":\"%s\",\"status\":\"running\",\"created_at\":\"2020-01-01T00:00:"
		         "00Z\"}",
		         name);
	snprintf(body, sizeof body, format, sandbox);
	loopback_json(answer, 200, body);
}

static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	(void)user_data, (void)length;
	if (strstr(request, "/create ")) {
		const char *given = strstr(request, "\"name\":\"") + 8;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(given, "\""), given);
		exists = true;
		describe(answer, "%s");
	} else if (strstr(request, "/list")) {
		describe(answer, "{\"data\":[%s],\"pagination\":{\"page\":1,\"page_size\":20,\"total_items\":1,\"total_"
		                 "pages\":1}}");
	} else if (strstr(request, "/delete ")) {
		loopback_json(answer, exists ? 200 : 404, "{\"id\":\"sbx-1\",\"message\":\"\"}");
		exists = false;
	} else if (strstr(request, "/download?")) {
		sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", archive.length);
		sbx__buffer_append(answer, archive.data, archive.length);
	} else if (strstr(request, "/upload ")) {
		loopback_json(answer, 200, "{\"message\":\"\",\"path\":\"/x\",\"size\":5}");
	} else {
		loopback_json(answer, 200,
		              "{\"exit_code\":0,\"status\":\"completed\",\"stdout\":\"out\",\"stderr\":\"\"}");
	}
}

static loopback *server;
static sbx_client *client;
static sbx_session *adopted;
static test_folder folder;
static char *tree;
static char *target;

static int set_up(void **state)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	test_environment(state);
	server = loopback_start_with(serve, NULL);
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	assert_int_equal(sbx_session_adopt(client, "sbx-1", NULL, &adopted, NULL), SBX_OK);
	folder_make(&folder);
	tree = strdup(folder_file(&folder, "tree"));
	target = strdup(folder_file(&folder, "target"));
	mkdir(tree, 0755);
	mkdir(folder_file(&folder, "tree/sub"), 0755);
	file_write(folder_file(&folder, "tree/sub/file"), "content", 7);
	tar_add(&archive, '5', "closed", NULL, 0555, "");
	tar_add(&archive, '0', "closed/file", NULL, 0644, "content");
	tar_add(&archive, '2', "link", "closed", 0777, "");
	tar_add(&archive, '1', "hard", "closed/file", 0644, "");
	tar_end(&archive);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sbx_session_free(adopted);
	sbx_client_free(client);
	loopback_stop(server);
	sbx__folder_remove(AT_FDCWD, folder.path);
	sbx__buffer_free(&archive);
	free(tree);
	free(target);
	return 0;
}

/* Runs a scenario once for each allocation in it, until none fails any more. */
static void torture(sbx_status (*scenario)(void))
{
	long rounds = 0;
	do {
		failing = ++rounds;
		allocations = 0;
		sbx_status status = scenario();
		long made = allocations;
		failing = 0;
		if (status != SBX_OK && status != SBX_ERROR_OUT_OF_MEMORY)
			print_message("allocation %ld: %s\n", rounds, sbx_status_name(status));
		assert_true(status == SBX_OK || status == SBX_ERROR_OUT_OF_MEMORY);
		if (made < rounds) {
			assert_int_equal(status, SBX_OK);
			break;
		}
	} while (rounds < 5000);
	assert_true(rounds > 1 && rounds < 5000);
}

static sbx_status session_scenario(void)
{
	sbx_session *session = NULL;
	sbx_execution *execution = NULL;
	sbx_error *error = NULL;
	char *data = NULL;
	sbx_status status = session_create(client, NULL, NULL, &session, &error);
	if (status == SBX_OK)
		status = session_run(session, "true", NULL, NULL, &execution, &error);
	if (status == SBX_OK)
		status = session_write(session, "/x", "abc", 3, NULL, &error);
	if (status == SBX_OK)
		status = session_read(session, "/x", NULL, &data, NULL, &error);
	if (status == SBX_OK)
		status = session_close(session, NULL, &error);
	/* What is tidied up needs memory, too. */
	long kept = failing;
	failing = 0;
	assert_int_equal(status < 0, error != NULL);
	sbx_session_free(session);
	assert_false(exists);
	failing = kept;
	sbx_error_free(error);
	sbx_execution_free(execution);
	sbx_string_free(data);
	return status;
}

static sbx_status upload_scenario(void)
{
	return session_upload(adopted, tree, "/data/d", NULL, NULL, NULL);
}

static sbx_status download_scenario(void)
{
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	transfer.directory = SBX_FLAG_YES;
	sbx_status status = session_download(adopted, "/data/d", target, &transfer, NULL, NULL);
	long kept = failing;
	failing = 0;
	/* The tree is always there. */
	assert_int_equal(folder_count(folder.path), status == SBX_OK ? 2 : 1);
	sbx__folder_remove(AT_FDCWD, target);
	failing = kept;
	return status;
}

static sbx_status pages_scenario(void)
{
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	int count = 0;
	sbx_status status = sbx_sandboxes_each(client, NULL, NULL, &pages, NULL);
	while (status == SBX_OK && (status = sbx_sandboxes_next(pages, &sandbox, NULL)) == SBX_OK)
		count++;
	sbx_pages_free(pages);
	return status == SBX_DONE && count == 1 ? SBX_OK : status;
}

static sbx_status leftovers_scenario(void)
{
	sbx_leftovers *leftovers = NULL;
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	exists = true;
	strcpy(name, "left");
	params.name_prefix = "left";
	sbx_status status = session_leftovers_delete(client, &params, NULL, &leftovers, NULL);
	if (status == SBX_OK && sbx_leftovers_count_of(leftovers, SBX_LEFTOVER_FAILED))
		status = sbx_error_code(sbx_leftovers_at(leftovers, 0)->error);
	sbx_leftovers_free(leftovers);
	return status;
}

static sbx_status run_many_scenario(void)
{
	static const char *const ids[] = {"sbx-1", "sbx-2", "sbx-3"};
	sbx_run_results *results = NULL;
	sbx_run_many_options options = SBX_RUN_MANY_OPTIONS_INIT;
	options.concurrency = 2;
	sbx_status status = session_run_many(client, ids, 3, "true", &options, NULL, &results, NULL);
	for (size_t index = 0; status == SBX_OK && index < 3; index++)
		status = sbx_run_results_at(results, index)->status;
	sbx_run_results_free(results);
	return status;
}

static void sessions(void **state)
{
	(void)state;
	torture(session_scenario);
}

static void directories_out(void **state)
{
	(void)state;
	torture(upload_scenario);
}

static void directories_in(void **state)
{
	(void)state;
	torture(download_scenario);
}

static void pages(void **state)
{
	(void)state;
	exists = true;
	torture(pages_scenario);
}

static void leftovers(void **state)
{
	(void)state;
	torture(leftovers_scenario);
}

static void many_sandboxes(void **state)
{
	(void)state;
	torture(run_many_scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sessions), cmocka_unit_test(directories_out), cmocka_unit_test(directories_in),
	        cmocka_unit_test(pages),    cmocka_unit_test(leftovers),       cmocka_unit_test(many_sandboxes),
	};
	int failed = 0;
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, set_up, tear_down);
	}
	return failed;
}
