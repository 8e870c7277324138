#include "fields.h"

#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 16
#define PATHS_MAX 64

/* How long the name is that text begins with; 0: it is none. Such as `$`, `[0]`, `*` and `0` are of other notations: to
 * take them for names would find nothing, without a word. */
static size_t name_length(const char *text)
{
	size_t length = strcspn(text, "."), digits = strspn(text, "0123456789");

	return digits == length || strcspn(text, "$[]*/\"' ") < length ? 0 : length;
}

static bool is_path(const sbx_json *given)
{
	size_t length = 0;
	const char *path = sbx_json_string(given, &length);

	if (sbx_json_type_of(given) != SBX_JSON_STRING || strlen(path) != length)
		return false;
	for (size_t name = name_length(path); name > 0; name = name_length(path)) {
		if (path[name] == '\0')
			return true;
		path += name + 1;
	}
	return false;
}

const char *fields_check(const sbx_json *paths)
{
	static const char other[] =
	        "fields: it is a list of names joined by dots, such as [\"data.id\"], which are looked "
	        "for in every item of a list; without $, *, [] and positions";

	if (sbx_json_type_of(paths) != SBX_JSON_ARRAY)
		return other;
	if (sbx_json_count(paths) > PATHS_MAX)
		return "fields: it is a list of at most 64";
	for (size_t i = 0; i < sbx_json_count(paths); i++)
		if (!is_path(sbx_json_at(paths, i)))
			return other;
	return NULL;
}

/* Whether a path asks for the member of this name; *rest is what it asks for within it, "" for all of it. */
static bool asks_for(const char *path, const char *name, const char **rest)
{
	size_t length = strlen(name);

	if (strncmp(path, name, length) != 0 || (path[length] != '.' && path[length] != '\0'))
		return false;
	*rest = path + length + (path[length] == '.');
	return true;
}

static sbx_json *cut(const sbx_json *value, const char *const *paths, size_t count, int depth, bool *failed);

/* What the paths ask for of one member; NULL with *failed unset: nothing. */
static sbx_json *cut_member(const char *name, const sbx_json *value, const char *const *paths, size_t count, int depth,
                            bool *failed)
{
	const char *within[PATHS_MAX];
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const char *rest;
		if (!asks_for(paths[i], name, &rest))
			continue;
		if (*rest == '\0') {
			sbx_json *whole = sbx_json_copy(value);
			*failed |= !whole;
			return whole;
		}
		within[found++] = rest;
	}
	return found > 0 ? cut(value, within, found, depth + 1, failed) : NULL;
}

static sbx_json *cut_object(const sbx_json *value, const char *const *paths, size_t count, int depth, bool *failed)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *member;

	*failed |= !made;
	while (!*failed && sbx_json_next(value, &cursor, &name, &member)) {
		sbx_json *part = cut_member(name, member, paths, count, depth, failed);
		if (part)
			*failed |= sbx_json_set(made, name, part) != SBX_OK;
	}
	return made;
}

static sbx_json *cut_array(const sbx_json *value, const char *const *paths, size_t count, int depth, bool *failed)
{
	sbx_json *made = sbx_json_new_array();

	*failed |= !made;
	for (size_t i = 0; !*failed && i < sbx_json_count(value); i++) {
		sbx_json *part = cut(sbx_json_at(value, i), paths, count, depth + 1, failed);
		if (part)
			*failed |= sbx_json_append(made, part) != SBX_OK;
	}
	return made;
}

/* What the paths ask for within a value; NULL with *failed unset: there is nothing within it. */
static sbx_json *cut(const sbx_json *value, const char *const *paths, size_t count, int depth, bool *failed)
{
	switch (depth < DEPTH_MAX ? sbx_json_type_of(value) : SBX_JSON_NULL) {
	case SBX_JSON_OBJECT:
		return cut_object(value, paths, count, depth, failed);
	case SBX_JSON_ARRAY:
		return cut_array(value, paths, count, depth, failed);
	default:
		return NULL;
	}
}

sbx_json *fields_cut(const sbx_json *value, const sbx_json *paths)
{
	const char *listed[PATHS_MAX];
	size_t count = sbx_json_count(paths);
	bool failed = false;

	for (size_t i = 0; i < count; i++)
		listed[i] = sbx_json_string(sbx_json_at(paths, i), NULL);
	sbx_json *made = cut(value, listed, count, 0, &failed);
	if (!made && !failed)
		return sbx_json_new_object();
	if (!failed)
		return made;
	sbx_json_free(made);
	return NULL;
}
