#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_fail(const char *property, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
	abort();
}

uint8_t fuzz_byte(fuzz_input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static char *copy_with_nul(const void *data, size_t size)
{
	char *copy = malloc(size + 1);
	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

char *fuzz_field(fuzz_input *input, size_t *length)
{
	const uint8_t *end = input->size ? memchr(input->data, '\n', input->size) : NULL;
	*length = end ? (size_t)(end - input->data) : input->size;
	char *field = copy_with_nul(input->data, *length);
	size_t taken = *length + (end != NULL);
	input->size -= taken;
	if (taken)
		input->data += taken;
	return field;
}

char *fuzz_text(fuzz_input *input)
{
	size_t length;
	return fuzz_field(input, &length);
}

sbx_json *fuzz_json(fuzz_input *input)
{
	sbx_json *json = NULL;
	size_t length;
	char *field = fuzz_field(input, &length);
	sbx_json_parse(field, length, &json, NULL);
	free(field);
	return json;
}

char *fuzz_rest(fuzz_input *input, size_t *length)
{
	char *rest = copy_with_nul(input->data, input->size);
	*length = input->size;
	input->size = 0;
	return rest;
}

char *fuzz_exact(const void *data, size_t size)
{
	char *copy = malloc(size);
	if (!copy && size)
		abort();
	if (size)
		memcpy(copy, data, size);
	return copy;
}
