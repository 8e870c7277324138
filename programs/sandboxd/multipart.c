#include "multipart.h"

#include "header_parameter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* RFC 2046 allows 70 characters. */
#define BOUNDARY_MAX 70
#define LINE_MAX_BYTES 4096
#define HEADER_LINES_MAX 32
#define NAME_SIZE 64

enum stage {
	PREAMBLE,  /* before the first boundary */
	DELIMITED, /* behind a boundary: "--" is the end, a line break begins a part */
	HEADERS,
	DATA,
	EPILOGUE,
};

struct multipart {
	struct multipart_events events;
	enum stage stage;
	char delimiter[BOUNDARY_MAX + 8]; /* CR LF -- boundary */
	size_t delimiter_length;
	size_t matched; /* how much of the delimiter the last bytes were */
	char line[LINE_MAX_BYTES];
	size_t line_length;
	unsigned int lines;
	char name[NAME_SIZE]; /* of the part whose headers are read */
};

struct multipart *multipart_new(const char *content_type, const struct multipart_events *events)
{
	char boundary[BOUNDARY_MAX + 1];

	if (!header_parameter(content_type, "boundary", boundary, sizeof(boundary)) || boundary[0] == '\0' ||
	    strpbrk(boundary, "\r\n"))
		return NULL;
	struct multipart *multipart = calloc(1, sizeof(*multipart));
	if (!multipart)
		return NULL;
	multipart->events = *events;
	multipart->delimiter_length =
	        (size_t)snprintf(multipart->delimiter, sizeof(multipart->delimiter), "\r\n--%s", boundary);
	/* The first boundary needs no line break before it: as if one had been there. */
	multipart->matched = 2;
	return multipart;
}

void multipart_free(struct multipart *multipart)
{
	free(multipart);
}

bool multipart_is_complete(const struct multipart *multipart)
{
	return multipart->stage == EPILOGUE;
}

/* What stands before the first boundary belongs to no part. */
static enum multipart_result emit(struct multipart *multipart, const char *data, size_t length)
{
	if (multipart->stage != DATA || length == 0)
		return MULTIPART_OK;
	return multipart->events.data(multipart->events.context, data, length) < 0 ? MULTIPART_STOPPED : MULTIPART_OK;
}

/* Looks for the delimiter in a piece from `at` on. Returns how far that piece is read: behind the whole delimiter, or
 * its first byte where the end of the piece may begin one, or to the end. */
static size_t find_delimiter(struct multipart *multipart, const char *data, size_t length, size_t at)
{
	const char *whole = memmem(data + at, length - at, multipart->delimiter, multipart->delimiter_length);
	size_t tail = multipart->delimiter_length - 1;

	if (whole) {
		multipart->matched = multipart->delimiter_length;
		return (size_t)(whole - data) + multipart->delimiter_length;
	}
	if (length - at > tail)
		at = length - tail;
	const char *start = memchr(data + at, '\r', length - at);
	multipart->matched = start ? 1 : 0;
	return start ? (size_t)(start - data) + 1 : length;
}

/* Reads data up to the delimiter, or to the end of the piece; *used is how much that was. The delimiter's CR occurs in
 * it once, at its start: where the comparison fails, nothing that was compared can be the start of another one. */
static enum multipart_result read_data(struct multipart *multipart, const char *data, size_t length, size_t *used)
{
	size_t earlier = multipart->matched; /* bytes that may be a delimiter's, from pieces before this one */
	size_t at = 0;

	while (at < length && multipart->matched < multipart->delimiter_length) {
		if (multipart->matched == 0) {
			at = find_delimiter(multipart, data, length, at);
		} else if (data[at] == multipart->delimiter[multipart->matched]) {
			multipart->matched++;
			at++;
		} else {
			if (earlier && emit(multipart, multipart->delimiter, earlier) != MULTIPART_OK)
				return MULTIPART_STOPPED;
			earlier = 0;
			multipart->matched = 0;
		}
	}
	*used = at;
	/* All but what may be, or is, the delimiter. */
	return emit(multipart, data, at - (multipart->matched - earlier));
}

