#include "model_expectations.h"

#include <string.h>

#include "utf8.h"

void expect_presence(const sbx_json *object, const char *name, sbx_presence presence)
{
	const sbx_json *value = sbx_json_get(object, name);
	if (!value)
		FUZZ_CHECK(presence == SBX_ABSENT);
	else
		FUZZ_CHECK(presence == (sbx_json_type_of(value) == SBX_JSON_NULL ? SBX_NULL : SBX_PRESENT));
}

void expect_string(const sbx_json *value, const char *text, size_t length)
{
	size_t expected = 0;
	FUZZ_CHECK(text != NULL);
	FUZZ_CHECK(text[length] == '\0');
	FUZZ_CHECK(sbx__utf8_valid(text, length));
	if (sbx_json_type_of(value) == SBX_JSON_STRING) {
		const char *string = sbx_json_string(value, &expected);
		FUZZ_CHECK(length == expected && memcmp(text, string, length) == 0);
	} else {
		FUZZ_CHECK(length == 0);
	}
}

void expect_integer(const sbx_json *object, const char *name, int64_t integer)
{
	const sbx_json *value = sbx_json_get(object, name);
	if (sbx_json_type_of(value) == SBX_JSON_INTEGER)
		FUZZ_CHECK(integer == sbx_json_integer(value));
	else
		FUZZ_CHECK(integer == 0 || integer == sbx_json_integer(value));
}

void expect_number(const sbx_json *object, const char *name, double number)
{
	FUZZ_CHECK(number == sbx_json_number(sbx_json_get(object, name)));
}

void expect_boolean(const sbx_json *object, const char *name, int boolean)
{
	const sbx_json *value = sbx_json_get(object, name);
	FUZZ_CHECK(boolean == (sbx_json_type_of(value) == SBX_JSON_BOOLEAN && sbx_json_boolean(value)));
}

void expect_count(const sbx_json *object, const char *name, size_t count)
{
	const sbx_json *value = sbx_json_get(object, name);
	FUZZ_CHECK(count == (sbx_json_type_of(value) == SBX_JSON_ARRAY ? sbx_json_count(value) : 0));
}

void expect_same(const sbx_json *value, const sbx_json *shown)
{
	FUZZ_CHECK((value != NULL) == (shown != NULL));
	FUZZ_CHECK(!value || sbx_json_equal(value, shown));
}

void expect_nothing(const void *past_the_end)
{
	FUZZ_CHECK(past_the_end == NULL);
}

void expect_prints_back(const sbx_json *json, char *text, size_t length)
{
	sbx_json *again = NULL;
	FUZZ_CHECK(text != NULL && strlen(text) == length);
	FUZZ_CHECK(sbx__utf8_valid(text, length));
	FUZZ_CHECK(sbx_json_parse(text, length, &again, NULL) == SBX_OK);
	FUZZ_CHECK(sbx_json_equal(json, again));
	sbx_json_free(again);
	sbx_string_free(text);
}
