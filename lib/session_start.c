/*
 * The forms of a session's functions that are started and not waited for. What they do is what those do that wait.
 */
#include <stdlib.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "keep_errno.h"
#include "response.h"
#include "sandbox_create.h"
#include "sequence.h"
#include "session.h"

/* ---- the beginning ---- */

sbx_status sbx_session_create_start(sbx_client *client, const sbx_session_options *session_options,
                                    const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                    sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_session_options known = SBX_SESSION_OPTIONS_INIT;
	sbx__sequence *creation;
	sbx_session *made = NULL;
	sbx_status status = sbx__session_read_options(&known, session_options, client, call, "call", error);
	if (status < 0 || (status = sbx__session_new(client, &known, &made, error)) < 0)
		return status;
	/* Until somebody takes it: the call is what somebody has. */
	sbx__client_stand_apart(made->client);
	status = sbx__sandbox_create(made, &known, options, true, &creation, error);
	if (status == SBX_OK)
		status = sbx__sequence_start(creation, on_done, user_data, call, error);
	sbx__session_unref(made);
	return status;
}

sbx_status sbx_call_result_session(const sbx_call *call, sbx_session **session, sbx_error **error)
{
	sbx_status status = sbx_call_result(call, NULL, error);
	if (status < 0)
		return status;
	if (!session)
		return sbx__fail_argument(error, "session", "must not be NULL");
	sbx_session *taken = sbx__sandbox_take_session(call);
	if (!taken)
		return sbx__fail_argument(error, "call", "has no session, or it was taken");
	sbx__client_return(taken->client);
	*session = taken;
	return SBX_OK;
}

void sbx__session_abandon(sbx_session *session)
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = SBX__SESSION_FREE_SECONDS;
	if (!atomic_load(&session->keep))
		sbx_session_close_start(session, &options, NULL, NULL, NULL, NULL);
}

/* ---- one request on a session ---- */

typedef struct errand {
	sbx__sequence sequence;
	sbx_session *session; /* a reference */
	bool check;           /* a command has to succeed */
} errand;

static errand *errand_of(sbx__sequence *sequence)
{
	return (errand *)sequence;
}

static void free_errand(sbx__sequence *sequence)
{
	sbx__session_unref(errand_of(sequence)->session);
	sbx__sequence_clear(sequence);
	free(sequence);
}

static const sbx__sequence_type errand_type = {free_errand};

static sbx_status new_errand(sbx_session *session, const sbx_request_options *options, errand **made, sbx_error **error)
{
	errand *new = calloc(1, sizeof *new);
	if (!new)
		return sbx__fail_memory(error);
	sbx__sequence_init(&new->sequence, &errand_type, true);
	new->session = sbx__session_ref(session);
	sbx_status status = sbx__steps_init(&new->sequence.steps, session->client, options, error);
	if (status < 0)
		sbx__sequence_free(&new->sequence);
	else
		*made = new;
	return status;
}

/* What of the options belongs to one request goes to that one. */
static void ask(errand *made, int operation, const sbx_request_options *options, sbx__sequence_then then)
{
	sbx_request_options *own = &made->sequence.options;
	sbx__sequence_ask(&made->sequence, operation, then);
	const sbx_request_options asked = *own;
	sbx__struct_read(own, sizeof *own, options, "options", NULL);
	own->source = asked.source;
	own->sink = asked.sink;
	own->deadline = asked.deadline;
}

/* ---- commands ---- */

static void on_run(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	const sbx_execution *execution = response ? (const sbx_execution *)response->model : NULL;
	if (execution && errand_of(sequence)->check && !sbx__command_succeeded(execution)) {
		failure = sbx__command_error(execution);
		sbx_response_free(response);
	}
	if (failure)
		sbx__sequence_fail(sequence, failure);
	else
		sbx__sequence_succeed(sequence, response);
}

