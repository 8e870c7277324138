#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "response.h"
#include "utf8.h"

/* What is given out when there is no memory for an error: never written to, never freed. */
static sbx_error out_of_memory = {
        .code = SBX_ERROR_OUT_OF_MEMORY, .message = (char *)"Out of memory", .retry_after = SBX_DEFAULT};
static sbx_error out_of_memory_in_doubt = {.code = SBX_ERROR_OUT_OF_MEMORY,
                                           .message = (char *)"Out of memory; the request may have been carried out",
                                           .retry_after = SBX_DEFAULT,
                                           .outcome_unknown = true};

const char *sbx_status_name(sbx_status status)
{
	switch (status) {
	case SBX_OK:
		return "ok";
	case SBX_DONE:
		return "done";
	case SBX_WOULD_BLOCK:
		return "would_block";
#define SBX_ERROR(symbol, value, name, python_class, http_status, ...) \
	case SBX_ERROR_##symbol: \
		return name;
#include "errors.def"
#undef SBX_ERROR
	}
	return "unknown";
}

sbx_status sbx__status_from_http(int http_status)
{
	static const struct {
		int http_status;
		sbx_status code;
	} table[] = {
#define SBX_ERROR(symbol, value, name, python_class, http_status, ...) {http_status, SBX_ERROR_##symbol},
#include "errors.def"
#undef SBX_ERROR
	};
	if (http_status >= 500)
		return SBX_ERROR_INTERNAL_SERVER;
	for (size_t index = 0; index < sizeof table / sizeof table[0]; index++)
		if (table[index].http_status == http_status)
			return table[index].code;
	return SBX_ERROR_STATUS;
}

/* What a caller named may be any bytes, and a message is text. */
static char *take_message(sbx__buffer *message)
{
	sbx__buffer text = {0};
	if (message->failed || sbx__utf8_valid(message->data, message->length))
		return sbx__buffer_take(message);
	sbx__utf8_append(&text, message->data, message->length);
	sbx__buffer_free(message);
	return sbx__buffer_take(&text);
}

static sbx_error *new_error(sbx_status code, const char *argument, const char *format, va_list arguments)
{
	sbx_error *error = calloc(1, sizeof *error);
	if (!error)
		return &out_of_memory;
	atomic_init(&error->references, 1);
	error->code = code;
	error->retryable = code == SBX_ERROR_TIMEOUT;
	error->retry_after = SBX_DEFAULT;
	sbx__buffer message = {0};
	if (argument) {
		sbx__buffer_format(&message, "%s: ", argument);
		error->argument = strdup(argument);
	}
	sbx__buffer_vformat(&message, format, arguments);
	error->message = take_message(&message);
	if (!error->message || (argument && !error->argument)) {
		sbx_error_free(error);
		return &out_of_memory;
	}
	return error;
}

sbx_error *sbx__error_new(sbx_status code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sbx_error *error = new_error(code, NULL, format, arguments);
	va_end(arguments);
	return error;
}

bool sbx__error_is_static(const sbx_error *error)
{
	return error == &out_of_memory || error == &out_of_memory_in_doubt;
}

sbx_status sbx__error_give(sbx_error **error, sbx_error *given)
{
	sbx_status code = given->code;
	if (error)
		*error = given;
	else
		sbx_error_free(given);
	return code;
}

sbx_status sbx__fail(sbx_error **error, sbx_status code, const char *format, ...)
{
	if (!error)
		return code;
	va_list arguments;
	va_start(arguments, format);
	*error = new_error(code, NULL, format, arguments);
	va_end(arguments);
	return (*error)->code;
}

sbx_status sbx__fail_argument(sbx_error **error, const char *argument, const char *format, ...)
{
	if (!error)
		return SBX_ERROR_INVALID_ARGUMENT;
	va_list arguments;
	va_start(arguments, format);
	*error = new_error(SBX_ERROR_INVALID_ARGUMENT, argument, format, arguments);
	va_end(arguments);
	return (*error)->code;
}

sbx_status sbx__misuse(sbx_error **error, sbx_status code)
{
	if (error && !sbx__error_is_static(*error))
		(*error)->misuse = true;
	return code;
}

sbx_status sbx__fail_option(sbx_error **error, const char *option, const char *format, ...)
{
	if (!error)
		return SBX_ERROR_CONFIGURATION;
	va_list arguments;
	va_start(arguments, format);
	*error = new_error(SBX_ERROR_CONFIGURATION, option, format, arguments);
	va_end(arguments);
	return (*error)->code;
}

