#include "resources.h"

#include "base64.h"
#include "download.h"
#include "file_uri.h"
#include "listing.h"
#include "made.h"
#include "mcp.h"
#include "pages.h"
#include "protocol.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

#define NOT_CACHED ",\"ttlMs\":0,\"cacheScope\":\"private\""

/* ---- lists ---- */

static void succeed(struct job *job, struct text *text, const char *cached)
{
	if (job->modern)
		text_add(text, cached);
	job_succeed_members(job, text);
}

void resources_list(struct job *job)
{
	struct text text = {0};

	if (!job_wants_first_page(job))
		return;
	text_add(&text, "\"resources\":[");
	for (size_t i = 0; i < pages_count(); i++) {
		struct page page = page_at(i);
		const char *title;
		size_t length = page_title(&page, &title);
		text_format(&text, "%s{\"uri\":\"" PAGE_URI "%s\",\"name\":\"%s\",\"title\":", i > 0 ? "," : "",
		            page.name, page.name);
		text_string(&text, title, length);
		text_format(&text, ",\"mimeType\":\"text/markdown\",\"size\":%zu}", page.length);
	}
	text_add(&text, "]");
	succeed(job, &text, CACHED);
}

void resources_templates(struct job *job)
{
	struct text text = {0};

	if (!job_wants_first_page(job))
		return;
	text_add(&text, "\"resourceTemplates\":[{\"uriTemplate\":\"" FILE_TEMPLATE
	                "\",\"name\":\"file\",\"title\":\"A file of a sandbox\",\"description\":\"By the "
	                "sandbox's id and the file's path without its first slash\"}]");
	succeed(job, &text, CACHED);
}

void resources_add_names(struct text *text)
{
	text_add(text, ",\"resources\":[");
	for (size_t i = 0; i < pages_count(); i++)
		text_format(text, "%s\"" PAGE_URI "%s\"", i > 0 ? "," : "", page_at(i).name);
	text_add(text, "],\"resourceTemplates\":[\"" FILE_TEMPLATE "\"]");
}

/* ---- one ---- */

static void not_found(struct job *job, const char *uri)
{
	struct rpc_error error = {0};

	rpc_error_set(&error, job->modern ? RPC_INVALID_PARAMS : RPC_NO_RESOURCE, "there is no resource %.120s", uri);
	error.data = sbx_json_new_object();
	sbx_json_set(error.data, "uri", sbx_json_new_string(uri, strlen(uri)));
	job_fail(job, &error);
}

static void fail(struct job *job, const sbx_error *error)
{
	struct text words = {0};

	result_add_error(&words, error);
	job_fail_with(job, RPC_INTERNAL, words.failed ? "out of memory" : words.data);
	text_free(&words);
}

/* Bytes that are no text are in base64. */
static void answer(struct job *job, const char *uri, const char *type, const char *bytes, size_t length,
                   const char *cached)
{
	struct text text = {0}, encoded = {0};
	sbx_json *words = sbx_json_new_string(bytes, length);

	text_add(&text, "\"contents\":[{\"uri\":");
	text_string(&text, uri, strlen(uri));
	text_format(&text, ",\"mimeType\":\"%s\",", words ? type : "application/octet-stream");
	if (words) {
		text_add(&text, "\"text\":");
		text_json(&text, words);
	} else {
		base64_encode(&encoded, bytes, length);
		text_format(&text, "\"blob\":\"%s\"", encoded.data ? encoded.data : "");
	}
	text_add(&text, "}]");
	text.failed |= encoded.failed;
	succeed(job, &text, cached);
	sbx_json_free(words);
	text_free(&encoded);
}

static void read_page(struct job *job, const char *uri)
{
	for (size_t i = 0; i < pages_count(); i++) {
		struct page page = page_at(i);
		if (strcmp(uri + strlen(PAGE_URI), page.name) == 0) {
			answer(job, uri, "text/markdown", page.begin, page.length, CACHED);
			return;
		}
	}
	not_found(job, uri);
}

static void free_download(void *given)
{
	download_free(given);
	free(given);
}

