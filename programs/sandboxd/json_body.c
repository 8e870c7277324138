#include "json_body.h"

#include "argument_list.h"
#include "lib/json_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* One argument of an executed program can be this long, its NUL included (MAX_ARG_STRLEN); all of them together have to
 * fit in a quarter of the stack. */
#define ENVIRONMENT_ENTRY_MAX (128 * 1024)
#define ENVIRONMENT_TOTAL_MAX (512 * 1024)
#define ENVIRONMENT_COUNT_MAX 1000

/* Deeper nesting than this is refused. */
#define JSON_MAX_DEPTH 32

struct json_body {
	struct json_object *root;
};

static int parse_object(const char *text, size_t length, struct json_object **out, struct problem *problem)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	if (!tokener)
		return problem_memory(problem);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* With the terminating NUL the tokener knows that the text is complete, also when it is a bare number. */
	struct json_object *root = json_tokener_parse_ex(tokener, text, (int)length + 1);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error != json_tokener_success) {
		json_object_put(root);
		return problem_set(problem, PROBLEM_INVALID_REQUEST, NULL, "the body is not valid JSON: %s",
		                   json_tokener_error_desc(error));
	}
	if (!json_object_is_type(root, json_type_object)) {
		json_object_put(root);
		return problem_set(problem, PROBLEM_VALIDATION, NULL, "the body has to be a JSON object");
	}
	*out = root;
	return 0;
}

/* By RFC 8259: the parser in use is laxer (NaN, single quotes, comments, overlong UTF-8). */
static int check_text(const char *text, size_t length, struct problem *problem)
{
	sbx__json_reading check;

	if (!sbx__json_read(&check, text, length, NULL, NULL))
		return problem_set(problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the body is not valid JSON: %s at offset %zu", check.problem, check.position);
	if (check.depth > JSON_MAX_DEPTH)
		return problem_set(problem, PROBLEM_INVALID_REQUEST, NULL,
		                   "the body is nested more than %d levels deep", JSON_MAX_DEPTH);
	return 0;
}

int json_body_parse(const char *text, size_t length, struct json_body **out, struct problem *problem)
{
	if (length == 0) {
		text = "{}";
		length = 2;
	}
	if (check_text(text, length, problem) < 0)
		return -1;
	struct json_body *body = calloc(1, sizeof(*body));
	if (!body)
		return problem_memory(problem);
	if (parse_object(text, length, &body->root, problem) < 0) {
		free(body);
		return -1;
	}
	*out = body;
	return 0;
}

void json_body_free(struct json_body *body)
{
	if (!body)
		return;
	json_object_put(body->root);
	free(body);
}

static int wrong_type(struct problem *problem, const char *field, const char *expected, struct json_object *value)
{
	return problem_set(problem, PROBLEM_VALIDATION, field, "%s has to be %s, not %s", field, expected,
	                   json_type_to_name(json_object_get_type(value)));
}

/* Finds a field; *value is NULL when it is absent or null. */
static int find(struct json_body *body, const char *field, struct json_object **value, struct problem *problem)
{
	struct json_object *object = body->root;
	const char *dot = strchr(field, '.');

	*value = NULL;
	if (dot) {
		char outer[64] = "";
		memcpy(outer, field, (size_t)(dot - field));
		if (!json_object_object_get_ex(object, outer, &object) || !object)
			return 0;
		if (!json_object_is_type(object, json_type_object))
			return wrong_type(problem, outer, "an object", object);
		field = dot + 1;
	}
	json_object_object_get_ex(object, field, value);
	return 0;
}

int json_body_string(struct json_body *body, const char *field, const char **value, struct problem *problem)
{
	struct json_object *found;
	if (find(body, field, &found, problem) < 0)
		return -1;
	if (!found)
		return 0;
	if (!json_object_is_type(found, json_type_string))
		return wrong_type(problem, field, "a string", found);
	const char *text = json_object_get_string(found);
	if (strlen(text) != (size_t)json_object_get_string_len(found))
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s has a NUL character in it", field);
	*value = text;
	return 0;
}

void json_body_bytes(struct json_body *body, const char *field, const char **bytes, size_t *length)
{
	struct json_object *found = NULL;

	*bytes = "";
	*length = 0;
	if (!json_object_object_get_ex(body->root, field, &found) || !json_object_is_type(found, json_type_string))
		return;
	*bytes = json_object_get_string(found);
	*length = (size_t)json_object_get_string_len(found);
}

int json_body_integer(struct json_body *body, const char *field, int64_t lowest, int64_t highest, int64_t *value,
                      struct problem *problem)
{
	struct json_object *found;
	if (find(body, field, &found, problem) < 0)
		return -1;
	if (!found)
		return 0;
	if (!json_object_is_type(found, json_type_int))
		return wrong_type(problem, field, "an integer", found);
	int64_t number = json_object_get_int64(found);
	if (number < lowest || number > highest)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s has to be from %" PRId64 " to %" PRId64,
		                   field, lowest, highest);
	*value = number;
	return 0;
}

int json_body_boolean(struct json_body *body, const char *field, bool *value, struct problem *problem)
{
	struct json_object *found;
	if (find(body, field, &found, problem) < 0)
		return -1;
	if (!found)
		return 0;
	if (!json_object_is_type(found, json_type_boolean))
		return wrong_type(problem, field, "a boolean", found);
	*value = json_object_get_boolean(found);
	return 0;
}

static int append_variable(sbx__buffer *pairs, const char *field, const char *name, struct json_object *value,
                           struct problem *problem)
{
	if (!json_object_is_type(value, json_type_string))
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s: each value has to be a string", field);
	const char *text = json_object_get_string(value);
	size_t length = (size_t)json_object_get_string_len(value);
	if (*name == '\0' || strchr(name, '='))
		return problem_set(problem, PROBLEM_VALIDATION, field,
		                   "%s: a variable's name can be neither empty nor contain '='", field);
	if (strlen(text) != length)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s: a value has a NUL character in it", field);
	if (strlen(name) + length + 2 > ENVIRONMENT_ENTRY_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s: a variable is longer than %d bytes", field,
		                   ENVIRONMENT_ENTRY_MAX - 2);
	argument_list_append(pairs, name);
	argument_list_append(pairs, text);
	if (pairs->failed)
		return problem_memory(problem);
	return 0;
}

int json_body_environment(struct json_body *body, const char *field, sbx__buffer *pairs, struct problem *problem)
{
	struct json_object *found;
	if (find(body, field, &found, problem) < 0)
		return -1;
	if (!found)
		return 0;
	if (!json_object_is_type(found, json_type_object))
		return wrong_type(problem, field, "an object", found);
	if (json_object_object_length(found) > ENVIRONMENT_COUNT_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s has more than %d variables", field,
		                   ENVIRONMENT_COUNT_MAX);
	json_object_object_foreach(found, name, value)
	{
		if (append_variable(pairs, field, name, value, problem) < 0)
			return -1;
	}
	if (pairs->length > ENVIRONMENT_TOTAL_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s is larger than %d bytes", field,
		                   ENVIRONMENT_TOTAL_MAX);
	return 0;
}
