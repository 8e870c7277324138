/*
 * Every allocation of the library fails once: each scenario is run again and again, with the first, the second, the
 * third … allocation failing, until it runs through. Nothing may crash, leak (a sanitizer says so) or succeed wrongly.
 *
 * The linker puts the functions here in the place of the C library's, for the library's own objects and these; json-c
 * and libcurl keep theirs. What json-c allocates fails in test_json_reader.c.
 */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "client.h"
#include "core.h"
#include "error.h"
#include "error_json.h"
#include "event_decoder.h"
#include "files.h"
#include "generated/model_descriptors.h"
#include "redact.h"
#include "support.h"
#include "transport_parse.h"
#include "url.h"

static long allocations; /* since the scenario began */
static long failing;     /* which of them fails; 0: none */

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

/* What a scenario came to: SBX_OK or the status of what failed. Outputs are checked by the scenario itself. */
typedef sbx_status (*scenario)(void);

/* Runs a scenario once for each allocation in it. `wanted` is its outcome where memory does not run out. */
static void torture(scenario run, sbx_status wanted)
{
	long rounds = 0;
	do {
		failing = ++rounds;
		allocations = 0;
		sbx_status status = run();
		/* The scenario's own checks are done: cmocka allocates too. */
		failing = 0;
		if (status != wanted && status != SBX_ERROR_OUT_OF_MEMORY)
			print_message("allocation %ld: %s\n", rounds, sbx_status_name(status));
		assert_true(status == wanted || status == SBX_ERROR_OUT_OF_MEMORY);
		if (allocations < rounds)
			assert_int_equal(status, wanted);
	} while (allocations >= rounds);
	assert_true(rounds > 1 && rounds < 2000);
}

