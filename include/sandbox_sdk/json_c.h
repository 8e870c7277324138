/**
 * @file json_c.h
 * JSON values to json-c's and back, for programs that use json-c themselves. sandbox_sdk.h leaves it out.
 *
 * The functions are compiled into the program and work on its json-c, of whatever version: what the library itself
 * stands on does not matter. It is installed only where that is the system's json-c.
 */
#ifndef SANDBOX_SDK_JSON_C_H
#define SANDBOX_SDK_JSON_C_H

#include <json-c/json.h>
#include <limits.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/status.h>
#include <string.h>

SBX_BEGIN_DECLS

/** @cond the library's own */

static inline sbx_status sbx_json_to_json_c(const sbx_json *json, struct json_object **object);

static inline sbx_status sbx__json_c_array(const sbx_json *json, struct json_object *array)
{
	size_t index;
	for (index = 0; index < sbx_json_count(json); index++) {
		struct json_object *element = NULL;
		sbx_status status = sbx_json_to_json_c(sbx_json_at(json, index), &element);
		if (status == SBX_OK && json_object_array_add(array, element) != 0) {
			json_object_put(element);
			status = SBX_ERROR_OUT_OF_MEMORY;
		}
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

static inline sbx_status sbx__json_c_object(const sbx_json *json, struct json_object *object)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (sbx_json_next(json, &cursor, &name, &value)) {
		struct json_object *member = NULL;
		sbx_status status = sbx_json_to_json_c(value, &member);
		if (status == SBX_OK && json_object_object_add(object, name, member) != 0) {
			json_object_put(member);
			status = SBX_ERROR_OUT_OF_MEMORY;
		}
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

/* A value without what is in it; NULL for a null, and when memory has run out. */
static inline struct json_object *sbx__json_c_value(const sbx_json *json)
{
	size_t length;
	const char *text;
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_BOOLEAN:
		return json_object_new_boolean(sbx_json_boolean(json));
	case SBX_JSON_INTEGER:
		return sbx_json_unsigned(json) > (uint64_t)INT64_MAX ? json_object_new_uint64(sbx_json_unsigned(json))
		                                                     : json_object_new_int64(sbx_json_integer(json));
	case SBX_JSON_NUMBER:
		text = sbx_json_number_text(json);
		return text ? json_object_new_double_s(sbx_json_number(json), text)
		            : json_object_new_double(sbx_json_number(json));
	case SBX_JSON_STRING:
		text = sbx_json_string(json, &length);
		return length < INT_MAX ? json_object_new_string_len(text, (int)length) : NULL;
	case SBX_JSON_ARRAY:
		return json_object_new_array();
	case SBX_JSON_OBJECT:
		return json_object_new_object();
	case SBX_JSON_NULL:
		break;
	}
	return NULL;
}

/** @endcond */

/**
 * Makes json-c's value of a value and all that is in it.
 *
 * @param json a value; NULL counts as null
 * @param object receives a new value, freed with json_object_put(); NULL for a null, which json-c has no value for
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`object` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
static inline sbx_status sbx_json_to_json_c(const sbx_json *json, struct json_object **object)
{
	struct json_object *made;
	sbx_status status = SBX_OK;
	if (!object)
		return SBX_ERROR_INVALID_ARGUMENT;
	made = sbx__json_c_value(json);
	if (!made && sbx_json_type_of(json) != SBX_JSON_NULL)
		return SBX_ERROR_OUT_OF_MEMORY;
	if (sbx_json_type_of(json) == SBX_JSON_ARRAY)
		status = sbx__json_c_array(json, made);
	else if (sbx_json_type_of(json) == SBX_JSON_OBJECT)
		status = sbx__json_c_object(json, made);
	if (status == SBX_OK)
		*object = made;
	else
		json_object_put(made);
	return status;
}

/** @cond the library's own */

/* A text of JSON nests no deeper than this. */
#define SBX__JSON_C_DEPTH 512

static inline sbx_status sbx__json_of_json_c(struct json_object *object, int depth, sbx_json **json);

static inline sbx_status sbx__json_of_members(struct json_object *object, int depth, sbx_json *made)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		sbx_json *member = NULL;
		sbx_status status = sbx__json_of_json_c(json_object_iter_peek_value(&at), depth, &member);
		if (status == SBX_OK)
			status = sbx_json_set(made, json_object_iter_peek_name(&at), member);
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

static inline sbx_status sbx__json_of_elements(struct json_object *array, int depth, sbx_json *made)
{
	size_t index;
	size_t count = (size_t)json_object_array_length(array);
	for (index = 0; index < count; index++) {
		sbx_json *element = NULL;
		sbx_status status = sbx__json_of_json_c(json_object_array_get_idx(array, index), depth, &element);
		if (status == SBX_OK)
			status = sbx_json_append(made, element);
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

/* Whether a text is nothing but a number of that value: json-c keeps any. */
static inline int sbx__json_c_is_number(const char *text, const sbx_json *read, double number)
{
	sbx_json_type type = sbx_json_type_of(read);
	return (type == SBX_JSON_INTEGER || type == SBX_JSON_NUMBER) && sbx_json_number(read) == number &&
	       !strpbrk(text, " \t\r\n");
}

/* A number's text, where json-c keeps one, may have digits that its double has not. NULL: no memory, or it is neither.
 */
static inline sbx_json *sbx__json_of_double(struct json_object *object)
{
	double number = json_object_get_double(object);
	const char *text;
	sbx_json *read = NULL;
	sbx_status status;
	int is_number;
	if (!json_object_get_userdata(object))
		return sbx_json_new_number(number);
	text = json_object_to_json_string(object);
	status = text ? sbx_json_parse(text, strlen(text), &read, NULL) : SBX_ERROR_OUT_OF_MEMORY;
	if (status == SBX_ERROR_OUT_OF_MEMORY)
		return NULL;
	is_number = status == SBX_OK && sbx__json_c_is_number(text, read, number);
	sbx_json_free(read);
	return is_number ? sbx_json_new_number_text(text, strlen(text)) : sbx_json_new_number(number);
}

/* A value without what is in it. */
static inline sbx_json *sbx__json_of_value(struct json_object *object)
{
	switch (json_object_get_type(object)) {
	case json_type_boolean:
		return sbx_json_new_boolean(json_object_get_boolean(object));
	case json_type_int:
		return json_object_get_uint64(object) > (uint64_t)INT64_MAX
		               ? sbx_json_new_unsigned(json_object_get_uint64(object))
			       : sbx_json_new_integer(json_object_get_int64(object));
	case json_type_double:
		return sbx__json_of_double(object);
	case json_type_string:
		return sbx_json_new_string(json_object_get_string(object), (size_t)json_object_get_string_len(object));
	case json_type_array:
		return sbx_json_new_array();
	case json_type_object:
		return sbx_json_new_object();
	case json_type_null:
		break;
	}
	return sbx_json_new_null();
}

static inline sbx_status sbx__json_of_json_c(struct json_object *object, int depth, sbx_json **json)
{
	sbx_status status = SBX_OK;
	sbx_json *made;
	if (depth > SBX__JSON_C_DEPTH)
		return SBX_ERROR_INVALID_ARGUMENT;
	made = sbx__json_of_value(object);
	if (!made) {
		/* Where there is memory, it was the value. */
		made = sbx_json_new_boolean(0);
		status = made ? SBX_ERROR_INVALID_ARGUMENT : SBX_ERROR_OUT_OF_MEMORY;
	} else if (json_object_is_type(object, json_type_array)) {
		status = sbx__json_of_elements(object, depth + 1, made);
	} else if (json_object_is_type(object, json_type_object)) {
		status = sbx__json_of_members(object, depth + 1, made);
	}
	if (status == SBX_OK)
		*json = made;
	else
		sbx_json_free(made);
	return status;
}

/** @endcond */

/**
 * Makes a value of json-c's and all that is in it. A number that json-c keeps with its text, as those of
 * sbx_json_to_json_c() and of its parser, keeps that too, where it is the number's.
 *
 * @param object json-c's, which no other thread is using; NULL is null
 * @param json receives a new value, freed with sbx_json_free()
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT (`json` is NULL, or there is something that JSON has no text for: NaN,
 * an infinity, a text that is not UTF-8, or values that nest more than 512 deep); or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
static inline sbx_status sbx_json_from_json_c(struct json_object *object, sbx_json **json)
{
	return json ? sbx__json_of_json_c(object, 0, json) : SBX_ERROR_INVALID_ARGUMENT;
}

SBX_END_DECLS

#endif
