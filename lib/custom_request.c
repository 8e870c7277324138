#include "custom_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "error.h"
#include "json.h"
#include "json_printer.h"
#include "transport_parse.h"
#include "url.h"

/* ---- the method ---- */

#define NAME "request"

static const sbx_operation operations[] = {
        {.name = NAME, .method = "GET", .safety = SBX__SAFE},
        {.name = NAME, .method = "HEAD", .safety = SBX__SAFE},
        {.name = NAME, .method = "PUT", .safety = SBX__IDEMPOTENT},
        {.name = NAME, .method = "DELETE", .safety = SBX__IDEMPOTENT},
        {.name = NAME, .method = "POST", .safety = SBX__UNSAFE},
        {.name = NAME, .method = "PATCH", .safety = SBX__UNSAFE},
        {.name = NAME, .method = "OPTIONS", .safety = SBX__UNSAFE},
        {.name = NAME, .method = "TRACE", .safety = SBX__UNSAFE},
};
static const sbx_operation any_other = {.name = NAME, .safety = SBX__UNSAFE};

const sbx_operation *sbx__custom_operation(const sbx_request *request)
{
	const char *method = request->method ? request->method : "GET";
	/* The usual ones count in either case, as they do for fetch() and most clients. */
	for (size_t index = 0; index < sizeof operations / sizeof operations[0]; index++)
		if (strcasecmp(method, operations[index].method) == 0)
			return &operations[index];
	return &any_other;
}

static sbx_status set_method(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const char *method = input->custom->method;
	if (input->operation->method)
		return SBX_OK;
	if (!sbx__header_name_valid(method))
		return sbx__fail_argument(error, "method", "it is none");
	if (strlen(method) >= sizeof request->own_method)
		return sbx__fail_argument(error, "method", "it has more than %d bytes", SBX__METHOD_SIZE - 1);
	if (strcasecmp(method, "CONNECT") == 0)
		return sbx__fail_argument(error, "method", "CONNECT is between a client and its proxy");
	snprintf(request->own_method, sizeof request->own_method, "%s", method);
	request->method = request->own_method;
	return SBX_OK;
}

/* ---- what goes together ---- */

static bool has_custom_member(const sbx_request *request)
{
	return request->method || request->url || request->json || request->data || request->length ||
	       request->content_type || request->form || request->form_count || request->parts || request->parts_count;
}

sbx_status sbx__custom_request_check(const sbx_request *request, sbx_error **error)
{
	if (request->operation && has_custom_member(request))
		return sbx__fail_argument(error, "operation",
		                          "a request is an operation's with its arguments, or has a URL of its own");
	if (request->operation)
		return SBX_OK;
	if (!request->url)
		return sbx__fail_argument(error, "url", "a request needs an operation or a URL");
	if (request->arguments)
		return sbx__fail_argument(error, "arguments", "they are those of an operation");
	return SBX_OK;
}

/* Which of the bodies that a request may have are given, as their arguments' names. */
static size_t given_bodies(const sbx__request_input *input, const char *names[5])
{
	const sbx_request *custom = input->custom;
	size_t count = 0;
	if (custom->json)
		names[count++] = "json";
	if (custom->data || custom->length)
		names[count++] = "data";
	if (custom->form || custom->form_count)
		names[count++] = "form";
	if (custom->parts || custom->parts_count)
		names[count++] = "parts";
	if (input->file)
		names[count++] = "file";
	return count;
}

static bool may_have_body(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "TRACE") != 0;
}

static sbx_status check_body(const sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_request *custom = input->custom;
	const char *names[5];
	size_t count = given_bodies(input, names);
	if (count > 1)
		return sbx__fail_argument(error, names[1], "the request has a body already: %s", names[0]);
	const char *body = count ? names[0] : input->options->body ? "extra_body" : NULL;
	if (body && !may_have_body(request->method))
		return sbx__fail_argument(error, body, "%s has no body", request->method);
	if (input->options->body && count && (!custom->json || sbx_json_type_of(custom->json) != SBX_JSON_OBJECT))
		return sbx__fail_argument(error, "extra_body", "there is no JSON object to merge it into");
	if (custom->content_type && (!body || strcmp(body, "parts") == 0))
		return sbx__fail_argument(error, "content_type",
		                          body ? "of a form with parts it is known"
		                               : "there is no body that it could be of");
	if (custom->content_type && !sbx__header_value_valid(custom->content_type))
		return sbx__fail_argument(error, "content_type", "has a byte that no header can carry");
	return SBX_OK;
}

/* ---- the URL ---- */

