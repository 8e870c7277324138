#include "arguments.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "operation.h"
#include "response.h"
#include "utf8.h"

/* No struct ever grows to this: what says so is no size. */
#define LARGEST_STRUCT ((size_t)1 << 16)

sbx_status sbx__struct_check(const void *given, const char *name, sbx_error **error)
{
	size_t size;
	if (!given)
		return sbx__fail_argument(error, name, "must not be NULL");
	memcpy(&size, given, sizeof size);
	if (size < sizeof size || size > LARGEST_STRUCT)
		return sbx__fail_argument(error, name, "its first member is not its size: start from its _INIT macro");
	return SBX_OK;
}

void sbx__struct_write(void *given, const void *made, size_t made_size)
{
	size_t size;
	memcpy(&size, given, sizeof size);
	size_t end = size < made_size ? size : made_size;
	memcpy((char *)given + sizeof size, (const char *)made + sizeof size, end - sizeof size);
}

sbx_status sbx__struct_read(void *known, size_t known_size, const void *given, const char *name, sbx_error **error)
{
	size_t size;
	if (!given)
		return SBX_OK;
	sbx_status status = sbx__struct_check(given, name, error);
	if (status < 0)
		return status;
	memcpy(&size, given, sizeof size);
	for (size_t index = known_size; index < size; index++)
		if (((const unsigned char *)given)[index] != 0)
			return sbx__fail_argument(error, name,
			                          "it says something that this version of the library does not know");
	memcpy(known, given, size < known_size ? size : known_size);
	memcpy(known, &known_size, sizeof known_size);
	return SBX_OK;
}

static void fail(sbx__arguments *arguments, sbx_status status, const char *name)
{
	if (arguments->status < 0)
		return;
	arguments->status = status;
	arguments->failed = name;
}

void sbx__arguments_init(sbx__arguments *arguments)
{
	*arguments = (sbx__arguments){.object = sbx_json_new_object(), .status = SBX_OK};
	if (!arguments->object)
		fail(arguments, SBX_ERROR_OUT_OF_MEMORY, NULL);
}

static void set(sbx__arguments *arguments, const char *name, sbx_json *value)
{
	sbx_status status = sbx_json_set(arguments->object, name, value);
	if (status < 0)
		fail(arguments, status, name);
}

/* Makes a string. NULL: *status says for which of two reasons. */
static sbx_json *make_string(const char *text, sbx_status *status)
{
	size_t length = strlen(text);
	sbx_json *string = sbx_json_new_string(text, length);
	if (!string)
		*status = sbx__utf8_valid(text, length) ? SBX_ERROR_OUT_OF_MEMORY : SBX_ERROR_INVALID_ARGUMENT;
	return string;
}

static void set_string(sbx__arguments *arguments, sbx_json *object, const char *name, const char *argument,
                       const char *value)
{
	sbx_status problem;
	sbx_json *string = make_string(value, &problem);
	sbx_status status = string ? sbx_json_set(object, name, string) : problem;
	if (status < 0)
		fail(arguments, status, argument);
}

void sbx__arguments_string(sbx__arguments *arguments, const char *name, const char *value)
{
	if (value)
		set_string(arguments, arguments->object, name, name, value);
}

void sbx__arguments_integer(sbx__arguments *arguments, const char *name, int64_t value)
{
	if (value != SBX_DEFAULT)
		set(arguments, name, sbx_json_new_integer(value));
}

void sbx__arguments_number(sbx__arguments *arguments, const char *name, double value)
{
	if (value == SBX_DEFAULT)
		return;
	if (!isfinite(value)) {
		fail(arguments, SBX_ERROR_INVALID_ARGUMENT, name);
		return;
	}
	/* A whole number is written without a fraction: most servers want a page to be an integer. */
	bool whole = value >= -9007199254740992.0 && value <= 9007199254740992.0 && value == (double)(int64_t)value;
	set(arguments, name, whole ? sbx_json_new_integer((int64_t)value) : sbx_json_new_number(value));
}

void sbx__arguments_flag(sbx__arguments *arguments, const char *name, sbx_flag value)
{
	if (value != SBX_FLAG_DEFAULT)
		set(arguments, name, sbx_json_new_boolean(value == SBX_FLAG_YES));
}

