/* The messages of standard input: the same lines, whatever pieces they come in. The first byte of an input says how
 * long its pieces are. */
#include "fuzz.h"

#include "line_reader.h"

#include <string.h>

/* What is still to be told. */
struct expected {
	const char *at;
	size_t left;
};

static bool is_blank(char character)
{
	return character == '\r' || character == ' ' || character == '\t';
}

/* The next line that is not empty, found in the whole at once. */
static bool next_line(struct expected *expected, const char **line, size_t *length)
{
	while (expected->left > 0) {
		const char *end = memchr(expected->at, '\n', expected->left);
		size_t whole = end ? (size_t)(end - expected->at) : expected->left;
		*line = expected->at;
		*length = whole;
		expected->at += whole + (end != NULL);
		expected->left -= whole + (end != NULL);
		while (*length > 0 && is_blank((*line)[*length - 1]))
			--*length;
		if (*length > 0)
			return true;
	}
	return false;
}

static void take_line(void *context, const char *line, size_t length)
{
	const char *wanted = NULL;
	size_t wanted_length = 0;

	FUZZ_CHECK(next_line(context, &wanted, &wanted_length));
	FUZZ_CHECK(length == wanted_length);
	FUZZ_CHECK(memcmp(line, wanted, length) == 0);
}

static void take_too_long(void *context)
{
	(void)context;
	fuzz_fail("no line of an input is too long", __FILE__, __LINE__);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct line_events events = {take_line, take_too_long};
	const char *text = (const char *)data + 1;
	const char *line;
	size_t length;

	if (size == 0)
		return 0;
	struct expected expected = {text, size - 1};
	struct line_reader reader = {.events = &events, .context = &expected};
	size_t piece = (size_t)data[0] + 1;
	for (size_t done = 0; done < size - 1; done += piece)
		FUZZ_CHECK(line_reader_take(&reader, text + done, size - 1 - done < piece ? size - 1 - done : piece));
	line_reader_end(&reader);
	FUZZ_CHECK(!next_line(&expected, &line, &length));
	return 0;
}
