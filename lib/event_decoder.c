#include "event_decoder.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "error.h"
#include "http_options.h"
#include "keep_errno.h"
#include "utf8.h"

struct sbx_event_decoder {
	sbx__event_decoder state;
};

void sbx__event_decoder_init(sbx__event_decoder *decoder, size_t line_limit, size_t event_limit)
{
	*decoder = (sbx__event_decoder){.limit = event_limit, .retry = SBX_DEFAULT};
	sbx__line_decoder_init(&decoder->lines, line_limit);
}

void sbx__event_decoder_feed(sbx__event_decoder *decoder, const void *data, size_t length)
{
	sbx__line_decoder_feed(&decoder->lines, data, length);
}

/* ---- UTF-8 ---- */

/* How many bytes one U+FFFD stands for: as far as they could have become a character (Encoding standard, UTF-8
 * decoder). */
static size_t broken_length(const unsigned char *text, size_t left)
{
	unsigned char first = text[0];
	size_t needed = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	unsigned char lower = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char upper = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	size_t length = 1;
	if (first < 0xc2 || first > 0xf4)
		return 1;
	while (length <= needed && length < left && text[length] >= lower && text[length] <= upper) {
		lower = 0x80;
		upper = 0xbf;
		length++;
	}
	return length;
}

static void append_decoded(sbx__buffer *decoded, const char *line, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)line;
	size_t start = 0;
	size_t index = 0;
	while (index < length) {
		size_t sequence = sbx__utf8_sequence(bytes + index, length - index);
		if (sequence) {
			index += sequence;
			continue;
		}
		sbx__buffer_append(decoded, line + start, index - start);
		sbx__buffer_text(decoded, "\xef\xbf\xbd");
		index += broken_length(bytes + index, length - index);
		start = index;
	}
	sbx__buffer_append(decoded, line + start, length - start);
}

/* Passes over the byte order mark that the stream may begin with. */
static void skip_mark(const sbx__event_decoder *decoder, const char **line, size_t *length)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (!decoder->begun && *length >= 3 && memcmp(*line, mark, 3) == 0) {
		*line += 3;
		*length -= 3;
	}
}

/* No end of a line is within a character, so that each line can be decoded on its own. */
static void decode_line(sbx__event_decoder *decoder, const char **line, size_t *length)
{
	skip_mark(decoder, line, length);
	decoder->begun = true;
	if (sbx__utf8_valid(*line, *length))
		return;
	sbx__buffer_clear(&decoder->text);
	append_decoded(&decoder->text, *line, *length);
	*line = decoder->text.data;
	*length = decoder->text.length;
}

/* ---- fields ---- */

static void set_text(sbx__buffer *buffer, const char *value, size_t length)
{
	buffer->length = 0;
	sbx__buffer_append(buffer, value, length);
}

/* The data without the LF after its last line. */
static size_t data_length(const sbx__event_decoder *decoder)
{
	return decoder->data.length ? decoder->data.length - 1 : 0;
}

static void add_data(sbx__event_decoder *decoder, const char *value, size_t length)
{
	sbx__buffer_append(&decoder->data, value, length);
	sbx__buffer_byte(&decoder->data, '\n');
	decoder->oversized = data_length(decoder) > decoder->limit;
}

/* Digits alone count; a number that is too large for its type is as long as that can say. */
static void set_retry(sbx__event_decoder *decoder, const char *value, size_t length)
{
	int64_t number = 0;
	for (size_t index = 0; index < length; index++) {
		int digit = value[index] - '0';
		if (digit < 0 || digit > 9)
			return;
		number = number > (INT64_MAX - digit) / 10 ? INT64_MAX : number * 10 + digit;
	}
	if (length == 0)
		return;
	decoder->retry = number;
	decoder->fields |= SBX_EVENT_HAS_RETRY;
}

static bool is_field(const char *name, size_t length, const char *expected)
{
	return length == strlen(expected) && memcmp(name, expected, length) == 0;
}

static void set_field(sbx__event_decoder *decoder, const char *name, size_t name_length, const char *value,
                      size_t length)
{
	if (is_field(name, name_length, "data")) {
		add_data(decoder, value, length);
		decoder->fields |= SBX_EVENT_HAS_DATA;
		decoder->open = true;
	} else if (is_field(name, name_length, "event")) {
		set_text(&decoder->type, value, length);
		decoder->fields &= ~(unsigned)SBX_EVENT_HAS_TYPE;
		decoder->fields |= length > 0 ? SBX_EVENT_HAS_TYPE : 0;
		decoder->open = true;
	} else if (is_field(name, name_length, "id")) {
		if (!memchr(value, '\0', length)) {
			set_text(&decoder->id, value, length);
			decoder->fields |= SBX_EVENT_HAS_ID;
		}
		decoder->open = true;
	} else if (is_field(name, name_length, "retry")) {
		set_retry(decoder, value, length);
	}
}

