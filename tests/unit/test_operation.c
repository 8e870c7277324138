/* The typed functions: what each sends, and what it gives back. */
#include <sandbox_sdk.h>
#include <stdlib.h>
#include <string.h>

#include "loopback.h"
#include "response.h"
#include "support.h"

/* It answers every operation, since all fields of its models may be missing but the object. */
#define ANSWER "{\"id\":\"made\"}"

typedef struct fixture {
	loopback *server;
	sbx_client *client;
} fixture;

static fixture begin(const char *body)
{
	fixture made = {loopback_start_json(body), NULL};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "test-key-0123456789";
	options.base_url = loopback_url(made.server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&made.client, &options, NULL), SBX_OK);
	return made;
}

static void end(fixture *made)
{
	sbx_client_free(made->client);
	loopback_stop(made->server);
}

/* The last request began with that line and ended with that body. */
static void assert_sent(const fixture *made, const char *line, const char *body)
{
	char *request = loopback_last(made->server);
	char *rest = strstr(request, "\r\n");
	assert_non_null(rest);
	assert_non_null(strstr(rest, "\r\n\r\n"));
	*rest = '\0';
	assert_string_equal(request, line);
	assert_string_equal(strstr(rest + 1, "\r\n\r\n") + 4, body);
	free(request);
}

static void sandboxes_are_created_listed_and_deleted(void **state)
{
	(void)state;
	fixture made = begin(ANSWER);
	const sbx_pair variables[] = {{"A", "1"}, {"B", ""}};
	sbx_sandbox_resources resources = SBX_SANDBOX_RESOURCES_INIT;
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox *sandbox = NULL;
	assert_int_equal(sbx_sandboxes_create(made.client, NULL, NULL, &sandbox, NULL), SBX_OK);
	assert_sent(&made, "POST /v1/sandboxes/create HTTP/1.1", "{}");
	assert_string_equal(sbx_sandbox_id(sandbox), "made");
	sbx_sandbox_free(sandbox);
	resources.cpus = 0;
	resources.memory = 512;
	create.env_vars = variables;
	create.env_vars_count = 2;
	create.image = "i";
	create.name = "n";
	create.resources = &resources;
	create.wait_for_ready = SBX_FLAG_NO;
	assert_int_equal(sbx_sandboxes_create(made.client, &create, NULL, NULL, NULL), SBX_OK);
	assert_sent(&made, "POST /v1/sandboxes/create HTTP/1.1",
	            "{\"env_vars\":{\"A\":\"1\",\"B\":\"\"},\"image\":\"i\",\"name\":\"n\",\"resources\":{\"cpus\":0,"
	            "\"memory\":512},\"wait_for_ready\":false}");
	sbx_sandboxes_list_params list = SBX_SANDBOXES_LIST_PARAMS_INIT;
	sbx_sandbox_list *page = NULL;
	list.page = 2;
	list.page_size = 50;
	assert_int_equal(sbx_sandboxes_list(made.client, &list, NULL, &page, NULL), SBX_OK);
	assert_sent(&made, "GET /v1/sandboxes/list?page=2&page_size=50 HTTP/1.1", "");
	sbx_sandbox_list_free(page);
	sbx_sandboxes_delete_params delete = SBX_SANDBOXES_DELETE_PARAMS_INIT;
	sbx_sandbox_deletion *deletion = NULL;
	delete.create_snapshot = SBX_FLAG_YES;
	delete.snapshot_name = "s";
	delete.keep_storage = SBX_FLAG_NO;
	assert_int_equal(sbx_sandboxes_delete(made.client, "a b", &delete, NULL, &deletion, NULL), SBX_OK);
	assert_sent(&made, "DELETE /v1/sandboxes/a%20b/delete HTTP/1.1",
	            "{\"create_snapshot\":true,\"keep_storage\":false,\"snapshot_name\":\"s\"}");
	assert_string_equal(sbx_sandbox_deletion_id(deletion), "made");
	sbx_sandbox_deletion_free(deletion);
	sbx_sandbox_deletions *deletions = NULL;
	assert_int_equal(sbx_sandboxes_delete_all(made.client, NULL, &deletions, NULL), SBX_OK);
	assert_sent(&made, "DELETE /v1/sandboxes/delete-all HTTP/1.1", "");
	assert_non_null(deletions);
	sbx_sandbox_deletions_free(deletions);
	end(&made);
}

