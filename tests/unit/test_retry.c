/* Whether and when a request is sent again: the tables of the contract as data. */
#include <math.h>
#include <string.h>

#include "retry.h"
#include "support.h"

#define WALL_CLOCK 784111777.0 /* Sun, 06 Nov 1994 08:49:37 GMT */

static void add(sbx__headers *headers, const char *line)
{
	assert_true(!line || sbx__headers_add_line(headers, line, strlen(line)));
}

static void every_status_by_safety(void **state)
{
	(void)state;
	for (int status = 100; status < 1000; status++) {
		sbx__headers none = {0};
		bool passing = status == 408 || status == 409 || status == 429 || status >= 500;
		bool of_server = status == 408 || status == 409 || status == 429 || status == 500 || status == 503;
		assert_int_equal(sbx__retry_wanted(SBX__SAFE, SBX__ANSWERED, status, &none), passing);
		assert_int_equal(sbx__retry_wanted(SBX__IDEMPOTENT, SBX__ANSWERED, status, &none), passing);
		assert_int_equal(sbx__retry_wanted(SBX__UNSAFE, SBX__ANSWERED, status, &none), of_server);
		bool gateway = status == 502 || status == 504;
		assert_false(sbx__retry_outcome_unknown(SBX__SAFE, SBX__ANSWERED, status));
		assert_int_equal(sbx__retry_outcome_unknown(SBX__IDEMPOTENT, SBX__ANSWERED, status), gateway);
		assert_int_equal(sbx__retry_outcome_unknown(SBX__UNSAFE, SBX__ANSWERED, status), gateway);
	}
}

static void every_other_end_by_safety(void **state)
{
	(void)state;
	static const struct {
		sbx__safety safety;
		sbx__attempt_end end;
		bool wanted, unknown;
	} cases[] = {
	        {SBX__SAFE, SBX__NOT_CONNECTED, true, false},   {SBX__SAFE, SBX__LOST, true, false},
	        {SBX__SAFE, SBX__TIMED_OUT, true, false},       {SBX__IDEMPOTENT, SBX__NOT_CONNECTED, true, false},
	        {SBX__IDEMPOTENT, SBX__LOST, true, true},       {SBX__IDEMPOTENT, SBX__TIMED_OUT, true, true},
	        {SBX__UNSAFE, SBX__NOT_CONNECTED, true, false}, {SBX__UNSAFE, SBX__LOST, false, true},
	        {SBX__UNSAFE, SBX__TIMED_OUT, false, true},     {SBX__SAFE, SBX__REFUSED, false, false},
	        {SBX__IDEMPOTENT, SBX__REFUSED, false, false},  {SBX__UNSAFE, SBX__REFUSED, false, false},
	};
	/* What an answer says does not count when the end of it was not seen. */
	sbx__headers headers = {0};
	add(&headers, "x-should-retry: true");
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__safety safety = cases[index].safety;
		sbx__attempt_end end = cases[index].end;
		assert_int_equal(sbx__retry_wanted(safety, end, 200, &headers), cases[index].wanted);
		assert_int_equal(sbx__retry_outcome_unknown(safety, end, 0), cases[index].unknown);
	}
	sbx__headers_free(&headers);
}

static void what_the_server_wants_decides(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int status;
		bool wanted_safe, wanted_unsafe;
	} cases[] = {
	        {"x-should-retry: true", 400, true, true},    {"X-Should-Retry: true", 502, true, true},
	        {"x-should-retry: false", 503, false, false}, {"x-should-retry: false", 429, false, false},
	        {"x-should-retry: maybe", 503, true, true},   {"x-should-retry: maybe", 400, false, false},
	        {"x-should-retry: TRUE", 400, false, false},  {"x-should-retry:", 502, true, false},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__headers headers = {0};
		int status = cases[index].status;
		add(&headers, cases[index].line);
		assert_int_equal(sbx__retry_wanted(SBX__SAFE, SBX__ANSWERED, status, &headers),
		                 cases[index].wanted_safe);
		assert_int_equal(sbx__retry_wanted(SBX__UNSAFE, SBX__ANSWERED, status, &headers),
		                 cases[index].wanted_unsafe);
		sbx__headers_free(&headers);
	}
}

/* The table of the contract's second part: which operation may be sent again after anything. */
static void operations_are_as_safe_as_the_contract_says(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		sbx__safety safety;
		const char *unsafe_when;
	} cases[] = {
	        {"sandboxes.create", SBX__UNSAFE, NULL},     {"sandboxes.list", SBX__SAFE, NULL},
	        {"sandboxes.get", SBX__SAFE, NULL},          {"sandboxes.delete", SBX__IDEMPOTENT, "create_snapshot"},
	        {"sandboxes.delete_all", SBX__UNSAFE, NULL}, {"sandboxes.execute", SBX__UNSAFE, NULL},
	        {"sandboxes.upload", SBX__IDEMPOTENT, NULL}, {"sandboxes.download", SBX__SAFE, NULL},
	        {"volumes.create", SBX__UNSAFE, NULL},       {"volumes.list", SBX__SAFE, NULL},
	        {"volumes.delete", SBX__IDEMPOTENT, NULL},   {"volumes.create_snapshot", SBX__UNSAFE, NULL},
	};
	assert_int_equal(sbx_operation_count(), sizeof cases / sizeof cases[0]);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		const sbx_operation *operation = sbx_operation_find(cases[index].name);
		assert_non_null(operation);
		assert_ptr_equal(operation, sbx_operation_at(index));
		assert_string_equal(sbx_operation_name(operation), cases[index].name);
		assert_int_equal(operation->safety, cases[index].safety);
		if (cases[index].unsafe_when)
			assert_string_equal(operation->unsafe_when, cases[index].unsafe_when);
		else
			assert_null(operation->unsafe_when);
	}
	assert_null(sbx_operation_find("sandboxes.gets"));
	assert_null(sbx_operation_find(NULL));
	assert_null(sbx_operation_at(sbx_operation_count()));
	assert_string_equal(sbx_operation_name(NULL), "");
}

