/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * Sandboxes, the commands that run in them, and their files.
 */
#include <sandbox_sdk/sandboxes.h>

#include "../arguments.h"
#include "../execution_stream.h"
#include "../operation.h"
#include "../pages.h"
#include "operation_index.h"
#include "typed_arguments.h"

_Static_assert(offsetof(sbx_sandbox_resources, storage) + sizeof(((sbx_sandbox_resources *)0)->storage) ==
                       sizeof(sbx_sandbox_resources),
               "sbx_sandbox_resources has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_create_params, reserved_wait_for_ready) +
                               sizeof(((sbx_sandboxes_create_params *)0)->reserved_wait_for_ready) ==
                       sizeof(sbx_sandboxes_create_params),
               "sbx_sandboxes_create_params has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_list_params, page_size) + sizeof(((sbx_sandboxes_list_params *)0)->page_size) ==
                       sizeof(sbx_sandboxes_list_params),
               "sbx_sandboxes_list_params has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_delete_params, reserved_keep_storage) +
                               sizeof(((sbx_sandboxes_delete_params *)0)->reserved_keep_storage) ==
                       sizeof(sbx_sandboxes_delete_params),
               "sbx_sandboxes_delete_params has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_execute_params, stdin_base64) +
                               sizeof(((sbx_sandboxes_execute_params *)0)->stdin_base64) ==
                       sizeof(sbx_sandboxes_execute_params),
               "sbx_sandboxes_execute_params has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_upload_params, path) + sizeof(((sbx_sandboxes_upload_params *)0)->path) ==
                       sizeof(sbx_sandboxes_upload_params),
               "sbx_sandboxes_upload_params has hidden padding at its end");
_Static_assert(offsetof(sbx_sandboxes_download_params, path) + sizeof(((sbx_sandboxes_download_params *)0)->path) ==
                       sizeof(sbx_sandboxes_download_params),
               "sbx_sandboxes_download_params has hidden padding at its end");

_Static_assert(5 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_create() has too many arguments");

sbx_status sbx__sandboxes_create_arguments(sbx__arguments *arguments, const sbx_sandboxes_create_params *params,
                                           sbx_error **error)
{
	sbx_sandboxes_create_params given = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_sandbox_resources given_resources = SBX_SANDBOX_RESOURCES_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	status = sbx__struct_read(&given_resources, sizeof(given_resources), given.resources, "resources", error);
	if (status < 0)
		return status;
	sbx__arguments_pairs(arguments, "env_vars", given.env_vars, given.env_vars_count);
	sbx__arguments_string(arguments, "image", given.image);
	sbx__arguments_string(arguments, "name", given.name);
	if (given.resources) {
		sbx__arguments resources_members;

		sbx__arguments_init(&resources_members);
		sbx__arguments_integer(&resources_members, "cpus", given_resources.cpus);
		sbx__arguments_integer(&resources_members, "memory", given_resources.memory);
		sbx__arguments_integer(&resources_members, "storage", given_resources.storage);
		sbx__arguments_object(arguments, "resources", &resources_members);
	}
	sbx__arguments_flag(arguments, "wait_for_ready", given.wait_for_ready);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_CREATE], error);
}

sbx_status sbx_sandboxes_create(sbx_client *client, const sbx_sandboxes_create_params *params,
                                const sbx_request_options *options, sbx_sandbox **sandbox, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_create_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_CREATE],
		                               options, sandbox ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*sandbox = (sbx_sandbox *)answer;
	return status;
}

sbx_status sbx_sandboxes_create_start(sbx_client *client, const sbx_sandboxes_create_params *params,
                                      const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                      sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_create_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_CREATE],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(2 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_list() has too many arguments");

sbx_status sbx__sandboxes_list_arguments(sbx__arguments *arguments, const sbx_sandboxes_list_params *params,
                                         sbx_error **error)
{
	sbx_sandboxes_list_params given = SBX_SANDBOXES_LIST_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_integer(arguments, "page", given.page);
	sbx__arguments_integer(arguments, "page_size", given.page_size);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_LIST], error);
}

