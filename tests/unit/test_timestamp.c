/* Times as APIs write them. */
#include "timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "support.h"

static void dates_and_times(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} cases[] = {
	        {"1970-01-01T00:00:00Z", 0},
	        {"1970-01-01t00:00:00z", 0},
	        {"1970-01-01 00:00:00Z", 0},
	        {"1969-12-31T23:59:59Z", -1},
	        {"2001-09-09T01:46:40Z", 1e9},
	        {"2000-02-29T12:00:00Z", 951825600},
	        {"2038-01-19T03:14:08Z", 2147483648.0},
	        {"2106-02-07T06:28:16Z", 4294967296.0},
	        {"9999-12-31T23:59:59Z", 253402300799.0},
	        {"0001-01-01T00:00:00Z", -62135596800.0},
	        {"2023-11-14T22:13:20.25Z", 1700000000.25},
	        {"2023-11-14T22:13:20.000000001Z", 1700000000},
	        {"2023-11-14T22:13:20.123456789012345678901234567890Z", 1700000000.123456},
	        {"2023-11-15T00:13:20+02:00", 1700000000},
	        {"2023-11-14T16:43:20-05:30", 1700000000},
	        {"2016-12-31T23:59:60Z", 1483228800},
	};
	(void)state;
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		double seconds = NAN;
		assert_true(sbx__timestamp_parse(cases[index].text, &seconds));
		assert_true(fabs(seconds - cases[index].seconds) < 1e-5);
	}
}

static void what_is_none(void **state)
{
	static const char *const cases[] = {
	        "",
	        "now",
	        "2023-11-14",
	        "2023-11-14T22:13:20",
	        "2023-11-14T22:13Z",
	        "2023-11-14T22:13:20.Z",
	        "2023-11-14T22:13:20+0200",
	        "2023-11-14T22:13:20+24:00",
	        "2023-11-14T22:13:20+02:60",
	        "2023-11-14T22:13:20Z ",
	        " 2023-11-14T22:13:20Z",
	        "2023-11-14T22:13:61Z",
	        "2023-11-14T22:60:20Z",
	        "2023-11-14T24:00:00Z",
	        "2023-13-14T22:13:20Z",
	        "2023-00-14T22:13:20Z",
	        "2023-11-31T22:13:20Z",
	        "2023-02-29T22:13:20Z",
	        "1900-02-29T22:13:20Z",
	        "2023-11-00T22:13:20Z",
	        "0000-01-01T00:00:00Z",
	        "-2023-11-14T22:13:20Z",
	        "23-11-14T22:13:20Z",
	        "2023/11/14T22:13:20Z",
	        "1700000000",
	        "2023-11-14T22:13:20,25Z",
	};
	(void)state;
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		double seconds = 7;
		assert_false(sbx__timestamp_parse(cases[index], &seconds));
		assert_true(seconds == 7);
	}
}

/* Every day of 800 years against the C library. */
static void every_day(void **state)
{
	(void)state;
	for (int64_t day = -146097; day <= 146097; day++) {
		char text[32];
		struct tm parts;
		double seconds;
		time_t time = (time_t)(day * 86400 + 43200);
		gmtime_r(&time, &parts);
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
		assert_true(sbx__timestamp_parse(text, &seconds));
		assert_true(seconds == (double)time);
	}
}

static void whatever_the_zone(void **state)
{
	(void)state;
	setenv("TZ", "America/New_York", 1);
	tzset();
	dates_and_times(NULL);
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dates_and_times),
	        cmocka_unit_test(what_is_none),
	        cmocka_unit_test(every_day),
	        cmocka_unit_test(whatever_the_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
