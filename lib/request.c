#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confirmation.h"
#include "content_decoder.h"
#include "custom_request.h"
#include "error.h"
#include "json.h"
#include "json_printer.h"
#include "number.h"
#include "url.h"

static const sbx_json *argument(const sbx__request_input *input, const char *name)
{
	return input->typed ? sbx__arguments_get(input->typed, name) : sbx_json_get(input->arguments, name);
}

const sbx_json *sbx__request_effective(const sbx__request_input *input, const char *name)
{
	const sbx_operation *operation = input->operation;
	const sbx_json *extra = NULL;
	for (size_t index = 0; input->options->body && index < operation->parameters_count; index++)
		if (strcmp(operation->parameters[index].name, name) == 0)
			extra = sbx_json_get(input->options->body, operation->parameters[index].wire_name);
	return extra ? extra : argument(input, name);
}

/* ---- checking the arguments ---- */

static const sbx__parameter *find_parameter(const sbx__parameter *parameters, size_t count, const char *name)
{
	for (size_t index = 0; index < count; index++)
		if (strcmp(parameters[index].name, name) == 0)
			return &parameters[index];
	return NULL;
}

static const char *type_words(sbx__type type)
{
	static const char *const words[] = {
	        [SBX__STRING] = "needs a string here, not ",
	        [SBX__INTEGER] = "needs an integer here, not ",
	        [SBX__NUMBER] = "needs a number here, not ",
	        [SBX__BOOLEAN] = "needs a boolean here, not ",
	        [SBX__STRING_MAP] = "needs an object of strings here, not ",
	        [SBX__STRING_LIST] = "needs an array of strings here, not ",
	        [SBX__OBJECT] = "needs an object here, not ",
	        [SBX__MODEL] = "needs an object here, not ",
	        [SBX__MODEL_LIST] = "needs an array here, not ",
	};
	return words[type];
}

/* Where a check stands: the names that lead to it, from the inside out. A path is written only for an error. */
typedef struct check_place {
	const char *operation;
	const char *name;
	const struct check_place *within; /* NULL: the operation itself */
} check_place;

static void append_place(const check_place *place, sbx__buffer *path)
{
	if (place->within) {
		append_place(place->within, path);
		sbx__buffer_byte(path, '.');
	}
	sbx__buffer_text(path, place->name);
}

static sbx_status fail_at(const check_place *place, sbx_error **error, const char *problem, const char *actual)
{
	sbx__buffer path = {0};
	append_place(place, &path);
	sbx_status status = path.failed ? sbx__fail_memory(error)
	                                : sbx__misuse(error, sbx__fail_argument(error, path.data, "%s %s%s",
	                                                                        place->operation, problem, actual));
	sbx__buffer_free(&path);
	return status;
}

static sbx_status check_members(const sbx_operation *operation, const check_place *within,
                                const sbx__parameter *parameters, size_t count, const sbx_json *given, bool lenient,
                                sbx_error **error);

static sbx_status check_value(const sbx_operation *operation, const check_place *place, const sbx__parameter *parameter,
                              const sbx_json *value, sbx_error **error)
{
	if (!sbx__type_fits(parameter->type, value))
		return fail_at(place, error, type_words(parameter->type), sbx__json_type_name(value));
	if (parameter->members)
		return check_members(operation, place, parameter->members, parameter->members_count, value, false,
		                     error);
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *member;
	while (parameter->type == SBX__STRING_MAP && sbx_json_next(value, &cursor, &name, &member))
		if (sbx_json_type_of(member) != SBX_JSON_STRING)
			return fail_at(place, error, "needs strings alone in here, not ", sbx__json_type_name(member));
	return SBX_OK;
}

/* A null passes: it is sent as it is. With `lenient` the types are the server's to judge. */
static sbx_status check_members(const sbx_operation *operation, const check_place *within,
                                const sbx__parameter *parameters, size_t count, const sbx_json *given, bool lenient,
                                sbx_error **error)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	sbx_status status = SBX_OK;
	while (status == SBX_OK && sbx_json_next(given, &cursor, &name, &value)) {
		const check_place place = {operation->name, name, within};
		const sbx__parameter *parameter = find_parameter(parameters, count, name);
		if (!parameter)
			status = fail_at(&place, error, "has no such argument", "");
		else if (!lenient && sbx_json_type_of(value) != SBX_JSON_NULL)
			status = check_value(operation, &place, parameter, value, error);
	}
	for (size_t index = 0; status == SBX_OK && index < count; index++) {
		const check_place place = {operation->name, parameters[index].name, within};
		if (parameters[index].required && !sbx_json_get(given, parameters[index].name))
			status = fail_at(&place, error, "needs this argument", "");
	}
	return status;
}

