#include "cut.h"

#include <string.h>

/* What a result has beside the value: its own members, what was cut, and how to have the rest. */
#define REST_MAX ((size_t)4 * 1024)
/* Shorter strings are never cut. */
#define STRING_MIN ((size_t)1024)
/* So many of those that were cut are named. */
#define NAMED_MAX 4
/* And so much of a name is said. */
#define NAME_LENGTH ((size_t)64)
/* Where a text is cut within a line that is no longer, the line is left out. */
#define LINE_LENGTH ((size_t)4 * 1024)

struct cut {
	size_t limit;   /* of a string */
	size_t longest; /* of what is left of any */
	size_t count;   /* of those that were cut */
	struct text *said;
};

/* ---- sizes ---- */

/* Of a character in a string of JSON. */
static size_t size_in_string(char character)
{
	switch (character) {
	case '"':
	case '\\':
	case '\b':
	case '\f':
	case '\n':
	case '\r':
	case '\t':
		return 2;
	default:
		return (unsigned char)character < 0x20 ? 6 : 1;
	}
}

/* Of a value in a result, which has it twice: as it is, and as text. 0: memory has run out. */
static size_t size_in_result(const sbx_json *value)
{
	char *printed = NULL;
	size_t length = 0, size = 0;

	if (sbx_json_print(value, 0, &printed, &length) == SBX_OK)
		for (size_t i = 0; i < length; i++)
			size += 1 + size_in_string(printed[i]);
	sbx_string_free(printed);
	return size;
}

/* ---- values ---- */

static void say(struct cut *cut, const char *name, size_t shown, size_t length)
{
	size_t named = strnlen(name, NAME_LENGTH);

	if (cut->count < NAMED_MAX)
		text_format(cut->said, "%s%.*s: the first %zu of %zu bytes", cut->count > 0 ? "; " : "",
		            (int)text_whole(name, named), name, shown, length);
	else if (cut->count == NAMED_MAX)
		text_add(cut->said, "; and others");
	cut->count++;
}

static sbx_json *copy_string(struct cut *cut, const char *name, const sbx_json *value)
{
	size_t length = 0;
	const char *text = sbx_json_string(value, &length);
	size_t shown = length > cut->limit ? text_whole(text, cut->limit) : length;

	if (shown < length)
		say(cut, name, shown, length);
	if (shown > cut->longest)
		cut->longest = shown;
	return sbx_json_new_string(text, shown);
}

static sbx_json *copy(struct cut *cut, const char *name, const sbx_json *value);

static sbx_json *copy_array(struct cut *cut, const char *name, const sbx_json *value)
{
	sbx_json *made = sbx_json_new_array();

	for (size_t i = 0; made && i < sbx_json_count(value); i++) {
		if (sbx_json_append(made, copy(cut, name, sbx_json_at(value, i))) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

static sbx_json *copy_object(struct cut *cut, const sbx_json *value)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *member;

	while (made && sbx_json_next(value, &cursor, &name, &member)) {
		if (sbx_json_set(made, name, copy(cut, name, member)) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

/* What is no member, nor in one, has the name of what it is in. */
static sbx_json *copy(struct cut *cut, const char *name, const sbx_json *value)
{
	switch (sbx_json_type_of(value)) {
	case SBX_JSON_STRING:
		return copy_string(cut, name, value);
	case SBX_JSON_ARRAY:
		return copy_array(cut, name, value);
	case SBX_JSON_OBJECT:
		return copy_object(cut, value);
	default:
		return sbx_json_copy(value);
	}
}

/* The limit to try next where the strings still take too much. */
static size_t lower(size_t longest, size_t size)
{
	return size > 2 * CUT_RESULT_MAX ? longest / 2 : longest / 8 * 7;
}

sbx_json *cut_value(const sbx_json *value, struct text *said)
{
	struct cut cut = {.limit = CUT_STRING_MAX, .said = said};

	while (cut.limit >= STRING_MIN) {
		cut.count = cut.longest = said->length = 0;
		sbx_json *made = copy(&cut, "the answer", value);
		size_t size = made ? size_in_result(made) : 0;
		if (size > 0 && size <= CUT_RESULT_MAX - REST_MAX && !said->failed)
			return made;
		sbx_json_free(made);
		if (size == 0)
			return NULL;
		cut.limit = lower(cut.longest, size);
	}
	return NULL;
}

/* ---- texts ---- */

size_t cut_text(const char *text, size_t length, size_t max)
{
	size_t size = 0, fitting = 0;

	while (fitting < length && (size += size_in_string(text[fitting])) <= max)
		fitting++;
	if (fitting == length)
		return length;
	for (size_t end = fitting; end > 0 && fitting - end < LINE_LENGTH; end--)
		if (text[end - 1] == '\n')
			return end;
	return text_whole(text, fitting);
}
