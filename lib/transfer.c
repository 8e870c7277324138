/*
 * Files and directories between this machine and a session's sandbox. The API moves single files: a directory travels
 * in an archive, which tar makes or unpacks in the sandbox.
 */
#include <sandbox_sdk/stream.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "keep_errno.h"
#include "pack.h"
#include "session.h"
#include "shell.h"
#include "steps.h"
#include "unpack.h"

#define MOST_ENTRIES 1000000
#define MOST_BYTES ((int64_t)64 << 30)
#define TEMPORARY "/tmp"
/* How long the removal of the archive may take, in seconds, and the work of tar where there is no deadline. */
#define CLEANUP_SECONDS 10
#define TAR_SECONDS 3600

/* What a script says by its exit code: numbers that neither the shell nor its programs use. */
enum {
	NO_TAR = 113,
	NOT_THERE = 114,
	NO_DIRECTORY = 115,
};

/* A directory on its way. */
typedef struct transfer {
	sbx_session *session;
	sbx_transfer_options options;
	sbx__steps steps;
	const char *local;
	const char *remote;
	char *archive; /* in the sandbox */
} transfer;

static sbx_status read_options(transfer *moved, const sbx_transfer_options *given, sbx_error **error)
{
	const sbx_transfer_options defaults = SBX_TRANSFER_OPTIONS_INIT;
	sbx_transfer_options *options = &moved->options;
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

static sbx_status begin(transfer *moved, sbx_session *session, const char *local, const char *remote,
                        const sbx_transfer_options *given, sbx_error **error)
{
	*moved = (transfer){.session = session, .local = local, .remote = remote};
	sbx_status status = sbx__session_check(session, error);
	if (status < 0)
		return status;
	if (!local || !*local || !remote || !*remote)
		return sbx__fail_argument(error, local && *local ? "remote" : "local", "must not be empty");
	return read_options(moved, given, error);
}

/* ---- files ---- */

static sbx_status upload_file(const transfer *moved, const sbx_request_options *options, sbx_error **error)
{
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_PATH;
	source.path = moved->local;
	params.path = moved->remote;
	params.file = &source;
	return sbx_sandboxes_upload(moved->session->client, sbx__session_id(moved->session), &params, options, NULL,
	                            error);
}

static sbx_status download_file(const transfer *moved, const sbx_request_options *options, sbx_error **error)
{
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_PATH;
	sink.path = moved->local;
	params.path = moved->remote;
	params.into = &sink;
	return sbx_sandboxes_download(moved->session->client, sbx__session_id(moved->session), &params, options, NULL,
	                              error);
}

/* ---- scripts ---- */

static sbx_status begin_directory(transfer *moved, const sbx_request_options *options, sbx_error **error)
{
	const sbx__platform *platform = sbx__core_platform(moved->session->client->core);
	sbx__buffer name = {0};
	uint64_t random;
	sbx_status status = sbx__steps_init(&moved->steps, moved->session->client, options, error);
	if (status < 0)
		return status;
	if (!platform->random(platform->context, &random, sizeof random))
		return sbx__fail(error, SBX_ERROR_LOCAL_FILE, "No random numbers to be had");
	sbx__buffer_format(&name, "%s/.sandbox-sdk-%016llx.tar", moved->options.remote_temporary,
	                   (unsigned long long)random);
	moved->archive = sbx__buffer_take(&name);
	return moved->archive ? SBX_OK : sbx__fail_memory(error);
}

/* How long a command may run: tar takes its time. */
static int64_t command_seconds(const sbx_request_options *options)
{
	if (options->deadline == SBX_FOREVER || options->deadline > TAR_SECONDS)
		return TAR_SECONDS;
	return (int64_t)options->deadline + 1;
}

static sbx_status run(const transfer *moved, const sbx__steps *steps, sbx__buffer *script, sbx_execution **execution,
                      sbx_error **error)
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_request_options step;
	sbx_status status = script->failed ? sbx__fail_memory(error) : sbx__steps_next(steps, &step, error);
	if (status == SBX_OK) {
		step.progress = NULL;
		params.command = script->data;
		params.timeout = command_seconds(&step);
		status = sbx_sandboxes_execute(steps->client, sbx__session_id(moved->session), &params, &step,
		                               execution, error);
	}
	sbx__buffer_free(script);
	return status;
}