void sbx__arguments_pairs(sbx__arguments *arguments, const char *name, const sbx_pair *pairs, size_t count)
{
	if (!pairs && !count)
		return;
	sbx_json *object = sbx_json_new_object();
	for (size_t index = 0; object && index < count; index++) {
		if (!pairs || !pairs[index].name || !pairs[index].value)
			fail(arguments, SBX_ERROR_INVALID_ARGUMENT, name);
		else
			set_string(arguments, object, pairs[index].name, name, pairs[index].value);
	}
	set(arguments, name, object);
}

void sbx__arguments_strings(sbx__arguments *arguments, const char *name, const char *const *values, size_t count)
{
	if (!values && !count)
		return;
	sbx_json *array = sbx_json_new_array();
	for (size_t index = 0; array && index < count; index++) {
		if (!values || !values[index]) {
			fail(arguments, SBX_ERROR_INVALID_ARGUMENT, name);
			break;
		}
		sbx_status problem;
		sbx_json *string = make_string(values[index], &problem);
		sbx_status status = string ? sbx_json_append(array, string) : problem;
		if (status < 0)
			fail(arguments, status, name);
	}
	set(arguments, name, array);
}

void sbx__arguments_json(sbx__arguments *arguments, const char *name, const sbx_json *value)
{
	if (value)
		set(arguments, name, sbx_json_copy(value));
}

void sbx__arguments_object(sbx__arguments *arguments, const char *name, sbx__arguments *members)
{
	if (members->status < 0) {
		fail(arguments, members->status, members->failed);
		sbx_json_free(members->object);
	} else {
		set(arguments, name, members->object);
	}
	*members = (sbx__arguments){0};
}

void sbx__arguments_free(sbx__arguments *arguments)
{
	sbx_json_free(arguments->object);
	*arguments = (sbx__arguments){0};
}

sbx_status sbx__arguments_check(const sbx__arguments *arguments, const sbx_operation *operation, sbx_error **error)
{
	if (arguments->status == SBX_ERROR_OUT_OF_MEMORY)
		return sbx__fail_memory(error);
	if (arguments->status < 0)
		return sbx__fail_argument(error, arguments->failed, "%s needs text in UTF-8 and finite numbers here",
		                          operation->name);
	return SBX_OK;
}

/* The options with the typed function's own source and sink. */
static sbx_status merge_options(sbx_request_options *merged, const sbx_request_options *options,
                                const sbx__arguments *arguments, sbx_error **error)
{
	sbx_status status = sbx__struct_read(merged, sizeof *merged, options, "options", error);
	if (arguments->source)
		merged->source = arguments->source;
	if (arguments->sink)
		merged->sink = arguments->sink;
	return status;
}

sbx_status sbx__arguments_invoke(const sbx__arguments *arguments, sbx_client *client, const sbx_operation *operation,
                                 const sbx_request_options *options, sbx__model **model, sbx_response **response,
                                 sbx_error **error)
{
	sbx_request_options merged = SBX_REQUEST_OPTIONS_INIT;
	sbx_response *made;
	sbx_status status = merge_options(&merged, options, arguments, error);
	if (status < 0 || (status = sbx_client_invoke(client, operation, arguments->object, &merged, &made, error)) < 0)
		return status;
	if (model)
		*model = sbx__model_ref(made->model);
	if (response)
		*response = made;
	else if (merged.response)
		*merged.response = made;
	else
		sbx_response_free(made);
	return status;
}

sbx_status sbx__arguments_start(const sbx__arguments *arguments, sbx_client *client, const sbx_operation *operation,
                                const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                sbx_call **call, sbx_error **error)
{
	sbx_request_options merged = SBX_REQUEST_OPTIONS_INIT;
	sbx_request request = SBX_REQUEST_INIT;
	request.operation = operation;
	request.arguments = arguments->object;
	sbx_status status = merge_options(&merged, options, arguments, error);
	return status < 0 ? status : sbx_client_start(client, &request, &merged, on_done, user_data, call, error);
}
