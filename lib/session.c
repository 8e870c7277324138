#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "json_printer.h"
#include "keep_errno.h"
#include "model.h"
#include "sandbox_create.h"

/* How much of what a command wrote last goes into its error. */
#define MOST_DETAIL 1000

sbx_status sbx__session_check(const sbx_session *session, sbx_error **error)
{
	if (!session)
		return sbx__fail_argument(error, "session", "must not be NULL");
	if (atomic_load(&session->closed))
		return sbx__fail(error, SBX_ERROR_CLOSED, "The session was closed");
	return SBX_OK;
}

sbx_session *sbx__session_ref(sbx_session *session)
{
	atomic_fetch_add_explicit(&session->references, 1, memory_order_relaxed);
	return session;
}

void sbx__session_unref(sbx_session *session)
{
	if (!session || atomic_fetch_sub_explicit(&session->references, 1, memory_order_acq_rel) != 1)
		return;
	sbx_sandbox_free(session->sandbox);
	sbx_client_free(session->client);
	free(session->adopted);
	free(session);
}

sbx_status sbx__session_new(sbx_client *client, const sbx_session_options *options, sbx_session **session,
                            sbx_error **error)
{
	sbx_session *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	atomic_init(&made->references, 1);
	atomic_init(&made->keep, options->keep == SBX_FLAG_YES);
	sbx_status status = sbx__client_again(client, &made->client, error);
	if (status < 0) {
		free(made);
		return status;
	}
	/* Session and client may be freed before them. */
	made->client->calls_count = true;
	*session = made;
	return SBX_OK;
}

sbx_status sbx__session_read_options(sbx_session_options *known, const sbx_session_options *given,
                                     const sbx_client *client, const void *out, const char *out_name, sbx_error **error)
{
	if (!client || !out)
		return sbx__fail_argument(error, client ? out_name : "client", "must not be NULL");
	sbx_status status = sbx__struct_read(known, sizeof *known, given, "session_options", error);
	return status < 0 ? status : sbx__flag_check(known->keep, "keep", error);
}

sbx_status sbx_session_create(sbx_client *client, const sbx_session_options *session_options,
                              const sbx_request_options *options, sbx_session **session, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_session_options known = SBX_SESSION_OPTIONS_INIT;
	sbx__sequence *creation;
	sbx_session *made = NULL;
	sbx_status status = sbx__session_read_options(&known, session_options, client, session, "session", error);
	if (status < 0 || (status = sbx__session_new(client, &known, &made, error)) < 0)
		return status;
	status = sbx__sandbox_create(made, &known, options, false, &creation, error);
	if (status == SBX_OK)
		status = sbx__sequence_run(creation, NULL, error);
	if (status == SBX_OK)
		*session = made;
	else
		sbx__session_unref(made);
	return status;
}

sbx_status sbx_session_adopt(sbx_client *client, const char *id, const sbx_session_options *session_options,
                             sbx_session **session, sbx_error **error)
{
	sbx_session_options known = SBX_SESSION_OPTIONS_INIT;
	sbx_session *made = NULL;
	sbx_status status = sbx__session_read_options(&known, session_options, client, session, "session", error);
	if (status < 0)
		return status;
	if (!id || !*id)
		return sbx__fail_argument(error, "id", "must not be empty");
	if ((status = sbx__session_new(client, &known, &made, error)) < 0)
		return status;
	if (!(made->adopted = strdup(id))) {
		sbx__session_unref(made);
		return sbx__fail_memory(error);
	}
	atomic_init(&made->keep, known.keep != SBX_FLAG_NO);
	*session = made;
	return SBX_OK;
}

const char *sbx_session_id(const sbx_session *session)
{
	return session ? sbx__session_id(session) : "";
}

const sbx_sandbox *sbx_session_sandbox(const sbx_session *session)
{
	return session ? session->sandbox : NULL;
}

/* ---- commands ---- */