/* A check within a scenario, where a failed assertion of cmocka would allocate. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			failing = 0; \
			assert_true(condition); \
		} \
	} while (0)

static sbx_status make_error(void)
{
	sbx_error *error = NULL, *other = NULL, *third = NULL;
	sbx_status first = sbx__fail_file(&error, "file", "read", "/a/path", 2);
	sbx_status second = sbx__fail_argument(&other, "name", "%s", "words");
	sbx__fail(&third, SBX_ERROR_CLOSED, "%s", "words");
	CHECK(sbx_error_code(error) == first && sbx_error_code(other) == second);
	CHECK(*sbx_error_message(error) && *sbx_error_message(other) && *sbx_error_message(third));
	bool all = first == SBX_ERROR_LOCAL_FILE && second == SBX_ERROR_INVALID_ARGUMENT &&
	           sbx_error_code(third) == SBX_ERROR_CLOSED;
	sbx_error_free(error);
	sbx_error_free(other);
	sbx_error_free(third);
	return all ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;
}

static void errors(void **state)
{
	(void)state;
	torture(make_error, SBX_OK);
}

static sbx_json *query;

static sbx_client_options all_options(void)
{
	static const sbx_pair headers[] = {{"X-One", "1"}, {"X-Two", NULL}, {"x-one", "2"}};
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "test-key-0123456789";
	options.base_url = "http://user@server.test/v";
	options.default_headers = headers;
	options.default_headers_count = 3;
	options.default_query = query;
	return options;
}

static sbx_status make_clients(void)
{
	sbx_client_options options = all_options();
	sbx_client *client = NULL, *copy = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_client_new(&client, &options, &error);
	CHECK((status == SBX_OK) == (client != NULL));
	if (status == SBX_OK) {
		status = sbx_client_with_options(client, &options, &copy, &error);
		CHECK((status == SBX_OK) == (copy != NULL));
	}
	if (status == SBX_OK)
		status = sbx_client_set_options(copy, &options, &error);
	CHECK(sbx_error_code(error) == status);
	sbx_client_free(copy);
	sbx_client_free(client);
	sbx_error_free(error);
	return status;
}

static void clients(void **state)
{
	(void)state;
	query = json_of("{\"a\":[1,2],\"b\":{\"c\":\"d\"}}");
	torture(make_clients, SBX_OK);
	sbx_json_free(query);
}

static sbx_status read_json(void)
{
	static const char text[] = "[12345678901234567890123,1.5e3,\"\\u00e9\",{\"a\":null}]";
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	char *printed = NULL;
	sbx_status status = sbx_json_parse(text, sizeof text - 1, &json, &error);
	CHECK((status == SBX_OK) == (json != NULL) && sbx_error_code(error) == status);
	sbx_json *copy = status == SBX_OK ? sbx_json_copy(json) : NULL;
	if (status == SBX_OK)
		status = copy ? sbx_json_print(copy, 1, &printed, NULL) : SBX_ERROR_OUT_OF_MEMORY;
	CHECK(status < 0 || strncmp(printed, "[\n 12345678901234567890123,\n 1500.0,", 36) == 0);
	sbx_string_free(printed);
	sbx_json_free(json);
	sbx_json_free(copy);
	sbx_error_free(error);
	return status;
}

static void json(void **state)
{
	(void)state;
	torture(read_json, SBX_OK);
}

static sbx_status make_model(void)
{
	static const char text[] = "{\"data\":[{\"id\":\"a\",\"mounted_by\":{\"sandbox_id\":\"s\"}},{\"id\":\"b\"}],"
	                           "\"pagination\":{\"page\":1}}";
	sbx_json *document = NULL;
	sbx__model *model = NULL;
	sbx_error *error = NULL;
	long kept = failing;
	failing = 0;
	sbx_json_parse(text, sizeof text - 1, &document, NULL);
	failing = kept;
	sbx_status status = sbx__model_new(&sbx__volume_list_descriptor, document, false, &model, &error);
	CHECK((status == SBX_OK) == (model != NULL));
	if (status == SBX_OK) {
		const sbx_volume *volume = sbx_volume_list_data_at((const sbx_volume_list *)model, 0);
		CHECK(strcmp(sbx_volume_mount_sandbox_id(sbx_volume_mounted_by(volume)), "s") == 0);
	}
	sbx__model_unref(model);
	sbx_error_free(error);
	return status;
}

static void models(void **state)
{
	(void)state;
	torture(make_model, SBX_OK);
}

static sbx_status take_url_apart(void)
{
	sbx__url_parts parts;
	const char *problem = NULL;
	char *resolved = sbx__url_resolve("http://host/a", "b", &problem);
	char *redacted = sbx__redact_url("http://user@host/", NULL);
	bool parsed = sbx__url_parse("http://user@host/a?b", &parts, &problem);
	CHECK(parsed || problem == sbx__url_no_memory);
	CHECK(!parsed || strcmp(parts.origin, "http://host:80") == 0);
	sbx__url_parts_free(&parts);
	sbx_status status = parsed && resolved && redacted ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;
	free(resolved);
	free(redacted);
	return status;
}

static void urls(void **state)
{
	(void)state;
	torture(take_url_apart, SBX_OK);
}

/* ---- calls, over a transport that answers from a script ---- */

static const char *operation_name, *arguments_text;
static const fake_answer *script;
static size_t script_length;
static sbx_request_options call_options;
static sbx__config *call_config;
static const sbx_request *custom_request; /* in the place of an operation; or NULL */
static const char *wanted_body;           /* of the answer, where it is bytes; or NULL */

static sbx_status make_call(void)
{
	fake_platform platform;
	fake_transport transport;
	sbx__call call;
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	long kept = failing;
	failing = 0;
	sbx_json *arguments = json_of(arguments_text);
	fake_platform_init(&platform);
	fake_transport_init(&transport, &platform, script, script_length);
	failing = kept;
	const sbx_request request = custom_request ? *custom_request : request_of(operation_name, arguments);
	sbx_status status = sbx__call_init(&call, call_config, &platform.platform, &request, NULL, &call_options,
	                                   platform.now, &error);
	if (status == SBX_OK) {
		fake_drive(&call, &transport);
		status = sbx__call_take(&call, &response, &error);
	}
	CHECK((status == SBX_OK) == (response != NULL) && sbx_error_code(error) == status);
	CHECK(status == SBX_OK || *sbx_error_message(error));
	if (response && wanted_body)
		CHECK(strcmp(sbx_response_body(response, NULL), wanted_body) == 0);
	sbx__call_free(&call);
	sbx_response_free(response);
	sbx_error_free(error);
	failing = 0;
	fake_transport_clear(&transport);
	sbx_json_free(arguments);
	failing = kept;
	return status;
}