/* Collects one line. Returns 1 when it is complete, 0 when more is needed, -1 when it is too long. */
static int read_line(struct multipart *multipart, char c)
{
	if (c == '\n' && multipart->line_length > 0 && multipart->line[multipart->line_length - 1] == '\r') {
		multipart->line[--multipart->line_length] = '\0';
		return 1;
	}
	if (multipart->line_length + 1 >= sizeof(multipart->line))
		return -1;
	multipart->line[multipart->line_length++] = c;
	return 0;
}

static enum multipart_result end_delimiter(struct multipart *multipart, char c)
{
	int complete = read_line(multipart, c);

	/* The end is known by its two dashes alone; what follows them is not read. */
	if (multipart->line_length == 2 && memcmp(multipart->line, "--", 2) == 0) {
		multipart->stage = EPILOGUE;
		return MULTIPART_OK;
	}
	if (complete == 0)
		return MULTIPART_OK;
	/* Blanks may stand between a boundary and its line's end; anything else would be another boundary. */
	if (complete < 0 || strspn(multipart->line, " \t") != multipart->line_length)
		return MULTIPART_MALFORMED;
	multipart->line_length = 0;
	multipart->lines = 0;
	multipart->name[0] = '\0';
	multipart->stage = HEADERS;
	return MULTIPART_OK;
}

/* The value of the line if it is this header. */
static const char *header_value(const char *line, const char *name)
{
	size_t length = strlen(name);
	if (strncasecmp(line, name, length) != 0 || line[length] != ':')
		return NULL;
	return line + length + 1 + strspn(line + length + 1, " \t");
}

static enum multipart_result read_header(struct multipart *multipart)
{
	const char *disposition = header_value(multipart->line, "Content-Disposition");
	const char *encoding = header_value(multipart->line, "Content-Transfer-Encoding");

	if (++multipart->lines > HEADER_LINES_MAX || strlen(multipart->line) != multipart->line_length)
		return MULTIPART_MALFORMED;
	if (disposition && !header_parameter(disposition, "name", multipart->name, sizeof(multipart->name)))
		multipart->name[0] = '\0';
	/* An encoded part would be stored in its encoded form. */
	if (encoding && !header_is(encoding, "binary") && !header_is(encoding, "8bit") && !header_is(encoding, "7bit"))
		return MULTIPART_MALFORMED;
	multipart->line_length = 0;
	return MULTIPART_OK;
}

static enum multipart_result end_header_line(struct multipart *multipart, char c)
{
	int complete = read_line(multipart, c);

	if (complete < 0)
		return MULTIPART_MALFORMED;
	if (complete == 0)
		return MULTIPART_OK;
	if (multipart->line_length > 0)
		return read_header(multipart);
	multipart->stage = DATA;
	multipart->matched = 0;
	return multipart->events.begin(multipart->events.context, multipart->name) < 0 ? MULTIPART_STOPPED
	                                                                               : MULTIPART_OK;
}

enum multipart_result multipart_feed(struct multipart *multipart, const char *data, size_t length)
{
	enum multipart_result result = MULTIPART_OK;
	size_t used;

	for (size_t at = 0; at < length && result == MULTIPART_OK; at += used) {
		used = 1;
		switch (multipart->stage) {
		case PREAMBLE:
		case DATA:
			result = read_data(multipart, data + at, length - at, &used);
			if (multipart->matched == multipart->delimiter_length) {
				multipart->stage = DELIMITED;
				multipart->line_length = 0;
			}
			break;
		case DELIMITED:
			result = end_delimiter(multipart, data[at]);
			break;
		case HEADERS:
			result = end_header_line(multipart, data[at]);
			break;
		case EPILOGUE:
			return MULTIPART_OK;
		}
	}
	return result;
}
