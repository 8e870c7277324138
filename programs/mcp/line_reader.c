#include "line_reader.h"

#include <string.h>

static void tell(const struct line_reader *reader, const char *line, size_t length)
{
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	if (length > 0)
		reader->events->line(reader->context, line, length);
}

static void tell_lines(struct line_reader *reader)
{
	const struct text *text = &reader->text;
	size_t begun = 0;
	const char *end;

	while ((end = memchr(text->data + begun + reader->looked, '\n', text->length - begun - reader->looked)) !=
	       NULL) {
		size_t length = (size_t)(end - text->data) - begun;
		/* A piece may bring the end of one that is too long together with what makes it so. */
		if (!reader->skipping && length > LINE_MAX_BYTES)
			reader->events->too_long(reader->context);
		else if (!reader->skipping)
			tell(reader, text->data + begun, length);
		reader->skipping = false;
		reader->looked = 0;
		begun += length + 1;
	}
	text_drop(&reader->text, begun);
}

bool line_reader_take(struct line_reader *reader, const char *data, size_t length)
{
	text_append(&reader->text, data, length);
	if (reader->text.failed)
		return false;
	tell_lines(reader);
	if (!reader->skipping && reader->text.length > LINE_MAX_BYTES) {
		reader->skipping = true;
		reader->events->too_long(reader->context);
	}
	if (reader->skipping)
		text_drop(&reader->text, reader->text.length);
	reader->looked = reader->text.length;
	return true;
}

void line_reader_end(struct line_reader *reader)
{
	if (!reader->skipping && reader->text.length > 0)
		tell(reader, reader->text.data, reader->text.length);
	text_free(&reader->text);
}

void line_reader_free(struct line_reader *reader)
{
	text_free(&reader->text);
}
