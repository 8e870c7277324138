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

static void append_escaped(sbx__buffer *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char number[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
	const char letter[] = {'\\', c == '\n' ? 'n' : c == '\t' ? 't' : (char)c};

	if (c == '"' || c == '\\' || c == '\n' || c == '\t')
		sbx__buffer_append(out, letter, sizeof(letter));
	else
		sbx__buffer_append(out, number, sizeof(number));
}

size_t json_escape(sbx__buffer *out, const char *bytes, size_t length, size_t at, size_t stop)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t plain = at; /* the start of the bytes that are copied as they are */

	while (at < stop) {
		if (in[at] >= 0x80) {
			size_t sequence = sbx__utf8_sequence(in + at, length - at);
			if (sequence) {
				at += sequence;
				continue;
			}
			sbx__buffer_append(out, in + plain, at - plain);
			sbx__buffer_text(out, "\xEF\xBF\xBD");
		} else if (in[at] < 0x20 || in[at] == 0x7F || in[at] == '"' || in[at] == '\\') {
			sbx__buffer_append(out, in + plain, at - plain);
			append_escaped(out, in[at]);
		} else {
			at++;
			continue;
		}
		plain = ++at;
	}
	if (at > plain)
		sbx__buffer_append(out, in + plain, at - plain);
	return at;
}

void json_bytes(struct json_writer *writer, const char *bytes, size_t length)
{
	begin_value(writer);
	append_text(writer, "\"");
	json_escape(&writer->text, bytes, length, 0, length);
	append_text(writer, "\"");
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
