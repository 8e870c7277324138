#include <errno.h>
#include <fcntl.h>
#include <sandbox_sdk/stream.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "client.h"
#include "descriptor.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "response.h"
#include "shell.h"
#include "transfer.h"

/* How long a loop is kept at a time while an archive is unpacked, in nanoseconds. */
#define TURN (SBX__SECOND / 200)
/* And how long the others have theirs before it goes on, in seconds: with none it would go on within the same turn. */
#define REST 0.0002

/* ---- directories from the sandbox, on the thread that waits: unpacked while they arrive ---- */

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

/* What is fetched: the archive, or the directory itself, which the server makes one of. */
static const char *fetched(const sbx__transfer *moved)
{
	return moved->by_server ? moved->remote : moved->archive;
}

static sbx_status open_archive(const sbx__transfer *moved, const sbx_request_options *step, sbx_stream **stream,
                               sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx__arguments arguments;
	sbx__arguments_init(&arguments);
	sbx__arguments_string(&arguments, "id", sbx__session_id(moved->session));
	sbx__arguments_string(&arguments, "path", fetched(moved));
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

static sbx_status open_arriving(sbx__transfer *moved, sbx_request_options *step, sbx_stream **stream, sbx_error **error)
{
	sbx_error *failure = NULL;
	sbx_status status = sbx__steps_next(&moved->sequence.steps, step, error);
	if (status == SBX_OK && moved->by_server)
		status = sbx__transfer_accept_archive(moved, step, error);
	if (status < 0)
		return status;
	status = open_archive(moved, step, stream, moved->by_server ? &failure : error);
	if (!moved->by_server)
		return status;
	status = sbx__transfer_judge_server(sbx_stream_response(*stream), failure, error);
	if (status < 0)
		sbx_stream_free(*stream);
	return status;
}

static sbx_status unpack_arriving(sbx__transfer *moved, sbx_error **error)
{
	sbx_request_options step;
	arrival from = {.options = &step};
	sbx_status status = open_arriving(moved, &step, &from.stream, error);
	if (status < 0)
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

/* ---- the same in a loop, where nothing may wait: first it arrives, then it is unpacked ---- */

/* Opens a file without a name, where the directory is or will be. */
static sbx_status open_kept(sbx__transfer *moved, sbx_error **error)
{
	struct stat found;
	bool is_there = stat(moved->local, &found) == 0 && S_ISDIR(found.st_mode);
	sbx__buffer path = {0};
	sbx__buffer_text(&path, moved->local);
	while (!is_there && path.length > 1 && path.data[path.length - 1] == '/')
		path.data[--path.length] = '\0';
	sbx__buffer_text(&path, is_there ? "/archive" : "");
	char *name = path.failed ? NULL : sbx__temporary_name(path.data);
	sbx__buffer_free(&path);
	if (!name)
		return sbx__fail_memory(error);
	moved->kept = sbx__descriptor_open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	int number = errno;
	if (moved->kept >= 0)
		unlink(name);
	free(name);
	return moved->kept >= 0 ? SBX_OK : sbx__fail_file(error, "local", "write", moved->local, number);
}

static int64_t read_kept(void *user_data, void *buffer, size_t capacity)
{
	const sbx__transfer *moved = user_data;
	return read(moved->kept, buffer, capacity);
}

static void on_turn(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	const sbx__core *core = moved->session->client->core;
	int64_t until = sbx__steps_now(&sequence->steps) + TURN;
	sbx_status status = failure ? sbx_error_code(failure) : SBX_OK;
	(void)response;
	/* A function of the caller's may have forked: the child leaves all as it is. */
	while (status == SBX_OK && !sbx__core_is_forked(core) && sbx__steps_now(&sequence->steps) < until)
		status = sbx__unpack_go_on(moved->unpacking, &failure);
	if (status == SBX_OK) {
		sbx__sequence_wait(sequence, REST, on_turn);
		return;
	}
	if (sbx__core_is_forked(core))
		return;
	sbx__unpack_end(moved->unpacking);
	moved->unpacking = NULL;
	sbx__transfer_clean_up(moved, failure);
}

static void on_arrived(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	sbx_error *told = NULL;
	if (moved->by_server) {
		sbx__transfer_judge_server(response, failure, &told);
		failure = told;
	}
	sbx_response_free(response);
	if (!failure && lseek(moved->kept, 0, SEEK_SET) == 0)
		sbx__unpack_begin(&moved->unpacking, read_kept, moved, moved->local, &moved->options, &failure);
	if (moved->unpacking)
		sbx__sequence_wait(sequence, 0, on_turn);
	else
		sbx__transfer_clean_up(moved, failure);
}

static void fetch_archive(sbx__transfer *moved)
{
	sbx__sequence *sequence = &moved->sequence;
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	const sbx_sink sink = SBX_SINK_INIT;
	open_kept(moved, &sequence->problem);
	moved->sink = sink;
	moved->sink.kind = SBX_SINK_DESCRIPTOR;
	moved->sink.descriptor = moved->kept;
	params.path = fetched(moved);
	params.into = &moved->sink;
	if (!sequence->problem)
		sbx__sandboxes_download_arguments(&sequence->arguments, sbx__session_id(moved->session), &params,
		                                  &sequence->problem);
	sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_DOWNLOAD, on_arrived);
	if (moved->by_server && !sequence->problem)
		sbx__transfer_accept_archive(moved, &sequence->options, &sequence->problem);
}

/* ---- directories from the sandbox ---- */

static void receive_archive(sbx__transfer *moved)
{
	sbx_error *failure = NULL;
	if (moved->sequence.started) {
		fetch_archive(moved);
		return;
	}
	unpack_arriving(moved, &failure);
	sbx__transfer_clean_up(moved, failure);
}

static void on_file(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	if (failure)
		sbx__sequence_fail(sequence, failure);
	else
		sbx__sequence_succeed(sequence, response);
}

static void fetch_file(sbx__transfer *moved)
{
	sbx__sequence *sequence = &moved->sequence;
	sbx__file_params file;
	sbx__transfer_read_file(&file, moved->local, moved->remote);
	moved->sink = file.sink;
	file.download.into = &moved->sink;
	sbx__sandboxes_download_arguments(&sequence->arguments, sbx__session_id(moved->session), &file.download,
	                                  &sequence->problem);
	sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_DOWNLOAD, on_file);
}

