#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "response.h"
#include "shell.h"
#include "transfer.h"

/* The call says that its source failed; the source says why. */
static sbx_error *cause_of(const sbx__transfer *moved, sbx_error *failure)
{
	sbx_error *cause = NULL;
	if (sbx__pack_failure(moved->pack, &cause) < 0) {
		sbx_error_free(failure);
		return cause;
	}
	return failure;
}

static void on_unpacked_by_server(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	sbx_error *told = NULL;
	if (failure)
		sbx__transfer_judge_server(NULL, cause_of(moved, failure), &told);
	sbx_response_free(response);
	sbx__transfer_clean_up(moved, told);
}

static void on_unpacked(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	const sbx_execution *execution = response ? (const sbx_execution *)response->model : NULL;
	if (execution && sbx_execution_exit_code(execution) == SBX__NO_TAR) {
		sbx__transfer_send_by_server(moved, on_unpacked_by_server);
	} else {
		if (execution)
			sbx__transfer_judge(moved, execution, &failure);
		sbx__transfer_clean_up(moved, failure);
	}
	sbx_response_free(response);
}

static void unpack_there(sbx__transfer *moved)
{
	sbx__buffer script = {0};
	sbx__buffer_format(&script, "command -v tar >/dev/null 2>&1 || exit %d\nmkdir -p ", SBX__NO_TAR);
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " && tar -xpf ");
	sbx__shell_path(&script, moved->archive);
	sbx__buffer_text(&script, " -C ");
	sbx__shell_path(&script, moved->remote);
	sbx__transfer_run(moved, &script, on_unpacked);
}

static void on_sent(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	sbx_response_free(response);
	if (failure)
		sbx__transfer_clean_up(moved, cause_of(moved, failure));
	else
		unpack_there(moved);
}

static void send_archive(sbx__transfer *moved)
{
	sbx__sequence *sequence = &moved->sequence;
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	const sbx_source source = SBX_SOURCE_INIT;
	moved->source = source;
	moved->source.kind = SBX_SOURCE_CALLBACK;
	moved->source.read = sbx__pack_read;
	moved->source.rewind = sbx__pack_rewind;
	moved->source.user_data = moved->pack;
	params.path = moved->archive;
	params.file = &moved->source;
	sbx__sandboxes_upload_arguments(&sequence->arguments, sbx__session_id(moved->session), &params,
	                                &sequence->problem);
	sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_UPLOAD, on_sent);
}

sbx_status sbx__transfer_send(sbx_session *session, const char *local, const char *remote,
                              const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                              sbx__sequence **sequence, sbx_error **error)
{
	sbx__transfer *moved;
	sbx_status status = sbx__transfer_new(session, local, remote, known, options, started, &moved, error);
	if (status < 0)
		return status;
	status = sbx__pack_new(&moved->pack, local, known->skipped, known->skipped_user_data, error);
	if (status < 0) {
		sbx__sequence_free(&moved->sequence);
		return status;
	}
	send_archive(moved);
	*sequence = &moved->sequence;
	return SBX_OK;
}
