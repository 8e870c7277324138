#include "transfer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "keep_errno.h"
#include "shell.h"

#define MOST_ENTRIES 1000000
#define MOST_BYTES ((int64_t)64 << 30)
#define TEMPORARY "/tmp"
/* How long the removal of the archive may take, in seconds, and the work of tar where there is no deadline. */
#define CLEANUP_SECONDS 10
#define TAR_SECONDS 3600

static void free_transfer(sbx__sequence *sequence)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	sbx__unpack_end(moved->unpacking);
	sbx__pack_free(moved->pack);
	if (moved->kept >= 0)
		close(moved->kept);
	sbx_error_free(moved->failure);
	free(moved->archive);
	free(moved->headers);
	free(moved->url);
	free(moved->local);
	free(moved->remote);
	sbx__session_unref(moved->session);
	sbx__sequence_clear(sequence);
	free(moved);
}

static const sbx__sequence_type transfer_type = {free_transfer};

static sbx_status read_options(sbx_transfer_options *options, const sbx_transfer_options *given, sbx_error **error)
{
	const sbx_transfer_options defaults = SBX_TRANSFER_OPTIONS_INIT;
	*options = defaults;
	sbx_status status = sbx__struct_read(options, sizeof *options, given, "transfer", error);
	if (status < 0 || (status = sbx__flag_check(options->directory, "directory", error)) < 0)
		return status;
	if (options->max_entries < SBX_DEFAULT || options->max_bytes < SBX_DEFAULT)
		return sbx__fail_argument(error, options->max_bytes < SBX_DEFAULT ? "max_bytes" : "max_entries",
		                          "must not be negative");
	if (options->max_entries == SBX_DEFAULT)
		options->max_entries = MOST_ENTRIES;
	if (options->max_bytes == SBX_DEFAULT)
		options->max_bytes = MOST_BYTES;
	if (!options->remote_temporary)
		options->remote_temporary = TEMPORARY;
	return SBX_OK;
}

static sbx_status check(const sbx_session *session, const char *local, const char *remote,
                        const sbx_transfer_options *given, sbx_transfer_options *options, sbx_error **error)
{
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	if (!local || !*local || !remote || !*remote)
		return sbx__fail_argument(error, local && *local ? "remote" : "local", "must not be empty");
	return read_options(options, given, error);
}

/* ---- files ---- */

void sbx__transfer_read_file(sbx__file_params *params, const char *local, const char *remote)
{
	const sbx__file_params made = {.source = SBX_SOURCE_INIT,
	                               .sink = SBX_SINK_INIT,
	                               .upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT,
	                               .download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT};
	*params = made;
	params->source.kind = SBX_SOURCE_PATH;
	params->source.path = local;
	params->upload.path = remote;
	params->upload.file = &params->source;
	params->sink.kind = SBX_SINK_PATH;
	params->sink.path = local;
	params->download.path = remote;
	params->download.into = &params->sink;
}

/* ---- scripts ---- */

static sbx_status name_archive(sbx__transfer *moved, sbx_error **error)
{
	const sbx__platform *platform = sbx__core_platform(moved->session->client->core);
	sbx__buffer name = {0};
	uint64_t random;
	if (!platform->random(platform->context, &random, sizeof random))
		return sbx__fail(error, SBX_ERROR_LOCAL_FILE, "No random numbers to be had");
	sbx__buffer_format(&name, "%s/.sandbox-sdk-%016llx.tar", moved->options.remote_temporary,
	                   (unsigned long long)random);
	moved->archive = sbx__buffer_take(&name);
	moved->options.remote_temporary = NULL;
	return moved->archive ? SBX_OK : sbx__fail_memory(error);
}

sbx_status sbx__transfer_new(sbx_session *session, const char *local, const char *remote,
                             const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                             sbx__transfer **made, sbx_error **error)
{
	sbx__transfer *new = calloc(1, sizeof *new);
	if (!new)
		return sbx__fail_memory(error);
	sbx__sequence_init(&new->sequence, &transfer_type, started);
	new->session = sbx__session_ref(session);
	new->options = *known;
	new->kept = -1;
	new->local = strdup(local);
	new->remote = new->local ? strdup(remote) : NULL;
	sbx_status status = new->remote ? sbx__steps_init(&new->sequence.steps, session->client, options, error)
	                                : sbx__fail_memory(error);
	if (status == SBX_OK)
		status = name_archive(new, error);
	if (status < 0)
		sbx__sequence_free(&new->sequence);
	else
		*made = new;
	return status;
}

/* How long a command may run: tar takes its time. */
static int64_t command_seconds(const sbx__steps *steps)
{
	if (steps->deadline == SBX__NEVER)
		return TAR_SECONDS;
	int64_t seconds = (steps->deadline - sbx__steps_now(steps)) / SBX__SECOND;
	return seconds > TAR_SECONDS ? TAR_SECONDS : seconds < 0 ? 1 : seconds + 1;
}