/* Removes the archive from the sandbox, whatever comes of it. */
static void remove_archive(const transfer *moved)
{
	sbx__steps cleanup;
	sbx__buffer script = {0};
	sbx__steps_init_cleanup(&cleanup, moved->session->client, CLEANUP_SECONDS);
	sbx__buffer_text(&script, "rm -f ");
	sbx__shell_path(&script, moved->archive);
	run(moved, &cleanup, &script, NULL, NULL);
}

/* What a script has said. Takes over the execution. */
static sbx_status judge(const transfer *moved, sbx_execution *execution, sbx_error **error)
{
	sbx_status status = SBX_OK;
	int64_t code = sbx_execution_exit_code(execution);
	if (code == NO_TAR)
		status = sbx__fail(error, SBX_ERROR_ARCHIVE, "The sandbox has no tar, which directories need");
	else if (code == NOT_THERE || code == NO_DIRECTORY)
		status = sbx__fail(error, SBX_ERROR_ARCHIVE, "There is no directory %s in the sandbox", moved->remote);
	else if (!sbx__command_succeeded(execution))
		status = sbx__error_give(error, sbx__command_error(execution));
	sbx_execution_free(execution);
	return status;
}

/* ---- directories to the sandbox ---- */

static sbx_status send_archive(const transfer *moved, sbx__pack *pack, sbx_error **error)
{
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_request_options step;
	sbx_error *failure = NULL;
	sbx_status status = sbx__steps_next(&moved->steps, &step, error);
	if (status < 0)
		return status;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = sbx__pack_read;
	source.rewind = sbx__pack_rewind;
	source.user_data = pack;
	params.path = moved->archive;
	params.file = &source;
	status = sbx_sandboxes_upload(moved->session->client, sbx__session_id(moved->session), &params, &step, NULL,
	                              &failure);
	if (status == SBX_OK)
		return SBX_OK;
	/* The call says that its source failed; the source says why. */
	sbx_status cause = sbx__pack_failure(pack, error);
	if (cause == SBX_OK)
		return sbx__error_give(error, failure);
	sbx_error_free(failure);
	return cause;
}

static sbx_status unpack_there(const transfer *moved, sbx_error **error)
{
	sbx__buffer script = {0};
	sbx_execution *execution = NULL;
	sbx__buffer_format(&script, "command -v tar >/dev/null 2>&1 || exit %d\nmkdir -p ", NO_TAR);
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " && tar -xpf ");
	sbx__shell_path(&script, moved->archive);
	sbx__buffer_text(&script, " -C ");
	sbx__shell_path(&script, moved->remote);
	sbx_status status = run(moved, &moved->steps, &script, &execution, error);
	return status < 0 ? status : judge(moved, execution, error);
}

static sbx_status upload_directory(transfer *moved, const sbx_request_options *options, sbx_error **error)
{
	sbx__pack *pack = NULL;
	sbx_status status = begin_directory(moved, options, error);
	if (status == SBX_OK)
		status = sbx__pack_new(&pack, moved->local, moved->options.skipped, moved->options.skipped_user_data,
		                       error);
	if (status == SBX_OK) {
		status = send_archive(moved, pack, error);
		if (status == SBX_OK)
			status = unpack_there(moved, error);
		remove_archive(moved);
	}
	sbx__pack_free(pack);
	free(moved->archive);
	return status;
}

sbx_status sbx_session_upload(sbx_session *session, const char *local, const char *remote,
                              const sbx_transfer_options *given, const sbx_request_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	transfer moved;
	struct stat found;
	sbx_status status = begin(&moved, session, local, remote, given, error);
	if (status < 0)
		return status;
	bool is_directory = moved.options.directory == SBX_FLAG_YES;
	if (moved.options.directory == SBX_FLAG_DEFAULT)
		is_directory = stat(local, &found) == 0 && S_ISDIR(found.st_mode);
	return is_directory ? upload_directory(&moved, options, error) : upload_file(&moved, options, error);
}

/* ---- directories from the sandbox ---- */