sbx_status sbx_sandboxes_list(sbx_client *client, const sbx_sandboxes_list_params *params,
                              const sbx_request_options *options, sbx_sandbox_list **sandbox_list, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_LIST],
		                               options, sandbox_list ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*sandbox_list = (sbx_sandbox_list *)answer;
	return status;
}

sbx_status sbx_sandboxes_list_start(sbx_client *client, const sbx_sandboxes_list_params *params,
                                    const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                    sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_LIST],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_sandboxes_each(sbx_client *client, const sbx_sandboxes_list_params *params,
                              const sbx_request_options *options, sbx_pages **pages, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, error);
	if (status == SBX_OK)
		status = sbx_client_pages(client, &sbx__operations[SBX__OPERATION_SANDBOXES_LIST], arguments.object,
		                          options, pages, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_sandboxes_next(sbx_pages *pages, const sbx_sandbox **sandbox, sbx_error **error)
{
	const sbx__model *found;
	sbx_status status = sbx__pages_next(pages, &sbx__operations[SBX__OPERATION_SANDBOXES_LIST], &found, error);

	if (status == SBX_OK && sandbox)
		*sandbox = (const sbx_sandbox *)found;
	return status;
}

_Static_assert(1 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_get() has too many arguments");

sbx_status sbx__sandboxes_get_arguments(sbx__arguments *arguments, const char *id, sbx_error **error)
{

	sbx__arguments_init(arguments);
	sbx__arguments_string(arguments, "id", id);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_GET], error);
}

sbx_status sbx_sandboxes_get(sbx_client *client, const char *id, const sbx_request_options *options,
                             sbx_sandbox **sandbox, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_get_arguments(&arguments, id, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_GET],
		                               options, sandbox ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*sandbox = (sbx_sandbox *)answer;
	return status;
}

sbx_status sbx_sandboxes_get_start(sbx_client *client, const char *id, const sbx_request_options *options,
                                   sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_get_arguments(&arguments, id, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_GET],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(4 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_delete() has too many arguments");

sbx_status sbx__sandboxes_delete_arguments(sbx__arguments *arguments, const char *id,
                                           const sbx_sandboxes_delete_params *params, sbx_error **error)
{
	sbx_sandboxes_delete_params given = SBX_SANDBOXES_DELETE_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "id", id);
	sbx__arguments_flag(arguments, "create_snapshot", given.create_snapshot);
	sbx__arguments_string(arguments, "snapshot_name", given.snapshot_name);
	sbx__arguments_flag(arguments, "keep_storage", given.keep_storage);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE], error);
}

sbx_status sbx_sandboxes_delete(sbx_client *client, const char *id, const sbx_sandboxes_delete_params *params,
                                const sbx_request_options *options, sbx_sandbox_deletion **sandbox_deletion,
                                sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_delete_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE],
		                               options, sandbox_deletion ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*sandbox_deletion = (sbx_sandbox_deletion *)answer;
	return status;
}

sbx_status sbx_sandboxes_delete_start(sbx_client *client, const char *id, const sbx_sandboxes_delete_params *params,
                                      const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                      sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_delete_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(0 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_delete_all() has too many arguments");

sbx_status sbx__sandboxes_delete_all_arguments(sbx__arguments *arguments, sbx_error **error)
{

	sbx__arguments_init(arguments);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE_ALL], error);
}

sbx_status sbx_sandboxes_delete_all(sbx_client *client, const sbx_request_options *options,
                                    sbx_sandbox_deletions **sandbox_deletions, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_delete_all_arguments(&arguments, error);

	if (status == SBX_OK)
		status =
		        sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE_ALL],
			                      options, sandbox_deletions ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*sandbox_deletions = (sbx_sandbox_deletions *)answer;
	return status;
}