/* Those of a typed function have the right types. */
static sbx_status check_typed(const sbx__request_input *input, sbx_error **error)
{
	const sbx_operation *operation = input->operation;
	sbx_status status = SBX_OK;
	for (size_t index = 0; status == SBX_OK && index < operation->parameters_count; index++) {
		const sbx__parameter *parameter = &operation->parameters[index];
		const check_place place = {operation->name, parameter->name, NULL};
		const sbx_json *value = sbx__arguments_get(input->typed, parameter->name);
		if (!value && parameter->required)
			status = fail_at(&place, error, "needs this argument", "");
		else if (value && parameter->members)
			status = check_value(operation, &place, parameter, value, error);
	}
	return status;
}

/* What a call may add to any request. */
static sbx_status check_options(const sbx__request_input *input, sbx_error **error)
{
	const sbx_request_options *options = input->options;
	if (options->query && sbx_json_type_of(options->query) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "extra_query", "must be an object");
	if (options->body && sbx_json_type_of(options->body) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "extra_body", "must be an object");
	const char *type = input->file ? input->file->source.content_type : NULL;
	if (type && !sbx__header_value_valid(type))
		return sbx__fail_argument(error, "content_type", "has a byte that no header can carry");
	const char *key = options->idempotency_key;
	if (key && !sbx__header_value_valid(key))
		return sbx__fail_argument(error, "idempotency_key", "has a byte that no header can carry");
	sbx_status status = sbx__headers_check(options->credentials, options->credentials_count, "credentials", error);
	return status < 0 ? status
	                  : sbx__headers_check(options->headers, options->headers_count, "extra_headers", error);
}

static sbx_status check_arguments(const sbx__request_input *input, sbx_error **error)
{
	const sbx_operation *operation = input->operation;
	if (input->arguments && sbx_json_type_of(input->arguments) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "arguments", "must be an object");
	sbx_status status = check_options(input, error);
	if (status < 0)
		return status;
	if (operation->file_part && !input->file && !input->config->lenient_arguments)
		return sbx__misuse(error, sbx__fail_argument(error, operation->file_part, "%s needs this argument",
		                                             operation->name));
	if (input->file && operation->body != SBX__BODY_MULTIPART)
		return sbx__misuse(error,
		                   sbx__fail_argument(error, "file", "%s does not send a file", operation->name));
	if (input->typed)
		return check_typed(input, error);
	return check_members(operation, NULL, operation->parameters, operation->parameters_count, input->arguments,
	                     input->config->lenient_arguments, error);
}

/* ---- the URL ---- */

static sbx_status append_path_argument(const sbx__request_input *input, const char *name, sbx__buffer *url,
                                       sbx_error **error)
{
	sbx__buffer text = {0};
	sbx__url_append_scalar(argument(input, name), &text);
	sbx_status status = SBX_OK;
	if (text.failed)
		status = sbx__fail_memory(error);
	else if (text.length == 0)
		status = sbx__fail_argument(error, name, "%s needs a value here that is not empty",
		                            input->operation->name);
	else if (memchr(text.data, '\0', text.length))
		status = sbx__fail_argument(error, name, "a NUL cannot be part of a path");
	else if (strcmp(text.data, ".") == 0 || strcmp(text.data, "..") == 0)
		status = sbx__fail_argument(error, name, "\"%s\" would lead to another path", text.data);
	else
		sbx__url_append_segment(url, text.data, text.length);
	sbx__buffer_free(&text);
	return status;
}

static sbx_status append_path(const sbx__request_input *input, sbx__buffer *url, sbx_error **error)
{
	/* The base URL ends with the slash that the template begins with. */
	const char *at = input->operation->path + 1;
	while (*at) {
		size_t plain = (size_t)(strchrnul(at, '{') - at);
		sbx__buffer_append(url, at, plain);
		at += plain;
		if (!*at)
			break;
		size_t length = (size_t)(strchrnul(at + 1, '}') - (at + 1));
		char name[64] = "";
		memcpy(name, at + 1, length < sizeof name ? length : sizeof name - 1);
		sbx_status status = append_path_argument(input, name, url, error);
		if (status < 0)
			return status;
		at += length + 2;
	}
	return SBX_OK;
}

