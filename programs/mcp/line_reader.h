/* The lines of a stream of bytes, in whatever pieces they come. */
#ifndef MCP_LINE_READER_H
#define MCP_LINE_READER_H

#include "text.h"

/* One that is longer is none. */
#define LINE_MAX_BYTES ((size_t)16 << 20)

/* Whom it tells. */
struct line_events {
	/* A line, without its end and the blanks before that; empty ones are left out. */
	void (*line)(void *context, const char *line, size_t length);
	/* One is too long: it is not told. */
	void (*too_long)(void *context);
};

struct line_reader {
	const struct line_events *events;
	void *context;
	struct text text; /* that has no end yet */
	size_t looked;    /* how much of it has no line break */
	bool skipping;    /* the rest of a line that is too long */
};

/* Takes a piece. Returns false where memory has run out. */
bool line_reader_take(struct line_reader *reader, const char *data, size_t length);
/* The stream has ended: a last line may lack its end. */
void line_reader_end(struct line_reader *reader);
void line_reader_free(struct line_reader *reader);

#endif
