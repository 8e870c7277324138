/*
 * The JSON seam: an sbx_json is a json_object of json-c under another name. json-c stands for null by a NULL pointer;
 * here null is a value, so that it can be told from what is not there.
 */
#include "json.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_reader.h"
#include "known_names.h"
#include "utf8.h"

/* How many elements an array has room for at first: json-c's own 32 are more than most have. */
#define SMALL_ARRAY 4
/* How many members are looked through faster than a hash of the name is computed. */
#define SMALL_OBJECT 8

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

/* json-c keeps whatever hangs on a value, which of a number is its text; none that it makes by itself has any here. */
static bool keep_text(struct json_object *number, const char *text, size_t length)
{
	char *copy = malloc(length + 1);
	if (!copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	json_object_set_userdata(number, copy, json_object_free_userdata);
	return true;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

sbx_json *sbx_json_new_number_text(const char *text, size_t length)
{
	sbx_json *json;
	/* No other value, and no space, begins or ends so. */
	if (!text || !length || !(*text == '-' || is_digit(*text)) || !is_digit(text[length - 1]))
		return NULL;
	if (sbx_json_parse(text, length, &json, NULL) < 0)
		return NULL;
	if (sbx_json_type_of(json) == SBX_JSON_INTEGER || sbx_json_number_text(json) ||
	    keep_text(to_object(json), text, length))
		return json;
	sbx_json_free(json);
	return NULL;
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
	static const sbx_json_type types[] = {
	        [json_type_null] = SBX_JSON_NULL,     [json_type_boolean] = SBX_JSON_BOOLEAN,
	        [json_type_int] = SBX_JSON_INTEGER,   [json_type_double] = SBX_JSON_NUMBER,
	        [json_type_string] = SBX_JSON_STRING, [json_type_array] = SBX_JSON_ARRAY,
	        [json_type_object] = SBX_JSON_OBJECT,
	};
	return types[json_object_get_type(to_object(json))];
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
	/* Within itself it would have no end, and to free what is taken over would free the array. */
	if (value == array)
		return SBX_ERROR_INVALID_ARGUMENT;
	if (sbx_json_type_of(array) != SBX_JSON_ARRAY) {
		sbx_json_free(value);
		return SBX_ERROR_INVALID_ARGUMENT;
	}
	if (json_object_array_add(to_object(array), to_object(value)) == 0)
		return SBX_OK;
	sbx_json_free(value);
	return SBX_ERROR_OUT_OF_MEMORY;
}

/* As json_object_object_add(), which loses its copy of the name when it cannot make the table larger. */
static int add_member(struct json_object *object, struct lh_table *table, const char *name, struct json_object *value,
                      unsigned flags)
{
	if (table->count >= table->size * LH_LOAD_FACTOR && table->size <= INT_MAX / 2 &&
	    lh_table_resize(table, 2 * table->size) < 0)
		return -1;
	return json_object_object_add_ex(object, name, value, flags);
}

sbx_status sbx_json_set(sbx_json *object, const char *name, sbx_json *value)
{
	if (!value)
		return SBX_ERROR_OUT_OF_MEMORY;
	if (value == object)
		return SBX_ERROR_INVALID_ARGUMENT;
	if (!name || sbx_json_type_of(object) != SBX_JSON_OBJECT || !sbx__utf8_valid(name, strlen(name))) {
		sbx_json_free(value);
		return SBX_ERROR_INVALID_ARGUMENT;
	}
	struct lh_table *table = json_object_get_object(to_object(object));
	if (add_member(to_object(object), table, name, to_object(value), 0) == 0)
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

const char *sbx_json_number_text(const sbx_json *json)
{
	return sbx_json_type_of(json) == SBX_JSON_NUMBER ? json_object_get_userdata(to_object(json)) : NULL;
}

bool sbx__json_is_large(const sbx_json *json)
{
	const char *text = sbx_json_number_text(json);
	return text && !text[strcspn(text, ".eE")];
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

/* Most names differ in their first letter: that is seen without a call. */
static bool same_name(const char *left, const char *right)
{
	return *left == *right && strcmp(left, right) == 0;
}

const sbx_json *sbx_json_get(const sbx_json *object, const char *name)
{
	struct lh_table *table = json_object_get_object(to_object(object));
	if (!name || !table)
		return NULL;
	struct lh_entry *entry = lh_table_head(table);
	if (table->count > SMALL_OBJECT)
		entry = lh_table_lookup_entry(table, name);
	else
		while (entry && !same_name(lh_entry_k(entry), name))
			entry = lh_entry_next(entry);
	return entry ? from_object(lh_entry_v(entry)) : NULL;
}

int sbx_json_next(const sbx_json *object, sbx_json_cursor *cursor, const char **name, const sbx_json **value)
{
	if (!cursor || sbx_json_type_of(object) != SBX_JSON_OBJECT)
		return 0;
	struct lh_entry *entry = cursor->position ? lh_entry_next((const struct lh_entry *)cursor->position)
	                                          : lh_table_head(json_object_get_object(to_object(object)));
	if (!entry)
		return 0;
	cursor->position = entry;
	if (name)
		*name = lh_entry_k(entry);
	if (value)
		*value = from_object(lh_entry_v(entry));
	return 1;
}

/* A double that is an integer beyond 64 bits, too, has an exact text. */
static int equal_large(const sbx_json *large, const sbx_json *other)
{
	char exact[320];
	if (sbx_json_type_of(other) == SBX_JSON_INTEGER)
		return 0;
	if (sbx__json_is_large(other))
		return strcmp(sbx_json_number_text(large), sbx_json_number_text(other)) == 0;
	snprintf(exact, sizeof exact, "%.0f", sbx_json_number(other));
	return strcmp(sbx_json_number_text(large), exact) == 0;
}

static int equal_numbers(const sbx_json *left, const sbx_json *right)
{
	if (sbx_json_type_of(left) == SBX_JSON_INTEGER && sbx_json_type_of(right) == SBX_JSON_INTEGER)
		return sbx_json_integer(left) == sbx_json_integer(right) &&
		       sbx_json_unsigned(left) == sbx_json_unsigned(right);
	if (sbx__json_is_large(left))
		return equal_large(left, right);
	return sbx__json_is_large(right) ? equal_large(right, left) : sbx_json_number(left) == sbx_json_number(right);
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

static sbx_json *copy_number(const sbx_json *json)
{
	const char *text = sbx_json_number_text(json);
	sbx_json *copy = sbx_json_new_number(sbx_json_number(json));
	if (!copy || !text || keep_text(to_object(copy), text, strlen(text)))
		return copy;
	sbx_json_free(copy);
	return NULL;
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
		return copy_number(json);
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

/* ---- reading text ---- */

/* Each value is put where it belongs as soon as it is there, so that the root owns all of them at any time. */
typedef struct json_builder {
	struct json_object *root;
	struct json_object *parents[SBX__JSON_DEPTH]; /* what is open, from the outside in */
	int depth;
	const char *name;    /* of the next member of the innermost one */
	bool name_stays;     /* nobody frees it */
	char short_name[64]; /* where most of them are */
	sbx__buffer long_name;
} json_builder;

static bool add_value(json_builder *builder, struct json_object *value)
{
	if (builder->depth == 0) {
		builder->root = value;
		return true;
	}
	struct json_object *parent = builder->parents[builder->depth - 1];
	struct lh_table *table = json_object_get_object(parent);
	unsigned flags = builder->name_stays ? JSON_C_OBJECT_KEY_IS_CONSTANT : 0;
	int status =
	        table ? add_member(parent, table, builder->name, value, flags) : json_object_array_add(parent, value);
	if (status != 0)
		json_object_put(value);
	return status == 0;
}

static bool build_open(void *user_data, bool object)
{
	json_builder *builder = user_data;
	struct json_object *value = object ? json_object_new_object() : json_object_new_array_ext(SMALL_ARRAY);
	if (!value || !add_value(builder, value))
		return false;
	builder->parents[builder->depth++] = value;
	return true;
}

static void build_close(void *user_data)
{
	((json_builder *)user_data)->depth--;
}

static bool build_name(void *user_data, const char *text, size_t length)
{
	json_builder *builder = user_data;
	const char *known = sbx__known_name(text, length);
	builder->name_stays = known != NULL;
	if (known) {
		builder->name = known;
		return true;
	}
	if (length < sizeof builder->short_name) {
		memcpy(builder->short_name, text, length);
		builder->short_name[length] = '\0';
		builder->name = builder->short_name;
		return true;
	}
	sbx__buffer_clear(&builder->long_name);
	sbx__buffer_append(&builder->long_name, text, length);
	builder->name = builder->long_name.data;
	return !builder->long_name.failed;
}

static bool build_string(void *user_data, const char *text, size_t length)
{
	struct json_object *value = json_object_new_string_len(text, (int)length);
	return value && add_value(user_data, value);
}

static bool build_integer(void *user_data, uint64_t magnitude, bool negative)
{
	struct json_object *value = negative || magnitude <= INT64_MAX
	                                    ? json_object_new_int64((int64_t)(negative ? 0 - magnitude : magnitude))
	                                    : json_object_new_uint64(magnitude);
	return value && add_value(user_data, value);
}

static bool build_large(void *user_data, double nearest, const char *text, size_t length)
{
	struct json_object *value = json_object_new_double(nearest);
	if (value && keep_text(value, text, length))
		return add_value(user_data, value);
	json_object_put(value);
	return false;
}

static bool build_number(void *user_data, double number)
{
	struct json_object *value = json_object_new_double(number);
	return value && add_value(user_data, value);
}

static bool build_boolean(void *user_data, bool boolean)
{
	struct json_object *value = json_object_new_boolean(boolean);
	return value && add_value(user_data, value);
}

static bool build_null(void *user_data)
{
	return add_value(user_data, NULL);
}

static const sbx__json_events build_events = {
        .open = build_open,
        .close = build_close,
        .name = build_name,
        .string = build_string,
        .integer = build_integer,
        .large = build_large,
        .number = build_number,
        .boolean = build_boolean,
        .null = build_null,
};

sbx_status sbx_json_parse(const char *text, size_t length, sbx_json **json, sbx_error **error)
{
	if (!text || !json)
		return sbx__fail_argument(error, text ? "json" : "text", "must not be NULL");
	/* json-c counts a string's bytes by an int. */
	if (length > INT_MAX)
		return sbx__fail(error, SBX_ERROR_INVALID_JSON, "not JSON: a text of more than 2 GiB");
	sbx__json_reading reading;
	json_builder builder;
	builder.root = NULL;
	builder.depth = 0;
	builder.name_stays = false;
	builder.long_name = (sbx__buffer){0};
	bool read = sbx__json_read(&reading, text, length, &build_events, &builder);
	sbx__buffer_free(&builder.long_name);
	if (read) {
		*json = from_object(builder.root);
		return SBX_OK;
	}
	json_object_put(builder.root);
	if (reading.no_memory)
		return sbx__fail_memory(error);
	return sbx__fail(error, SBX_ERROR_INVALID_JSON, "not JSON: %s at byte %zu", reading.problem, reading.position);
}