static void torture_call(const char *operation, const char *arguments, const fake_answer *answers, size_t count,
                         sbx_status wanted)
{
	operation_name = operation;
	arguments_text = arguments;
	script = answers;
	script_length = count;
	call_config = test_config(NULL);
	torture(make_call, wanted);
	sbx__config_unref(call_config);
	call_options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	custom_request = NULL;
	wanted_body = NULL;
}

static void torture_custom(const sbx_request *request, const fake_answer *answers, size_t count, sbx_status wanted)
{
	custom_request = request;
	torture_call("sandboxes.list", "{}", answers, count, wanted);
}

static void calls_of_ones_own_making(void **state)
{
	(void)state;
	const fake_answer answers[] = {
	        {.status = 503, .headers = {"retry-after-ms: 1"}},
	        {.status = 307, .headers = {"Location: /again"}},
	        {.status = 200, .headers = {"Content-Type: application/json"}, .body = "{\"a\":[1,\"b\"]}"}};
	const fake_answer broken[] = {{.status = 200, .headers = {"Content-Type: application/json"}, .body = "[1"}};
	const fake_answer plain[] = {{.status = 200}};
	static const sbx_pair form[] = {{"a", "b c"}, {"d", "e"}};
	sbx_json *json = json_of("{\"a\":[1],\"b\":{\"c\":2}}");
	sbx_source source = SBX_SOURCE_INIT;
	sbx_part parts[] = {SBX_PART_INIT, SBX_PART_INIT, SBX_PART_INIT};
	sbx_request request = SBX_REQUEST_INIT;
	request.method = "PROPFIND";
	request.url = "a b?c=d";
	request.json = json;
	request.content_type = "application/x+json";
	call_options.query = json;
	call_options.body = json;
	torture_custom(&request, answers, 3, SBX_OK);
	torture_custom(&request, broken, 1, SBX_ERROR_RESPONSE_VALIDATION);
	request.json = NULL;
	request.form = form;
	request.form_count = 2;
	torture_custom(&request, plain, 1, SBX_OK);
	source.kind = SBX_SOURCE_PATH;
	source.path = "/proc/self/cmdline";
	parts[0].name = parts[1].name = parts[2].name = "a";
	parts[0].source = parts[2].source = &source;
	parts[1].text = "text";
	request.form = NULL;
	request.form_count = 0;
	request.content_type = NULL;
	request.parts = parts;
	request.parts_count = 3;
	request.url = "http://elsewhere.test/";
	torture_custom(&request, answers, 3, SBX_OK);
	sbx_json_free(json);
}

static void calls_that_succeed(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.status = 503, .headers = {"retry-after: 1"}, .body = "{}"},
	                               {.status = 302, .headers = {"Location: /again"}},
	                               {.status = 200, .headers = {"A: b"}, .body = "{\"data\":[{\"id\":\"a\"}]}"}};
	call_options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	sbx_json *extra = json_of("{\"a\":[1],\"b\":{\"c\":2}}");
	const sbx_pair header = {"X-One", "1"};
	call_options.query = extra;
	call_options.headers = &header;
	call_options.headers_count = 1;
	call_options.credentials = &header;
	call_options.credentials_count = 1;
	torture_call("sandboxes.list", "{\"page\":2}", answers, 3, SBX_OK);
	const fake_answer made[] = {{.status = 200, .body = "{\"id\":\"a\"}"}};
	call_options.body = extra;
	torture_call("sandboxes.create", "{\"name\":\"x\",\"env_vars\":{\"A\":\"1\"}}", made, 1, SBX_OK);
	sbx_json_free(extra);
}

