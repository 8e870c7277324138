#include "fields.h"

#include <string.h>

#define DEPTH_MAX 16

int fields_check(const sbx_json *paths)
{
	if (sbx_json_type_of(paths) != SBX_JSON_ARRAY)
		return 0;
	for (size_t i = 0; i < sbx_json_count(paths); i++) {
		const sbx_json *path = sbx_json_at(paths, i);
		size_t length = 0;
		if (sbx_json_type_of(path) != SBX_JSON_STRING || strlen(sbx_json_string(path, &length)) != length ||
		    length == 0)
			return 0;
	}
	return 1;
}

/* Whether a path asks for the member of this name; *rest is what it asks for within it, "" for all of it. */
static int asks_for(const char *path, const char *name, const char **rest)
{
	size_t length = strlen(name);

	if (strncmp(path, name, length) != 0 || (path[length] != '.' && path[length] != '\0'))
		return 0;
	*rest = path + length + (path[length] == '.');
	return 1;
}

static sbx_json *cut(const sbx_json *value, const char *const *paths, size_t count, int depth);

/* What the paths ask for of one member; NULL with *failed unset: nothing. */
static sbx_json *cut_member(const char *name, const sbx_json *value, const char *const *paths, size_t count, int depth,
                            int *failed)
{
	const char *within[64];
	size_t found = 0;

	for (size_t i = 0; i < count && found < sizeof(within) / sizeof(within[0]); i++) {
		const char *rest;
		if (!asks_for(paths[i], name, &rest))
			continue;
		if (*rest == '\0') {
			found = 0;
			sbx_json *whole = sbx_json_copy(value);
			*failed |= !whole;
			return whole;
		}
		within[found++] = rest;
	}
	if (found == 0)
		return NULL;
	sbx_json *part = cut(value, within, found, depth + 1);
	*failed |= !part;
	return part;
}

static sbx_json *cut_object(const sbx_json *value, const char *const *paths, size_t count, int depth)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *member;
	int failed = !made;

	while (!failed && sbx_json_next(value, &cursor, &name, &member)) {
		sbx_json *part = cut_member(name, member, paths, count, depth, &failed);
		if (part)
			failed = sbx_json_set(made, name, part) != SBX_OK;
	}
	if (!failed)
		return made;
	sbx_json_free(made);
	return NULL;
}

static sbx_json *cut_array(const sbx_json *value, const char *const *paths, size_t count, int depth)
{
	sbx_json *made = sbx_json_new_array();

	for (size_t i = 0; made && i < sbx_json_count(value); i++) {
		if (sbx_json_append(made, cut(sbx_json_at(value, i), paths, count, depth + 1)) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

static sbx_json *cut(const sbx_json *value, const char *const *paths, size_t count, int depth)
{
	switch (depth < DEPTH_MAX ? sbx_json_type_of(value) : SBX_JSON_NULL) {
	case SBX_JSON_OBJECT:
		return cut_object(value, paths, count, depth);
	case SBX_JSON_ARRAY:
		return cut_array(value, paths, count, depth);
	default:
		return sbx_json_new_null();
	}
}

sbx_json *fields_cut(const sbx_json *value, const sbx_json *paths)
{
	const char *listed[64];
	size_t count = sbx_json_count(paths);

	if (count > sizeof(listed) / sizeof(listed[0]))
		count = sizeof(listed) / sizeof(listed[0]);
	for (size_t i = 0; i < count; i++)
		listed[i] = sbx_json_string(sbx_json_at(paths, i), NULL);
	return cut(value, listed, count, 0);
}
