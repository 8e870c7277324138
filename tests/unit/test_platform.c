/* Time, randomness, and what the library says of the machine. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "platform.h"
#include "support.h"

static void clocks_go_on(void **state)
{
	(void)state;
	const sbx__platform *platform = &sbx__platform_system;
	int64_t before = platform->now(platform->context);
	usleep(2000);
	int64_t passed = platform->now(platform->context) - before;
	assert_true(passed >= 2000000 && passed < 60 * SBX__SECOND);
	assert_true(platform->wall_clock(platform->context) > 1.6e9);
}

static void randomness_is_random(void **state)
{
	(void)state;
	unsigned char first[300] = {0}, second[300] = {0};
	assert_true(sbx__platform_system.random(NULL, first, sizeof first));
	assert_true(sbx__platform_system.random(NULL, second, sizeof second));
	assert_memory_not_equal(first, second, sizeof first);
	assert_memory_not_equal(first, first + 150, 150);
	assert_true(sbx__platform_system.random(NULL, first, 0));
}

static bool no_random(void *context, void *bytes, size_t length)
{
	(void)context, (void)bytes, (void)length;
	return false;
}

static void a_uuid_is_of_version_4(void **state)
{
	(void)state;
	char text[37];
	fake_platform fake;
	fake_platform_init(&fake);
	fake.random = 0x00;
	assert_true(sbx__platform_uuid(&fake.platform, text));
	assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
	fake.random = 0xff;
	assert_true(sbx__platform_uuid(&fake.platform, text));
	assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	char other[37];
	assert_true(sbx__platform_uuid(&sbx__platform_system, text));
	assert_true(sbx__platform_uuid(&sbx__platform_system, other));
	assert_string_not_equal(text, other);
	assert_int_equal(strlen(text), 36);
	for (int index = 0; index < 36; index++)
		assert_true(text[index] == '-' || isxdigit((unsigned char)text[index]));
	fake.platform.random = no_random;
	assert_false(sbx__platform_uuid(&fake.platform, text));
}

static int forks_of_a_grandchild(void *before)
{
	return sbx__platform_forks() == *(unsigned *)before + 2 ? 0 : 1;
}

static int forks_of_a_child(void *before)
{
	return sbx__platform_forks() == *(unsigned *)before + 1 ? in_child(forks_of_a_grandchild, before) : 1;
}

static void forks_are_counted_in_the_child(void **state)
{
	(void)state;
	sbx__platform_watch_forks();
	unsigned before = sbx__platform_forks();
	assert_int_equal(in_child(forks_of_a_child, &before), 0);
	assert_int_equal(sbx__platform_forks(), before);
}

static void seconds_become_nanoseconds_and_never_overflow(void **state)
{
	(void)state;
	assert_int_equal(sbx__nanoseconds(0), 0);
	assert_int_equal(sbx__nanoseconds(-1), 0);
	assert_int_equal(sbx__nanoseconds(0.0 / 0.0), 0);
	assert_int_equal(sbx__nanoseconds(1.5), 1500000000);
	assert_int_equal(sbx__nanoseconds(1e-9), 1);
	assert_int_equal(sbx__nanoseconds(3.9e9), INT64_C(3900000000) * SBX__SECOND);
	assert_int_equal(sbx__nanoseconds(4e9), SBX__NEVER / 2);
	assert_int_equal(sbx__nanoseconds(1e300), SBX__NEVER / 2);
	assert_int_equal(sbx__nanoseconds(1.0 / 0.0), SBX__NEVER / 2);
}

static void the_machine_has_a_name(void **state)
{
	(void)state;
	assert_true(*sbx__platform_os() && *sbx__platform_arch());
#if defined(__linux__) && defined(__x86_64__)
	assert_string_equal(sbx__platform_os(), "Linux");
	assert_string_equal(sbx__platform_arch(), "x64");
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(clocks_go_on),
	        cmocka_unit_test(randomness_is_random),
	        cmocka_unit_test(a_uuid_is_of_version_4),
	        cmocka_unit_test(forks_are_counted_in_the_child),
	        cmocka_unit_test(seconds_become_nanoseconds_and_never_overflow),
	        cmocka_unit_test(the_machine_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