static sbx_status check_url(const char *url, sbx_error **error)
{
	for (const char *at = url; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return sbx__fail_argument(error, "url", "has a control byte");
	if (strchr(url, '#'))
		return sbx__fail_argument(error, "url",
		                          "has a fragment, which no server would see; a # that is meant is %%23");
	return SBX_OK;
}

/* The origin, and where a path goes. */
static sbx_status append_place(const sbx__request_input *input, const char *path, size_t length, sbx__buffer *url,
                               sbx_error **error)
{
	size_t authority = sbx__url_authority_length(path);
	if (authority) {
		sbx__buffer_append(url, path, authority);
		sbx__url_append_written(url, path + authority, length - authority);
		return SBX_OK;
	}
	if (sbx__url_has_dots(path, length))
		return sbx__fail_argument(error, "url", "\".\" and \"..\" would lead to another path");
	size_t slashes = strspn(path, "/");
	sbx__buffer_text(url, input->config->base_url);
	sbx__url_append_written(url, path + slashes, length - slashes);
	return SBX_OK;
}

/* Whether one "name=value" is of a member of an object. */
static bool is_member(const sbx_json *object, const char *pair, size_t length)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (object && sbx_json_next(object, &cursor, &name, &value))
		if (sbx__url_pair_is_of(pair, length, name))
			return true;
	return false;
}

/* The pairs of the URL's own query, without those that the call says anew. */
static void append_own_query(const char *query, const sbx_json *replaced, sbx__buffer *url, bool *first)
{
	while (*query) {
		size_t length = strcspn(query, "&");
		if (length && !is_member(replaced, query, length)) {
			sbx__buffer_byte(url, *first ? '?' : '&');
			*first = false;
			sbx__url_append_written(url, query, length);
		}
		query += length + (query[length] == '&');
	}
}

static bool query_names(const char *query, const char *name)
{
	while (*query) {
		size_t length = strcspn(query, "&");
		if (length && sbx__url_pair_is_of(query, length, name))
			return true;
		query += length + (query[length] == '&');
	}
	return false;
}

/* The client's members that the URL does not name, then the call's. */
static sbx_json *merged_query(const sbx__request_input *input, const char *own, bool foreign)
{
	sbx_json *merged = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	bool ok = merged != NULL;
	const sbx_json *defaults = foreign ? NULL : input->config->default_query;
	while (ok && defaults && sbx_json_next(defaults, &cursor, &name, &value))
		if (!query_names(own, name))
			ok = sbx_json_set(merged, name, sbx_json_copy(value)) == SBX_OK;
	if (ok && sbx__json_merge(merged, input->options->query))
		return merged;
	sbx_json_free(merged);
	return NULL;
}

static bool append_query(const sbx__request_input *input, const char *own, bool foreign, sbx__buffer *url)
{
	bool first = true;
	append_own_query(own, input->options->query, url, &first);
	if (!input->options->query && (foreign || !input->config->default_query))
		return true;
	sbx_json *merged = merged_query(input, own, foreign);
	bool ok = merged && sbx__url_append_members(url, &first, merged);
	sbx_json_free(merged);
	return ok;
}

/* Finds out whether the place is at the base URL's origin. */
static sbx_status find_origin(sbx__request *request, const sbx__request_input *input, const char *place,
                              sbx_error **error)
{
	sbx__url_parts parts;
	const char *problem;
	if (!sbx__url_parse(place, &parts, &problem))
		return problem == sbx__url_no_memory ? sbx__fail_memory(error)
		                                     : sbx__fail_argument(error, "url", "%s", problem);
	request->foreign = strcmp(parts.origin, input->config->origin) != 0;
	sbx__url_parts_free(&parts);
	return SBX_OK;
}

static sbx_status build_url(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const char *given = input->custom->url;
	size_t length = strcspn(given, "?");
	sbx__buffer url = {0};
	sbx_status status = check_url(given, error);
	if (status == SBX_OK)
		status = append_place(input, given, length, &url, error);
	if (status == SBX_OK && url.failed)
		status = sbx__fail_memory(error);
	if (status == SBX_OK)
		status = find_origin(request, input, url.data, error);
	if (status == SBX_OK) {
		bool ok = append_query(input, given + length + (given[length] == '?'), request->foreign, &url);
		request->url = sbx__buffer_take(&url);
		status = ok && request->url ? SBX_OK : sbx__fail_memory(error);
	}
	sbx__buffer_free(&url);
	return status;
}

/* ---- the body ---- */

static sbx_status set_type(sbx__request *request, const char *content_type, sbx_error **error)
{
	if (!content_type)
		return SBX_OK;
	request->content_type = strdup(content_type);
	return request->content_type ? SBX_OK : sbx__fail_memory(error);
}

/* A body in memory, which has a place in it also where it is empty. */
static sbx_status finish_bytes(sbx__request *request, const char *content_type, sbx_error **error)
{
	sbx__buffer_append(&request->body.bytes, "", 0);
	request->body.form = SBX__BODY_IN_MEMORY;
	if (request->body.bytes.failed)
		return sbx__fail_memory(error);
	return set_type(request, content_type, error);
}

static sbx_status build_json(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_json *json = input->custom->json;
	const sbx_json *extra = input->options->body;
	sbx_json *merged = NULL;
	bool ok = true;
	if (extra && json) {
		merged = sbx_json_copy(json);
		ok = merged && sbx__json_merge(merged, extra);
	}
	if (ok)
		sbx__json_append_text(merged ? merged : json ? json : extra, 0, &request->body.bytes);
	sbx_json_free(merged);
	return ok ? finish_bytes(request, input->custom->content_type, error) : sbx__fail_memory(error);
}

