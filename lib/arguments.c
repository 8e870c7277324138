#include "arguments.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "operation.h"
#include "response.h"
#include "started_call.h"
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

sbx_status sbx__choices_check(const sbx__choice *choices, size_t count, sbx_error **error)
{
	for (size_t index = 0; index < count; index++)
		if (choices[index].value < 0 || choices[index].value > choices[index].last)
			return sbx__fail_argument(error, choices[index].name, "is none of the known ones");
	return SBX_OK;
}

sbx_status sbx__flag_check(sbx_flag flag, const char *name, sbx_error **error)
{
	const sbx__choice choice = {(int)flag, SBX_FLAG_NO, name};
	return sbx__choices_check(&choice, 1, error);
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
	arguments->count = 0;
	arguments->object = NULL;
	arguments->source = NULL;
	arguments->sink = NULL;
	arguments->status = SBX_OK;
	arguments->failed = NULL;
}

static void set(sbx__arguments *arguments, const char *name, sbx_json *value)
{
	if (!value || arguments->count == SBX__MOST_ARGUMENTS) {
		fail(arguments, SBX_ERROR_OUT_OF_MEMORY, name);
		sbx_json_free(value);
		return;
	}
	arguments->items[arguments->count++] = (sbx__argument){name, value};
}

/* Makes a string. NULL: the failure was noted. */
static sbx_json *make_string(sbx__arguments *arguments, const char *name, const char *text)
{
	size_t length = strlen(text);
	sbx_json *string = sbx_json_new_string(text, length);
	if (!string)
		fail(arguments, sbx__utf8_valid(text, length) ? SBX_ERROR_OUT_OF_MEMORY : SBX_ERROR_INVALID_ARGUMENT,
		     name);
	return string;
}

void sbx__arguments_string(sbx__arguments *arguments, const char *name, const char *value)
{
	sbx_json *string = value ? make_string(arguments, name, value) : NULL;
	if (string)
		set(arguments, name, string);
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
	if (value == SBX_FLAG_YES || value == SBX_FLAG_NO)
		set(arguments, name, sbx_json_new_boolean(value == SBX_FLAG_YES));
	else if (value != SBX_FLAG_DEFAULT)
		fail(arguments, SBX_ERROR_INVALID_ARGUMENT, name);
}

void sbx__arguments_pairs(sbx__arguments *arguments, const char *name, const sbx_pair *pairs, size_t count)
{
	if (!pairs && !count)
		return;
	sbx_json *object = sbx_json_new_object();
	for (size_t index = 0; object && index < count; index++) {
		if (!pairs || !pairs[index].name || !pairs[index].value) {
			fail(arguments, SBX_ERROR_INVALID_ARGUMENT, name);
			break;
		}
		sbx_json *string = make_string(arguments, name, pairs[index].value);
		sbx_status status = string ? sbx_json_set(object, pairs[index].name, string) : SBX_OK;
		if (status < 0)
			fail(arguments, status, name);
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
		sbx_json *string = make_string(arguments, name, values[index]);
		sbx_status status = string ? sbx_json_append(array, string) : SBX_OK;
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

/* Moves the values into one object. */
static void build_object(sbx__arguments *arguments)
{
	arguments->object = sbx_json_new_object();
	if (!arguments->object)
		fail(arguments, SBX_ERROR_OUT_OF_MEMORY, NULL);
	for (size_t index = 0; arguments->object && index < arguments->count; index++) {
		sbx__argument *item = &arguments->items[index];
		sbx_status status = sbx_json_set(arguments->object, item->name, item->value);
		item->value = NULL;
		if (status < 0)
			fail(arguments, status, item->name);
	}
}

void sbx__arguments_object(sbx__arguments *arguments, const char *name, sbx__arguments *members)
{
	if (members->status == SBX_OK)
		build_object(members);
	if (members->status < 0) {
		fail(arguments, members->status, members->failed);
	} else {
		set(arguments, name, members->object);
		members->object = NULL;
	}
	sbx__arguments_free(members);
}

const sbx_json *sbx__arguments_get(const sbx__arguments *arguments, const char *name)
{
	for (size_t index = 0; index < arguments->count; index++) {
		const sbx__argument *item = &arguments->items[index];
		/* Most names differ in their first letter: that is seen without a call. */
		if (*item->name == *name && strcmp(item->name, name) == 0)
			return item->value;
	}
	return NULL;
}

sbx_status sbx__arguments_build(sbx__arguments *arguments, sbx_error **error)
{
	build_object(arguments);
	return arguments->status < 0 ? sbx__fail_memory(error) : SBX_OK;
}

void sbx__arguments_free(sbx__arguments *arguments)
{
	for (size_t index = 0; index < arguments->count; index++)
		sbx_json_free(arguments->items[index].value);
	sbx_json_free(arguments->object);
	sbx__arguments_init(arguments);
}

sbx_status sbx__arguments_check(const sbx__arguments *arguments, const sbx_operation *operation, sbx_error **error)
{
	if (arguments->status == SBX_ERROR_OUT_OF_MEMORY)
		return sbx__fail_memory(error);
	if (arguments->status < 0)
		return sbx__fail_argument(error, arguments->failed,
		                          "%s needs text in UTF-8, finite numbers and known flags here",
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
	sbx_request request = SBX_REQUEST_INIT;
	sbx_response *made;
	request.operation = operation;
	sbx_status status = merge_options(&merged, options, arguments, error);
	if (status < 0 || (status = sbx__client_send(client, &request, arguments, &merged, &made, error)) < 0)
		return status;
	if (model)
		*model = sbx__model_ref(made->model);
	/* A caller may name one place twice. */
	if (merged.response && merged.response != response)
		*merged.response = sbx__response_ref(made);
	if (response)
		*response = made;
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
	sbx_status status = merge_options(&merged, options, arguments, error);
	return status < 0 ? status
	                  : sbx__client_start(client, &request, arguments, &merged, on_done, user_data, call, error);
}
