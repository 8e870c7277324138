/* Each operation through its typed function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

/* What one call is made of, and what becomes of it. */
typedef struct typed_call {
	sbx_client *client;
	const sbx_json *arguments;
	const sbx_request_options *options;
	transfer *bytes;
	const char *id;
	sbx_json *json;   /* the answer's model as JSON */
	sbx_json *fields; /* its fields through their accessors */
	sbx_response *response;
	sbx_error *error;
} typed_call;

/* Takes over the model of an answer. */
#define TAKE(model) \
	do { \
		if (answer) { \
			call->json = sbx_json_copy(sbx_##model##_json(answer)); \
			call->fields = fields_of_##model(answer); \
		} \
		sbx_##model##_free(answer); \
	} while (0)

static void create_sandbox(typed_call *call)
{
	const sbx_json *given = sbx_json_get(call->arguments, "resources");
	sbx_sandboxes_create_params params = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox_resources resources = SBX_SANDBOX_RESOURCES_INIT;
	sbx_sandbox *answer = NULL;
	sbx_pair *env_vars = pairs_of(call->arguments, "env_vars", &params.env_vars_count);

	resources.cpus = integer_of(given, "cpus");
	resources.memory = integer_of(given, "memory");
	resources.storage = integer_of(given, "storage");
	params.env_vars = env_vars;
	params.image = text_of(call->arguments, "image");
	params.name = text_of(call->arguments, "name");
	params.resources = given ? &resources : NULL;
	params.wait_for_ready = flag_of(call->arguments, "wait_for_ready");
	sbx_sandboxes_create(call->client, &params, call->options, &answer, &call->error);
	free(env_vars);
	TAKE(sandbox);
}

static void list_sandboxes(typed_call *call)
{
	sbx_sandboxes_list_params params = SBX_SANDBOXES_LIST_PARAMS_INIT;
	sbx_sandbox_list *answer = NULL;

	params.page = integer_of(call->arguments, "page");
	params.page_size = integer_of(call->arguments, "page_size");
	sbx_sandboxes_list(call->client, &params, call->options, &answer, &call->error);
	TAKE(sandbox_list);
}

static void get_sandbox(typed_call *call)
{
	sbx_sandbox *answer = NULL;

	sbx_sandboxes_get(call->client, call->id, call->options, &answer, &call->error);
	TAKE(sandbox);
}

static void delete_sandbox(typed_call *call)
{
	sbx_sandboxes_delete_params params = SBX_SANDBOXES_DELETE_PARAMS_INIT;
	sbx_sandbox_deletion *answer = NULL;

	params.create_snapshot = flag_of(call->arguments, "create_snapshot");
	params.snapshot_name = text_of(call->arguments, "snapshot_name");
	params.keep_storage = flag_of(call->arguments, "keep_storage");
	sbx_sandboxes_delete(call->client, call->id, &params, call->options, &answer, &call->error);
	TAKE(sandbox_deletion);
}

static void delete_all_sandboxes(typed_call *call)
{
	sbx_sandbox_deletions *answer = NULL;

	sbx_sandboxes_delete_all(call->client, call->options, &answer, &call->error);
	TAKE(sandbox_deletions);
}

static void execute(typed_call *call)
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *answer = NULL;
	sbx_pair *env = pairs_of(call->arguments, "env", &params.env_count);

	params.command = text_of(call->arguments, "command");
	params.env = env;
	params.timeout = integer_of(call->arguments, "api_timeout");
	params.working_dir = text_of(call->arguments, "working_dir");
	params.sandbox_stdin = text_of(call->arguments, "stdin");
	params.stdin_base64 = text_of(call->arguments, "stdin_base64");
	sbx_sandboxes_execute(call->client, call->id, &params, call->options, &answer, &call->error);
	free(env);
	TAKE(execution);
}

static void upload(typed_call *call)
{
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_uploaded_file *answer = NULL;

	params.file = call->bytes->has_source ? &call->bytes->source : NULL;
	params.path = text_of(call->arguments, "path");
	sbx_sandboxes_upload(call->client, call->id, &params, call->options, &answer, &call->error);
	TAKE(uploaded_file);
}

