#include "json_writer.h"

#include "lib/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void append_text(struct json_writer *writer, const char *text)
{
	sbx__buffer_append(&writer->text, text, strlen(text));
}

static void begin_value(struct json_writer *writer)
{
	if (writer->separate)
		append_text(writer, ",");
	writer->separate = true;
}

void json_open(struct json_writer *writer, char bracket)
{
	begin_value(writer);
	sbx__buffer_append(&writer->text, &bracket, 1);
	writer->separate = false;
}

void json_close(struct json_writer *writer, char bracket)
{
	sbx__buffer_append(&writer->text, &bracket, 1);
	writer->separate = true;
}

void json_key(struct json_writer *writer, const char *key)
{
	json_bytes(writer, key, strlen(key));
	append_text(writer, ":");
	writer->separate = false;
}

static void append_escaped(struct json_writer *writer, unsigned char c)
{
	char escape[8];

	if (c == '"' || c == '\\')
		snprintf(escape, sizeof(escape), "\\%c", c);
	else if (c == '\n')
		snprintf(escape, sizeof(escape), "\\n");
	else if (c == '\t')
		snprintf(escape, sizeof(escape), "\\t");
	else
		snprintf(escape, sizeof(escape), "\\u%04x", c);
	append_text(writer, escape);
}

bool json_bytes(struct json_writer *writer, const char *bytes, size_t length)
{
	const unsigned char *in = (const unsigned char *)bytes;
	bool valid = true;
	size_t plain = 0; /* the start of the bytes that are copied as they are */
	size_t at = 0;

	begin_value(writer);
	append_text(writer, "\"");
	while (at < length) {
		if (in[at] >= 0x80) {
			size_t sequence = sbx__utf8_sequence(in + at, length - at);
			if (sequence) {
				at += sequence;
				continue;
			}
			valid = false;
			sbx__buffer_append(&writer->text, in + plain, at - plain);
			append_text(writer, "\xEF\xBF\xBD");
		} else if (in[at] < 0x20 || in[at] == 0x7F || in[at] == '"' || in[at] == '\\') {
			sbx__buffer_append(&writer->text, in + plain, at - plain);
			append_escaped(writer, in[at]);
		} else {
			at++;
			continue;
		}
		plain = ++at;
	}
	if (length)
		sbx__buffer_append(&writer->text, in + plain, at - plain);
	append_text(writer, "\"");
	return valid;
}

void json_string(struct json_writer *writer, const char *key, const char *value)
{
	json_key(writer, key);
	if (value) {
		json_bytes(writer, value, strlen(value));
	} else {
		append_text(writer, "null");
		writer->separate = true;
	}
}

void json_integer(struct json_writer *writer, const char *key, int64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64, value);
	json_key(writer, key);
	append_text(writer, text);
	writer->separate = true;
}

void json_boolean(struct json_writer *writer, const char *key, bool value)
{
	json_key(writer, key);
	append_text(writer, value ? "true" : "false");
	writer->separate = true;
}

void json_time(struct json_writer *writer, const char *key, int64_t milliseconds)
{
	time_t seconds = (time_t)(milliseconds / 1000);
	struct tm utc;
	char date[32], text[64];

	gmtime_r(&seconds, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%03dZ", date, (int)(milliseconds % 1000));
	json_string(writer, key, text);
}
