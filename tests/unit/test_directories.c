/* Directories on their way, with a server of the test's own that fails as servers fail. */
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
#include "loopback.h"
#include "session_calls.h"
#include "support.h"
#include "tar.h"

/* What the server does, and what it saw. */
typedef struct world {
	int script_code;     /* how the script with tar ends */
	int fail_uploads;    /* so many are answered with 503 */
	sbx__buffer archive; /* what a download gives */
	int server_code;     /* how the server answers that is to do what tar does */
	bool is_deaf;        /* it takes no notice of an Accept */
	size_t cut_at;       /* the download's connection is lost there; 0: nowhere */
	int uploads;
	int scripts;
	int removals;
	sbx__buffer first; /* the content of the first upload, and of the last */
	sbx__buffer last;
} world;

static void take_upload(world *served, const char *request, size_t length, sbx__buffer *answer)
{
	/* From the file part on; what comes before has a boundary of its own each time. */
	const char *file = memmem(request, length, "application/octet-stream\r\n\r\n", 28);
	sbx__buffer *kept = served->uploads++ ? &served->last : &served->first;
	assert_non_null(file);
	sbx__buffer_clear(kept);
	sbx__buffer_append(kept, file, 2048);
	loopback_json(answer, served->fail_uploads-- > 0 ? 503 : 200, "{\"message\":\"\",\"path\":\"/x\",\"size\":1}");
}

static void give_archive(const world *served, const char *request, sbx__buffer *answer)
{
	size_t length = served->cut_at ? served->cut_at : served->archive.length;
	bool asked = strstr(request, "ccept: application/x-tar\r\n") != NULL;
	assert_int_equal(asked, strstr(request, "path=%2Fdata%2Fd") != NULL);
	if (asked && served->server_code != 200) {
		loopback_json(answer, served->server_code, "{\"detail\":\"words of the server\"}");
		return;
	}
	sbx__buffer_format(answer, "HTTP/1.1 200 OK\r\n%s%sContent-Length: %zu\r\n\r\n",
	                   asked && !served->is_deaf ? "Content-Type: application/x-tar\r\n" : "",
	                   served->cut_at ? "Connection: close\r\n" : "", served->archive.length);
	sbx__buffer_append(answer, served->archive.data, length);
}

static void unpack(world *served, const char *request, size_t length, sbx__buffer *answer)
{
	/* How long the archive is nobody knows before it is made: it comes in chunks. */
	const char *head = memmem(request, length, "\r\n\r\n", 4);
	const char *body = head ? strstr(head + 4, "\r\n") : NULL;
	assert_non_null(strstr(request, "/v1/sandboxes/sbx-1/upload?path=%2Fdata%2Fd "));
	assert_non_null(body);
	sbx__buffer_clear(&served->last);
	sbx__buffer_append(&served->last, body + 2, length - (size_t)(body + 2 - request));
	loopback_json(answer, served->server_code, "{\"message\":\"\",\"path\":\"/x\",\"size\":1}");
}

static void run_script(world *served, const char *request, sbx__buffer *answer)
{
	char body[128];
	bool removes = strstr(request, "\"command\":\"rm -f ") != NULL;
	served->removals += removes;
	served->scripts += !removes;
	snprintf(body, sizeof body, "{\"exit_code\":%d,\"status\":\"completed\",\"stderr\":\"words of tar\"}",
	         removes ? 0 : served->script_code);
	loopback_json(answer, 200, body);
}

static void serve(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	world *served = user_data;
	if (strstr(request, "/upload "))
		take_upload(served, request, length, answer);
	else if (strstr(request, "/download?"))
		give_archive(served, request, answer);
	else if (strstr(request, "ontent-Type: application/x-tar\r\n"))
		unpack(served, request, length, answer);
	else if (strstr(request, "/execute "))
		run_script(served, request, answer);
}

typedef struct fixture {
	world served;
	loopback *server;
	sbx_client *client;
	sbx_session *session;
	test_folder folder;
	char *tree;
	char *target;
	sbx_error *error;
} fixture;