sbx_status sbx_sandboxes_delete_all_start(sbx_client *client, const sbx_request_options *options,
                                          sbx_call_callback on_done, void *user_data, sbx_call **call,
                                          sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_delete_all_arguments(&arguments, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DELETE_ALL],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(7 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_execute() has too many arguments");

sbx_status sbx__sandboxes_execute_arguments(sbx__arguments *arguments, const char *id,
                                            const sbx_sandboxes_execute_params *params, sbx_error **error)
{
	sbx_sandboxes_execute_params given = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "id", id);
	sbx__arguments_string(arguments, "command", given.command);
	sbx__arguments_pairs(arguments, "env", given.env, given.env_count);
	sbx__arguments_integer(arguments, "api_timeout", given.timeout);
	sbx__arguments_string(arguments, "working_dir", given.working_dir);
	sbx__arguments_string(arguments, "stdin", given.sandbox_stdin);
	sbx__arguments_string(arguments, "stdin_base64", given.stdin_base64);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE], error);
}

sbx_status sbx_sandboxes_execute(sbx_client *client, const char *id, const sbx_sandboxes_execute_params *params,
                                 const sbx_request_options *options, sbx_execution **execution, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_execute_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE],
		                               options, execution ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*execution = (sbx_execution *)answer;
	return status;
}

sbx_status sbx_sandboxes_execute_start(sbx_client *client, const char *id, const sbx_sandboxes_execute_params *params,
                                       const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                       sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_execute_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_sandboxes_execute_stream(sbx_client *client, const char *id, const sbx_sandboxes_execute_params *params,
                                        const sbx_request_options *options, sbx_execution_stream **stream,
                                        sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_execute_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, error);
	if (status == SBX_OK)
		status = sbx__execution_stream_open(client, &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE],
		                                    arguments.object, options, stream, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_sandboxes_execute_stream_start(sbx_client *client, const char *id,
                                              const sbx_sandboxes_execute_params *params,
                                              const sbx_request_options *options,
                                              sbx_execution_stream_callback on_ready, void *user_data,
                                              sbx_execution_stream **stream, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_execute_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, error);
	if (status == SBX_OK)
		status = sbx__execution_stream_start(client, &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE],
		                                     arguments.object, options, on_ready, user_data, stream, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(2 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_upload() has too many arguments");

sbx_status sbx__sandboxes_upload_arguments(sbx__arguments *arguments, const char *id,
                                           const sbx_sandboxes_upload_params *params, sbx_error **error)
{
	sbx_sandboxes_upload_params given = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "id", id);
	sbx__arguments_string(arguments, "path", given.path);
	arguments->source = given.file;
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_UPLOAD], error);
}

sbx_status sbx_sandboxes_upload(sbx_client *client, const char *id, const sbx_sandboxes_upload_params *params,
                                const sbx_request_options *options, sbx_uploaded_file **uploaded_file,
                                sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_upload_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_UPLOAD],
		                               options, uploaded_file ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*uploaded_file = (sbx_uploaded_file *)answer;
	return status;
}

sbx_status sbx_sandboxes_upload_start(sbx_client *client, const char *id, const sbx_sandboxes_upload_params *params,
                                      const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                      sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_upload_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_UPLOAD],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(2 <= SBX__MOST_ARGUMENTS, "sbx_sandboxes_download() has too many arguments");

sbx_status sbx__sandboxes_download_arguments(sbx__arguments *arguments, const char *id,
                                             const sbx_sandboxes_download_params *params, sbx_error **error)
{
	sbx_sandboxes_download_params given = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "id", id);
	sbx__arguments_string(arguments, "path", given.path);
	arguments->sink = given.into;
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_SANDBOXES_DOWNLOAD], error);
}

sbx_status sbx_sandboxes_download(sbx_client *client, const char *id, const sbx_sandboxes_download_params *params,
                                  const sbx_request_options *options, sbx_response **response, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_download_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DOWNLOAD],
		                               options, NULL, response, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_sandboxes_download_start(sbx_client *client, const char *id, const sbx_sandboxes_download_params *params,
                                        const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                        sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__sandboxes_download_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_SANDBOXES_DOWNLOAD],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}
