/*
 * The JSON seam: an sbx_json is a json_object of json-c under another name. json-c stands for null by a NULL pointer;
 * here null is a value, so that it can be told from what is not there.
 */
#include "json.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_check.h"

static char null_value;

static sbx_json *from_object(struct json_object *object)
{
	return object ? (sbx_json *)object : (sbx_json *)&null_value;
}

static struct json_object *to_object(const sbx_json *json)
{
	return (const void *)json == &null_value ? NULL : (struct json_object *)(uintptr_t)json;
}

void sbx_string_free(char *text)
{
	free(text);
}

sbx_json *sbx_json_new_null(void)
{
	return from_object(NULL);
}

sbx_json *sbx_json_new_boolean(int value)
{
	return (sbx_json *)json_object_new_boolean(value != 0);
}

sbx_json *sbx_json_new_integer(int64_t value)
{
	return (sbx_json *)json_object_new_int64(value);
}

sbx_json *sbx_json_new_unsigned(uint64_t value)
{
	return (sbx_json *)json_object_new_uint64(value);
}

sbx_json *sbx_json_new_number(double value)
{
	return isfinite(value) ? (sbx_json *)json_object_new_double(value) : NULL;
}

sbx_json *sbx_json_new_string(const char *text, size_t length)
{
	if (!text || length > INT_MAX || !sbx__utf8_valid(text, length))
		return NULL;
	return (sbx_json *)json_object_new_string_len(text, (int)length);
}

sbx_json *sbx_json_new_array(void)
{
	return (sbx_json *)json_object_new_array();
}

sbx_json *sbx_json_new_object(void)
{
	return (sbx_json *)json_object_new_object();
}

void sbx_json_free(sbx_json *json)
{
	if (json)
		json_object_put(to_object(json));
}

sbx_json_type sbx_json_type_of(const sbx_json *json)
{
	switch (json_object_get_type(to_object(json))) {
	case json_type_null:
		return SBX_JSON_NULL;
	case json_type_boolean:
		return SBX_JSON_BOOLEAN;
	case json_type_int:
		return SBX_JSON_INTEGER;
	case json_type_double:
		return SBX_JSON_NUMBER;
	case json_type_string:
		return SBX_JSON_STRING;
	case json_type_array:
		return SBX_JSON_ARRAY;
	case json_type_object:
		return SBX_JSON_OBJECT;
	}
	return SBX_JSON_NULL;
}

const char *sbx__json_type_name(const sbx_json *json)
{
	static const char *const names[] = {"null",     "a boolean", "an integer", "a number",
	                                    "a string", "an array",  "an object"};
	return names[sbx_json_type_of(json)];
}

sbx_status sbx_json_append(sbx_json *array, sbx_json *value)
{
	if (!value)
		return SBX_ERROR_OUT_OF_MEMORY;
	if (sbx_json_type_of(array) != SBX_JSON_ARRAY) {
		sbx_json_free(value);
		return SBX_ERROR_INVALID_ARGUMENT;
	}
	if (json_object_array_add(to_object(array), to_object(value)) == 0)
		return SBX_OK;
	sbx_json_free(value);
	return SBX_ERROR_OUT_OF_MEMORY;
}

sbx_status sbx_json_set(sbx_json *object, const char *name, sbx_json *value)
{
	if (!value)
		return SBX_ERROR_OUT_OF_MEMORY;
	if (!name || sbx_json_type_of(object) != SBX_JSON_OBJECT || !sbx__utf8_valid(name, strlen(name))) {
		sbx_json_free(value);
		return SBX_ERROR_INVALID_ARGUMENT;
	}
	if (json_object_object_add(to_object(object), name, to_object(value)) == 0)
		return SBX_OK;
	sbx_json_free(value);
	return SBX_ERROR_OUT_OF_MEMORY;
}

int sbx_json_boolean(const sbx_json *json)
{
	return sbx_json_type_of(json) == SBX_JSON_BOOLEAN && json_object_get_boolean(to_object(json));
}

int64_t sbx_json_integer(const sbx_json *json)
{
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_INTEGER:
		return json_object_get_int64(to_object(json));
	case SBX_JSON_NUMBER: {
		double number = json_object_get_double(to_object(json));
		if (number >= 9223372036854775808.0)
			return INT64_MAX;
		return number < -9223372036854775808.0 ? INT64_MIN : (int64_t)number;
	}
	default:
		return 0;
	}
}

uint64_t sbx_json_unsigned(const sbx_json *json)
{
	return sbx_json_type_of(json) == SBX_JSON_INTEGER ? json_object_get_uint64(to_object(json)) : 0;
}