static void download(typed_call *call)
{
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;

	params.into = call->bytes->has_sink ? &call->bytes->sink : NULL;
	params.path = text_of(call->arguments, "path");
	sbx_sandboxes_download(call->client, call->id, &params, call->options, &call->response, &call->error);
}

static void create_volume(typed_call *call)
{
	sbx_volumes_create_params params = SBX_VOLUMES_CREATE_PARAMS_INIT;
	sbx_volume *answer = NULL;

	params.name = text_of(call->arguments, "name");
	params.volume_size = text_of(call->arguments, "size");
	sbx_volumes_create(call->client, &params, call->options, &answer, &call->error);
	TAKE(volume);
}

static void list_volumes(typed_call *call)
{
	sbx_volumes_list_params params = SBX_VOLUMES_LIST_PARAMS_INIT;
	sbx_volume_list *answer = NULL;

	params.page = integer_of(call->arguments, "page");
	params.page_size = integer_of(call->arguments, "page_size");
	sbx_volumes_list(call->client, &params, call->options, &answer, &call->error);
	TAKE(volume_list);
}

static void delete_volume(typed_call *call)
{
	sbx_volume_deletion *answer = NULL;

	sbx_volumes_delete(call->client, call->id, call->options, &answer, &call->error);
	TAKE(volume_deletion);
}

static void create_snapshot(typed_call *call)
{
	sbx_volumes_create_snapshot_params params = SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT;
	sbx_snapshot *answer = NULL;

	params.name = text_of(call->arguments, "name");
	params.quick = flag_of(call->arguments, "quick");
	sbx_volumes_create_snapshot(call->client, call->id, &params, call->options, &answer, &call->error);
	TAKE(snapshot);
}

static const struct {
	const char *name;
	void (*call)(typed_call *call);
} functions[] = {
        {"sandboxes.create", create_sandbox},
        {"sandboxes.list", list_sandboxes},
        {"sandboxes.get", get_sandbox},
        {"sandboxes.delete", delete_sandbox},
        {"sandboxes.delete_all", delete_all_sandboxes},
        {"sandboxes.execute", execute},
        {"sandboxes.upload", upload},
        {"sandboxes.download", download},
        {"volumes.create", create_volume},
        {"volumes.list", list_volumes},
        {"volumes.delete", delete_volume},
        {"volumes.create_snapshot", create_snapshot},
};

/* Every field that there is has a presence; the runner takes a missing one for absent. */
static sbx_json *presence_of(const sbx_json *fields)
{
	sbx_json *presence = built(sbx_json_new_object());
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	while (sbx_json_next(fields, &cursor, &name, &value)) {
		bool is_null = sbx_json_type_of(value) == SBX_JSON_NULL;

		set(presence, name, is_null ? sbx_json_new_string("null", 4) : sbx_json_new_string("present", 7));
	}
	return presence;
}

static sbx_json *outcome_of(typed_call *call)
{
	sbx_json *outcome;
	sbx_json *got;

	if (call->error)
		return new_error(call->error);
	if (!call->json)
		return new_success(call->response, call->bytes);
	outcome = built(sbx_json_new_object());
	got = built(sbx_json_new_object());
	set(got, "presence", presence_of(call->fields));
	set(got, "fields", call->fields);
	set(got, "json", call->json);
	set(outcome, "ok", got);
	return outcome;
}

sbx_json *call_typed(sbx_client *client, const char *operation, const sbx_json *arguments,
                     const sbx_request_options *options, transfer *bytes)
{
	typed_call call = {.client = client, .arguments = arguments, .options = options, .bytes = bytes};
	sbx_json *outcome;

	call.id = text_of(arguments, "id");
	for (size_t index = 0; index < sizeof(functions) / sizeof(functions[0]); index++) {
		if (strcmp(functions[index].name, operation) != 0)
			continue;
		functions[index].call(&call);
		outcome = outcome_of(&call);
		sbx_response_free(call.response);
		sbx_error_free(call.error);
		return outcome;
	}
	fprintf(stderr, "the driver has no typed function for %s\n", operation);
	exit(3);
}
