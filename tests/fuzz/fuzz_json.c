/* JSON text that anyone may have written: what is accepted is RFC 8259 in UTF-8, and reads back from what is printed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model_expectations.h"
#include "utf8.h"

/* Every accessor of a value, whatever its type. */
static void read_scalar(const sbx_json *json)
{
	sbx_json_type type = sbx_json_type_of(json);
	size_t length = 1;
	const char *text = sbx_json_string(json, &length);
	FUZZ_CHECK(text && text[length] == '\0' && sbx__utf8_valid(text, length));
	FUZZ_CHECK(type == SBX_JSON_STRING || length == 0);
	FUZZ_CHECK(type == SBX_JSON_BOOLEAN || !sbx_json_boolean(json));
	bool number = type == SBX_JSON_INTEGER || type == SBX_JSON_NUMBER;
	FUZZ_CHECK(number || (sbx_json_integer(json) == 0 && sbx_json_unsigned(json) == 0));
	FUZZ_CHECK(number || sbx_json_number(json) == 0);
	FUZZ_CHECK(isfinite(sbx_json_number(json)));
	const char *digits = sbx_json_number_text(json);
	FUZZ_CHECK(!digits || type == SBX_JSON_NUMBER);
	/* Of what was read only an integer keeps its text. */
	FUZZ_CHECK(!digits || strspn(digits + (*digits == '-'), "0123456789") == strlen(digits) - (*digits == '-'));
	if (type == SBX_JSON_INTEGER && sbx_json_integer(json) > 0 && sbx_json_integer(json) < INT64_MAX)
		FUZZ_CHECK(sbx_json_unsigned(json) == (uint64_t)sbx_json_integer(json));
}

static void walk(const sbx_json *json)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	size_t members = 0;
	read_scalar(json);
	while (sbx_json_next(json, &cursor, &name, &value)) {
		FUZZ_CHECK(sbx__utf8_valid(name, strlen(name)));
		FUZZ_CHECK(sbx_json_get(json, name) == value);
		walk(value);
		members++;
	}
	if (sbx_json_type_of(json) == SBX_JSON_OBJECT)
		FUZZ_CHECK(members == sbx_json_count(json));
	else if (sbx_json_type_of(json) != SBX_JSON_ARRAY)
		FUZZ_CHECK(sbx_json_count(json) == 0);
	FUZZ_CHECK(sbx_json_at(json, sbx_json_count(json)) == NULL);
	for (size_t index = 0; sbx_json_type_of(json) == SBX_JSON_ARRAY && index < sbx_json_count(json); index++)
		walk(sbx_json_at(json, index));
}

static void check_accepted(const sbx_json *json)
{
	char *text[2] = {NULL, NULL};
	size_t length[2];
	walk(json);
	for (int indent = 0; indent < 2; indent++) {
		FUZZ_CHECK(sbx_json_print(json, 2 * indent, &text[indent], &length[indent]) == SBX_OK);
		FUZZ_CHECK(indent || !memchr(text[0], '\n', length[0]));
		expect_prints_back(json, text[indent], length[indent]);
	}
	sbx_json *copy = sbx_json_copy(json);
	FUZZ_CHECK(copy && sbx_json_equal(json, copy) && sbx_json_equal(copy, json));
	sbx_json_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sbx_json *json = NULL;
	sbx_error *error = NULL;
	char *text = fuzz_exact(data, size);
	sbx_status status = sbx_json_parse(text ? text : "", size, &json, &error);
	if (status == SBX_OK) {
		FUZZ_CHECK(!error && json);
		FUZZ_CHECK(sbx__utf8_valid(text, size));
		/* A JSON text begins and ends with what the grammar says. */
		FUZZ_CHECK(size > 0 && memchr(" \t\r\n{[\"-0123456789tfn", text[0], 21));
		check_accepted(json);
	} else {
		FUZZ_CHECK(status == SBX_ERROR_INVALID_JSON && !json);
		FUZZ_CHECK(sbx_error_code(error) == status && *sbx_error_message(error));
	}
	sbx_json_free(json);
	sbx_error_free(error);
	free(text);
	return 0;
}
