/* A JSON document with long texts that stay where they are until it is read. */
#ifndef SANDBOXD_DOCUMENT_H
#define SANDBOXD_DOCUMENT_H

#include "json_writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_INSERTS 2

struct document {
	struct json_writer writer; /* all but those texts */
	struct {
		size_t at; /* in the writer's text */
		const char *bytes;
		size_t length;
	} inserts[DOCUMENT_INSERTS];
	size_t insert_count;
	/* Where reading is. */
	size_t at;
	size_t insert;
	size_t at_insert;
};

/* Writes a member whose value is a text and another one, which is JSON already, behind it. The text has to live as long
 * as the document. Returns whether it is valid UTF-8. */
bool document_insert(struct document *document, const char *key, const char *bytes, size_t length, const char *behind);
void document_free(struct document *document);

/* No piece is longer. */
#define DOCUMENT_PIECE_MAX (6 * 8192)
/* Appends the next piece. Returns false when there is none. */
bool document_read(struct document *document, sbx__buffer *out);
/* Begins anew. */
void document_rewind(struct document *document);
/* How long it is in all; nothing of it has been read then. 0: there is no memory. */
uint64_t document_length(struct document *document);

#endif
