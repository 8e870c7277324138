/* Every public function, called with nothing but NULL and 0: no crash, the right error, and nothing touched. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "null_calls.h"
#include "support.h"

/* What is not SBX_ERROR_INVALID_ARGUMENT, as the headers say. */
static sbx_status expected(const char *name)
{
	if (strcmp(name, "sbx_session_close") == 0 || strcmp(name, "sbx_error_code") == 0)
		return SBX_OK;
	if (strcmp(name, "sbx_json_append") == 0 || strcmp(name, "sbx_json_set") == 0)
		return SBX_ERROR_OUT_OF_MEMORY;
	return SBX_ERROR_INVALID_ARGUMENT;
}

static void check(const null_call *of, void *output, sbx_error **error)
{
	errno = ENOTTY;
	sbx_status status = of->call(output, error);
	if (errno != ENOTTY)
		fail_msg("%s changed errno", of->name);
	if (of->returns_status && status != expected(of->name))
		fail_msg("%s returned %s", of->name, sbx_status_name(status));
}

static void nothing_is_refused(void **state)
{
	(void)state;
	assert_true(null_calls_count > 300);
	for (size_t index = 0; index < null_calls_count; index++)
		check(&null_calls[index], NULL, NULL);
}

static void what_is_refused_is_named(void **state)
{
	(void)state;
	for (size_t index = 0; index < null_calls_count; index++) {
		const null_call *of = &null_calls[index];
		sbx_error *error = NULL;
		if (!of->has_error || expected(of->name) == SBX_OK)
			continue;
		check(of, NULL, &error);
		if (!error || sbx_error_code(error) != expected(of->name) || !sbx_error_argument(error))
			fail_msg("%s names no argument", of->name);
		sbx_error_free(error);
	}
}

/* Those that succeed where they are asked for a result alone: makers, and printers of what is null. */
static bool needs_no_more(const char *name)
{
	static const char *const names[] = {"sbx_cancel_new", "sbx_memory_transport_new", "sbx_client_new",
	                                    "sbx_client_new_local", "sbx_json_print"};
	const char *end = name + strlen(name);
	bool prints_model =
	        end - name > 8 && strcmp(end - 8, "_to_json") == 0 && strcmp(name, "sbx_error_to_json") != 0;
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		if (strcmp(name, names[index]) == 0)
			return true;
	return prints_model;
}

static void outputs_are_not_touched(void **state)
{
	(void)state;
	for (size_t index = 0; index < null_calls_count; index++) {
		const null_call *of = &null_calls[index];
		unsigned char output[16];
		unsigned char before[sizeof output];
		if (!of->returns_status || expected(of->name) != SBX_ERROR_INVALID_ARGUMENT || needs_no_more(of->name))
			continue;
		memset(output, 0xa5, sizeof output);
		memcpy(before, output, sizeof output);
		check(of, output, NULL);
		if (memcmp(output, before, sizeof output) != 0)
			fail_msg("%s wrote although it failed", of->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_refused),
	        cmocka_unit_test(what_is_refused_is_named),
	        cmocka_unit_test(outputs_are_not_touched),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
