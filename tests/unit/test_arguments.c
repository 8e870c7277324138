/* Parameter structs of callers that were compiled with other versions, and the arguments made of their members. */
#include <math.h>
#include <string.h>

#include "arguments.h"
#include "support.h"

/* What this version knows, what an older one knew, and what a newer one may know. */
typedef struct params {
	size_t size;
	int64_t page;
	const char *name;
} params;

typedef struct newer_params {
	params known;
	const char *added;
	int64_t more;
} newer_params;

static const params defaults = {sizeof(params), SBX_DEFAULT, NULL};

static void nothing_given_changes_nothing(void **state)
{
	(void)state;
	params known = defaults;
	assert_int_equal(sbx__struct_read(&known, sizeof known, NULL, "params", NULL), SBX_OK);
	assert_memory_equal(&known, &defaults, sizeof known);
}

static void a_struct_of_this_version_is_taken_over(void **state)
{
	(void)state;
	params known = defaults;
	const params given = {sizeof given, 7, "x"};
	assert_int_equal(sbx__struct_read(&known, sizeof known, &given, "params", NULL), SBX_OK);
	assert_memory_equal(&known, &given, sizeof known);
}

static void what_an_older_caller_lacks_keeps_its_default(void **state)
{
	(void)state;
	params known = defaults;
	/* Only as many bytes as the older struct has: more must not be read. */
	int64_t *older = test_malloc(offsetof(params, name));
	size_t size = offsetof(params, name);
	memcpy(older, &size, sizeof size);
	older[1] = 7;
	assert_int_equal(sbx__struct_read(&known, sizeof known, older, "params", NULL), SBX_OK);
	assert_int_equal(known.size, sizeof known);
	assert_int_equal(known.page, 7);
	assert_null(known.name);
	test_free(older);
	known = defaults;
	size = sizeof size;
	assert_int_equal(sbx__struct_read(&known, sizeof known, &size, "params", NULL), SBX_OK);
	assert_memory_equal(&known, &defaults, sizeof known);
}

static void a_newer_caller_may_say_nothing_new(void **state)
{
	(void)state;
	params known = defaults;
	newer_params given = {{sizeof given, 7, "x"}, NULL, 0};
	assert_int_equal(sbx__struct_read(&known, sizeof known, &given, "params", NULL), SBX_OK);
	assert_int_equal(known.size, sizeof known);
	assert_int_equal(known.page, 7);
	assert_string_equal(known.name, "x");
}

static void a_newer_caller_who_says_something_new_is_refused(void **state)
{
	(void)state;
	newer_params given[2] = {{{sizeof given[0], 7, "x"}, "new", 0}, {{sizeof given[0], 7, "x"}, NULL, 1}};
	((unsigned char *)&given[1].more)[0] = 0;
	((unsigned char *)&given[1].more)[7] = 1;
	for (int index = 0; index < 2; index++) {
		params known = defaults;
		sbx_error *error = NULL;
		assert_int_equal(sbx__struct_read(&known, sizeof known, &given[index], "params", &error),
		                 SBX_ERROR_INVALID_ARGUMENT);
		assert_string_equal(sbx_error_argument(error), "params");
		assert_non_null(strstr(sbx_error_message(error), "does not know"));
		assert_memory_equal(&known, &defaults, sizeof known);
		sbx_error_free(error);
	}
}

static void a_size_that_is_none_is_refused(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, sizeof(size_t) - 1, ((size_t)1 << 16) + 1, (size_t)-1, 0x5555555555555555};
	for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
		params known = defaults;
		const params given = {sizes[index], 7, "x"};
		sbx_error *error = NULL;
		assert_int_equal(sbx__struct_read(&known, sizeof known, &given, "params", &error),
		                 SBX_ERROR_INVALID_ARGUMENT);
		assert_non_null(strstr(sbx_error_message(error), "_INIT"));
		assert_memory_equal(&known, &defaults, sizeof known);
		sbx_error_free(error);
	}
}

static void assert_arguments(sbx__arguments *arguments, const char *expected)
{
	char *text;
	assert_int_equal(sbx__arguments_build(arguments, NULL), SBX_OK);
	assert_int_equal(sbx_json_print(arguments->object, 0, &text, NULL), SBX_OK);
	assert_string_equal(text, expected);
	sbx_string_free(text);
	sbx__arguments_free(arguments);
}

static void members_that_were_not_given_are_left_out(void **state)
{
	(void)state;
	sbx__arguments arguments;
	sbx__arguments_init(&arguments);
	sbx__arguments_string(&arguments, "a", NULL);
	sbx__arguments_integer(&arguments, "b", SBX_DEFAULT);
	sbx__arguments_number(&arguments, "c", SBX_DEFAULT);
	sbx__arguments_flag(&arguments, "d", SBX_FLAG_DEFAULT);
	sbx__arguments_pairs(&arguments, "e", NULL, 0);
	sbx__arguments_strings(&arguments, "f", NULL, 0);
	sbx__arguments_json(&arguments, "g", NULL);
	assert_arguments(&arguments, "{}");
}