static void on_file(void *user_data, sbx_call *call)
{
	struct job *job = user_data;
	const struct download *download = job->work;
	const char *uri = member_string(job->message.params, "uri");
	sbx_error *error = NULL;

	(void)call;
	if (job_call_result(job, NULL, &error) == SBX_OK)
		answer(job, uri, "text/plain", download_bytes(download), download->bytes.length, NOT_CACHED);
	else if (download->is_too_large)
		job_fail_with(job, RPC_INVALID_PARAMS, DOWNLOAD_TOO_LARGE);
	else if (sbx_error_http_status(error) == 404)
		not_found(job, uri);
	else
		fail(job, error);
	sbx_error_free(error);
}

static void fetch(struct job *job, const char *id, const char *path)
{
	struct download *download = job->work = malloc(sizeof(*download));
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	sbx_error *error = NULL;

	if (!download) {
		job_fail_with(job, RPC_INTERNAL, "out of memory");
		return;
	}
	download_begin(download);
	job->free_work = free_download;
	job->sandbox = made_hold(job->mcp, id);
	sbx_json *arguments = sbx_json_new_object();
	sbx_json_set(arguments, "id", sbx_json_new_string(id, strlen(id)));
	sbx_json_set(arguments, "path", sbx_json_new_string(path, strlen(path)));
	request.operation = sbx_operation_find("sandboxes.download");
	request.arguments = arguments;
	options.sink = &download->sink;
	if (!mcp_client(job->mcp, &error) || job_call(job, &request, &options, on_file, &error) < 0)
		fail(job, error);
	sbx_error_free(error);
	sbx_json_free(arguments);
}

static void read_file(struct job *job, const char *uri)
{
	struct text id = {0}, path = {0};

	if (file_uri_read(uri, &id, &path))
		fetch(job, id.data, path.data);
	else
		not_found(job, uri);
	text_free(&id);
	text_free(&path);
}

void resources_read(struct job *job)
{
	const char *uri = member_string(job->message.params, "uri");

	if (!uri)
		job_fail_with(job, RPC_INVALID_PARAMS, "uri: it is missing, a string");
	else if (strncmp(uri, PAGE_URI, strlen(PAGE_URI)) == 0)
		read_page(job, uri);
	else if (strncmp(uri, FILE_URI, strlen(FILE_URI)) == 0)
		read_file(job, uri);
	else
		not_found(job, uri);
}

/* ---- completion ---- */

/* The protocol has no more in one answer. */
#define IDS_MAX 100

struct ids {
	struct job *job;
	const char *prefix; /* of the job's message */
	struct text values;
	size_t count; /* one more than are given where there are more */
};

static bool on_sandbox(void *context, const sbx_json *sandbox)
{
	struct ids *ids = context;
	const char *id = member_string(sandbox, "id");

	if (id && strncmp(id, ids->prefix, strlen(ids->prefix)) == 0 && ids->count++ < IDS_MAX) {
		text_add(&ids->values, ids->count > 1 ? "," : "");
		text_string(&ids->values, id, strlen(id));
	}
	return ids->count > IDS_MAX || ids->job->cancelled;
}

/* Nobody has asked for a list: where it cannot be had there is nothing to choose from, and no error. */
static void on_listed(void *context, sbx_error *error)
{
	struct ids *ids = context;
	struct text text = {0};

	sbx_error_free(error);
	text_format(&text, "\"completion\":{\"values\":[%s],", ids->values.data ? ids->values.data : "");
	if (ids->count > IDS_MAX)
		text_add(&text, "\"hasMore\":true}");
	else
		text_format(&text, "\"total\":%zu,\"hasMore\":false}", ids->count);
	text.failed |= ids->values.failed;
	text_free(&ids->values);
	job_succeed_members(ids->job, &text);
	free(ids);
}

/* A local server that nothing was asked of yet has none, and is not started for that. */
static bool has_list(struct mcp *mcp)
{
	sbx_error *error = NULL;
	bool has_client = mcp->client || (!mcp->options->local && mcp_client(mcp, &error));

	sbx_error_free(error);
	return has_client;
}

void resources_complete_id(struct job *job, const char *prefix)
{
	static const struct listing_events events = {on_sandbox, on_listed};
	struct ids *ids = calloc(1, sizeof(*ids));

	if (!ids) {
		job_fail_with(job, RPC_INTERNAL, "out of memory");
		return;
	}
	*ids = (struct ids){.job = job, .prefix = prefix};
	if (!has_list(job->mcp) || !listing_start(job->mcp->client, &events, ids, NULL))
		on_listed(ids, NULL);
}