static void calls_that_move_files(void **state)
{
	(void)state;
	const fake_answer answers[] = {{.status = 200, .body = "{\"size\":3}"}};
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = "abc";
	source.length = 3;
	call_options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	call_options.source = &source;
	torture_call("sandboxes.upload", "{\"id\":\"a\",\"path\":\"/x\"}", answers, 1, SBX_OK);
	wanted_body = "{\"size\":3}";
	torture_call("sandboxes.download", "{\"id\":\"a\",\"path\":\"/x\"}", answers, 1, SBX_OK);
	test_folder folder;
	folder_make(&folder);
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_PATH;
	sink.path = folder_file(&folder, "out");
	call_options.sink = &sink;
	torture_call("sandboxes.download", "{\"id\":\"a\",\"path\":\"/x\"}", answers, 1, SBX_OK);
	/* All that is left of many attempts is the one file. */
	assert_int_equal(folder_count(folder.path), 1);
	folder_remove(&folder);
}

static void calls_that_fail(void **state)
{
	(void)state;
	const fake_answer missing[] = {{.status = 404, .headers = {"A: b"}, .body = "{\"error\":\"no\"}"}};
	const fake_answer text[] = {{.status = 400, .body = " not JSON \xff"}};
	const fake_answer lost[] = {{.lose = true}};
	const fake_answer html[] = {{.status = 200, .body = "<html>"}};
	const fake_answer away[] = {{.status = 307, .headers = {"Location: http://other.test/"}}};
	call_options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	torture_call("sandboxes.create", "{}", away, 1, SBX_ERROR_CONNECTION);
	torture_call("sandboxes.delete", "{\"id\":\"a\"}", missing, 1, SBX_ERROR_NOT_FOUND);
	torture_call("sandboxes.list", "{}", text, 1, SBX_ERROR_BAD_REQUEST);
	torture_call("sandboxes.create", "{}", lost, 1, SBX_ERROR_CONNECTION);
	torture_call("sandboxes.list", "{}", html, 1, SBX_ERROR_RESPONSE_VALIDATION);
	torture_call("sandboxes.create", "{\"resources\":{\"cpus\":\"1\"}}", NULL, 0, SBX_ERROR_INVALID_ARGUMENT);
}

/* ---- a core, a client and a local server ---- */

static sbx__transport *make_none(void *context)
{
	(void)context;
	return NULL;
}

static void free_none(void *context)
{
	++*(int *)context;
}

static sbx_status make_core(void)
{
	int freed = 0;
	sbx_error *error = NULL;
	sbx_client *client = NULL;
	sbx_client_options options = all_options();
	sbx_status status = SBX_ERROR_OUT_OF_MEMORY;
	sbx__core *core =
	        sbx__core_new(&sbx__platform_system, (sbx__core_limits){100, 20},
		              (sbx__transport_factory){.make = make_none, .free = free_none, .context = &freed}, NULL);
	if (core)
		status = sbx__client_new_over(&client, core, &options, &error);
	CHECK((status == SBX_OK) == (client != NULL));
	/* It has no transport to give: a call ends for want of memory. */
	if (client) {
		sbx_status called = sbx_sandboxes_list(client, NULL, NULL, NULL, NULL);
		CHECK(called == SBX_ERROR_OUT_OF_MEMORY);
	}
	sbx_client_free(client);
	sbx_error_free(error);
	/* What was taken over is freed, and freed once. */
	CHECK(freed == 1);
	return status;
}

static void cores(void **state)
{
	(void)state;
	query = NULL;
	torture(make_core, SBX_OK);
}

static const char *crl_file;

