#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "transfer.h"
#include "url.h"

#define TAR_TYPE "application/x-tar"

/* ---- to the sandbox ---- */

static char *upload_url(const sbx__transfer *moved)
{
	const char *id = sbx__session_id(moved->session);
	sbx__buffer url = {0};
	bool first = true;
	sbx__buffer_text(&url, "v1/sandboxes/");
	sbx__url_append_segment(&url, id, strlen(id));
	sbx__buffer_text(&url, "/upload");
	sbx__url_append_query(&url, &first, "path", moved->remote, strlen(moved->remote));
	return sbx__buffer_take(&url);
}

void sbx__transfer_send_by_server(sbx__transfer *moved, sbx__sequence_then then)
{
	sbx__sequence *sequence = &moved->sequence;
	const sbx_request request = SBX_REQUEST_INIT;
	moved->by_server = true;
	moved->url = upload_url(moved);
	if (!moved->url)
		sbx__fail_memory(&sequence->problem);
	sbx__pack_rewind(moved->pack);
	sequence->request = request;
	sequence->request.method = "POST";
	sequence->request.url = moved->url;
	sequence->request.content_type = TAR_TYPE;
	sbx__sequence_ask_plain(sequence, then);
	sequence->options.source = &moved->source;
}

/* ---- from the sandbox ---- */

sbx_status sbx__transfer_accept_archive(sbx__transfer *moved, sbx_request_options *options, sbx_error **error)
{
	size_t count = options->headers_count;
	sbx_pair *headers = malloc((count + 1) * sizeof *headers);
	if (!headers)
		return sbx__fail_memory(error);
	for (size_t i = 0; i < count; i++)
		headers[i] = options->headers[i];
	headers[count].name = "Accept";
	headers[count].value = TAR_TYPE;
	free(moved->headers);
	moved->headers = headers;
	options->headers = headers;
	options->headers_count = count + 1;
	return SBX_OK;
}

/* ---- what the server says ---- */

/* Of a path that is a directory, or of a body that is no form, a server that knows of files alone. */
static bool is_refusal(int status)
{
	return status == 400 || status == 404 || status == 405 || status == 406 || status == 415 || status == 422;
}

static bool is_archive(const sbx_response *download)
{
	const char *type = sbx_response_header(download, "content-type");
	return type && strncasecmp(type, TAR_TYPE, strlen(TAR_TYPE)) == 0;
}

sbx_status sbx__transfer_judge_server(const sbx_response *download, sbx_error *failure, sbx_error **error)
{
	if (!failure)
		return !download || is_archive(download) ? SBX_OK : sbx__transfer_fail_without_tar(error);
	if (!is_refusal(sbx_error_http_status(failure)))
		return sbx__error_give(error, failure);
	sbx_error_free(failure);
	return sbx__transfer_fail_without_tar(error);
}