static void free_execution(void *execution)
{
	sbx_execution_free(execution);
}

/* The end of a text of many lines, from the beginning of a character on. */
static const char *last_part(const char *text, size_t length)
{
	const char *at = length > MOST_DETAIL ? text + length - MOST_DETAIL : text;
	while ((*at & 0xc0) == 0x80)
		at++;
	return at;
}

static const sbx_json *exit_code_of(const sbx_execution *execution)
{
	return sbx_json_get(sbx_execution_json(execution), "exit_code");
}

/* What is no integer reads as 0, and is no exit code. */
static bool has_exit_code(const sbx_execution *execution)
{
	return sbx__type_fits(SBX__INTEGER, exit_code_of(execution));
}

/* With each digit that the server gave. */
static sbx_error *exit_code_error(const sbx_execution *execution)
{
	sbx__buffer digits = {0};
	sbx__json_append_text(exit_code_of(execution), 0, &digits);
	sbx_error *error = digits.failed
	                           ? sbx__error_memory()
	                           : sbx__error_new(SBX_ERROR_COMMAND_FAILED, "The command ended with exit code %.*s",
	                                            (int)digits.length, digits.data);
	sbx__buffer_free(&digits);
	return error;
}

sbx_error *sbx__command_error(const sbx_execution *execution)
{
	const char *status = sbx_execution_status(execution);
	sbx_error *error;
	if (strcmp(status, "timeout") == 0)
		error = sbx__error_new(SBX_ERROR_COMMAND_FAILED, "The command was ended by its timeout");
	else if (*status && strcmp(status, "completed") != 0)
		error = sbx__error_new(SBX_ERROR_COMMAND_FAILED, "The command ended with the status %s", status);
	else if (!has_exit_code(execution))
		error = sbx__error_new(SBX_ERROR_COMMAND_FAILED, "The server does not say how the command ended");
	else
		error = exit_code_error(execution);
	if (sbx__error_is_static(error))
		return error;
	error->attachment = sbx_execution_ref(execution);
	error->free_attachment = free_execution;
	error->detail = strdup(last_part(sbx_execution_stderr(execution), sbx_execution_stderr_length(execution)));
	return error;
}

const sbx_execution *sbx_error_execution(const sbx_error *error)
{
	return sbx_error_code(error) == SBX_ERROR_COMMAND_FAILED ? error->attachment : NULL;
}

/* A server may leave the status out; the exit code it may not. */
bool sbx__command_succeeded(const sbx_execution *execution)
{
	const char *status = sbx_execution_status(execution);
	return (!*status || strcmp(status, "completed") == 0) && sbx_execution_exit_code(execution) == 0 &&
	       has_exit_code(execution);
}

sbx_status sbx__session_read_run(const sbx_session *session, const char *command, const sbx_run_options *given,
                                 sbx_run_options *known, sbx_sandboxes_execute_params *params, sbx_error **error)
{
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	status = sbx__struct_read(known, sizeof *known, given, "run", error);
	params->command = command;
	params->env = known->env;
	params->env_count = known->env_count;
	params->timeout = known->timeout;
	params->working_dir = known->working_dir;
	return status < 0 ? status : sbx__flag_check(known->check, "check", error);
}

sbx_status sbx_session_run(sbx_session *session, const char *command, const sbx_run_options *run,
                           const sbx_request_options *options, sbx_execution **execution, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_run_options known = SBX_RUN_OPTIONS_INIT;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *made = NULL;
	sbx_status status = sbx__session_read_run(session, command, run, &known, &params, error);
	if (status < 0)
		return status;
	status = sbx_sandboxes_execute(session->client, sbx__session_id(session), &params, options, &made, error);
	if (status == SBX_OK && known.check == SBX_FLAG_YES && !sbx__command_succeeded(made))
		status = sbx__error_give(error, sbx__command_error(made));
	if (status == SBX_OK && execution)
		*execution = made;
	else
		sbx_execution_free(made);
	return status;
}

