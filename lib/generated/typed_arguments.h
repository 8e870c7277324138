/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The parameters of each operation as its arguments, which sbx__arguments_free() frees in any case.
 */
#ifndef SBX_LIB_GENERATED_TYPED_ARGUMENTS_H
#define SBX_LIB_GENERATED_TYPED_ARGUMENTS_H

#include <sandbox_sdk/resources.h>

#include "../arguments.h"

sbx_status sbx__sandboxes_create_arguments(sbx__arguments *arguments, const sbx_sandboxes_create_params *params,
                                           sbx_error **error);
sbx_status sbx__sandboxes_list_arguments(sbx__arguments *arguments, const sbx_sandboxes_list_params *params,
                                         sbx_error **error);
sbx_status sbx__sandboxes_get_arguments(sbx__arguments *arguments, const char *id, sbx_error **error);
sbx_status sbx__sandboxes_delete_arguments(sbx__arguments *arguments, const char *id,
                                           const sbx_sandboxes_delete_params *params, sbx_error **error);
sbx_status sbx__sandboxes_delete_all_arguments(sbx__arguments *arguments, sbx_error **error);
sbx_status sbx__sandboxes_execute_arguments(sbx__arguments *arguments, const char *id,
                                            const sbx_sandboxes_execute_params *params, sbx_error **error);
sbx_status sbx__sandboxes_upload_arguments(sbx__arguments *arguments, const char *id,
                                           const sbx_sandboxes_upload_params *params, sbx_error **error);
sbx_status sbx__sandboxes_download_arguments(sbx__arguments *arguments, const char *id,
                                             const sbx_sandboxes_download_params *params, sbx_error **error);
sbx_status sbx__volumes_create_arguments(sbx__arguments *arguments, const sbx_volumes_create_params *params,
                                         sbx_error **error);
sbx_status sbx__volumes_list_arguments(sbx__arguments *arguments, const sbx_volumes_list_params *params,
                                       sbx_error **error);
sbx_status sbx__volumes_delete_arguments(sbx__arguments *arguments, const char *id, sbx_error **error);
sbx_status sbx__volumes_create_snapshot_arguments(sbx__arguments *arguments, const char *id,
                                                  const sbx_volumes_create_snapshot_params *params, sbx_error **error);

#endif