static int make_fixture(void **state)
{
	fixture *made = calloc(1, sizeof *made);
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	made->served.server_code = 200;
	made->server = loopback_start_with(serve, &made->served);
	options.api_key = "key";
	options.base_url = loopback_url(made->server);
	options.max_retries = 1;
	assert_int_equal(sbx_client_new(&made->client, &options, NULL), SBX_OK);
	assert_int_equal(sbx_session_adopt(made->client, "sbx-1", NULL, &made->session, NULL), SBX_OK);
	folder_make(&made->folder);
	made->tree = strdup(folder_file(&made->folder, "tree"));
	made->target = strdup(folder_file(&made->folder, "target"));
	mkdir(made->tree, 0755);
	file_write(folder_file(&made->folder, "tree/file"), "content", 7);
	tar_add(&made->served.archive, '0', "file", NULL, 0644, "content");
	tar_end(&made->served.archive);
	*state = made;
	return 0;
}

static int remove_fixture(void **state)
{
	fixture *made = *state;
	sbx_session_free(made->session);
	sbx_error_free(made->error);
	sbx_client_free(made->client);
	loopback_stop(made->server);
	sbx__folder_remove(AT_FDCWD, made->folder.path);
	sbx__buffer_free(&made->served.archive);
	sbx__buffer_free(&made->served.first);
	sbx__buffer_free(&made->served.last);
	free(made->tree);
	free(made->target);
	free(made);
	return 0;
}

static sbx_status upload(fixture *test)
{
	return session_upload(test->session, test->tree, "/data/d", NULL, NULL, &test->error);
}

static sbx_status download(fixture *test)
{
	return session_download(test->session, "/data/d", test->target, NULL, NULL, &test->error);
}

static void both_ways(void **state)
{
	fixture *test = *state;
	assert_int_equal(upload(test), SBX_OK);
	assert_int_equal(test->served.scripts, 1);
	assert_int_equal(test->served.removals, 1);
	assert_int_equal(download(test), SBX_OK);
	assert_int_equal(test->served.scripts, 2);
	assert_int_equal(test->served.removals, 2);
	char *content = file_read(folder_file(&test->folder, "target/file"), NULL);
	assert_string_equal(content, "content");
	free(content);
}

static void an_upload_is_sent_again_from_its_beginning(void **state)
{
	fixture *test = *state;
	test->served.fail_uploads = 1;
	assert_int_equal(upload(test), SBX_OK);
	assert_int_equal(test->served.uploads, 2);
	assert_int_equal(test->served.first.length, 2048);
	assert_memory_equal(test->served.first.data, test->served.last.data, 28 + 1024);
}

static void a_sandbox_without_tar(void **state)
{
	fixture *test = *state;
	static const int codes[] = {400, 404, 405, 406, 415, 422};
	test->served.script_code = 113;
	for (int round = 0; round < 12; round++) {
		test->served.server_code = codes[round / 2];
		assert_int_equal(round % 2 ? download(test) : upload(test), SBX_ERROR_ARCHIVE);
		assert_string_equal(sbx_error_message(test->error), "The sandbox has no tar, which directories need");
		assert_int_equal(test->served.removals, round + 1);
		sbx_error_free(test->error);
		test->error = NULL;
	}
}

static void a_server_that_takes_a_directory_for_a_file(void **state)
{
	fixture *test = *state;
	test->served.script_code = 113;
	test->served.is_deaf = true;
	assert_int_equal(download(test), SBX_ERROR_ARCHIVE);
	assert_string_equal(sbx_error_message(test->error), "The sandbox has no tar, which directories need");
	assert_int_equal(folder_count(test->folder.path), 1);
}

static void a_server_does_what_tar_does_not(void **state)
{
	fixture *test = *state;
	test->served.script_code = 113;
	assert_int_equal(upload(test), SBX_OK);
	assert_int_equal(test->served.removals, 1);
	assert_string_equal(test->served.last.data, "file");
	assert_non_null(memmem(test->served.last.data, test->served.last.length, "content", 7));
	assert_int_equal(download(test), SBX_OK);
	char *content = file_read(folder_file(&test->folder, "target/file"), NULL);
	assert_string_equal(content, "content");
	free(content);
}

