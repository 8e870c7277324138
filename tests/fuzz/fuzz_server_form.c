/* A form that sandboxd reads, in pieces of any size: what it finds is the same as when it comes in one. */
#include "programs/sandboxd/multipart.h"

#include "fuzz.h"
#include "lib/buffer.h"

#include <stdlib.h>
#include <string.h>

/* All that is told, as text: a line for each part, and its content behind. */
static int begin_part(void *context, const char *name)
{
	sbx__buffer_format(context, "\n[%s]", name);
	return 0;
}

static int take_data(void *context, const char *data, size_t length)
{
	FUZZ_CHECK(length > 0);
	sbx__buffer_append(context, data, length);
	return 0;
}

struct outcome {
	sbx__buffer told;
	enum multipart_result result;
	bool complete;
};

static bool read_form(const char *content_type, const char *body, size_t length, size_t piece, struct outcome *outcome)
{
	const struct multipart_events events = {.begin = begin_part, .data = take_data, .context = &outcome->told};
	struct multipart *form = multipart_new(content_type, &events);

	if (!form)
		return false;
	for (size_t at = 0; at < length && outcome->result == MULTIPART_OK; at += piece) {
		size_t size = length - at < piece ? length - at : piece;
		char *exact = fuzz_exact(body + at, size);
		outcome->result = multipart_feed(form, exact, size);
		free(exact);
	}
	outcome->complete = multipart_is_complete(form);
	multipart_free(form);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	struct outcome whole = {.result = MULTIPART_OK}, parts = {.result = MULTIPART_OK};
	size_t length;
	size_t piece = 1 + fuzz_byte(&input) % 16;
	char *content_type = fuzz_text(&input);
	char *body = fuzz_rest(&input, &length);

	bool usable = read_form(content_type, body, length, length + 1, &whole);
	FUZZ_CHECK(read_form(content_type, body, length, piece, &parts) == usable);
	FUZZ_CHECK(whole.result == parts.result);
	/* What comes before a fault is told as far as it was read. */
	if (whole.result == MULTIPART_OK) {
		FUZZ_CHECK(whole.complete == parts.complete);
		FUZZ_CHECK(whole.told.length == parts.told.length);
		FUZZ_CHECK(whole.told.length == 0 || memcmp(whole.told.data, parts.told.data, whole.told.length) == 0);
	}
	sbx__buffer_free(&whole.told);
	sbx__buffer_free(&parts.told);
	free(content_type);
	free(body);
	return 0;
}