sbx_status sbx_session_stream(sbx_session *session, const char *command, const sbx_run_options *run,
                              const sbx_request_options *options, sbx_execution_stream **stream, sbx_error **error)
{
	sbx_run_options known = SBX_RUN_OPTIONS_INIT;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_status status = sbx__session_read_run(session, command, run, &known, &params, error);
	if (status < 0)
		return status;
	return sbx_sandboxes_execute_stream(session->client, sbx__session_id(session), &params, options, stream, error);
}

/* ---- files ---- */

sbx_status sbx_session_read_into(sbx_session *session, const char *path, const sbx_sink *sink,
                                 const sbx_request_options *options, sbx_error **error)
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
	return sbx_sandboxes_download(session->client, sbx__session_id(session), &params, options, NULL, error);
}

sbx_status sbx_session_read(sbx_session *session, const char *path, const sbx_request_options *options, char **data,
                            size_t *length, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_request_options known = SBX_REQUEST_OPTIONS_INIT;
	/* In the place of one in the options: the bytes are wanted here. */
	const sbx_sink memory = SBX_SINK_INIT;
	sbx_response *response = NULL;
	size_t size = 0;
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	if (!data)
		return sbx__fail_argument(error, "data", "must not be NULL");
	if ((status = sbx__struct_read(&known, sizeof known, options, "options", error)) < 0)
		return status;
	sbx_response **wanted = known.response;
	known.response = &response;
	status = sbx_session_read_into(session, path, &memory, &known, error);
	if (status < 0)
		return status;
	const char *body = sbx_response_body(response, &size);
	char *copy = malloc(size + 1);
	if (copy) {
		memcpy(copy, body, size);
		copy[size] = '\0';
		*data = copy;
		if (length)
			*length = size;
	}
	if (copy && wanted)
		*wanted = response;
	else
		sbx_response_free(response);
	return copy ? SBX_OK : sbx__fail_memory(error);
}

sbx_status sbx_session_write_from(sbx_session *session, const char *path, const sbx_source *source,
                                  const sbx_request_options *options, sbx_error **error)
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
	return sbx_sandboxes_upload(session->client, sbx__session_id(session), &params, options, NULL, error);
}

sbx_status sbx_session_write(sbx_session *session, const char *path, const void *data, size_t length,
                             const sbx_request_options *options, sbx_error **error)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = data;
	source.length = length;
	return sbx_session_write_from(session, path, &source, options, error);
}

/* ---- the end ---- */

sbx_status sbx__session_end(sbx_session *session, sbx_error *failure, sbx_error **error)
{
	if (failure && sbx_error_code(failure) != SBX_ERROR_NOT_FOUND)
		return sbx__error_give(error, failure);
	sbx_error_free(failure);
	atomic_store(&session->closed, true);
	return SBX_OK;
}

sbx_status sbx_session_close(sbx_session *session, const sbx_request_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_error *failure = NULL;
	if (!session || atomic_load(&session->closed))
		return SBX_OK;
	sbx_request_options known = SBX_REQUEST_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, options, "options", error);
	if (status < 0)
		return status;
	if (!atomic_load(&session->keep))
		sbx_sandboxes_delete(session->client, sbx__session_id(session), NULL, options, NULL, &failure);
	return sbx__session_end(session, failure, error);
}

void sbx_session_keep(sbx_session *session, int keep)
{
	if (session)
		atomic_store(&session->keep, keep != 0);
}

void sbx_session_free(sbx_session *session)
{
	SBX__KEEP_ERRNO();
	if (!session)
		return;
	if (!atomic_load(&session->closed) && !atomic_load(&session->keep)) {
		sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
		options.deadline = SBX__SESSION_FREE_SECONDS;
		sbx_session_close(session, &options, NULL);
	}
	/* Calls on it may be under way, which those who have them keep going. */
	sbx__client_stand_apart(session->client);
	sbx__session_unref(session);
}
