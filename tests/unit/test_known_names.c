/* The names of the API's fields, found by their bytes. */
#include "known_names.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "generated/model_descriptors.h"
#include "support.h"

static void every_field_is_known(void **state)
{
	(void)state;
	const sbx__model_descriptor *const models[] = {&sbx__sandbox_descriptor, &sbx__pagination_descriptor,
	                                               &sbx__execution_descriptor, &sbx__volume_descriptor,
	                                               &sbx__sandbox_deletions_descriptor};
	for (size_t index = 0; index < sizeof models / sizeof models[0]; index++)
		for (size_t field = 0; field < models[index]->fields_count; field++) {
			const char *name = models[index]->fields[field].name;
			char bytes[64];
			/* In a text the name is followed by something else than its end. */
			snprintf(bytes, sizeof bytes, "%s\"", name);
			const char *known = sbx__known_name(bytes, strlen(name));
			assert_non_null(known);
			assert_string_equal(known, name);
		}
}

static void nothing_else_is_known(void **state)
{
	(void)state;
	static const char *const others[] = {"",
	                                     "i",
	                                     "iD",
	                                     "ix",
	                                     "names",
	                                     "nam",
	                                     "no_such_field",
	                                     "storage_deleted_counts",
	                                     "storage_deleted_count_of_all_of_them"};
	for (size_t index = 0; index < sizeof others / sizeof others[0]; index++)
		assert_null(sbx__known_name(others[index], strlen(others[index])));
	assert_null(sbx__known_name("id\0", 3));
	assert_null(sbx__known_name("id", SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_field_is_known),
	        cmocka_unit_test(nothing_else_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
