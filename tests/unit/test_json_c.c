/* Values to json-c's and back. */
#include <math.h>
#include <sandbox_sdk/json_c.h>
#include <string.h>

#include "support.h"

static void assert_returns(const char *text)
{
	sbx_json *json = json_of(text);
	sbx_json *back = NULL;
	struct json_object *object = NULL;
	assert_int_equal(sbx_json_to_json_c(json, &object), SBX_OK);
	assert_int_equal(sbx_json_from_json_c(object, &back), SBX_OK);
	assert_true(sbx_json_equal(json, back));
	json_object_put(object);
	sbx_json_free(back);
	sbx_json_free(json);
}

static void values_go_and_come(void **state)
{
	(void)state;
	assert_returns("null");
	assert_returns("true");
	assert_returns("[false, -9223372036854775808, 9223372036854775807, 18446744073709551615]");
	assert_returns("[0.1, -1e300, 5e-324, 1.7976931348623157e308]");
	assert_returns("{\"a\": {\"b\": [[], {}, null, \"\\u0000x\\u00e9/\\\"\"]}, \"\": 1, \"c\": null}");
}

static void values_are_json_cs(void **state)
{
	(void)state;
	sbx_json *json = json_of("{\"name\": \"a\\u0000b\", \"cpu\": 1.5, \"list\": [1, null]}");
	struct json_object *object = NULL;
	assert_int_equal(sbx_json_to_json_c(json, &object), SBX_OK);
	struct json_object *name = json_object_object_get(object, "name");
	assert_int_equal(json_object_get_string_len(name), 3);
	assert_memory_equal(json_object_get_string(name), "a\0b", 3);
	assert_true(json_object_get_double(json_object_object_get(object, "cpu")) == 1.5);
	assert_int_equal(json_object_array_length(json_object_object_get(object, "list")), 2);
	json_object_put(object);
	sbx_json_free(json);
}

static void a_large_integer_keeps_its_digits(void **state)
{
	(void)state;
	sbx_json *json = json_of("[1180591620717411303424]");
	struct json_object *object = NULL;
	assert_int_equal(sbx_json_to_json_c(json, &object), SBX_OK);
	assert_string_equal(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), "[1180591620717411303424]");
	sbx_json *back = NULL;
	assert_int_equal(sbx_json_from_json_c(object, &back), SBX_OK);
	assert_string_equal(sbx_json_number_text(sbx_json_at(back, 0)), "1180591620717411303424");
	json_object_put(object);
	sbx_json_free(back);
	sbx_json_free(json);
	assert_returns("[123456789012345678901234567890, -18446744073709551616]");
}

static void assert_number(struct json_object *object, const char *printed)
{
	sbx_json *json = NULL;
	char *text = NULL;
	assert_int_equal(sbx_json_from_json_c(object, &json), SBX_OK);
	assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
	assert_string_equal(text, printed);
	sbx_string_free(text);
	sbx_json_free(json);
	json_object_put(object);
}

/* json-c keeps, and writes, what the program that made the value wants to see. */
static void a_number_has_its_value_whatever_its_text(void **state)
{
	(void)state;
	assert_number(json_object_new_double(0.5), "0.5");
	assert_number(json_object_new_double(1e300), "1e+300");
	assert_number(json_object_new_double(5e-324), "5e-324");
	assert_number(json_object_new_double_s(0.5, "half"), "0.5");
	assert_number(json_object_new_double_s(0.1, "0.1000"), "0.1000");
	assert_number(json_object_new_double_s(0.0, "true"), "0.0");
	assert_number(json_object_new_double_s(5.0, "5 "), "5.0");
	struct json_object *object = json_object_new_double(1.0 / 3);
	json_object_set_serializer(object, json_object_double_to_json_string, (void *)"%.2f", NULL);
	assert_number(object, "0.3333333333333333");
	object = json_object_new_double(1e30 / 3);
	json_object_set_serializer(object, json_object_double_to_json_string, (void *)"%.0f", NULL);
	assert_number(object, "333333333333333316505293553664");
}

static void assert_refused(struct json_object *object)
{
	sbx_json *json = NULL;
	assert_int_equal(sbx_json_from_json_c(object, &json), SBX_ERROR_INVALID_ARGUMENT);
	assert_null(json);
	json_object_put(object);
}

/* One value in so many arrays. */
static struct json_object *nested(int depth)
{
	struct json_object *inner = json_object_new_int(1);
	for (int level = 0; level < depth; level++) {
		struct json_object *outer = json_object_new_array();
		json_object_array_add(outer, inner);
		inner = outer;
	}
	return inner;
}

static void what_is_no_json_is_refused(void **state)
{
	(void)state;
	assert_refused(json_object_new_double((double)NAN));
	assert_refused(json_object_new_double((double)INFINITY));
	assert_refused(json_object_new_string("\xff"));
	assert_refused(nested(513));
	struct json_object *object = json_object_new_object();
	json_object_object_add(object, "\xff", NULL);
	assert_refused(object);
	sbx_json *json = NULL;
	object = nested(512);
	assert_int_equal(sbx_json_from_json_c(object, &json), SBX_OK);
	json_object_put(object);
	sbx_json_free(json);
	assert_int_equal(sbx_json_from_json_c(NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_json_to_json_c(NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_go_and_come),
	        cmocka_unit_test(values_are_json_cs),
	        cmocka_unit_test(a_large_integer_keeps_its_digits),
	        cmocka_unit_test(a_number_has_its_value_whatever_its_text),
	        cmocka_unit_test(what_is_no_json_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