void sbx__transfer_run(sbx__transfer *moved, sbx__buffer *script, sbx__sequence_then then)
{
	sbx__sequence *sequence = &moved->sequence;
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	params.command = script->data;
	params.timeout = command_seconds(&sequence->steps);
	if (script->failed)
		sbx__fail_memory(&sequence->problem);
	else
		sbx__sandboxes_execute_arguments(&sequence->arguments, sbx__session_id(moved->session), &params,
		                                 &sequence->problem);
	sbx__buffer_free(script);
	sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_EXECUTE, then);
	sequence->options.progress = NULL;
}

static void on_removed(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	sbx_error *told = moved->failure;
	moved->failure = NULL;
	sbx_response_free(response);
	sbx_error_free(failure);
	if (told)
		sbx__sequence_fail(sequence, told);
	else
		sbx__sequence_succeed(sequence, NULL);
}

void sbx__transfer_clean_up(sbx__transfer *moved, sbx_error *failure)
{
	sbx__buffer script = {0};
	moved->failure = failure;
	sbx__sequence_clean(&moved->sequence, CLEANUP_SECONDS);
	sbx__buffer_text(&script, "rm -f ");
	sbx__shell_path(&script, moved->archive);
	sbx__transfer_run(moved, &script, on_removed);
}

sbx_status sbx__transfer_fail_without_tar(sbx_error **error)
{
	return sbx__fail(error, SBX_ERROR_ARCHIVE, "The sandbox has no tar, which directories need");
}

sbx_status sbx__transfer_judge(const sbx__transfer *moved, const sbx_execution *execution, sbx_error **error)
{
	int64_t code = sbx_execution_exit_code(execution);
	if (code == SBX__NO_TAR)
		return sbx__transfer_fail_without_tar(error);
	if (code == SBX__NOT_THERE || code == SBX__NO_DIRECTORY)
		return sbx__fail(error, SBX_ERROR_ARCHIVE, "There is no directory %s in the sandbox", moved->remote);
	if (!sbx__command_succeeded(execution))
		return sbx__error_give(error, sbx__command_error(execution));
	return SBX_OK;
}

/* ---- the public functions ---- */

static bool is_directory(const char *local, sbx_flag flag)
{
	struct stat found;
	if (flag == SBX_FLAG_DEFAULT)
		return stat(local, &found) == 0 && S_ISDIR(found.st_mode);
	return flag == SBX_FLAG_YES;
}

sbx_status sbx_session_upload(sbx_session *session, const char *local, const char *remote,
                              const sbx_transfer_options *given, const sbx_request_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_transfer_options known;
	sbx__file_params file;
	sbx__sequence *sequence;
	sbx_status status = check(session, local, remote, given, &known, error);
	if (status < 0)
		return status;
	if (is_directory(local, known.directory)) {
		status = sbx__transfer_send(session, local, remote, &known, options, false, &sequence, error);
		return status < 0 ? status : sbx__sequence_run(sequence, NULL, error);
	}
	sbx__transfer_read_file(&file, local, remote);
	return sbx_sandboxes_upload(session->client, sbx__session_id(session), &file.upload, options, NULL, error);
}

sbx_status sbx_session_upload_start(sbx_session *session, const char *local, const char *remote,
                                    const sbx_transfer_options *given, const sbx_request_options *options,
                                    sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_transfer_options known;
	sbx__file_params file;
	sbx__sequence *sequence;
	sbx_status status = check(session, local, remote, given, &known, error);
	if (status < 0)
		return status;
	if (is_directory(local, known.directory)) {
		status = sbx__transfer_send(session, local, remote, &known, options, true, &sequence, error);
		return status < 0 ? status : sbx__sequence_start(sequence, on_done, user_data, call, error);
	}
	sbx__transfer_read_file(&file, local, remote);
	return sbx_sandboxes_upload_start(session->client, sbx__session_id(session), &file.upload, options, on_done,
	                                  user_data, call, error);
}

sbx_status sbx_session_download(sbx_session *session, const char *remote, const char *local,
                                const sbx_transfer_options *given, const sbx_request_options *options,
                                sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_transfer_options known;
	sbx__file_params file;
	sbx__sequence *sequence;
	sbx_status status = check(session, local, remote, given, &known, error);
	if (status < 0)
		return status;
	if (known.directory != SBX_FLAG_NO) {
		status = sbx__transfer_receive(session, local, remote, &known, options, false, &sequence, error);
		return status < 0 ? status : sbx__sequence_run(sequence, NULL, error);
	}
	sbx__transfer_read_file(&file, local, remote);
	return sbx_sandboxes_download(session->client, sbx__session_id(session), &file.download, options, NULL, error);
}

sbx_status sbx_session_download_start(sbx_session *session, const char *remote, const char *local,
                                      const sbx_transfer_options *given, const sbx_request_options *options,
                                      sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_transfer_options known;
	sbx__file_params file;
	sbx__sequence *sequence;
	sbx_status status = check(session, local, remote, given, &known, error);
	if (status < 0)
		return status;
	if (known.directory != SBX_FLAG_NO) {
		status = sbx__transfer_receive(session, local, remote, &known, options, true, &sequence, error);
		return status < 0 ? status : sbx__sequence_start(sequence, on_done, user_data, call, error);
	}
	sbx__transfer_read_file(&file, local, remote);
	return sbx_sandboxes_download_start(session->client, sbx__session_id(session), &file.download, options, on_done,
	                                    user_data, call, error);
}