double sbx_json_number(const sbx_json *json)
{
	sbx_json_type type = sbx_json_type_of(json);
	if (type != SBX_JSON_NUMBER && type != SBX_JSON_INTEGER)
		return 0;
	return json_object_get_double(to_object(json));
}

const char *sbx_json_string(const sbx_json *json, size_t *length)
{
	bool is_string = sbx_json_type_of(json) == SBX_JSON_STRING;
	if (length)
		*length = is_string ? (size_t)json_object_get_string_len(to_object(json)) : 0;
	return is_string ? json_object_get_string(to_object(json)) : "";
}

size_t sbx_json_count(const sbx_json *json)
{
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_ARRAY:
		return json_object_array_length(to_object(json));
	case SBX_JSON_OBJECT:
		return (size_t)json_object_object_length(to_object(json));
	default:
		return 0;
	}
}

const sbx_json *sbx_json_at(const sbx_json *array, size_t index)
{
	if (sbx_json_type_of(array) != SBX_JSON_ARRAY || index >= json_object_array_length(to_object(array)))
		return NULL;
	return from_object(json_object_array_get_idx(to_object(array), index));
}

const sbx_json *sbx_json_get(const sbx_json *object, const char *name)
{
	struct json_object *member;
	if (!name || sbx_json_type_of(object) != SBX_JSON_OBJECT ||
	    !json_object_object_get_ex(to_object(object), name, &member))
		return NULL;
	return from_object(member);
}

int sbx_json_next(const sbx_json *object, sbx_json_cursor *cursor, const char **name, const sbx_json **value)
{
	if (sbx_json_type_of(object) != SBX_JSON_OBJECT)
		return 0;
	struct lh_entry *entry = cursor->position ? lh_entry_next((const struct lh_entry *)cursor->position)
	                                          : lh_table_head(json_object_get_object(to_object(object)));
	if (!entry)
		return 0;
	cursor->position = entry;
	*name = lh_entry_k(entry);
	*value = from_object(lh_entry_v(entry));
	return 1;
}

static int equal_numbers(const sbx_json *left, const sbx_json *right)
{
	if (sbx_json_type_of(left) == SBX_JSON_INTEGER && sbx_json_type_of(right) == SBX_JSON_INTEGER)
		return sbx_json_integer(left) == sbx_json_integer(right) &&
		       sbx_json_unsigned(left) == sbx_json_unsigned(right);
	return sbx_json_number(left) == sbx_json_number(right);
}

static int equal_objects(const sbx_json *left, const sbx_json *right)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (sbx_json_next(left, &cursor, &name, &value)) {
		const sbx_json *other = sbx_json_get(right, name);
		if (!other || !sbx_json_equal(value, other))
			return 0;
	}
	return 1;
}

int sbx_json_equal(const sbx_json *left, const sbx_json *right)
{
	sbx_json_type type = sbx_json_type_of(left);
	sbx_json_type other = sbx_json_type_of(right);
	if ((type == SBX_JSON_INTEGER || type == SBX_JSON_NUMBER) &&
	    (other == SBX_JSON_INTEGER || other == SBX_JSON_NUMBER))
		return equal_numbers(left, right);
	if (type != other || sbx_json_count(left) != sbx_json_count(right))
		return 0;
	size_t length, other_length;
	switch (type) {
	case SBX_JSON_BOOLEAN:
		return sbx_json_boolean(left) == sbx_json_boolean(right);
	case SBX_JSON_STRING: {
		const char *text = sbx_json_string(left, &length);
		const char *other_text = sbx_json_string(right, &other_length);
		return length == other_length && memcmp(text, other_text, length) == 0;
	}
	case SBX_JSON_ARRAY:
		for (size_t index = 0; index < sbx_json_count(left); index++)
			if (!sbx_json_equal(sbx_json_at(left, index), sbx_json_at(right, index)))
				return 0;
		return 1;
	case SBX_JSON_OBJECT:
		return equal_objects(left, right);
	default:
		return 1;
	}
}

static sbx_json *copy_array(const sbx_json *json)
{
	sbx_json *copy = sbx_json_new_array();
	for (size_t index = 0; copy && index < sbx_json_count(json); index++)
		if (sbx_json_append(copy, sbx_json_copy(sbx_json_at(json, index))) < 0) {
			sbx_json_free(copy);
			return NULL;
		}
	return copy;
}

