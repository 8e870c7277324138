/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The storage of sandboxes, and snapshots of it.
 */
#include <sandbox_sdk/volumes.h>

#include "../arguments.h"
#include "../operation.h"
#include "../pages.h"
#include "operation_index.h"
#include "typed_arguments.h"

_Static_assert(offsetof(sbx_volumes_create_params, volume_size) +
                               sizeof(((sbx_volumes_create_params *)0)->volume_size) ==
                       sizeof(sbx_volumes_create_params),
               "sbx_volumes_create_params has hidden padding at its end");
_Static_assert(offsetof(sbx_volumes_list_params, page_size) + sizeof(((sbx_volumes_list_params *)0)->page_size) ==
                       sizeof(sbx_volumes_list_params),
               "sbx_volumes_list_params has hidden padding at its end");
_Static_assert(offsetof(sbx_volumes_create_snapshot_params, reserved_quick) +
                               sizeof(((sbx_volumes_create_snapshot_params *)0)->reserved_quick) ==
                       sizeof(sbx_volumes_create_snapshot_params),
               "sbx_volumes_create_snapshot_params has hidden padding at its end");

_Static_assert(2 <= SBX__MOST_ARGUMENTS, "sbx_volumes_create() has too many arguments");

sbx_status sbx__volumes_create_arguments(sbx__arguments *arguments, const sbx_volumes_create_params *params,
                                         sbx_error **error)
{
	sbx_volumes_create_params given = SBX_VOLUMES_CREATE_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "name", given.name);
	sbx__arguments_string(arguments, "size", given.volume_size);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_VOLUMES_CREATE], error);
}

sbx_status sbx_volumes_create(sbx_client *client, const sbx_volumes_create_params *params,
                              const sbx_request_options *options, sbx_volume **volume, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_create_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_CREATE],
		                               options, volume ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*volume = (sbx_volume *)answer;
	return status;
}

sbx_status sbx_volumes_create_start(sbx_client *client, const sbx_volumes_create_params *params,
                                    const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                    sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_create_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_CREATE],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(2 <= SBX__MOST_ARGUMENTS, "sbx_volumes_list() has too many arguments");

sbx_status sbx__volumes_list_arguments(sbx__arguments *arguments, const sbx_volumes_list_params *params,
                                       sbx_error **error)
{
	sbx_volumes_list_params given = SBX_VOLUMES_LIST_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_integer(arguments, "page", given.page);
	sbx__arguments_integer(arguments, "page_size", given.page_size);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_VOLUMES_LIST], error);
}

sbx_status sbx_volumes_list(sbx_client *client, const sbx_volumes_list_params *params,
                            const sbx_request_options *options, sbx_volume_list **volume_list, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_LIST],
		                               options, volume_list ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*volume_list = (sbx_volume_list *)answer;
	return status;
}

sbx_status sbx_volumes_list_start(sbx_client *client, const sbx_volumes_list_params *params,
                                  const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                  sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_LIST],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_volumes_each(sbx_client *client, const sbx_volumes_list_params *params,
                            const sbx_request_options *options, sbx_pages **pages, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_list_arguments(&arguments, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, error);
	if (status == SBX_OK)
		status = sbx_client_pages(client, &sbx__operations[SBX__OPERATION_VOLUMES_LIST], arguments.object,
		                          options, pages, error);
	sbx__arguments_free(&arguments);
	return status;
}

sbx_status sbx_volumes_next(sbx_pages *pages, const sbx_volume **volume, sbx_error **error)
{
	const sbx__model *found;
	sbx_status status = sbx__pages_next(pages, &sbx__operations[SBX__OPERATION_VOLUMES_LIST], &found, error);

	if (status == SBX_OK && volume)
		*volume = (const sbx_volume *)found;
	return status;
}

_Static_assert(1 <= SBX__MOST_ARGUMENTS, "sbx_volumes_delete() has too many arguments");

sbx_status sbx__volumes_delete_arguments(sbx__arguments *arguments, const char *id, sbx_error **error)
{

	sbx__arguments_init(arguments);
	sbx__arguments_string(arguments, "id", id);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_VOLUMES_DELETE], error);
}

sbx_status sbx_volumes_delete(sbx_client *client, const char *id, const sbx_request_options *options,
                              sbx_volume_deletion **volume_deletion, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_delete_arguments(&arguments, id, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_DELETE],
		                               options, volume_deletion ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*volume_deletion = (sbx_volume_deletion *)answer;
	return status;
}

sbx_status sbx_volumes_delete_start(sbx_client *client, const char *id, const sbx_request_options *options,
                                    sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_delete_arguments(&arguments, id, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client, &sbx__operations[SBX__OPERATION_VOLUMES_DELETE],
		                              options, on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}

_Static_assert(3 <= SBX__MOST_ARGUMENTS, "sbx_volumes_create_snapshot() has too many arguments");

sbx_status sbx__volumes_create_snapshot_arguments(sbx__arguments *arguments, const char *id,
                                                  const sbx_volumes_create_snapshot_params *params, sbx_error **error)
{
	sbx_volumes_create_snapshot_params given = SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT;
	sbx_status status;

	sbx__arguments_init(arguments);
	status = sbx__struct_read(&given, sizeof(given), params, "params", error);
	if (status < 0)
		return status;
	sbx__arguments_string(arguments, "id", id);
	sbx__arguments_string(arguments, "name", given.name);
	sbx__arguments_flag(arguments, "quick", given.quick);
	return sbx__arguments_check(arguments, &sbx__operations[SBX__OPERATION_VOLUMES_CREATE_SNAPSHOT], error);
}

sbx_status sbx_volumes_create_snapshot(sbx_client *client, const char *id,
                                       const sbx_volumes_create_snapshot_params *params,
                                       const sbx_request_options *options, sbx_snapshot **snapshot, sbx_error **error)
{
	sbx__model *answer = NULL;
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_create_snapshot_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_invoke(&arguments, client,
		                               &sbx__operations[SBX__OPERATION_VOLUMES_CREATE_SNAPSHOT], options,
		                               snapshot ? &answer : NULL, NULL, error);
	sbx__arguments_free(&arguments);
	if (answer)
		*snapshot = (sbx_snapshot *)answer;
	return status;
}

sbx_status sbx_volumes_create_snapshot_start(sbx_client *client, const char *id,
                                             const sbx_volumes_create_snapshot_params *params,
                                             const sbx_request_options *options, sbx_call_callback on_done,
                                             void *user_data, sbx_call **call, sbx_error **error)
{
	sbx__arguments arguments;
	sbx_status status = sbx__volumes_create_snapshot_arguments(&arguments, id, params, error);

	if (status == SBX_OK)
		status = sbx__arguments_start(&arguments, client,
		                              &sbx__operations[SBX__OPERATION_VOLUMES_CREATE_SNAPSHOT], options,
		                              on_done, user_data, call, error);
	sbx__arguments_free(&arguments);
	return status;
}