sbx_status sbx__fail_file(sbx_error **error, const char *argument, const char *action, const char *path, int number)
{
	char words[128];
	/* glibc's strerror_r() may answer with a text of its own instead of filling the buffer. */
	const char *text = strerror_r(number, words, sizeof words);
	sbx_error *made = sbx__error_new(SBX_ERROR_LOCAL_FILE, "%s: cannot %s %s: %s", argument, action, path, text);
	if (!sbx__error_is_static(made)) {
		made->argument = strdup(argument);
		made->system_errno = number;
	}
	return sbx__error_give(error, made);
}

sbx_error *sbx__error_ref(sbx_error *error)
{
	if (!sbx__error_is_static(error))
		atomic_fetch_add_explicit(&error->references, 1, memory_order_relaxed);
	return error;
}

sbx_status sbx__fail_forked(sbx_error **error)
{
	static const char detail[] =
	        "the client belongs to the process that this one was forked from; make a client in the "
	        "child, after the fork";
	sbx_error *made = sbx__error_new(SBX_ERROR_CONNECTION, "Connection error: %s", detail);
	if (!sbx__error_is_static(made))
		made->detail = strdup(detail);
	return sbx__error_give(error, made);
}

sbx_status sbx__fail_system(sbx_error **error, const char *what, int number)
{
	if (number == ENOMEM)
		return sbx__fail_memory(error);
	char words[128];
	sbx_error *made = sbx__error_new(SBX_ERROR_SYSTEM, "%s: %s", what, strerror_r(number, words, sizeof words));
	if (!sbx__error_is_static(made))
		made->system_errno = number;
	return sbx__error_give(error, made);
}

sbx_error *sbx__error_memory_in_doubt(void)
{
	return &out_of_memory_in_doubt;
}

sbx_error *sbx__error_memory(void)
{
	return &out_of_memory;
}

sbx_status sbx__fail_memory(sbx_error **error)
{
	return sbx__error_give(error, &out_of_memory);
}

sbx_status sbx_error_code(const sbx_error *error)
{
	return error ? error->code : SBX_OK;
}

const char *sbx_error_name(const sbx_error *error)
{
	return sbx_status_name(sbx_error_code(error));
}

const char *sbx_error_message(const sbx_error *error)
{
	return error ? error->message : "";
}

const char *sbx_error_detail(const sbx_error *error)
{
	return error && error->detail ? error->detail : "";
}

const char *sbx_error_argument(const sbx_error *error)
{
	return error ? error->argument : NULL;
}

/* NULL: none came. */
static const sbx_response *answer_of(const sbx_error *error)
{
	return error && error->answered ? error->response : NULL;
}

int sbx_error_http_status(const sbx_error *error)
{
	return sbx_response_status(answer_of(error));
}

const char *sbx_error_body(const sbx_error *error, size_t *length)
{
	const sbx_response *answer = answer_of(error);
	const char *body = sbx_response_body(answer, length);
	return answer ? body : NULL;
}

const sbx_json *sbx_error_json(const sbx_error *error)
{
	return error ? error->json : NULL;
}

const char *sbx_error_header(const sbx_error *error, const char *name)
{
	return sbx_response_header(answer_of(error), name);
}

size_t sbx_error_headers_count(const sbx_error *error)
{
	return sbx_response_headers_count(answer_of(error));
}

sbx_pair sbx_error_header_at(const sbx_error *error, size_t index)
{
	return sbx_response_header_at(answer_of(error), index);
}

const char *sbx_error_request_id(const sbx_error *error)
{
	return sbx_error_header(error, "x-request-id");
}

const char *sbx_error_method(const sbx_error *error)
{
	return error && error->response ? error->response->method : NULL;
}

const char *sbx_error_url(const sbx_error *error)
{
	return error && error->response ? error->response->url : NULL;
}

int sbx_error_attempts(const sbx_error *error)
{
	return error ? sbx_response_attempts(error->response) : 0;
}

double sbx_error_retry_after(const sbx_error *error)
{
	return error ? error->retry_after : SBX_DEFAULT;
}

int sbx_error_retryable(const sbx_error *error)
{
	return error && error->retryable;
}

int sbx_error_is_misuse(const sbx_error *error)
{
	return error && error->misuse;
}

int sbx_error_outcome_unknown(const sbx_error *error)
{
	return error && error->outcome_unknown;
}

int sbx_error_system_errno(const sbx_error *error)
{
	return error ? error->system_errno : 0;
}

void sbx_error_free(sbx_error *error)
{
	if (!error || sbx__error_is_static(error) ||
	    atomic_fetch_sub_explicit(&error->references, 1, memory_order_acq_rel) != 1)
		return;
	free(error->message);
	free(error->detail);
	free(error->argument);
	sbx_response_free(error->response);
	sbx_json_free(error->json);
	sbx_json_free(error->shown);
	if (error->attachment)
		error->free_attachment(error->attachment);
	free(error);
}