/* The client's query, then the operation's, then the call's: what comes later takes the place of the same name. */
static bool merge_query(const sbx__request_input *input, sbx_json *query)
{
	const sbx_operation *operation = input->operation;
	bool ok = sbx__json_merge(query, input->config->default_query);
	for (size_t index = 0; ok && index < operation->parameters_count; index++) {
		const sbx__parameter *parameter = &operation->parameters[index];
		const sbx_json *value = argument(input, parameter->name);
		if (parameter->location == SBX__IN_QUERY && value)
			ok = sbx_json_set(query, parameter->wire_name, sbx_json_copy(value)) == SBX_OK;
	}
	return ok && sbx__json_merge(query, input->options->query);
}

static bool append_query(const sbx__request_input *input, sbx__buffer *url)
{
	sbx_json *query = sbx_json_new_object();
	bool first = true;
	bool ok = query && merge_query(input, query) && sbx__url_append_members(url, &first, query);
	sbx_json_free(query);
	return ok;
}

static bool takes_query(const sbx__request_input *input)
{
	const sbx_operation *operation = input->operation;
	bool takes = input->config->default_query || input->options->query;
	for (size_t index = 0; !takes && index < operation->parameters_count; index++)
		takes = operation->parameters[index].location == SBX__IN_QUERY;
	return takes;
}

static sbx_status build_url(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	sbx__buffer url = {0};
	sbx__buffer_reserve(&url, 255);
	sbx__buffer_text(&url, input->config->base_url);
	sbx_status status = append_path(input, &url, error);
	if (status == SBX_OK) {
		bool ok = !takes_query(input) || append_query(input, &url);
		request->url = sbx__buffer_take(&url);
		if (!ok || !request->url)
			status = sbx__fail_memory(error);
	}
	sbx__buffer_free(&url);
	return status;
}

/* ---- the body ---- */

static void append_member(sbx__buffer *body, bool *first, const char *name, const sbx_json *value)
{
	sbx__buffer_byte(body, *first ? '{' : ',');
	*first = false;
	sbx__json_append_string(name, strlen(name), body);
	sbx__buffer_byte(body, ':');
	sbx__json_append_text(value, 0, body);
}

/* The operation's members in its own order, each replaced by the call's extra one of the same name, then the rest of
 * the extra ones. */
static bool build_json(sbx__request *request, const sbx__request_input *input)
{
	const sbx_operation *operation = input->operation;
	const sbx_json *extra = input->options->body;
	sbx__buffer *body = &request->body.bytes;
	bool first = true;
	for (size_t index = 0; index < operation->parameters_count; index++) {
		const sbx__parameter *parameter = &operation->parameters[index];
		const sbx_json *value = extra ? sbx_json_get(extra, parameter->wire_name) : NULL;
		if (!value)
			value = argument(input, parameter->name);
		if (parameter->location == SBX__IN_BODY && value)
			append_member(body, &first, parameter->wire_name, value);
	}
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (extra && sbx_json_next(extra, &cursor, &name, &value)) {
		bool known = false;
		for (size_t index = 0; index < operation->parameters_count && !known; index++)
			known = operation->parameters[index].location == SBX__IN_BODY &&
			        strcmp(operation->parameters[index].wire_name, name) == 0;
		if (!known)
			append_member(body, &first, name, value);
	}
	sbx__buffer_text(body, first ? "{}" : "}");
	request->body.form = SBX__BODY_IN_MEMORY;
	return !body->failed;
}

static void visit_part(void *user_data, const char *name, const char *text, size_t length)
{
	sbx__multipart_add_text(user_data, name, NULL, text, length);
}

/* The Content-Type that the call itself has for its form; NULL: none. */
static const char *own_form_type(const sbx__request_input *input)
{
	const sbx_pair *headers = input->options->headers;
	for (size_t index = input->options->headers_count; index-- > 0;)
		if (strcasecmp(headers[index].name, "Content-Type") == 0) {
			const char *type = headers[index].value;
			return type && sbx__multipart_is_type(type) ? type : NULL;
		}
	return NULL;
}