static sbx_status make_client_with_http_options(void)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	                          "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
	static const char *const overrides[] = {"server.test:443:127.0.0.1", "*:80:::1"};
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options options = all_options();
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	http.proxy = "https://proxy.test";
	http.proxy_username = "user";
	http.proxy_password = "password";
	http.no_proxy = "other.test";
	http.ca_data = http.certificate_data = http.key_data = pem;
	http.ca_length = http.certificate_length = http.key_length = sizeof pem - 1;
	http.crl_file = crl_file;
	http.key_password = "secret";
	http.local_address = "127.0.0.1";
	http.name_overrides = overrides;
	http.name_overrides_count = 2;
	options.http = &http;
	sbx_status status = sbx_client_new(&client, &options, &error);
	CHECK((status == SBX_OK) == (client != NULL) && sbx_error_code(error) == status);
	sbx_client_free(client);
	sbx_error_free(error);
	return status;
}

static void clients_with_http_options(void **state)
{
	(void)state;
	static const char list[] = "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n";
	test_folder folder;
	folder_make(&folder);
	query = NULL;
	crl_file = folder_file(&folder, "lists");
	file_write(crl_file, list, sizeof list - 1);
	torture(make_client_with_http_options, SBX_OK);
	folder_remove(&folder);
}

static sbx_status call_over_memory(void)
{
	sbx_memory_transport *memory = NULL;
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_client_options options = all_options();
	sbx_status status = sbx_memory_transport_new(&memory, &error);
	if (status == SBX_OK)
		status = sbx_memory_transport_add(memory, NULL, &error);
	options.transport = sbx_memory_transport_transport(memory);
	options.max_retries = 0;
	if (status == SBX_OK)
		status = sbx_client_new(&client, &options, &error);
	if (status == SBX_OK)
		status = sbx_sandboxes_create(client, NULL, NULL, NULL, &error);
	CHECK(sbx_error_code(error) == status);
	/* The transport is not the library: what it lacks memory for is a connection that comes to nothing. */
	if (status == SBX_ERROR_CONNECTION)
		CHECK(strcmp(sbx_error_detail(error), "out of memory") == 0);
	sbx_client_free(client);
	sbx_memory_transport_free(memory);
	sbx_error_free(error);
	return status == SBX_ERROR_CONNECTION ? SBX_ERROR_OUT_OF_MEMORY : status;
}

static void calls_over_memory(void **state)
{
	(void)state;
	query = NULL;
	torture(call_over_memory, SBX_OK);
}

static sbx_status make_local(void)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_client_new_local(&client, NULL, &error);
	CHECK((status == SBX_OK) == (client != NULL) && sbx_error_code(error) == status);
	sbx_client_free(client);
	sbx_error_free(error);
	/* Without memory for what the server says it has not said anything. */
	return status == SBX_ERROR_LOCAL_SERVER ? SBX_ERROR_OUT_OF_MEMORY : status;
}

static void local_servers(void **state)
{
	(void)state;
	char text[1000];
	test_folder folder;
	folder_make(&folder);
	const char *path = folder_file(&folder, "program");
	file_write(folder_file(&folder, "key"), "key\n", 4);
	snprintf(text, sizeof text,
	         "#!/bin/sh\necho '{\"url\":\"http://127.0.0.1:1\",\"key_file\":\"%s/key\"}'\nexec sleep 300\n",
	         folder.path);
	file_write(path, text, strlen(text));
	assert_int_equal(chmod(path, 0755), 0);
	setenv("SANDBOX_SDK_SANDBOXD", path, 1);
	torture(make_local, SBX_OK);
	folder_remove(&folder);
}

static sbx_status make_arguments(void)
{
	const sbx_pair pairs[] = {{"a", "b"}};
	const char *const strings[] = {"x"};
	sbx__arguments arguments, members;
	sbx__arguments_init(&arguments);
	sbx__arguments_init(&members);
	sbx__arguments_pairs(&arguments, "pairs", pairs, 1);
	sbx__arguments_strings(&arguments, "strings", strings, 1);
	sbx__arguments_number(&members, "number", 1.5);
	sbx__arguments_object(&arguments, "members", &members);
	sbx_status status = arguments.status;
	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, NULL);
	CHECK(status < 0 || sbx_json_count(arguments.object) == 3);
	sbx__arguments_free(&arguments);
	sbx__buffer flat = {0};
	sbx__buffer_format(&flat, "%s", "some text");
	sbx__buffer_number(&flat, 0.1, true);
	char *taken = sbx__buffer_take(&flat);
	if (!taken)
		status = SBX_ERROR_OUT_OF_MEMORY;
	CHECK(!taken || strcmp(taken, "some text0.1") == 0);
	free(taken);
	return status;
}

