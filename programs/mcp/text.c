#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 256

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

/* With room for a NUL behind it. */
static bool make_room(struct text *text, size_t length)
{
	if (text->failed)
		return false;
	size_t needed = text->length + length + 1;
	if (needed <= text->capacity)
		return true;
	size_t capacity = text->capacity < CAPACITY_MIN ? CAPACITY_MIN : text->capacity;
	while (capacity < needed)
		capacity *= 2;
	char *grown = needed < length ? NULL : realloc(text->data, capacity);
	if (!grown) {
		text->failed = true;
		return false;
	}
	text->data = grown;
	text->capacity = capacity;
	return true;
}

void text_append(struct text *text, const char *data, size_t length)
{
	if (!make_room(text, length))
		return;
	if (length > 0)
		memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *words)
{
	text_append(text, words, strlen(words));
}

void text_format(struct text *text, const char *format, ...)
{
	va_list arguments, again;

	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	if (length >= 0 && make_room(text, (size_t)length))
		text->length += (size_t)vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
	va_end(again);
	va_end(arguments);
}

void text_json(struct text *text, const sbx_json *json)
{
	char *printed = NULL;
	size_t length = 0;

	if (sbx_json_print(json, 0, &printed, &length) == SBX_OK)
		text_append(text, printed, length);
	else
		text->failed = true;
	sbx_string_free(printed);
}

void text_string(struct text *text, const char *string, size_t length)
{
	sbx_json *json = sbx_json_new_string(string, length);

	if (json)
		text_json(text, json);
	else
		text->failed = true;
	sbx_json_free(json);
}

/* How long a character is that begins so (RFC 3629, section 3). */
static size_t length_wanted(char first)
{
	unsigned char byte = (unsigned char)first;

	return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

static bool goes_on(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t text_whole(const char *bytes, size_t length)
{
	size_t back = 1;

	while (back < 4 && back < length && goes_on(bytes[length - back]))
		back++;
	return back <= length && length_wanted(bytes[length - back]) > back ? length - back : length;
}

size_t text_next(const char *bytes, size_t length, size_t from)
{
	size_t most = from + 3;

	while (from < most && from < length && goes_on(bytes[from]))
		from++;
	return from;
}

/* How long the character at the beginning of some bytes is, by the library's own judgement; 0: it is none. */
static size_t character_length(const char *bytes, size_t length)
{
	size_t wanted = length_wanted(bytes[0]);
	sbx_json *character = wanted > 1 && wanted <= length ? sbx_json_new_string(bytes, wanted) : NULL;
	bool is_one = wanted == 1 || character;

	sbx_json_free(character);
	return is_one ? wanted : 0;
}

sbx_json *text_words(struct text *text)
{
	sbx_json *words = sbx_json_new_string(text->data ? text->data : "", text->length);

	for (size_t i = 0, length; !words && i < text->length; i += length) {
		length = character_length(text->data + i, text->length - i);
		if (length > 0)
			continue;
		text->data[i] = '?';
		length = 1;
	}
	return words ? words : sbx_json_new_string(text->data, text->length);
}

void text_drop(struct text *text, size_t length)
{
	memmove(text->data, text->data + length, text->length - length);
	text->length -= length;
}
