#include "document.h"

#include "lib/utf8.h"

#include <string.h>

/* How much is read at once, of which each byte may become six. */
#define STEP (DOCUMENT_PIECE_MAX / 6 - 4)

bool document_insert(struct document *document, const char *key, const char *bytes, size_t length, const char *behind)
{
	struct json_writer *writer = &document->writer;
	size_t number = document->insert_count++;

	json_key(writer, key);
	sbx__buffer_byte(&writer->text, '"');
	document->inserts[number].at = writer->text.length;
	document->inserts[number].bytes = bytes;
	document->inserts[number].length = length;
	sbx__buffer_text(&writer->text, behind);
	sbx__buffer_byte(&writer->text, '"');
	writer->separate = true;
	return sbx__utf8_valid(bytes, length);
}

void document_free(struct document *document)
{
	sbx__buffer_free(&document->writer.text);
	*document = (struct document){0};
}

static size_t step(size_t left)
{
	return left < STEP ? left : STEP;
}

bool document_read(struct document *document, sbx__buffer *out)
{
	const sbx__buffer *text = &document->writer.text;
	bool has_insert = document->insert < document->insert_count;
	size_t end = has_insert ? document->inserts[document->insert].at : text->length;

	if (document->at < end) {
		size_t length = step(end - document->at);
		sbx__buffer_append(out, text->data + document->at, length);
		document->at += length;
		return true;
	}
	if (!has_insert)
		return false;
	const char *bytes = document->inserts[document->insert].bytes;
	size_t length = document->inserts[document->insert].length;
	document->at_insert = json_escape(out, bytes, length, document->at_insert,
	                                  document->at_insert + step(length - document->at_insert));
	if (document->at_insert == length) {
		document->insert++;
		document->at_insert = 0;
	}
	return true;
}

void document_rewind(struct document *document)
{
	document->at = document->insert = document->at_insert = 0;
}

uint64_t document_length(struct document *document)
{
	sbx__buffer piece = {0};
	uint64_t length = 0;

	if (!sbx__buffer_reserve(&piece, DOCUMENT_PIECE_MAX))
		return 0;
	while (document_read(document, &piece)) {
		length += piece.length;
		sbx__buffer_clear(&piece);
	}
	sbx__buffer_free(&piece);
	document_rewind(document);
	return length;
}