static sbx_status pack_there(const transfer *moved, sbx_execution **execution, sbx_error **error)
{
	sbx__buffer script = {0};
	sbx__buffer_text(&script, "[ -d ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " ] || { [ -e ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_format(&script,
	                   " ] && exit %d; exit %d; }\ncommand -v tar >/dev/null 2>&1 || exit %d\numask 077\ntar -cf ",
	                   NO_DIRECTORY, NOT_THERE, NO_TAR);
	sbx__shell_path(&script, moved->archive);
	sbx__buffer_text(&script, " -C ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " .");
	return run(moved, &moved->steps, &script, execution, error);
}

/* The archive as it comes. */
typedef struct arrival {
	sbx_stream *stream;
	const sbx_request_options *options;
	int64_t done;
	int64_t total;
	sbx_error *failure;
} arrival;

static int64_t read_arrival(void *user_data, void *buffer, size_t capacity)
{
	arrival *from = user_data;
	size_t got = 0;
	if (from->failure)
		return -1;
	sbx_status status = sbx_stream_read(from->stream, buffer, capacity, &got, &from->failure);
	if (status != SBX_OK)
		return status == SBX_DONE ? 0 : -1;
	from->done += (int64_t)got;
	if (from->options->progress)
		from->options->progress(from->options->progress_user_data, from->done,
		                        from->total >= from->done ? from->total : SBX_DEFAULT);
	return (int64_t)got;
}

static int64_t announced_length(const sbx_response *head)
{
	const char *length = sbx_response_header(head, "content-length");
	bool plain = !sbx_response_header(head, "content-encoding");
	return length && plain ? strtoll(length, NULL, 10) : SBX_DEFAULT;
}

static sbx_status open_archive(const transfer *moved, const sbx_request_options *step, sbx_stream **stream,
                               sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx__arguments arguments;
	sbx__arguments_init(&arguments);
	sbx__arguments_string(&arguments, "id", sbx__session_id(moved->session));
	sbx__arguments_string(&arguments, "path", moved->archive);
	request.operation = sbx_operation_find("sandboxes.download");
	sbx_status status = sbx__arguments_check(&arguments, request.operation, error);
	if (status == SBX_OK)
		status = sbx__arguments_build(&arguments, error);
	request.arguments = arguments.object;
	if (status == SBX_OK)
		status = sbx_client_open(moved->session->client, &request, step, stream, error);
	sbx__arguments_free(&arguments);
	return status;
}

static sbx_status receive_archive(const transfer *moved, sbx_error **error)
{
	sbx_request_options step;
	arrival from = {.options = &step};
	sbx_status status = sbx__steps_next(&moved->steps, &step, error);
	if (status < 0 || (status = open_archive(moved, &step, &from.stream, error)) < 0)
		return status;
	sbx_error *refusal = NULL;
	from.total = announced_length(sbx_stream_response(from.stream));
	status = sbx__unpack(read_arrival, &from, moved->local, &moved->options, &refusal);
	sbx_stream_free(from.stream);
	/* Unpacking says that the archive could not be read; the stream says why. */
	if (status < 0 && from.failure) {
		sbx_error_free(refusal);
		return sbx__error_give(error, from.failure);
	}
	sbx_error_free(from.failure);
	return status < 0 ? sbx__error_give(error, refusal) : SBX_OK;
}

/* SBX_DONE: it is no directory, and the caller did not say that it is one. */
static sbx_status download_directory(transfer *moved, const sbx_request_options *options, sbx_error **error)
{
	sbx_execution *execution = NULL;
	sbx_status status = begin_directory(moved, options, error);
	if (status < 0)
		return status;
	status = pack_there(moved, &execution, error);
	int64_t code = sbx_execution_exit_code(execution);
	if (status == SBX_OK && moved->options.directory != SBX_FLAG_YES &&
	    (code == NOT_THERE || code == NO_DIRECTORY)) {
		sbx_execution_free(execution);
		free(moved->archive);
		return SBX_DONE;
	}
	if (status == SBX_OK)
		status = judge(moved, execution, error);
	if (status == SBX_OK)
		status = receive_archive(moved, error);
	remove_archive(moved);
	free(moved->archive);
	return status;
}

sbx_status sbx_session_download(sbx_session *session, const char *remote, const char *local,
                                const sbx_transfer_options *given, const sbx_request_options *options,
                                sbx_error **error)
{
	SBX__KEEP_ERRNO();
	transfer moved;
	sbx_status status = begin(&moved, session, local, remote, given, error);
	if (status < 0)
		return status;
	if (moved.options.directory != SBX_FLAG_NO && (status = download_directory(&moved, options, error)) != SBX_DONE)
		return status;
	return download_file(&moved, options, error);
}