static void what_the_server_says_of_the_wait(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second;
		double seconds;
	} cases[] = {
	        {NULL, NULL, SBX_DEFAULT},
	        {"retry-after: 5", NULL, 5},
	        {"Retry-After: 0", NULL, 0},
	        {"retry-after: 0.25", NULL, 0.25},
	        {"retry-after: .5", NULL, 0.5},
	        {"retry-after: 7.", NULL, 7},
	        {"retry-after: 100000", NULL, 100000},
	        {"retry-after: -1", NULL, SBX_DEFAULT},
	        {"retry-after: -", NULL, SBX_DEFAULT},
	        {"retry-after: .", NULL, SBX_DEFAULT},
	        {"retry-after: 1.2.3", NULL, SBX_DEFAULT},
	        {"retry-after: 5 seconds", NULL, SBX_DEFAULT},
	        {"retry-after: soon", NULL, SBX_DEFAULT},
	        {"retry-after:", NULL, SBX_DEFAULT},
	        {"retry-after-ms: 1500", NULL, 1.5},
	        {"retry-after-ms: 0.5", NULL, 0.0005},
	        {"retry-after-ms: 0", "retry-after: 9", 0},
	        {"retry-after-ms: 20", "retry-after: 9", 0.02},
	        {"retry-after: 9", "retry-after-ms: 20", 0.02},
	        {"retry-after-ms: -20", "retry-after: 9", SBX_DEFAULT},
	        {"retry-after-ms: later", "retry-after: 9", 9},
	        {"retry-after: 3", "retry-after: 4", 4},
	        {"retry-after: Sun, 06 Nov 1994 08:50:07 GMT", NULL, 30},
	        {"retry-after: Sunday, 06-Nov-94 08:50:07 GMT", NULL, 30},
	        {"retry-after: Sun Nov  6 08:50:07 1994", NULL, 30},
	        {"retry-after: Sun, 06 Nov 1994 08:49:37 GMT", NULL, 0},
	        {"retry-after: Sun, 06 Nov 1994 08:49:36 GMT", NULL, SBX_DEFAULT},
	        {"retry-after: Thu, 01 Jan 1970 00:00:00 GMT", NULL, SBX_DEFAULT},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__headers headers = {0};
		add(&headers, cases[index].first);
		add(&headers, cases[index].second);
		double seconds = sbx__retry_after(&headers, WALL_CLOCK);
		if (fabs(seconds - cases[index].seconds) > 1e-9)
			print_message("%s: %g\n", cases[index].first, seconds);
		assert_true(fabs(seconds - cases[index].seconds) <= 1e-9);
		sbx__headers_free(&headers);
	}
}

static void absurd_numbers_are_no_wait(void **state)
{
	(void)state;
	char line[1000] = "retry-after: 1";
	sbx__headers headers = {0};
	memset(line + strlen(line), '9', 600);
	add(&headers, line);
	assert_true(sbx__retry_after(&headers, WALL_CLOCK) == SBX_DEFAULT);
	strcat(line, ".");
	memset(line + strlen(line), '9', 350);
	add(&headers, line);
	assert_true(sbx__retry_after(&headers, WALL_CLOCK) == SBX_DEFAULT);
	sbx__headers_free(&headers);
}

static void the_wait_is_what_was_said_within_bounds(void **state)
{
	(void)state;
	assert_true(sbx__retry_wait(0.001, 5, 0.9) == 0.001);
	assert_true(sbx__retry_wait(7.25, 0, 0.9) == 7.25);
	assert_true(sbx__retry_wait(60, 0, 0.9) == 60);
	/* Out of (0, 60] the client waits as if nothing had been said. */
	assert_true(sbx__retry_wait(0, 0, 0) == 0.5);
	assert_true(sbx__retry_wait(60.001, 0, 0) == 0.5);
	assert_true(sbx__retry_wait(INFINITY, 0, 0) == 0.5);
	assert_true(sbx__retry_wait(NAN, 0, 0) == 0.5);
	assert_true(sbx__retry_wait(SBX_DEFAULT, 0, 0) == 0.5);
}

static void the_wait_doubles_up_to_eight_seconds_less_up_to_a_quarter(void **state)
{
	(void)state;
	static const double waits[] = {0.5, 1, 2, 4, 8, 8, 8};
	for (int retries = 0; retries < 7; retries++) {
		assert_true(sbx__retry_wait(SBX_DEFAULT, retries, 0) == waits[retries]);
		double shortest = sbx__retry_wait(SBX_DEFAULT, retries, 0.999999);
		assert_true(shortest > 0.75 * waits[retries] && shortest < 0.7501 * waits[retries]);
		double middle = sbx__retry_wait(SBX_DEFAULT, retries, 0.5);
		assert_true(fabs(middle - 0.875 * waits[retries]) < 1e-9);
	}
	assert_true(sbx__retry_wait(SBX_DEFAULT, 2147483647, 0) == 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_status_by_safety),
	        cmocka_unit_test(every_other_end_by_safety),
	        cmocka_unit_test(what_the_server_wants_decides),
	        cmocka_unit_test(operations_are_as_safe_as_the_contract_says),
	        cmocka_unit_test(what_the_server_says_of_the_wait),
	        cmocka_unit_test(absurd_numbers_are_no_wait),
	        cmocka_unit_test(the_wait_is_what_was_said_within_bounds),
	        cmocka_unit_test(the_wait_doubles_up_to_eight_seconds_less_up_to_a_quarter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
