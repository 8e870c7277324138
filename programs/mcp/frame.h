/* What goes over the socket between the server and the process of a script: messages in JSON, each with bytes beside it
 * that need not be text. Neither side believes the other one's lengths. */
#ifndef MCP_FRAME_H
#define MCP_FRAME_H

#include "text.h"

#define FRAME_JSON_MAX ((size_t)4 << 20)
#define FRAME_BYTES_MAX ((size_t)4 << 20)
/* An empty object is two characters of JSON, and 800 bytes of memory. */
#define FRAME_VALUES_MAX ((size_t)32 * 1024)

struct frame {
	sbx_json *json;    /* an object */
	const char *bytes; /* within the text that it was read from */
	size_t length;
	size_t weight; /* about how much memory it takes, in bytes */
};

/* Appends a frame. False: it is too long, or has too many values; then nothing is appended. Where memory has run out
 * the text says so. */
bool frame_add(struct text *text, const sbx_json *json, const char *bytes, size_t length);
/* Reads the first frame of a text: 1; 0: it is not whole yet; -1: it is none, or memory has run out. */
int frame_read(const struct text *text, struct frame *frame);
/* Frees a frame that was read, and takes it away from the text. */
void frame_drop(struct text *text, struct frame *frame);

#endif