static void a_server_that_fails_at_it(void **state)
{
	fixture *test = *state;
	test->served.script_code = 113;
	test->served.server_code = 507;
	for (int round = 0; round < 2; round++) {
		assert_int_equal(round ? download(test) : upload(test), SBX_ERROR_INTERNAL_SERVER);
		assert_int_equal(sbx_error_http_status(test->error), 507);
		sbx_error_free(test->error);
		test->error = NULL;
	}
	test->served.server_code = 200;
	test->served.cut_at = 700;
	assert_int_equal(download(test), SBX_ERROR_CONNECTION);
	assert_int_equal(folder_count(test->folder.path), 1);
}

static void a_tar_that_fails(void **state)
{
	fixture *test = *state;
	test->served.script_code = 2;
	for (int round = 0; round < 2; round++) {
		assert_int_equal(round ? download(test) : upload(test), SBX_ERROR_COMMAND_FAILED);
		assert_string_equal(sbx_error_detail(test->error), "words of tar");
		assert_int_equal(test->served.removals, round + 1);
		sbx_error_free(test->error);
		test->error = NULL;
	}
}

static void an_upload_that_fails_is_tidied(void **state)
{
	fixture *test = *state;
	test->served.fail_uploads = 9;
	assert_int_equal(upload(test), SBX_ERROR_INTERNAL_SERVER);
	assert_int_equal(test->served.scripts, 0);
	assert_int_equal(test->served.removals, 1);
}

static void a_source_says_why_it_failed(void **state)
{
	fixture *test = *state;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	transfer.directory = (sbx_flag)3;
	assert_int_equal(session_upload(test->session, test->target, "/d", &transfer, NULL, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	transfer.directory = SBX_FLAG_YES;
	assert_int_equal(session_upload(test->session, test->target, "/d", &transfer, NULL, &test->error),
	                 SBX_ERROR_LOCAL_FILE);
	assert_int_equal(sbx_error_system_errno(test->error), ENOENT);
	assert_non_null(strstr(sbx_error_message(test->error), test->target));
	assert_int_equal(test->served.scripts, 0);
}

static void a_download_that_is_cut_leaves_nothing(void **state)
{
	fixture *test = *state;
	static const size_t places[] = {1, 512, 700, 1024, 1500};
	for (size_t index = 0; index < sizeof places / sizeof places[0]; index++) {
		test->served.cut_at = places[index];
		assert_int_equal(download(test), SBX_ERROR_CONNECTION);
		assert_int_equal(folder_count(test->folder.path), 1);
		assert_int_equal(test->served.removals, index + 1);
		sbx_error_free(test->error);
		test->error = NULL;
	}
}

static void an_archive_that_is_none(void **state)
{
	fixture *test = *state;
	sbx__buffer_clear(&test->served.archive);
	for (int line = 0; line < 100; line++)
		sbx__buffer_text(&test->served.archive, "<p>this is no archive</p>");
	assert_int_equal(download(test), SBX_ERROR_ARCHIVE);
	assert_int_equal(folder_count(test->folder.path), 1);
	assert_int_equal(test->served.removals, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(both_ways),
	        TEST(an_upload_is_sent_again_from_its_beginning),
	        TEST(a_sandbox_without_tar),
	        TEST(a_server_that_takes_a_directory_for_a_file),
	        TEST(a_server_does_what_tar_does_not),
	        TEST(a_server_that_fails_at_it),
	        TEST(a_tar_that_fails),
	        TEST(an_upload_that_fails_is_tidied),
	        TEST(a_source_says_why_it_failed),
	        TEST(a_download_that_is_cut_leaves_nothing),
	        TEST(an_archive_that_is_none),
	};
	int failed = 0;
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, test_environment, NULL);
	}
	return failed;
}
