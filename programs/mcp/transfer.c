#include "transfer.h"

#include "mcp.h"
#include "place.h"
#include "result.h"
#include "roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROPERTIES(what) \
	"\"properties\":{\"local\":{\"type\":\"string\",\"minLength\":1,\"description\":\"" what \
	" on the user's machine\"},\"path\":{\"type\":\"string\",\"minLength\":1,\"description\":\"In the " \
	"sandbox\"}," PLACE_PROPERTY "},\"required\":[\"local\",\"path\"],\"additionalProperties\":false}"

#define UPLOAD_DEFINITION \
	"{\"name\":\"upload\",\"title\":\"Upload a file or folder\",\"description\":\"Copies a file or folder of the " \
	"user's machine into a sandbox\"," \
	"\"inputSchema\":{\"type\":\"object\"," PROPERTIES("A file or folder") "," TOOL_HINTS("false", "true", "true", \
	                                                                                      "false") "}"
#define DOWNLOAD_DEFINITION \
	"{\"name\":\"download\",\"title\":\"Download a file or folder\",\"description\":\"Copies a file or folder of " \
	"a sandbox to the user's machine\"," \
	"\"inputSchema\":{\"type\":\"object\"," PROPERTIES("Where it goes") "," TOOL_HINTS("false", "true", "true", \
	                                                                                   "false") "}"

struct transfer {
	sbx_session *session;
	int fd;           /* what is read, or the folder that is written to */
	const char *name; /* what is written there; NULL: it is an upload */
	char local[512];
	struct text skipped;
	size_t skips;
};

static void free_transfer(void *given)
{
	struct transfer *transfer = given;

	sbx_session_free(transfer->session);
	if (transfer->fd >= 0)
		close(transfer->fd);
	text_free(&transfer->skipped);
	free(transfer);
}

static const char *argument(const struct job *job, const char *name)
{
	return member_string(sbx_json_get(job->message.params, "arguments"), name);
}

/* Of very many only the first are named. */
static void on_skipped(void *user_data, const char *path, const char *reason)
{
	struct transfer *transfer = user_data;

	if (transfer->skips++ < 20)
		text_format(&transfer->skipped, "\nleft out: %s (%s)", path, reason);
}

static void move(struct job *job, const char *id, sbx_json *refusal);

static void on_moved(void *user_data, sbx_call *call)
{
	struct job *job = user_data;
	struct transfer *transfer = job->work;
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	struct text words = {0};

	(void)call;
	if (job_call_result(job, &response, &error) < 0) {
		place_fail(job, argument(job, "sandbox"), sbx_session_id(transfer->session), error, move);
		return;
	}
	sbx_response_free(response);
	text_format(&words, "copied%s", transfer->skipped.data ? transfer->skipped.data : "");
	if (transfer->skips > 20)
		text_format(&words, "\nand %zu more", transfer->skips - 20);
	sbx_json *result = words.failed ? NULL : result_text(words.data, words.length, false);
	text_free(&words);
	/* A name that is no UTF-8 is not worth the answer. */
	job_succeed(job, result ? result : result_text("copied, but for some", 20, false));
}

static void move(struct job *job, const char *id, sbx_json *refusal)
{
	struct transfer *transfer = job->work;
	sbx_transfer_options options = SBX_TRANSFER_OPTIONS_INIT;
	const char *path = argument(job, "path");
	struct stat info;
	sbx_error *error = NULL;

	if (!id || job->cancelled) {
		job_succeed(job, refusal);
		return;
	}
	sbx_session_free(transfer->session);
	transfer->session = NULL;
	options.skipped = on_skipped;
	options.skipped_user_data = transfer;
	sbx_status status = sbx_session_adopt(job->mcp->client, id, NULL, &transfer->session, &error);
	if (status == SBX_OK && transfer->name) {
		status = sbx_session_download_start(transfer->session, path, transfer->local, &options, NULL, on_moved,
		                                    job, &job->call, &error);
	} else if (status == SBX_OK) {
		bool is_folder = fstat(transfer->fd, &info) == 0 && S_ISDIR(info.st_mode);
		options.directory = is_folder ? SBX_FLAG_YES : SBX_FLAG_NO;
		status = sbx_session_upload_start(transfer->session, transfer->local, path, &options, NULL, on_moved,
		                                  job, &job->call, &error);
	}
	if (status < 0)
		job_succeed(job, result_of_error(error));
}

/* What was opened is what is read or written to, whatever becomes of its path. */
static void name_local(struct transfer *transfer)
{
	struct stat info;

	if (transfer->name)
		snprintf(transfer->local, sizeof(transfer->local), "/proc/self/fd/%d/%s", transfer->fd, transfer->name);
	else
		snprintf(transfer->local, sizeof(transfer->local), "/proc/self/fd/%d%s", transfer->fd,
		         fstat(transfer->fd, &info) == 0 && S_ISDIR(info.st_mode) ? "/." : "");
}

static void begin(struct job *job, const sbx_json *arguments, bool is_download)
{
	const struct options *options = job->mcp->options;
	const char *local = member_string(arguments, "local"), *complaint = NULL;
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer) {
		job_fail_with(job, RPC_INTERNAL, "out of memory");
		return;
	}
	transfer->fd = -1;
	job->work = transfer;
	job->free_work = free_transfer;
	transfer->fd = is_download ? roots_open_parent(options, local, &transfer->name, &complaint)
	                           : roots_open(options, local, &complaint);
	if (complaint) {
		job_succeed(job, result_refusal(complaint));
		return;
	}
	if (transfer->name && strlen(transfer->name) > 255) {
		job_succeed(job, result_refusal("local: the name is too long"));
		return;
	}
	name_local(transfer);
	place_find(job, member_string(arguments, "sandbox"), move);
}

static void upload(struct job *job, const sbx_json *arguments)
{
	begin(job, arguments, false);
}

static void download(struct job *job, const sbx_json *arguments)
{
	begin(job, arguments, true);
}

const struct simple_tool transfer_tools[] = {
        {"upload", false, UPLOAD_DEFINITION, upload},
        {"download", false, DOWNLOAD_DEFINITION, download},
};

const size_t transfer_tools_count = sizeof(transfer_tools) / sizeof(transfer_tools[0]);
