/*
 * Own code, since json-c's printer keeps its text inside the value, and a model's values are shared by threads.
 */
#include "json_printer.h"

#include <string.h>

#include "json_reader.h"
#include "number.h"

/* Spaces a level: with more a caller's slip would fill the memory. */
#define MOST_INDENT 80

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
	const char *end = text + length;
	sbx__buffer_reserve(buffer, length + 2);
	sbx__buffer_byte(buffer, '"');
	for (const char *at = text;;) {
		at = sbx__json_skip_plain(at, end);
		if (at < end && (unsigned char)*at >= 0x80) {
			at++;
			continue;
		}
		sbx__buffer_append(buffer, text, (size_t)(at - text));
		if (at == end)
			break;
		append_escape((unsigned char)*at++, buffer);
		text = at;
	}
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
	char text[SBX__NUMBER_SIZE];
	int64_t integer = sbx_json_integer(json);
	bool negative = integer < 0;
	uint64_t magnitude = negative ? 0 - (uint64_t)integer : sbx_json_unsigned(json);
	sbx__buffer_append(buffer, text, sbx__number_write_integer(text, magnitude, negative));
}

static void append_number(const sbx_json *json, sbx__buffer *buffer)
{
	const char *text = sbx_json_number_text(json);
	if (text)
		sbx__buffer_text(buffer, text);
	else
		sbx__buffer_number(buffer, sbx_json_number(json), true);
}

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
		append_number(json, buffer);
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
	if (indent > MOST_INDENT)
		indent = MOST_INDENT;
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
