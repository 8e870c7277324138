#include "transfer.h"

#include "counted.h"
#include "mcp.h"
#include "message.h"
#include "place.h"
#include "result.h"
#include "roots.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of a folder: what has to be looked through at once. */
#define ENTRIES_MAX 100000

#define PROPERTIES(what) \
	"\"properties\":{\"local\":{\"type\":\"string\",\"minLength\":1,\"description\":\"" what \
	" on the user's machine\"},\"path\":{\"type\":\"string\",\"minLength\":1,\"description\":\"In the " \
	"sandbox\"}," PLACE_PROPERTY "},\"required\":[\"local\",\"path\"],\"additionalProperties\":false}," OUTPUT

#define OUTPUT \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"files\":{\"type\":\"integer\"},\"bytes\":{\"type\":" \
	"\"integer\"}},\"required\":[\"files\",\"bytes\"]}"

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
	struct timespec begun;  /* by the clock that files have their times from */
	struct counted counted; /* what an upload takes with it */
	bool is_folder;         /* that an upload takes with it */
	bool is_too_large;      /* the call was ended for that */
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

/* ---- how much it may be ---- */

static void add_limits(struct text *words, const struct job *job)
{
	text_format(words,
	            "At most %lld bytes are copied at once, and of a folder %d entries. Copy a part of it, or "
	            "compress it first; --max-transfer of this server sets the bytes",
	            (long long)job->mcp->options->max_transfer, ENTRIES_MAX);
}

static sbx_json *refuse_size(const struct job *job)
{
	struct text words = {0};

	add_limits(&words, job);
	sbx_json *result = words.failed ? NULL : result_refusal(words.data);
	text_free(&words);
	return result;
}

static struct counted most_of(const struct job *job)
{
	return (struct counted){.entries = ENTRIES_MAX, .bytes = job->mcp->options->max_transfer};
}

/* What is announced, or has come all the same, or was put into a file after it was counted. */
static void on_progress(void *user_data, int64_t done, int64_t total)
{
	struct job *job = user_data;
	struct transfer *transfer = job->work;
	int64_t most = job->mcp->options->max_transfer;

	if (!transfer->name && !transfer->is_folder)
		transfer->counted.bytes = done;
	if (done <= most && total <= most)
		return;
	transfer->is_too_large = true;
	sbx_call_cancel(job->call);
}

/* Whether what is to be uploaded may be. */
static bool count_upload(const struct job *job, struct transfer *transfer)
{
	const struct counted most = most_of(job);
	struct stat info = {0};

	fstat(transfer->fd, &info);
	transfer->is_folder = S_ISDIR(info.st_mode);
	if (transfer->is_folder)
		return counted_add(&transfer->counted, transfer->fd, NULL, &most);
	transfer->counted.files = 1;
	return info.st_size <= most.bytes;
}

/* What a download has left here: of a folder what is new in it. */
static bool count_download(struct transfer *transfer)
{
	const struct counted any = {INT64_MAX, INT64_MAX, INT64_MAX};
	struct stat info = {0};

	transfer->counted = (struct counted){0};
	fstatat(transfer->fd, transfer->name, &info, AT_SYMLINK_NOFOLLOW);
	if (!S_ISDIR(info.st_mode)) {
		transfer->counted = (struct counted){.files = 1, .bytes = info.st_size};
		return false;
	}
	int folder = openat(transfer->fd, transfer->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder >= 0) {
		counted_add(&transfer->counted, folder, &transfer->begun, &any);
		close(folder);
	}
	return true;
}

/* ---- the answer ---- */

static void add_counted(struct text *words, const struct counted *counted, bool is_folder)
{
	text_add(words, "copied ");
	if (is_folder)
		text_format(words, "%lld file%s, ", (long long)counted->files, counted->files == 1 ? "" : "s");
	text_format(words, "%lld byte%s", (long long)counted->bytes, counted->bytes == 1 ? "" : "s");
}