static void read_field(sbx__event_decoder *decoder, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);
	size_t name_length = colon ? (size_t)(colon - line) : length;
	size_t value = colon ? name_length + 1 : length;
	if (value < length && line[value] == ' ')
		value++;
	set_field(decoder, line, name_length, line + value, length - value);
}

/* ---- events ---- */

static void begin_event(sbx__event_decoder *decoder)
{
	decoder->dispatched = false;
	decoder->open = false;
	decoder->fields = 0;
	sbx__buffer_clear(&decoder->type);
	sbx__buffer_clear(&decoder->data);
}

static bool has_failed(const sbx__event_decoder *decoder)
{
	return decoder->text.failed || decoder->type.failed || decoder->data.failed || decoder->id.failed;
}

static sbx_status fail(const sbx__event_decoder *decoder, sbx_error **error)
{
	if (has_failed(decoder))
		return sbx__fail_memory(error);
	return sbx__fail(error, SBX_ERROR_RESPONSE_TOO_LARGE, "An event of the answer has more than %zu bytes of data",
	                 decoder->limit);
}

static void give(sbx__event_decoder *decoder, sbx_event *event)
{
	bool named = decoder->type.length > 0;
	if (decoder->data.length > 0)
		decoder->data.data[data_length(decoder)] = '\0';
	decoder->dispatched = true;
	*event = (sbx_event){
	        .size = sizeof *event,
	        .type = named ? decoder->type.data : "message",
	        .type_length = named ? decoder->type.length : strlen("message"),
	        .data = decoder->data.length > 0 ? decoder->data.data : "",
	        .data_length = data_length(decoder),
	        .id = decoder->id.data ? decoder->id.data : "",
	        .retry = decoder->retry,
	        .fields = decoder->fields,
	};
}

sbx_status sbx__event_decoder_next(sbx__event_decoder *decoder, sbx_event *event, sbx_error **error)
{
	const char *line;
	size_t length;
	if (decoder->dispatched)
		begin_event(decoder);
	for (;;) {
		if (decoder->oversized || has_failed(decoder))
			return fail(decoder, error);
		sbx_status status = sbx__line_decoder_next(&decoder->lines, &line, &length, error);
		if (status != SBX_OK)
			return status;
		decode_line(decoder, &line, &length);
		if (decoder->text.failed)
			continue;
		if (length > 0)
			read_field(decoder, line, length);
		else if (decoder->data.length > 0 || (decoder->without_data && decoder->fields)) {
			give(decoder, event);
			return SBX_OK;
		} else
			begin_event(decoder);
	}
}

bool sbx__event_decoder_is_open(const sbx__event_decoder *decoder)
{
	size_t length;
	const char *rest = sbx__line_decoder_rest(&decoder->lines, &length);
	skip_mark(decoder, &rest, &length);
	return (decoder->open && !decoder->dispatched) || (length > 0 && rest[0] != ':');
}

void sbx__event_decoder_free(sbx__event_decoder *decoder)
{
	sbx__line_decoder_free(&decoder->lines);
	sbx__buffer_free(&decoder->text);
	sbx__buffer_free(&decoder->type);
	sbx__buffer_free(&decoder->data);
	sbx__buffer_free(&decoder->id);
}

/* ---- for programs ---- */

sbx_status sbx_event_decoder_new(int64_t max_line_bytes, int without_data, sbx_event_decoder **decoder,
                                 sbx_error **error)
{
	SBX__KEEP_ERRNO();
	size_t limit = max_line_bytes == SBX_DEFAULT ? SBX__DEFAULT_EVENT_LINE_BYTES : (size_t)max_line_bytes;
	sbx_event_decoder *made;
	if (!decoder)
		return sbx__fail_argument(error, "decoder", "must not be NULL");
	if (max_line_bytes < 1 && max_line_bytes != SBX_DEFAULT)
		return sbx__fail_argument(error, "max_line_bytes", "must be at least 1");
	made = malloc(sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	sbx__event_decoder_init(&made->state, limit, limit);
	made->state.without_data = without_data != 0;
	*decoder = made;
	return SBX_OK;
}

void sbx_event_decoder_feed(sbx_event_decoder *decoder, const void *bytes, size_t length)
{
	SBX__KEEP_ERRNO();
	if (decoder && bytes && length > 0)
		sbx__event_decoder_feed(&decoder->state, bytes, length);
}

sbx_status sbx_event_decoder_next(sbx_event_decoder *decoder, sbx_event *event, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_event next;
	sbx_status status = sbx__struct_check(event, "event", error);
	if (status != SBX_OK)
		return status;
	if (!decoder)
		return sbx__fail_argument(error, "decoder", "must not be NULL");
	status = sbx__event_decoder_next(&decoder->state, &next, error);
	if (status == SBX_OK)
		sbx__struct_write(event, &next, sizeof next);
	return status;
}

void sbx_event_decoder_free(sbx_event_decoder *decoder)
{
	SBX__KEEP_ERRNO();
	if (!decoder)
		return;
	sbx__event_decoder_free(&decoder->state);
	free(decoder);
}