sbx_status sbx_session_run_start(sbx_session *session, const char *command, const sbx_run_options *run,
                                 const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                 sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_run_options known = SBX_RUN_OPTIONS_INIT;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	errand *made = NULL;
	sbx_status status = sbx__session_read_run(session, command, run, &known, &params, error);
	if (status < 0 || (status = new_errand(session, options, &made, error)) < 0)
		return status;
	made->check = known.check == SBX_FLAG_YES;
	status = sbx__sandboxes_execute_arguments(&made->sequence.arguments, sbx__session_id(session), &params, error);
	if (status < 0) {
		sbx__sequence_free(&made->sequence);
		return status;
	}
	ask(made, SBX__OPERATION_SANDBOXES_EXECUTE, options, on_run);
	return sbx__sequence_start(&made->sequence, on_done, user_data, call, error);
}

sbx_status sbx_session_stream_start(sbx_session *session, const char *command, const sbx_run_options *run,
                                    const sbx_request_options *options, sbx_execution_stream_callback on_ready,
                                    void *user_data, sbx_execution_stream **stream, sbx_error **error)
{
	sbx_run_options known = SBX_RUN_OPTIONS_INIT;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_status status = sbx__session_read_run(session, command, run, &known, &params, error);
	if (status < 0)
		return status;
	return sbx_sandboxes_execute_stream_start(session->client, sbx__session_id(session), &params, options, on_ready,
	                                          user_data, stream, error);
}

/* ---- files ---- */

sbx_status sbx_session_read_into_start(sbx_session *session, const char *path, const sbx_sink *sink,
                                       const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                       sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	if (!sink)
		return sbx__fail_argument(error, "sink", "must not be NULL");
	params.path = path;
	params.into = sink;
	return sbx_sandboxes_download_start(session->client, sbx__session_id(session), &params, options, on_done,
	                                    user_data, call, error);
}

sbx_status sbx_session_read_start(sbx_session *session, const char *path, const sbx_request_options *options,
                                  sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	const sbx_sink memory = SBX_SINK_INIT;
	return sbx_session_read_into_start(session, path, &memory, options, on_done, user_data, call, error);
}

sbx_status sbx_session_write_from_start(sbx_session *session, const char *path, const sbx_source *source,
                                        const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                        sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	if (!source)
		return sbx__fail_argument(error, "source", "must not be NULL");
	params.path = path;
	params.file = source;
	return sbx_sandboxes_upload_start(session->client, sbx__session_id(session), &params, options, on_done,
	                                  user_data, call, error);
}

sbx_status sbx_session_write_start(sbx_session *session, const char *path, const void *data, size_t length,
                                   const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                   sbx_call **call, sbx_error **error)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = data;
	source.length = length;
	return sbx_session_write_from_start(session, path, &source, options, on_done, user_data, call, error);
}

/* ---- the end ---- */

static void on_deleted(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx_error *told = NULL;
	if (sbx__session_end(errand_of(sequence)->session, failure, &told) == SBX_OK) {
		sbx__sequence_succeed(sequence, response);
	} else {
		sbx_response_free(response);
		sbx__sequence_fail(sequence, told);
	}
}

sbx_status sbx_session_close_start(sbx_session *session, const sbx_request_options *options, sbx_call_callback on_done,
                                   void *user_data, sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	errand *made = NULL;
	if (!session)
		return sbx__fail_argument(error, "session", "must not be NULL");
	sbx_status status = new_errand(session, options, &made, error);
	if (status < 0)
		return status;
	sbx__sequence *sequence = &made->sequence;
	if (atomic_load(&session->closed) || atomic_load(&session->keep)) {
		/* There is nothing to be sent, but the end is told like every other. */
		sbx__sequence_wait(sequence, 0, on_deleted);
	} else {
		sbx__sandboxes_delete_arguments(&sequence->arguments, sbx__session_id(session), NULL,
		                                &sequence->problem);
		ask(made, SBX__OPERATION_SANDBOXES_DELETE, options, on_deleted);
	}
	return call ? sbx__sequence_start(sequence, on_done, user_data, call, error)
	            : sbx__sequence_leave(sequence, error);
}