static void members_that_were_given_are_arguments(void **state)
{
	(void)state;
	sbx__arguments arguments, members;
	const sbx_pair pairs[] = {{"K", "v"}, {"", ""}, {"K", "last"}};
	const char *const strings[] = {"x", ""};
	sbx_json *json = json_of("[null]");
	sbx__arguments_init(&arguments);
	sbx__arguments_init(&members);
	sbx__arguments_string(&arguments, "a", "");
	sbx__arguments_integer(&arguments, "b", INT64_MIN);
	sbx__arguments_number(&arguments, "c", 3);
	sbx__arguments_number(&arguments, "c2", 0.5);
	sbx__arguments_number(&arguments, "c3", 1e300);
	sbx__arguments_number(&arguments, "c4", -2);
	sbx__arguments_flag(&arguments, "d", SBX_FLAG_YES);
	sbx__arguments_flag(&arguments, "d2", SBX_FLAG_NO);
	sbx__arguments_pairs(&arguments, "e", pairs, 3);
	sbx__arguments_pairs(&arguments, "e2", pairs, 0);
	sbx__arguments_strings(&arguments, "f", strings, 2);
	sbx__arguments_strings(&arguments, "f2", strings, 0);
	sbx__arguments_json(&arguments, "g", json);
	sbx__arguments_integer(&members, "cpus", 0);
	sbx__arguments_object(&arguments, "h", &members);
	assert_null(members.object);
	assert_int_equal(members.count, 0);
	sbx_json_free(json);
	assert_string_equal(sbx_json_string(sbx__arguments_get(&arguments, "a"), NULL), "");
	/* Another text of the same letters is the same name. */
	const char name[] = "c4";
	assert_int_equal(sbx_json_integer(sbx__arguments_get(&arguments, name)), -2);
	assert_null(sbx__arguments_get(&arguments, "cpus"));
	assert_arguments(&arguments,
	                 "{\"a\":\"\",\"b\":-9223372036854775808,\"c\":3,\"c2\":0.5,\"c3\":1e+300,\"c4\":-2,\"d\":true,"
	                 "\"d2\":false,\"e\":{\"K\":\"last\",\"\":\"\"},\"e2\":{},\"f\":[\"x\",\"\"],\"f2\":[],"
	                 "\"g\":[null],\"h\":{\"cpus\":0}}");
}

static void assert_failed(sbx__arguments *arguments, const char *name)
{
	assert_int_equal(arguments->status, SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(arguments->failed, name);
	/* The first failure is the one that is told. */
	sbx__arguments_string(arguments, "later", "\xff");
	assert_string_equal(arguments->failed, name);
	sbx__arguments_free(arguments);
}

static void what_cannot_be_sent_is_named(void **state)
{
	(void)state;
	sbx__arguments arguments;
	const sbx_pair bad_pairs[][1] = {{{NULL, "v"}}, {{"K", NULL}}, {{"\xff", "v"}}, {{"K", "\xff"}}};
	const char *const bad_strings[][1] = {{NULL}, {"\xff"}};
	sbx__arguments_init(&arguments);
	sbx__arguments_string(&arguments, "string", "\xff");
	assert_failed(&arguments, "string");
	sbx__arguments_number(&arguments, "number", NAN);
	assert_failed(&arguments, "number");
	sbx__arguments_number(&arguments, "number", INFINITY);
	assert_failed(&arguments, "number");
	sbx__arguments_flag(&arguments, "flag", (sbx_flag)3);
	assert_failed(&arguments, "flag");
	for (size_t index = 0; index < 4; index++) {
		sbx__arguments_pairs(&arguments, "pairs", bad_pairs[index], 1);
		assert_failed(&arguments, "pairs");
	}
	sbx__arguments_pairs(&arguments, "pairs", NULL, SIZE_MAX);
	assert_failed(&arguments, "pairs");
	for (size_t index = 0; index < 2; index++) {
		sbx__arguments_strings(&arguments, "strings", bad_strings[index], 1);
		assert_failed(&arguments, "strings");
	}
	sbx__arguments_strings(&arguments, "strings", NULL, 1);
	assert_failed(&arguments, "strings");
	sbx__arguments members;
	sbx__arguments_init(&members);
	sbx__arguments_string(&members, "inner", "\xff");
	sbx__arguments_object(&arguments, "outer", &members);
	assert_failed(&arguments, "inner");
	sbx__arguments_free(&arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_given_changes_nothing),
	        cmocka_unit_test(a_struct_of_this_version_is_taken_over),
	        cmocka_unit_test(what_an_older_caller_lacks_keeps_its_default),
	        cmocka_unit_test(a_newer_caller_may_say_nothing_new),
	        cmocka_unit_test(a_newer_caller_who_says_something_new_is_refused),
	        cmocka_unit_test(a_size_that_is_none_is_refused),
	        cmocka_unit_test(members_that_were_not_given_are_left_out),
	        cmocka_unit_test(members_that_were_given_are_arguments),
	        cmocka_unit_test(what_cannot_be_sent_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