static void commands_are_executed(void **state)
{
	(void)state;
	fixture made = begin("{\"exit_code\":-1,\"stdout\":\"\\u0000\"}");
	const sbx_pair variables[] = {{"A", "1"}};
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *run = NULL;
	execute.command = "true";
	execute.env = variables;
	execute.env_count = 1;
	execute.timeout = 0;
	execute.working_dir = "/";
	assert_int_equal(sbx_sandboxes_execute(made.client, "a", &execute, NULL, &run, NULL), SBX_OK);
	assert_sent(&made, "POST /v1/sandboxes/a/execute HTTP/1.1",
	            "{\"command\":\"true\",\"env\":{\"A\":\"1\"},\"timeout\":0,\"working_dir\":\"/\"}");
	assert_int_equal(sbx_execution_exit_code(run), -1);
	assert_int_equal(sbx_execution_stdout_length(run), 1);
	sbx_execution_free(run);
	end(&made);
}

static void files_go_up_and_come_down(void **state)
{
	(void)state;
	fixture made = begin("{\"size\":  3}");
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "abc";
	source.length = 3;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_uploaded_file *file = NULL;
	upload.file = &source;
	upload.path = "/to";
	assert_int_equal(sbx_sandboxes_upload(made.client, "a", &upload, NULL, &file, NULL), SBX_OK);
	assert_int_equal(sbx_uploaded_file_size(file), 3);
	sbx_uploaded_file_free(file);
	char *request = loopback_last(made.server);
	assert_non_null(strstr(request, "POST /v1/sandboxes/a/upload HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "\r\n\r\n/to\r\n--"));
	assert_non_null(strstr(request, "\r\n\r\nabc\r\n--"));
	free(request);
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_response *response = NULL;
	size_t length;
	download.path = "/from here";
	assert_int_equal(sbx_sandboxes_download(made.client, "a", &download, NULL, &response, NULL), SBX_OK);
	assert_sent(&made, "GET /v1/sandboxes/a/download?path=%2Ffrom+here HTTP/1.1", "");
	assert_string_equal(sbx_response_body(response, &length), "{\"size\":  3}");
	assert_int_equal(length, 12);
	assert_int_equal(sbx_response_size(response), 12);
	assert_null(sbx_response_json(response));
	sbx_response_free(response);
	end(&made);
}

static void volumes_are_created_listed_kept_and_deleted(void **state)
{
	(void)state;
	fixture made = begin(ANSWER);
	sbx_volumes_create_params create = SBX_VOLUMES_CREATE_PARAMS_INIT;
	sbx_volume *volume = NULL;
	create.name = "n";
	create.volume_size = "1Gi";
	assert_int_equal(sbx_volumes_create(made.client, &create, NULL, &volume, NULL), SBX_OK);
	assert_sent(&made, "POST /v1/volumes/create HTTP/1.1", "{\"name\":\"n\",\"size\":\"1Gi\"}");
	assert_string_equal(sbx_volume_id(volume), "made");
	sbx_volume_free(volume);
	sbx_volumes_list_params list = SBX_VOLUMES_LIST_PARAMS_INIT;
	sbx_volume_list *page = NULL;
	list.page = 0;
	assert_int_equal(sbx_volumes_list(made.client, &list, NULL, &page, NULL), SBX_OK);
	assert_sent(&made, "GET /v1/volumes/list?page=0 HTTP/1.1", "");
	sbx_volume_list_free(page);
	sbx_volumes_create_snapshot_params keep = SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT;
	sbx_snapshot *snapshot = NULL;
	keep.name = "s";
	keep.quick = SBX_FLAG_YES;
	assert_int_equal(sbx_volumes_create_snapshot(made.client, "v", &keep, NULL, &snapshot, NULL), SBX_OK);
	assert_sent(&made, "POST /v1/volumes/v/snapshot HTTP/1.1", "{\"name\":\"s\",\"quick\":true}");
	assert_string_equal(sbx_snapshot_id(snapshot), "made");
	sbx_snapshot_free(snapshot);
	sbx_volume_deletion *deletion = NULL;
	assert_int_equal(sbx_volumes_delete(made.client, "v", NULL, &deletion, NULL), SBX_OK);
	assert_sent(&made, "DELETE /v1/volumes/v/delete HTTP/1.1", "");
	sbx_volume_deletion_free(deletion);
	end(&made);
}

static void what_is_refused_is_named_and_not_sent(void **state)
{
	(void)state;
	fixture made = begin(ANSWER);
	const sbx_pair unnamed[] = {{NULL, "x"}};
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_sandboxes_create_params create = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_execution *run = NULL;
	sbx_error *error = NULL;
	static const char *const named[] = {"command", "id",   "id",      "command", "env_vars",
	                                    "params",  "file", "options", "id"};
	for (size_t index = 0; index < sizeof named / sizeof named[0]; index++) {
		sbx_status status = SBX_OK;
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		execute.command = "true";
		switch (index) {
		case 0:
			status = sbx_sandboxes_execute(made.client, "a", NULL, NULL, &run, &error);
			break;
		case 1:
			status = sbx_sandboxes_execute(made.client, NULL, &execute, NULL, &run, &error);
			break;
		case 2:
			status = sbx_sandboxes_execute(made.client, "", &execute, NULL, &run, &error);
			break;
		case 3:
			execute.command = "\xff";
			status = sbx_sandboxes_execute(made.client, "a", &execute, NULL, &run, &error);
			break;
		case 4:
			create.env_vars = unnamed;
			create.env_vars_count = 1;
			status = sbx_sandboxes_create(made.client, &create, NULL, NULL, &error);
			break;
		case 5:
			create.size = 0;
			status = sbx_sandboxes_create(made.client, &create, NULL, NULL, &error);
			break;
		case 6:
			upload.path = "/x";
			status = sbx_sandboxes_upload(made.client, "a", &upload, NULL, NULL, &error);
			break;
		case 7:
			options.size = 3;
			status = sbx_sandboxes_execute(made.client, "a", &execute, &options, &run, &error);
			break;
		default:
			status = sbx_volumes_delete(made.client, "..", NULL, NULL, &error);
		}
		assert_int_equal(status, SBX_ERROR_INVALID_ARGUMENT);
		assert_string_equal(sbx_error_argument(error), named[index]);
		sbx_error_free(error);
	}
	assert_null(run);
	assert_int_equal(loopback_connections(made.server), 0);
	end(&made);
}

static void the_raw_answer_comes_along(void **state)
{
	(void)state;
	fixture made = begin(ANSWER);
	sbx_response *response = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	size_t length;
	options.response = &response;
	assert_int_equal(sbx_sandboxes_create(made.client, NULL, &options, &sandbox, NULL), SBX_OK);
	assert_int_equal(sbx_response_status(response), 200);
	assert_string_equal(sbx_response_method(response), "POST");
	assert_non_null(strstr(sbx_response_url(response), "/v1/sandboxes/create"));
	assert_int_equal(sbx_response_attempts(response), 1);
	assert_true(sbx_response_elapsed(response) > 0);
	assert_string_equal(sbx_response_header(response, "CONTENT-length"), "13");
	assert_null(sbx_response_header(response, "none"));
	assert_null(sbx_response_header(response, NULL));
	assert_int_equal(sbx_response_headers_count(response), 2);
	assert_string_equal(sbx_response_header_at(response, 0).value, "application/json");
	assert_null(sbx_response_header_at(response, 2).name);
	assert_string_equal(sbx_response_body(response, &length), "{\"id\":\"made\"}");
	assert_int_equal(length, 13);
	assert_ptr_equal(sbx_response_json(response), sbx_sandbox_json(sandbox));
	/* Each keeps what both show. */
	sbx_response_free(response);
	assert_string_equal(sbx_sandbox_id(sandbox), "made");
	sbx_sandbox_free(sandbox);
	end(&made);
}

static void the_raw_answer_comes_along_with_the_response(void **state)
{
	(void)state;
	fixture made = begin(ANSWER);
	sbx_response *wanted = NULL;
	sbx_response *response = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	params.path = "/x";
	options.response = &wanted;
	assert_int_equal(sbx_sandboxes_download(made.client, "a", &params, &options, &response, NULL), SBX_OK);
	sbx_response_free(response);
	assert_string_equal(sbx_response_body(wanted, NULL), "{\"id\":\"made\"}");
	sbx_response_free(wanted);
	/* Both may be one place. */
	options.response = &response;
	assert_int_equal(sbx_sandboxes_download(made.client, "a", &params, &options, &response, NULL), SBX_OK);
	sbx_response_free(response);
	end(&made);
}

static void no_response_is_empty(void **state)
{
	(void)state;
	size_t length = 9;
	assert_int_equal(sbx_response_status(NULL), 0);
	assert_null(sbx_response_header(NULL, "a"));
	assert_int_equal(sbx_response_headers_count(NULL), 0);
	assert_null(sbx_response_header_at(NULL, 0).name);
	assert_string_equal(sbx_response_body(NULL, &length), "");
	assert_int_equal(length, 0);
	assert_null(sbx_response_json(NULL));
	assert_int_equal(sbx_response_size(NULL), 0);
	assert_string_equal(sbx_response_method(NULL), "");
	assert_string_equal(sbx_response_url(NULL), "");
	assert_int_equal(sbx_response_attempts(NULL), 0);
	assert_true(sbx_response_elapsed(NULL) == 0);
	sbx_response_free(NULL);
	assert_string_equal(sbx_version(), SBX_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sandboxes_are_created_listed_and_deleted),
	        cmocka_unit_test(commands_are_executed),
	        cmocka_unit_test(files_go_up_and_come_down),
	        cmocka_unit_test(volumes_are_created_listed_kept_and_deleted),
	        cmocka_unit_test(what_is_refused_is_named_and_not_sent),
	        cmocka_unit_test(the_raw_answer_comes_along),
	        cmocka_unit_test(the_raw_answer_comes_along_with_the_response),
	        cmocka_unit_test(no_response_is_empty),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