static const char *own_boundary(const sbx__request_input *input, size_t *length)
{
	const char *type = own_form_type(input);
	return type ? sbx__multipart_find_boundary(type, length) : NULL;
}

sbx_status sbx__request_begin_form(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	sbx__multipart *form = &request->body.multipart;
	sbx__buffer type = {0};
	size_t length;
	const char *boundary = own_boundary(input, &length);
	request->body.form = SBX__BODY_FORM;
	if (boundary && !sbx__multipart_init_own(form, boundary, length))
		return sbx__fail_argument(error, "extra_headers", "a boundary that no form can have");
	if (!boundary && !sbx__multipart_init(form, input->platform))
		return sbx__fail_memory(error);
	sbx__buffer_format(&type, "multipart/form-data; boundary=%s", form->boundary);
	request->content_type = sbx__buffer_take(&type);
	return request->content_type ? SBX_OK : sbx__fail_memory(error);
}

static bool fill_form(sbx__multipart *form, const sbx__request_input *input)
{
	const sbx_operation *operation = input->operation;
	const sbx_json *extra = input->options->body;
	for (size_t index = 0; index < operation->parameters_count; index++) {
		const sbx__parameter *parameter = &operation->parameters[index];
		const sbx_json *value = argument(input, parameter->name);
		if (parameter->location != SBX__IN_PART || !value ||
		    (extra && sbx_json_get(extra, parameter->wire_name)))
			continue;
		if (!sbx__url_flatten(parameter->wire_name, value, SBX__ARRAY_BRACKETS, visit_part, form))
			return false;
	}
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (extra && sbx_json_next(extra, &cursor, &name, &value))
		if (!sbx__url_flatten(name, value, SBX__ARRAY_BRACKETS, visit_part, form))
			return false;
	if (input->file)
		sbx__multipart_add_file(form, operation->file_part, input->file);
	return sbx__multipart_finish(form);
}

static sbx_status build_form(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	sbx_status status = sbx__request_begin_form(request, input, error);
	if (status == SBX_OK && !fill_form(&request->body.multipart, input))
		status = sbx__fail_memory(error);
	return status;
}