static sbx_json *copy_object(const sbx_json *json)
{
	sbx_json *copy = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (copy && sbx_json_next(json, &cursor, &name, &value))
		if (sbx_json_set(copy, name, sbx_json_copy(value)) < 0) {
			sbx_json_free(copy);
			return NULL;
		}
	return copy;
}

sbx_json *sbx_json_copy(const sbx_json *json)
{
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_NULL:
		return sbx_json_new_null();
	case SBX_JSON_BOOLEAN:
		return sbx_json_new_boolean(sbx_json_boolean(json));
	case SBX_JSON_INTEGER:
		if (sbx_json_unsigned(json) > INT64_MAX)
			return sbx_json_new_unsigned(sbx_json_unsigned(json));
		return sbx_json_new_integer(sbx_json_integer(json));
	case SBX_JSON_NUMBER:
		return sbx_json_new_number(sbx_json_number(json));
	case SBX_JSON_STRING: {
		size_t length;
		const char *text = sbx_json_string(json, &length);
		return sbx_json_new_string(text, length);
	}
	case SBX_JSON_ARRAY:
		return copy_array(json);
	case SBX_JSON_OBJECT:
		return copy_object(json);
	}
	return NULL;
}

bool sbx__json_merge(sbx_json *into, const sbx_json *from)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	while (from && sbx_json_next(from, &cursor, &name, &value))
		if (sbx_json_set(into, name, sbx_json_copy(value)) < 0)
			return false;
	return true;
}

/* json-c clamps an integer that does not fit 64 bits; as "...e0" it reads the nearest double. */
static bool widen_long_integers(const sbx__json_check *check, const char *text, size_t length, sbx__buffer *widened)
{
	size_t count = check->long_ends.length / sizeof(size_t);
	size_t start = 0;
	for (size_t index = 0; index < count; index++) {
		size_t end;
		memcpy(&end, check->long_ends.data + index * sizeof end, sizeof end);
		sbx__buffer_append(widened, text + start, end - start);
		sbx__buffer_text(widened, "e0");
		start = end;
	}
	sbx__buffer_append(widened, text + start, length - start);
	return !widened->failed;
}

/* Whether a text that is JSON is a null. */
static bool is_null(const char *text, size_t length)
{
	size_t start = 0;
	while (start < length && strchr(" \t\r\n", text[start]))
		start++;
	return start < length && text[start] == 'n';
}

