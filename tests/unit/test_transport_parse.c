/* URLs and dates as libcurl's parsers give them to the rest of the library. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "support.h"
#include "transport_parse.h"

static void urls_are_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *url, *origin, *clean, *path;
		bool query, fragment;
	} cases[] = {
	        {"http://host", "http://host:80", "http://host/", "/", false, false},
	        {"https://host/", "https://host:443", "https://host/", "/", false, false},
	        {"HTTPS://Host.Example:8443/V1/x", "https://host.example:8443", "https://Host.Example:8443/V1/x",
		 "/V1/x", false, false},
	        {"http://host:80/a?b=c#d", "http://host:80", "http://host:80/a?b=c#d", "/a", true, true},
	        {"http://user:pass@host/a", "http://host:80", "http://host/a", "/a", false, false},
	        {"http://user@host:81", "http://host:81", "http://host:81/", "/", false, false},
	        {"http://[::1]:8080/a", "http://[::1]:8080", "http://[::1]:8080/a", "/a", false, false},
	        {"http://[2001:db8::1]/", "http://[2001:db8::1]:80", "http://[2001:db8::1]/", "/", false, false},
	        {"http://127.0.0.1:1/", "http://127.0.0.1:1", "http://127.0.0.1:1/", "/", false, false},
	        {"http://host/a/../b/./c", "http://host:80", "http://host/a/../b/./c", "/a/../b/./c", false, false},
	        {"http://host/a%2Fb", "http://host:80", "http://host/a%2Fb", "/a%2Fb", false, false},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__url_parts parts;
		const char *problem;
		assert_true(sbx__url_parse(cases[index].url, &parts, &problem));
		assert_string_equal(parts.origin, cases[index].origin);
		assert_string_equal(parts.clean, cases[index].clean);
		assert_string_equal(parts.path, cases[index].path);
		assert_int_equal(parts.has_query, cases[index].query);
		assert_int_equal(parts.has_fragment, cases[index].fragment);
		sbx__url_parts_free(&parts);
		assert_null(parts.origin);
	}
}

static void what_is_no_http_url_is_refused(void **state)
{
	(void)state;
	static const char *const urls[] = {
	        "",
	        "host",
	        "//host/",
	        "/path",
	        "ftp://host/",
	        "file:///etc/passwd",
	        "http:",
	        "http:/host",
	        "http://",
	        "http:///",
	        "http:///path",
	        "http:////host",
	        "https://",
	        "http://:80/",
	        "http://user@/",
	        "http://host:99999/",
	        "http://host:x/",
	        "http://[::1/",
	        "http://[nonsense]/",
	        "http://a b/",
	        "javascript:alert(1)",
	        " http://host/",
	        "http",
	        "unix:/socket",
	};
	for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
		sbx__url_parts parts;
		const char *problem = NULL;
		bool accepted = sbx__url_parse(urls[index], &parts, &problem);
		if (accepted)
			print_message("accepted: %s as %s\n", urls[index], parts.clean);
		assert_false(accepted);
		assert_null(parts.origin);
		assert_null(parts.clean);
		assert_null(parts.path);
		assert_true(problem && *problem);
	}
}

static void references_resolve(void **state)
{
	(void)state;
	const char *problem = NULL;
	static const char base[] = "http://user:pw@host:81/a/b/c?q=1#f";
	static const char *const cases[][2] = {
	        {"https://other/x", "https://other/x"},
	        {"HTTP://other", "http://other/"},
	        {"//other/x", "http://other/x"},
	        {"/x?y=z", "http://user:pw@host:81/x?y=z"},
	        {"d", "http://user:pw@host:81/a/b/d"},
	        {"../d", "http://user:pw@host:81/a/d"},
	        {"?z=2", "http://user:pw@host:81/a/b/c?z=2"},
	        {"/x#part", "http://user:pw@host:81/x"},
	        {"/a b\xc3\xa9", "http://user:pw@host:81/a%20b%c3%a9"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char *resolved = sbx__url_resolve(base, cases[index][0], &problem);
		assert_non_null(resolved);
		/* Versions of libcurl differ in the case of what they encode. */
		assert_int_equal(strcasecmp(resolved, cases[index][1]), 0);
		free(resolved);
	}
	assert_null(sbx__url_resolve("not a URL", "/x", &problem));
	assert_null(sbx__url_resolve(base, "http://[::1", &problem));
}

static void dates_of_the_three_forms_are_read(void **state)
{
	(void)state;
	assert_int_equal(sbx__date_parse("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	assert_int_equal(sbx__date_parse("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
	assert_int_equal(sbx__date_parse("Sun Nov  6 08:49:37 1994"), 784111777);
	assert_int_equal(sbx__date_parse("Thu, 01 Jan 2099 00:00:00 GMT"), 4070908800);
	assert_int_equal(sbx__date_parse("Thu, 29 Feb 2024 12:00:00 GMT"), 1709208000);
	/* No server was on its way before its clock began. */
	assert_int_equal(sbx__date_parse("Tue, 15 Nov 1945 GMT"), -1);
	assert_int_equal(sbx__date_parse("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
	assert_int_equal(sbx__date_parse(""), -1);
	assert_int_equal(sbx__date_parse("soon"), -1);
	assert_int_equal(sbx__date_parse("12abc"), -1);
	assert_int_equal(sbx__date_parse("Sun, 99 Nov 1994 08:49:37 GMT"), -1);
	assert_int_equal(sbx__date_parse("Sun, 06 Nov 1994 25:49:37 GMT"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(urls_are_taken_apart),
	        cmocka_unit_test(what_is_no_http_url_is_refused),
	        cmocka_unit_test(references_resolve),
	        cmocka_unit_test(dates_of_the_three_forms_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