static sbx_status build_data(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_request *custom = input->custom;
	if (!custom->data)
		return sbx__fail_argument(error, "data", "must not be NULL");
	sbx__buffer_append(&request->body.bytes, custom->data, custom->length);
	return finish_bytes(request, custom->content_type ? custom->content_type : "application/octet-stream", error);
}

static sbx_status build_form(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_request *custom = input->custom;
	const char *type = custom->content_type ? custom->content_type : "application/x-www-form-urlencoded";
	for (size_t index = 0; index < custom->form_count; index++) {
		const sbx_pair *pair = custom->form ? &custom->form[index] : NULL;
		if (!pair || !pair->name || !pair->value)
			return sbx__fail_argument(error, "form", "each name and value must be a text");
		sbx__url_append_form(&request->body.bytes, pair->name, pair->value);
	}
	return finish_bytes(request, type, error);
}

static sbx_status build_source(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const char *type = input->custom->content_type;
	if (!type)
		type = input->file->source.content_type;
	request->body.form = SBX__BODY_STREAMED;
	request->body.source = input->file;
	return set_type(request, type ? type : "application/octet-stream", error);
}

/* ---- parts ---- */

/* The caller's structs are as far apart as the caller's version of the library made them. */
static sbx_status read_part(sbx_part *part, const sbx_request *custom, size_t index, sbx_error **error)
{
	const sbx_part defaults = SBX_PART_INIT;
	size_t stride;
	memcpy(&stride, custom->parts, sizeof stride);
	const char *given = (const char *)custom->parts + index * stride;
	if (memcmp(given, &stride, sizeof stride) != 0)
		return sbx__fail_argument(error, "parts", "all must have the same size: start from SBX_PART_INIT");
	*part = defaults;
	return sbx__struct_read(part, sizeof *part, given, "parts", error);
}

static sbx_status check_part(const sbx_part *part, sbx_error **error)
{
	if (!part->name)
		return sbx__fail_argument(error, "parts", "each needs a name");
	if (!part->text == !part->source)
		return sbx__fail_argument(error, "parts", "%s: a part is either a text or a source", part->name);
	if (part->source && part->content_type)
		return sbx__fail_argument(error, "parts", "%s: a source has a type of its own", part->name);
	if (part->content_type && !sbx__header_value_valid(part->content_type))
		return sbx__fail_argument(error, "parts", "%s: its type has a byte that no header can carry",
		                          part->name);
	return sbx__headers_check(part->headers, part->headers_count, "parts", error);
}

static sbx_status add_file(sbx__request *request, const sbx_part *part, sbx_error **error)
{
	sbx__source_reader *file = &request->files[request->files_count++];
	sbx_status status = sbx__source_open(file, part->source, error);
	if (status < 0)
		return status;
	if (file->source.content_type && !sbx__header_value_valid(file->source.content_type))
		return sbx__fail_argument(error, "parts", "%s: its type has a byte that no header can carry",
		                          part->name);
	sbx__multipart_add_part(&request->body.multipart, part, file);
	return SBX_OK;
}

static sbx_status build_parts(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_request *custom = input->custom;
	if (custom->parts_count && !custom->parts)
		return sbx__fail_argument(error, "parts", "must not be NULL");
	sbx__multipart *form = &request->body.multipart;
	sbx_status status = sbx__request_begin_form(request, input, error);
	if (status < 0)
		return status;
	request->files = calloc(custom->parts_count ? custom->parts_count : 1, sizeof *request->files);
	if (!request->files)
		return sbx__fail_memory(error);
	for (size_t index = 0; index < custom->parts_count; index++) {
		sbx_part part;
		status = read_part(&part, custom, index, error);
		if (status < 0 || (status = check_part(&part, error)) < 0)
			return status;
		if (part.source && (status = add_file(request, &part, error)) < 0)
			return status;
		if (part.text)
			sbx__multipart_add_part(form, &part, NULL);
	}
	return sbx__multipart_finish(form) ? SBX_OK : sbx__fail_memory(error);
}

/* ---- the whole ---- */

/* A server may want to be told that the body of one of these is empty (RFC 9110, section 8.6). */
static bool announces_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

static sbx_status build_body(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	const sbx_request *custom = input->custom;
	if (custom->json || input->options->body)
		return build_json(request, input, error);
	if (custom->data || custom->length)
		return build_data(request, input, error);
	if (custom->form || custom->form_count)
		return build_form(request, input, error);
	if (custom->parts || custom->parts_count)
		return build_parts(request, input, error);
	if (input->file)
		return build_source(request, input, error);
	return announces_body(request->method) ? finish_bytes(request, NULL, error) : SBX_OK;
}

sbx_status sbx__custom_request_build(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	sbx_status status = set_method(request, input, error);
	if (status < 0 || (status = check_body(request, input, error)) < 0 ||
	    (status = build_url(request, input, error)) < 0)
		return status;
	return build_body(request, input, error);
}
