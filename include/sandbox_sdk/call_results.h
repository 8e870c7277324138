/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/**
 * @file call_results.h
 * The results of started calls as models.
 */
#ifndef SANDBOX_SDK_CALL_RESULTS_H
#define SANDBOX_SDK_CALL_RESULTS_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/**
 * The result of a call that is done and answers with a sandbox. It can be asked for again and again.
 *
 * @param call a call
 * @param sandbox receives the result, freed with sbx_sandbox_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_sandbox(const sbx_call *call, sbx_sandbox **sandbox, sbx_error **error);

/**
 * The result of a call that is done and answers with a sandbox list. It can be asked for again and again.
 *
 * @param call a call
 * @param sandbox_list receives the result, freed with sbx_sandbox_list_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_sandbox_list(const sbx_call *call, sbx_sandbox_list **sandbox_list,
                                                sbx_error **error);

/**
 * The result of a call that is done and answers with a sandbox deletion. It can be asked for again and again.
 *
 * @param call a call
 * @param sandbox_deletion receives the result, freed with sbx_sandbox_deletion_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_sandbox_deletion(const sbx_call *call, sbx_sandbox_deletion **sandbox_deletion,
                                                    sbx_error **error);

/**
 * The result of a call that is done and answers with a sandbox deletions. It can be asked for again and again.
 *
 * @param call a call
 * @param sandbox_deletions receives the result, freed with sbx_sandbox_deletions_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_sandbox_deletions(const sbx_call *call, sbx_sandbox_deletions **sandbox_deletions,
                                                     sbx_error **error);

/**
 * The result of a call that is done and answers with a execution. It can be asked for again and again.
 *
 * @param call a call
 * @param execution receives the result, freed with sbx_execution_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_execution(const sbx_call *call, sbx_execution **execution, sbx_error **error);

/**
 * The result of a call that is done and answers with a uploaded file. It can be asked for again and again.
 *
 * @param call a call
 * @param uploaded_file receives the result, freed with sbx_uploaded_file_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_uploaded_file(const sbx_call *call, sbx_uploaded_file **uploaded_file,
                                                 sbx_error **error);

/**
 * The result of a call that is done and answers with a volume. It can be asked for again and again.
 *
 * @param call a call
 * @param volume receives the result, freed with sbx_volume_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_volume(const sbx_call *call, sbx_volume **volume, sbx_error **error);

/**
 * The result of a call that is done and answers with a volume list. It can be asked for again and again.
 *
 * @param call a call
 * @param volume_list receives the result, freed with sbx_volume_list_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_volume_list(const sbx_call *call, sbx_volume_list **volume_list, sbx_error **error);

/**
 * The result of a call that is done and answers with a volume deletion. It can be asked for again and again.
 *
 * @param call a call
 * @param volume_deletion receives the result, freed with sbx_volume_deletion_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_volume_deletion(const sbx_call *call, sbx_volume_deletion **volume_deletion,
                                                   sbx_error **error);

/**
 * The result of a call that is done and answers with a snapshot. It can be asked for again and again.
 *
 * @param call a call
 * @param snapshot receives the result, freed with sbx_snapshot_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_call_result(); ::SBX_ERROR_INVALID_ARGUMENT also for a call that answers with something else
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_snapshot(const sbx_call *call, sbx_snapshot **snapshot, sbx_error **error);

SBX_END_DECLS

#endif
