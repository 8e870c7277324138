#include "url.h"

#include <string.h>

#include "json_printer.h"

static bool is_unreserved(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static void append_percent(sbx__buffer *url, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
	sbx__buffer_append(url, encoded, sizeof encoded);
}

static void append_encoded(sbx__buffer *url, const char *text, size_t length, bool form)
{
	size_t start = 0;
	for (size_t index = 0; index < length; index++) {
		unsigned char byte = (unsigned char)text[index];
		if (is_unreserved(byte) || (!form && (byte == ':' || byte == '@')))
			continue;
		sbx__buffer_append(url, text + start, index - start);
		start = index + 1;
		if (form && byte == ' ')
			sbx__buffer_byte(url, '+');
		else
			append_percent(url, byte);
	}
	sbx__buffer_append(url, text + start, length - start);
}

void sbx__url_append_segment(sbx__buffer *url, const char *text, size_t length)
{
	append_encoded(url, text, length, false);
}

/* The byte that a "%XX" stands for; -1: there is none. */
static int decoded_byte(const char *text, size_t left)
{
	int value = 0;
	if (left < 3 || text[0] != '%')
		return -1;
	for (size_t index = 1; index < 3; index++) {
		char digit = text[index];
		value *= 16;
		if (digit >= '0' && digit <= '9')
			value += digit - '0';
		else if (digit >= 'A' && digit <= 'F')
			value += digit - 'A' + 10;
		else if (digit >= 'a' && digit <= 'f')
			value += digit - 'a' + 10;
		else
			return -1;
	}
	return value;
}

void sbx__url_append_written(sbx__buffer *url, const char *text, size_t length)
{
	size_t start = 0;
	for (size_t index = 0; index < length; index++) {
		unsigned char byte = (unsigned char)text[index];
		bool fits = byte > ' ' && byte < 0x7f && !strchr("\"<>\\^`{|}", byte);
		if (fits && (byte != '%' || decoded_byte(text + index, length - index) >= 0))
			continue;
		sbx__buffer_append(url, text + start, index - start);
		append_percent(url, byte);
		start = index + 1;
	}
	sbx__buffer_append(url, text + start, length - start);
}

size_t sbx__url_authority_length(const char *url)
{
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
	bool letter = (url[0] >= 'a' && url[0] <= 'z') || (url[0] >= 'A' && url[0] <= 'Z');
	if (!letter || strncmp(url + scheme, "://", 3) != 0)
		return 0;
	return scheme + 3 + strcspn(url + scheme + 3, "/?#");
}

bool sbx__url_has_dots(const char *path, size_t length)
{
	size_t dots = 0;
	size_t others = 0;
	for (size_t index = 0; index <= length; index++) {
		bool encoded = index < length && decoded_byte(path + index, length - index) == '.';
		if (index == length || path[index] == '/') {
			if (others == 0 && (dots == 1 || dots == 2))
				return true;
			dots = others = 0;
		} else if (encoded || path[index] == '.') {
			dots++;
			index += encoded ? 2 : 0;
		} else {
			others++;
		}
	}
	return false;
}

bool sbx__url_pair_is_of(const char *pair, size_t length, const char *name)
{
	for (size_t index = 0; index < length && pair[index] != '='; index++) {
		int byte = decoded_byte(pair + index, length - index);
		if (byte >= 0)
			index += 2;
		else
			byte = pair[index] == '+' ? ' ' : (unsigned char)pair[index];
		if (!*name)
			return byte == '[';
		if (byte != (unsigned char)*name++)
			return false;
	}
	return !*name;
}

static void append_pair(sbx__buffer *text, const char *name, const char *value, size_t length)
{
	append_encoded(text, name, strlen(name), true);
	sbx__buffer_byte(text, '=');
	append_encoded(text, value, length, true);
}

void sbx__url_append_query(sbx__buffer *url, bool *first, const char *name, const char *value, size_t length)
{
	sbx__buffer_byte(url, *first ? '?' : '&');
	*first = false;
	append_pair(url, name, value, length);
}

void sbx__url_append_form(sbx__buffer *form, const char *name, const char *value)
{
	if (form->length)
		sbx__buffer_byte(form, '&');
	append_pair(form, name, value, strlen(value));
}

void sbx__url_append_scalar(const sbx_json *value, sbx__buffer *text)
{
	sbx_json_type type = sbx_json_type_of(value);
	if (type == SBX_JSON_STRING) {
		size_t length;
		const char *string = sbx_json_string(value, &length);
		sbx__buffer_append(text, string, length);
	} else if (type != SBX_JSON_NULL) {
		sbx__json_append_text(value, 0, text);
	}
}

static void append_joined(const sbx_json *array, sbx__buffer *text)
{
	bool first = true;
	for (size_t index = 0; index < sbx_json_count(array); index++) {
		const sbx_json *item = sbx_json_at(array, index);
		if (sbx_json_type_of(item) == SBX_JSON_NULL)
			continue;
		if (!first)
			sbx__buffer_byte(text, ',');
		first = false;
		sbx__url_append_scalar(item, text);
	}
}

static bool flatten_object(const char *name, const sbx_json *value, sbx__array_form form, sbx__flat_visitor visit,
                           void *user_data)
{
	sbx_json_cursor cursor = {NULL};
	const char *member;
	const sbx_json *inner;
	bool ok = true;
	while (ok && sbx_json_next(value, &cursor, &member, &inner)) {
		sbx__buffer nested = {0};
		sbx__buffer_format(&nested, "%s[%s]", name, member);
		ok = !nested.failed && sbx__url_flatten(nested.data, inner, form, visit, user_data);
		sbx__buffer_free(&nested);
	}
	return ok;
}

static bool flatten_list(const char *name, const sbx_json *value, sbx__flat_visitor visit, void *user_data)
{
	sbx__buffer bracketed = {0};
	sbx__buffer_format(&bracketed, "%s[]", name);
	bool ok = !bracketed.failed;
	for (size_t index = 0; ok && index < sbx_json_count(value); index++)
		ok = sbx__url_flatten(bracketed.data, sbx_json_at(value, index), SBX__ARRAY_BRACKETS, visit, user_data);
	sbx__buffer_free(&bracketed);
	return ok;
}

bool sbx__url_flatten(const char *name, const sbx_json *value, sbx__array_form form, sbx__flat_visitor visit,
                      void *user_data)
{
	sbx_json_type type = sbx_json_type_of(value);
	if (type == SBX_JSON_OBJECT)
		return flatten_object(name, value, form, visit, user_data);
	if (type == SBX_JSON_ARRAY && form == SBX__ARRAY_BRACKETS)
		return flatten_list(name, value, visit, user_data);
	sbx__buffer text = {0};
	if (type == SBX_JSON_ARRAY)
		append_joined(value, &text);
	else
		sbx__url_append_scalar(value, &text);
	bool ok = !text.failed;
	/* An array is sent also when it is empty; other empty text is not. */
	if (ok && (text.length || type == SBX_JSON_ARRAY))
		visit(user_data, name, text.data ? text.data : "", text.length);
	sbx__buffer_free(&text);
	return ok;
}

typedef struct query_state {
	sbx__buffer *url;
	bool *first;
} query_state;

static void visit_query(void *user_data, const char *name, const char *text, size_t length)
{
	query_state *state = user_data;
	sbx__url_append_query(state->url, state->first, name, text, length);
}

bool sbx__url_append_members(sbx__buffer *url, bool *first, const sbx_json *object)
{
	query_state state = {url, first};
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	bool ok = true;
	while (ok && sbx_json_next(object, &cursor, &name, &value))
		ok = sbx__url_flatten(name, value, SBX__ARRAY_COMMA, visit_query, &state);
	return ok;
}