static void on_packed(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__transfer *moved = sbx__transfer_of(sequence);
	const sbx_execution *execution = response ? (const sbx_execution *)response->model : NULL;
	int64_t code = sbx_execution_exit_code(execution);
	bool may_be_file = execution && moved->options.directory != SBX_FLAG_YES;
	moved->by_server = execution && code == SBX__NO_TAR;
	if (may_be_file && (code == SBX__NOT_THERE || code == SBX__NO_DIRECTORY))
		fetch_file(moved);
	else if (moved->by_server)
		receive_archive(moved);
	else if (failure || sbx__transfer_judge(moved, execution, &failure) < 0)
		sbx__transfer_clean_up(moved, failure);
	else
		receive_archive(moved);
	sbx_response_free(response);
}

static void pack_there(sbx__transfer *moved)
{
	sbx__buffer script = {0};
	sbx__buffer_text(&script, "[ -d ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " ] || { [ -e ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_format(&script,
	                   " ] && exit %d; exit %d; }\ncommand -v tar >/dev/null 2>&1 || exit %d\numask 077\ntar -cf ",
	                   SBX__NO_DIRECTORY, SBX__NOT_THERE, SBX__NO_TAR);
	sbx__shell_path(&script, moved->archive);
	sbx__buffer_text(&script, " -C ");
	sbx__shell_path(&script, moved->remote);
	sbx__buffer_text(&script, " .");
	sbx__transfer_run(moved, &script, on_packed);
}

sbx_status sbx__transfer_receive(sbx_session *session, const char *local, const char *remote,
                                 const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                                 sbx__sequence **sequence, sbx_error **error)
{
	sbx__transfer *moved;
	sbx_status status = sbx__transfer_new(session, local, remote, known, options, started, &moved, error);
	if (status < 0)
		return status;
	pack_there(moved);
	*sequence = &moved->sequence;
	return SBX_OK;
}
