/* A form of any names, texts, file name and content: a plain reader of RFC 7578 finds the same parts in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "multipart.h"

#define MOST_PARTS 8

typedef struct text_part {
	char *name;
	char *text;
	size_t length;
} text_part;

typedef struct form_input {
	text_part parts[MOST_PARTS];
	size_t count;
	char *filename;
	char *content;
	size_t content_length;
	uint64_t seed;
} form_input;

/* Random bytes that the input does not choose, so that it cannot hold the boundary. */
static bool random_bytes(void *context, void *bytes, size_t length)
{
	const form_input *form = context;
	uint64_t state = form->seed;
	for (size_t index = 0; index < length; index++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((unsigned char *)bytes)[index] = (unsigned char)(state >> 56);
	}
	return true;
}

static void take_input(form_input *form, fuzz_input *input)
{
	form->seed = UINT64_C(14695981039346656037);
	for (size_t index = 0; index < input->size; index++)
		form->seed = (form->seed ^ input->data[index]) * UINT64_C(1099511628211);
	form->count = fuzz_byte(input) % MOST_PARTS;
	for (size_t index = 0; index < form->count; index++) {
		form->parts[index].name = fuzz_text(input);
		form->parts[index].text = fuzz_field(input, &form->parts[index].length);
	}
	form->filename = fuzz_text(input);
	form->content = fuzz_rest(input, &form->content_length);
}

/* Reads the whole body in pieces of the given size. */
static char *read_body(sbx__multipart *form, size_t piece, size_t *length)
{
	char *body = malloc((size_t)sbx__multipart_total(form) + piece);
	int64_t got;
	*length = 0;
	while ((got = sbx__multipart_read(form, body + *length, piece)) > 0) {
		*length += (size_t)got;
		FUZZ_CHECK(*length <= (size_t)sbx__multipart_total(form));
	}
	FUZZ_CHECK(got == 0 && sbx__multipart_read(form, body + *length, piece) == 0);
	FUZZ_CHECK(*length == (size_t)sbx__multipart_total(form));
	return body;
}

static const char *expect(const char *at, const char *text)
{
	FUZZ_CHECK(strncmp(at, text, strlen(text)) == 0);
	return at + strlen(text);
}

/* A quoted name with what WHATWG's encoding makes of quotes and line breaks. */
static const char *expect_name(const char *at, const char *name)
{
	for (; *name; name++) {
		const char *encoded = *name == '"' ? "%22" : *name == '\r' ? "%0D" : *name == '\n' ? "%0A" : NULL;
		if (encoded)
			at = expect(at, encoded);
		else
			FUZZ_CHECK(*at++ == *name);
	}
	return expect(at, "\"");
}

static const char *expect_bytes(const char *at, const char *bytes, size_t length)
{
	FUZZ_CHECK(memcmp(at, bytes, length) == 0);
	return expect(at + length, "\r\n");
}

static void check_body(const form_input *given, const char *boundary, const char *body, size_t length)
{
	char delimiter[128];
	const char *at = body;
	snprintf(delimiter, sizeof delimiter, "--%s\r\nContent-Disposition: form-data; name=\"", boundary);
	for (size_t index = 0; index < given->count; index++) {
		at = expect_name(expect(at, delimiter), given->parts[index].name);
		at = expect_bytes(expect(at, "\r\n\r\n"), given->parts[index].text, given->parts[index].length);
	}
	at = expect(expect_name(expect(at, delimiter), "file"), "; filename=\"");
	at = expect(expect_name(at, given->filename), "\r\nContent-Type: application/octet-stream\r\n\r\n");
	at = expect_bytes(at, given->content, given->content_length);
	snprintf(delimiter, sizeof delimiter, "--%s--\r\n", boundary);
	at = expect(at, delimiter);
	FUZZ_CHECK(at == body + length);
}

static void check_form(form_input *given, size_t piece)
{
	const sbx__platform platform = {.random = random_bytes, .context = given};
	sbx_source source = SBX_SOURCE_INIT;
	sbx__source_reader file;
	sbx__multipart form;
	size_t length;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = given->content;
	source.length = given->content_length;
	source.filename = given->filename;
	FUZZ_CHECK(sbx__source_open(&file, &source, NULL) == SBX_OK);
	FUZZ_CHECK(sbx__multipart_init(&form, &platform));
	for (size_t index = 0; index < given->count; index++)
		sbx__multipart_add_text(&form, given->parts[index].name, NULL, given->parts[index].text,
		                        given->parts[index].length);
	sbx__multipart_add_file(&form, "file", &file);
	FUZZ_CHECK(sbx__multipart_finish(&form));
	for (int twice = 0; twice < 2; twice++) {
		char *body = read_body(&form, piece, &length);
		check_body(given, form.boundary, body, length);
		FUZZ_CHECK(sbx__multipart_rewind(&form));
		free(body);
	}
	sbx__multipart_free(&form);
	sbx__source_close(&file);
}

/* A byte for the number of text parts; a line for each name and each text; the file's name; the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	form_input given = {0};
	take_input(&given, &input);
	if (*given.filename) {
		check_form(&given, 1);
		check_form(&given, 61);
	}
	for (size_t index = 0; index < given.count; index++) {
		free(given.parts[index].name);
		free(given.parts[index].text);
	}
	free(given.filename);
	free(given.content);
	return 0;
}