static sbx_json *describe_copied(struct transfer *transfer)
{
	bool is_folder = transfer->name ? count_download(transfer) : transfer->is_folder;
	sbx_json *value = sbx_json_new_object();
	struct text words = {0};

	add_counted(&words, &transfer->counted, is_folder);
	size_t counts = words.length;
	text_add(&words, transfer->skipped.data ? transfer->skipped.data : "");
	if (transfer->skips > 20)
		text_format(&words, "\nand %zu more", transfer->skips - 20);
	value = member_put(value, "files", sbx_json_new_integer(transfer->counted.files));
	value = member_put(value, "bytes", sbx_json_new_integer(transfer->counted.bytes));
	sbx_json *result = words.failed ? NULL : result_text(words.data, words.length, false);
	/* A name that is no UTF-8 is not worth the answer. */
	if (!result && !words.failed)
		result = result_text(words.data, counts, false);
	text_free(&words);
	return member_put(result, "structuredContent", value);
}

/* A limit that shows in the archive only, such as that of its entries, is told by the library: with the numbers alone.
 */
static sbx_json *describe_archive(const struct job *job, sbx_error *error)
{
	struct text words = {0};

	add_limits(&words, job);
	sbx_json *result = result_with_notice(result_of_error(error), words.failed ? "" : words.data);
	text_free(&words);
	return result;
}

static void move(struct job *job, const char *id, sbx_json *refusal);

static void on_moved(void *user_data, sbx_call *call)
{
	struct job *job = user_data;
	struct transfer *transfer = job->work;
	sbx_response *response = NULL;
	sbx_error *error = NULL;

	(void)call;
	sbx_status status = job_call_result(job, &response, &error);
	sbx_response_free(response);
	if (status >= 0) {
		job_succeed(job, describe_copied(transfer));
	} else if (transfer->is_too_large) {
		sbx_error_free(error);
		job_succeed(job, refuse_size(job));
	} else if (status == SBX_ERROR_ARCHIVE) {
		job_succeed(job, describe_archive(job, error));
	} else {
		place_fail(job, argument(job, "sandbox"), sbx_session_id(transfer->session), error, move);
	}
}

/* Beyond what the bytes of the archive say: what its entries become, such as files with holes. */
static void set_limits(const struct job *job, sbx_transfer_options *options)
{
	const struct counted most = most_of(job);

	options->max_entries = most.entries;
	options->max_bytes = most.bytes;
}

static void move(struct job *job, const char *id, sbx_json *refusal)
{
	struct transfer *transfer = job->work;
	sbx_transfer_options options = SBX_TRANSFER_OPTIONS_INIT;
	sbx_request_options how = SBX_REQUEST_OPTIONS_INIT;
	const char *path = argument(job, "path");
	sbx_error *error = NULL;

	if (!id || job->cancelled) {
		job_succeed(job, refusal);
		return;
	}
	sbx_session_free(transfer->session);
	transfer->session = NULL;
	options.skipped = on_skipped;
	options.skipped_user_data = transfer;
	set_limits(job, &options);
	how.progress = on_progress;
	how.progress_user_data = job;
	clock_gettime(CLOCK_REALTIME_COARSE, &transfer->begun);
	sbx_status status = sbx_session_adopt(job->mcp->client, id, NULL, &transfer->session, &error);
	if (status == SBX_OK && transfer->name) {
		status = sbx_session_download_start(transfer->session, path, transfer->local, &options, &how, on_moved,
		                                    job, &job->call, &error);
	} else if (status == SBX_OK) {
		options.directory = transfer->is_folder ? SBX_FLAG_YES : SBX_FLAG_NO;
		status = sbx_session_upload_start(transfer->session, transfer->local, path, &options, &how, on_moved,
		                                  job, &job->call, &error);
	}
	if (status < 0)
		job_succeed(job, result_of_error(error));
}

/* What was opened is what is read or written to, whatever becomes of its path. */
static void name_local(struct transfer *transfer)
{
	if (transfer->name)
		snprintf(transfer->local, sizeof(transfer->local), "/proc/self/fd/%d/%s", transfer->fd, transfer->name);
	else
		snprintf(transfer->local, sizeof(transfer->local), "/proc/self/fd/%d%s", transfer->fd,
		         transfer->is_folder ? "/." : "");
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
	if (!is_download && !count_upload(job, transfer)) {
		job_succeed(job, refuse_size(job));
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