static sbx_status parse_checked(const char *text, size_t length, int depth, sbx_json **json, sbx_error **error)
{
	if (length > INT_MAX)
		return sbx__fail(error, SBX_ERROR_INVALID_JSON, "not JSON: a text of more than 2 GiB");
	struct json_tokener *tokener = json_tokener_new_ex(depth + 1);
	if (!tokener)
		return sbx__fail_memory(error);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	struct json_object *object = json_tokener_parse_ex(tokener, text, (int)length);
	enum json_tokener_error problem = json_tokener_get_error(tokener);
	if (problem == json_tokener_continue) {
		/* A number that the text ends with: a NUL tells the parser that nothing follows. */
		object = json_tokener_parse_ex(tokener, "", 1);
		problem = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (problem != json_tokener_success) {
		json_object_put(object);
		return sbx__fail(error, SBX_ERROR_INVALID_JSON, "not JSON: %s", json_tokener_error_desc(problem));
	}
	/* json-c stands for null by NULL, and for what it had no memory for. */
	if (!object && !is_null(text, length))
		return sbx__fail_memory(error);
	*json = from_object(object);
	return SBX_OK;
}

sbx_status sbx_json_parse(const char *text, size_t length, sbx_json **json, sbx_error **error)
{
	if (!text || !json)
		return sbx__fail_argument(error, text ? "json" : "text", "must not be NULL");
	sbx__json_check check;
	sbx__buffer widened = {0};
	sbx_status status;
	if (!sbx__json_check_text(&check, text, length)) {
		status = check.no_memory ? sbx__fail_memory(error)
		                         : sbx__fail(error, SBX_ERROR_INVALID_JSON, "not JSON: %s at byte %zu",
		                                     check.problem, check.position);
	} else if (check.long_ends.length == 0) {
		status = parse_checked(text, length, check.depth, json, error);
	} else if (widen_long_integers(&check, text, length, &widened)) {
		status = parse_checked(widened.data, widened.length, check.depth, json, error);
	} else {
		status = sbx__fail_memory(error);
	}
	sbx__buffer_free(&widened);
	sbx__buffer_free(&check.long_ends);
	return status;
}

static void append_escape(unsigned char byte, sbx__buffer *buffer)
{
	static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	for (const char *at = letters; *at; at += 2)
		if ((unsigned char)at[0] == byte) {
			char escape[2] = {'\\', at[1]};
			sbx__buffer_append(buffer, escape, sizeof escape);
			return;
		}
	sbx__buffer_format(buffer, "\\u%04x", byte);
}

void sbx__json_append_string(const char *text, size_t length, sbx__buffer *buffer)
{
	size_t start = 0;
	sbx__buffer_byte(buffer, '"');
	for (size_t index = 0; index < length; index++) {
		unsigned char byte = (unsigned char)text[index];
		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		sbx__buffer_append(buffer, text + start, index - start);
		append_escape(byte, buffer);
		start = index + 1;
	}
	sbx__buffer_append(buffer, text + start, length - start);
	sbx__buffer_byte(buffer, '"');
}

static void append_value(const sbx_json *json, int indent, int level, sbx__buffer *buffer);

static void append_break(int indent, int level, sbx__buffer *buffer)
{
	if (indent <= 0)
		return;
	sbx__buffer_byte(buffer, '\n');
	for (int space = 0; space < indent * level; space++)
		sbx__buffer_byte(buffer, ' ');
}

static void append_array(const sbx_json *json, int indent, int level, sbx__buffer *buffer)
{
	size_t count = sbx_json_count(json);
	sbx__buffer_byte(buffer, '[');
	for (size_t index = 0; index < count; index++) {
		if (index)
			sbx__buffer_byte(buffer, ',');
		append_break(indent, level + 1, buffer);
		append_value(sbx_json_at(json, index), indent, level + 1, buffer);
	}
	if (count)
		append_break(indent, level, buffer);
	sbx__buffer_byte(buffer, ']');
}

static void append_object(const sbx_json *json, int indent, int level, sbx__buffer *buffer)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	bool first = true;
	sbx__buffer_byte(buffer, '{');
	while (sbx_json_next(json, &cursor, &name, &value)) {
		if (!first)
			sbx__buffer_byte(buffer, ',');
		first = false;
		append_break(indent, level + 1, buffer);
		sbx__json_append_string(name, strlen(name), buffer);
		sbx__buffer_text(buffer, indent > 0 ? ": " : ":");
		append_value(value, indent, level + 1, buffer);
	}
	if (!first)
		append_break(indent, level, buffer);
	sbx__buffer_byte(buffer, '}');
}

static void append_integer(const sbx_json *json, sbx__buffer *buffer)
{
	if (sbx_json_unsigned(json) > INT64_MAX)
		sbx__buffer_format(buffer, "%llu", (unsigned long long)sbx_json_unsigned(json));
	else
		sbx__buffer_format(buffer, "%lld", (long long)sbx_json_integer(json));
}

/* Own code, since json-c's printer keeps its text inside the value, and a model's values are shared by threads. */
static void append_value(const sbx_json *json, int indent, int level, sbx__buffer *buffer)
{
	switch (sbx_json_type_of(json)) {
	case SBX_JSON_NULL:
		sbx__buffer_text(buffer, "null");
		break;
	case SBX_JSON_BOOLEAN:
		sbx__buffer_text(buffer, sbx_json_boolean(json) ? "true" : "false");
		break;
	case SBX_JSON_INTEGER:
		append_integer(json, buffer);
		break;
	case SBX_JSON_NUMBER:
		sbx__buffer_number(buffer, sbx_json_number(json), true);
		break;
	case SBX_JSON_STRING: {
		size_t length;
		const char *text = sbx_json_string(json, &length);
		sbx__json_append_string(text, length, buffer);
		break;
	}
	case SBX_JSON_ARRAY:
		append_array(json, indent, level, buffer);
		break;
	case SBX_JSON_OBJECT:
		append_object(json, indent, level, buffer);
		break;
	}
}

void sbx__json_append_text(const sbx_json *json, int indent, sbx__buffer *buffer)
{
	append_value(json, indent, 0, buffer);
}

sbx_status sbx_json_print(const sbx_json *json, int indent, char **text, size_t *length)
{
	if (!text)
		return SBX_ERROR_INVALID_ARGUMENT;
	sbx__buffer buffer = {0};
	sbx__json_append_text(json, indent, &buffer);
	size_t printed = buffer.length;
	char *taken = sbx__buffer_take(&buffer);
	if (!taken)
		return SBX_ERROR_OUT_OF_MEMORY;
	*text = taken;
	if (length)
		*length = printed;
	return SBX_OK;
}
