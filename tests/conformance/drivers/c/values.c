/* Reading a case's values and building the driver's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory) {
		fputs("the driver has no memory left\n", stderr);
		exit(3);
	}
	return memory;
}

sbx_json *built(sbx_json *json)
{
	if (!json) {
		fputs("the driver could not build JSON\n", stderr);
		exit(3);
	}
	return json;
}

void set(sbx_json *object, const char *name, sbx_json *value)
{
	if (sbx_json_set(object, name, built(value)) < 0)
		built(NULL);
}

const char *text_of(const sbx_json *object, const char *name)
{
	const sbx_json *value = sbx_json_get(object, name);

	return sbx_json_type_of(value) == SBX_JSON_STRING ? sbx_json_string(value, NULL) : NULL;
}

double number_of(const sbx_json *object, const char *name, double fallback)
{
	const sbx_json *value = sbx_json_get(object, name);

	return value ? sbx_json_number(value) : fallback;
}

int64_t integer_of(const sbx_json *object, const char *name)
{
	const sbx_json *value = sbx_json_get(object, name);

	return value ? sbx_json_integer(value) : SBX_DEFAULT;
}

sbx_flag flag_of(const sbx_json *object, const char *name)
{
	const sbx_json *value = sbx_json_get(object, name);

	if (!value)
		return SBX_FLAG_DEFAULT;
	return sbx_json_boolean(value) ? SBX_FLAG_YES : SBX_FLAG_NO;
}

double seconds_of(const sbx_json *object, const char *name)
{
	const sbx_json *value = sbx_json_get(object, name);

	if (!value)
		return SBX_DEFAULT;
	return sbx_json_type_of(value) == SBX_JSON_NULL ? SBX_FOREVER : sbx_json_number(value);
}

sbx_pair *pairs_of(const sbx_json *object, const char *name, size_t *count)
{
	const sbx_json *members = sbx_json_get(object, name);
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *member;
	sbx_pair *pairs;

	*count = 0;
	if (!members)
		return NULL;
	pairs = allocate(sbx_json_count(members), sizeof(*pairs));
	while (sbx_json_next(members, &cursor, &member, &value)) {
		bool is_text = sbx_json_type_of(value) == SBX_JSON_STRING;

		pairs[*count].name = member;
		pairs[*count].value = is_text ? sbx_json_string(value, NULL) : NULL;
		++*count;
	}
	return pairs;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

sbx_json *new_base64(const char *data, size_t length)
{
	char *text = allocate(length / 3 + 1, 4);
	size_t written = 0;
	sbx_json *json;

	for (size_t start = 0; start < length; start += 3) {
		size_t left = length - start;
		unsigned int group = (unsigned int)(unsigned char)data[start] << 16;

		group |= left > 1 ? (unsigned int)(unsigned char)data[start + 1] << 8 : 0;
		group |= left > 2 ? (unsigned char)data[start + 2] : 0;
		text[written++] = base64_digits[group >> 18 & 63];
		text[written++] = base64_digits[group >> 12 & 63];
		text[written++] = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		text[written++] = left > 2 ? base64_digits[group & 63] : '=';
	}
	json = built(sbx_json_new_string(text, written));
	free(text);
	return json;
}

char *decode_base64(const char *text, size_t text_length, size_t *length)
{
	char *data = allocate(text_length + 1, 1);
	unsigned int group = 0;
	int bits = 0;

	*length = 0;
	for (size_t index = 0; index < text_length && text[index] != '='; index++) {
		const char *digit = strchr(base64_digits, text[index]);

		group = group << 6 | (unsigned int)(digit - base64_digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			data[(*length)++] = (char)(group >> bits & 255);
		}
	}
	return data;
}
