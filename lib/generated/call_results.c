/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The results of started calls as models.
 */
#include <sandbox_sdk/call_results.h>

#include "../started_call.h"
#include "model_descriptors.h"

sbx_status sbx_call_result_sandbox(const sbx_call *call, sbx_sandbox **sandbox, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__sandbox_descriptor, &answer, error);

	if (status == SBX_OK && sandbox)
		*sandbox = (sbx_sandbox *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_sandbox_list(const sbx_call *call, sbx_sandbox_list **sandbox_list, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__sandbox_list_descriptor, &answer, error);

	if (status == SBX_OK && sandbox_list)
		*sandbox_list = (sbx_sandbox_list *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_sandbox_deletion(const sbx_call *call, sbx_sandbox_deletion **sandbox_deletion,
                                            sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__sandbox_deletion_descriptor, &answer, error);

	if (status == SBX_OK && sandbox_deletion)
		*sandbox_deletion = (sbx_sandbox_deletion *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_sandbox_deletions(const sbx_call *call, sbx_sandbox_deletions **sandbox_deletions,
                                             sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__sandbox_deletions_descriptor, &answer, error);

	if (status == SBX_OK && sandbox_deletions)
		*sandbox_deletions = (sbx_sandbox_deletions *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_execution(const sbx_call *call, sbx_execution **execution, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__execution_descriptor, &answer, error);

	if (status == SBX_OK && execution)
		*execution = (sbx_execution *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_uploaded_file(const sbx_call *call, sbx_uploaded_file **uploaded_file, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__uploaded_file_descriptor, &answer, error);

	if (status == SBX_OK && uploaded_file)
		*uploaded_file = (sbx_uploaded_file *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_volume(const sbx_call *call, sbx_volume **volume, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__volume_descriptor, &answer, error);

	if (status == SBX_OK && volume)
		*volume = (sbx_volume *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_volume_list(const sbx_call *call, sbx_volume_list **volume_list, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__volume_list_descriptor, &answer, error);

	if (status == SBX_OK && volume_list)
		*volume_list = (sbx_volume_list *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_volume_deletion(const sbx_call *call, sbx_volume_deletion **volume_deletion,
                                           sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__volume_deletion_descriptor, &answer, error);

	if (status == SBX_OK && volume_deletion)
		*volume_deletion = (sbx_volume_deletion *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}

sbx_status sbx_call_result_snapshot(const sbx_call *call, sbx_snapshot **snapshot, sbx_error **error)
{
	sbx__model *answer;
	sbx_status status = sbx__started_call_model(call, &sbx__snapshot_descriptor, &answer, error);

	if (status == SBX_OK && snapshot)
		*snapshot = (sbx_snapshot *)answer;
	else if (status == SBX_OK)
		sbx__model_unref(answer);
	return status;
}