static void arguments(void **state)
{
	(void)state;
	torture(make_arguments, SBX_OK);
}

/* An answer that holds the key, and one that does not. */
static sbx_status show_errors(void)
{
	static const char *const bodies[] = {"{\"a\":\"12345678\"}", "{\"a\":[1]}"};
	sbx_status status = SBX_OK;
	for (size_t index = 0; index < 2; index++) {
		sbx_error *error = sbx__error_new(SBX_ERROR_NOT_FOUND, "%s", "words");
		sbx_json *json = NULL;
		if (sbx__error_is_static(error))
			return SBX_ERROR_OUT_OF_MEMORY;
		sbx_response *answer = answer_error(error, 404);
		if (!answer) {
			sbx_error_free(error);
			return SBX_ERROR_OUT_OF_MEMORY;
		}
		sbx__buffer_text(&answer->body, bodies[index]);
		sbx__headers_add_line(&answer->headers, "A: b", 4);
		if (!answer->body.failed)
			sbx_json_parse(bodies[index], strlen(bodies[index]), &error->json, NULL);
		sbx__error_seal(error, "12345678");
		sbx_status shown = sbx_error_to_json(error, &json);
		CHECK(shown == SBX_OK || !json);
		/* What was lost before it got into the error is not the point here. */
		if (shown < 0 || answer->body.failed || !error->json || answer->headers.offsets.failed)
			status = SBX_ERROR_OUT_OF_MEMORY;
		char *text = NULL;
		if (json && sbx_json_print(json, 0, &text, NULL) == SBX_OK)
			CHECK(!strstr(text, "12345678"));
		else
			status = SBX_ERROR_OUT_OF_MEMORY;
		sbx_string_free(text);
		sbx_json_free(json);
		sbx_error_free(error);
	}
	return status;
}

static void errors_as_json(void **state)
{
	(void)state;
	torture(show_errors, SBX_OK);
}

static sbx_status decode_events(void)
{
	static const char bytes[] = "id:1\nevent:a\xff\ndata:1\ndata:2\n\ndata:3\n\n";
	sbx__event_decoder decoder;
	sbx_event event = SBX_EVENT_INIT;
	sbx_status status;
	int events = 0;
	sbx__event_decoder_init(&decoder, 100, 100);
	sbx__event_decoder_feed(&decoder, bytes, sizeof bytes - 1);
	while ((status = sbx__event_decoder_next(&decoder, &event, NULL)) == SBX_OK)
		CHECK(strcmp(event.data, events++ ? "3" : "1\n2") == 0);
	CHECK(status != SBX_DONE || events == 2);
	sbx__event_decoder_free(&decoder);
	return status;
}

static void events(void **state)
{
	(void)state;
	torture(decode_events, SBX_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(errors),
	        cmocka_unit_test(clients),
	        cmocka_unit_test(json),
	        cmocka_unit_test(models),
	        cmocka_unit_test(urls),
	        cmocka_unit_test(calls_that_succeed),
	        cmocka_unit_test(calls_that_move_files),
	        cmocka_unit_test(calls_of_ones_own_making),
	        cmocka_unit_test(calls_that_fail),
	        cmocka_unit_test(cores),
	        cmocka_unit_test(clients_with_http_options),
	        cmocka_unit_test(calls_over_memory),
	        cmocka_unit_test(local_servers),
	        cmocka_unit_test(arguments),
	        cmocka_unit_test(errors_as_json),
	        cmocka_unit_test(events),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