static bool is_get(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* A GET has no body, whatever the call adds to it. */
static sbx_status build_body(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	if (is_get(request->method))
		return SBX_OK;
	if (input->operation->body == SBX__BODY_MULTIPART)
		return build_form(request, input, error);
	if (input->operation->body == SBX__BODY_JSON || input->options->body)
		return build_json(request, input) ? SBX_OK : sbx__fail_memory(error);
	return SBX_OK;
}

/* ---- the headers ---- */

static void put_own_headers(sbx__request *request, const sbx__request_input *input)
{
	sbx__header_set *headers = &request->headers;
	/* JSON is what the client's own headers ask for already, unless its owner has others. */
	if (input->operation->accept && strcmp(input->operation->accept, "application/json") != 0)
		sbx__header_set_put(headers, "Accept", input->operation->accept);
	if (request->content_type)
		sbx__header_set_put(headers, "Content-Type", request->content_type);
	if (input->compresses && !sbx__header_set_find(headers, "Accept-Encoding"))
		sbx__header_set_put(headers, "Accept-Encoding", SBX__CODINGS_ACCEPTED);
	const char *key = input->options->idempotency_key;
	if (!request->became_get && (key || request->idempotency_key[0]))
		sbx__header_set_put(headers, "Idempotency-Key", key ? key : request->idempotency_key);
}

static void remove_header(sbx__header_set *headers, const char *name)
{
	if (sbx__header_set_find(headers, name))
		sbx__header_set_put(headers, name, NULL);
}

/* Away from the base URL's origin nothing that proves who asks is sent along. */
static void remove_secrets(sbx__header_set *headers, const sbx_request_options *options)
{
	static const char *const names[] = {"x-api-key", "Authorization", "Proxy-Authorization", "Cookie"};
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		remove_header(headers, names[index]);
	/* Neither in the call's values nor in those that the client has by the same names. */
	for (size_t index = 0; index < options->credentials_count; index++)
		remove_header(headers, options->credentials[index].name);
}

static void put_credentials(sbx__request *request, const sbx_request_options *options)
{
	if (request->foreign)
		remove_secrets(&request->headers, options);
	else
		sbx__header_set_merge(&request->headers, options->credentials, options->credentials_count);
}

static void put_call_headers(sbx__request *request, const sbx__request_input *input, int retries)
{
	sbx__header_set *headers = &request->headers;
	size_t length;
	/* What the call itself sets goes wherever it goes. */
	put_credentials(request, input->options);
	sbx__header_set_merge(headers, input->options->headers, input->options->headers_count);
	/* A call that says of its form what it is, and not how its parts are told apart. */
	if (request->body.form == SBX__BODY_FORM && own_form_type(input) && !own_boundary(input, &length))
		sbx__header_set_put(headers, "Content-Type", request->content_type);
	/* What became a GET on its way is sent on with all else that it began with. */
	if (is_get(request->method) && !request->became_get)
		sbx__header_set_put(headers, "Content-Type", NULL);
	/* These two may be overridden by the call only, as the call alone knows what they mean for it. */
	const sbx_pair *call = input->options->headers;
	size_t count = input->options->headers_count;
	sbx__number_write_integer(request->retry_count, (uint64_t)retries, false);
	if (!sbx__pairs_have(call, count, "x-stainless-retry-count"))
		sbx__header_set_put(headers, "x-stainless-retry-count", request->retry_count);
	if (request->read_timeout[0] && !sbx__pairs_have(call, count, "x-stainless-read-timeout"))
		sbx__header_set_put(headers, "x-stainless-read-timeout", request->read_timeout);
}

bool sbx__request_make_headers(sbx__request *request, const sbx__request_input *input, int retries)
{
	sbx__header_set_copy(&request->headers, &input->config->headers);
	put_own_headers(request, input);
	put_call_headers(request, input, retries);
	return !request->headers.failed;
}

/* ---- the whole ---- */

/* Mostly it is the client's own. */
static void format_read_timeout(sbx__request *request, const sbx__request_input *input)
{
	double seconds = input->timeouts.read;
	if (seconds == input->config->timeouts.read)
		memcpy(request->read_timeout, input->config->read_timeout, sizeof request->read_timeout);
	else
		sbx__timeout_write(request->read_timeout, seconds);
}

static sbx_status build(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	sbx_status status;
	if (input->custom) {
		status = check_options(input, error);
		return status < 0 ? status : sbx__custom_request_build(request, input, error);
	}
	if ((status = check_arguments(input, error)) < 0 || (status = build_url(request, input, error)) < 0)
		return status;
	return build_body(request, input, error);
}

sbx_status sbx__request_init(sbx__request *request, const sbx__request_input *input, sbx_error **error)
{
	*request = (sbx__request){.method = input->operation->method, .custom = input->custom != NULL};
	sbx_status status = build(request, input, error);
	if (status < 0)
		return status;
	if (strlen(request->url) > SBX__LONGEST_REQUEST_PART)
		return sbx__fail(error, SBX_ERROR_INVALID_ARGUMENT, "%s: the URL is longer than 256 KiB",
		                 input->operation->name);
	if (strcmp(request->method, "POST") == 0 && !input->options->idempotency_key &&
	    !sbx__platform_uuid(input->platform, request->idempotency_key))
		return sbx__fail_memory(error);
	format_read_timeout(request, input);
	request->due = sbx__confirmation_due(input);
	return SBX_OK;
}

bool sbx__request_sends_body(const sbx__request *request)
{
	return request->body.form != SBX__BODY_ABSENT && !request->became_get;
}

/* Whoever led the request away from the origin does not get the key sent along by leading it back. */
void sbx__request_redirect(sbx__request *request, char *url, bool as_get, bool foreign)
{
	if (request->first_url) {
		free(request->url);
	} else {
		request->first_url = request->url;
		request->first_method = request->method;
		request->first_foreign = request->foreign;
	}
	request->url = url;
	request->foreign = request->foreign || foreign;
	if (as_get) {
		request->became_get = true;
		request->method = "GET";
	}
}

void sbx__request_restart(sbx__request *request)
{
	if (!request->first_url)
		return;
	free(request->url);
	request->url = request->first_url;
	request->first_url = NULL;
	request->method = request->first_method;
	request->became_get = false;
	request->foreign = request->first_foreign;
}

void sbx__request_free(sbx__request *request)
{
	for (size_t index = 0; index < request->files_count; index++)
		sbx__source_close(&request->files[index]);
	free(request->files);
	free(request->url);
	free(request->first_url);
	free(request->content_type);
	sbx__body_free(&request->body);
	sbx__header_set_free(&request->headers);
}
