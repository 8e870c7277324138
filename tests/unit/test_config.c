/* The options of a client: where each comes from, how they merge, and what is refused. */
#include <math.h>
#include <sandbox_sdk/version.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "error.h"
#include "support.h"
#include "transport.h"

static void set_environment(const char *key, const char *base_url)
{
	unsetenv("SANDBOX_SDK_API_KEY");
	unsetenv("SANDBOX_SDK_BASE_URL");
	if (key)
		setenv("SANDBOX_SDK_API_KEY", key, 1);
	if (base_url)
		setenv("SANDBOX_SDK_BASE_URL", base_url, 1);
}

static int clean_environment(void **state)
{
	(void)state;
	set_environment(NULL, NULL);
	unsetenv("SANDBOX_SDK_LOG");
	return 0;
}

static sbx_client_options with_key(void)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "the-key";
	return options;
}

static sbx__config *config_of(const sbx__config *base, const sbx_client_options *options)
{
	sbx__config *config = NULL;
	assert_int_equal(sbx__config_new(&config, base, options, NULL), SBX_OK);
	return config;
}

static void assert_refused(const sbx_client_options *options, sbx_status status, const char *argument,
                           const char *words)
{
	sbx__config *config = NULL;
	sbx_error *error = NULL;
	assert_int_equal(sbx__config_new(&config, NULL, options, &error), status);
	assert_null(config);
	if (argument)
		assert_string_equal(sbx_error_argument(error), argument);
	else
		assert_null(sbx_error_argument(error));
	if (!strstr(sbx_error_message(error), words))
		print_message("%s\n", sbx_error_message(error));
	assert_non_null(strstr(sbx_error_message(error), words));
	sbx_error_free(error);
}

static const char *header(const sbx__config *config, const char *name)
{
	const sbx_pair *pair = sbx__header_set_find(&config->headers, name);
	return pair ? pair->value : NULL;
}

static void defaults(void **state)
{
	(void)state;
	sbx_client_options options = with_key();
	sbx__config *config = config_of(NULL, &options);
	assert_string_equal(config->api_key, "the-key");
	assert_string_equal(config->base_url, "https://api.avm.codes/");
	assert_string_equal(config->origin, "https://api.avm.codes:443");
	assert_true(config->timeouts.connect == 5 && config->timeouts.read == 60 && config->timeouts.write == 60 &&
	            config->timeouts.pool == 60);
	assert_false(config->timeouts.read_given);
	assert_true(config->deadline == SBX_FOREVER);
	assert_int_equal(config->max_retries, 2);
	assert_false(config->retry_unsafe);
	assert_false(config->strict);
	assert_false(config->lenient_arguments);
	assert_int_equal(config->log.level, SBX_LOG_OFF);
	assert_null(config->default_query);
	sbx__config_unref(config);
}

static void an_option_beats_the_environment_beats_the_default(void **state)
{
	(void)state;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	set_environment("environment-key", "http://environment.test/v");
	setenv("SANDBOX_SDK_LOG", "debug", 1);
	sbx__config *config = config_of(NULL, NULL);
	assert_string_equal(config->api_key, "environment-key");
	assert_string_equal(config->base_url, "http://environment.test/v/");
	assert_int_equal(config->log.level, SBX_LOG_DEBUG);
	sbx__config_unref(config);
	options.api_key = "option-key";
	options.base_url = "http://option.test";
	options.log_level = SBX_LOG_OFF;
	config = config_of(NULL, &options);
	assert_string_equal(config->api_key, "option-key");
	assert_string_equal(config->base_url, "http://option.test/");
	assert_int_equal(config->log.level, SBX_LOG_OFF);
	sbx__config_unref(config);
	set_environment("environment-key", "");
	config = config_of(NULL, NULL);
	assert_string_equal(config->base_url, "https://api.avm.codes/");
	sbx__config_unref(config);
	clean_environment(NULL);
}

static void what_a_living_client_has_beats_the_environment(void **state)
{
	(void)state;
	sbx_client_options options = with_key();
	sbx__config *base = config_of(NULL, &options);
	set_environment("environment-key", "http://environment.test/v");
	sbx__config *config = config_of(base, NULL);
	assert_string_equal(config->api_key, "the-key");
	assert_string_equal(config->base_url, "https://api.avm.codes/");
	sbx__config_unref(config);
	sbx__config_unref(base);
	clean_environment(NULL);
}

static void without_a_key_the_error_says_how_to_set_it(void **state)
{
	(void)state;
	assert_refused(NULL, SBX_ERROR_CONFIGURATION, NULL, "SANDBOX_SDK_API_KEY");
	assert_refused(NULL, SBX_ERROR_CONFIGURATION, NULL, "api_key");
	set_environment("", NULL);
	assert_refused(NULL, SBX_ERROR_CONFIGURATION, NULL, "SANDBOX_SDK_API_KEY");
	set_environment("bad\nkey", NULL);
	assert_refused(NULL, SBX_ERROR_INVALID_ARGUMENT, "api_key", "no header can carry");
	clean_environment(NULL);
}

static void base_urls_end_with_a_slash(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
	        {"http://host", "http://host/", "http://host:80"},
	        {"http://host/", "http://host/", "http://host:80"},
	        {"https://host:444/a/b", "https://host:444/a/b/", "https://host:444"},
	        {"http://[::1]:81/x/", "http://[::1]:81/x/", "http://[::1]:81"},
	        {"http://user:pw@host/", "http://user:pw@host/", "http://host:80"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_client_options options = with_key();
		options.base_url = cases[index][0];
		sbx__config *config = config_of(NULL, &options);
		assert_string_equal(config->base_url, cases[index][1]);
		assert_string_equal(config->origin, cases[index][2]);
		sbx__config_unref(config);
	}
}

static void base_urls_that_are_none_are_refused(void **state)
{
	(void)state;
	static const char *const urls[] = {
	        "",
	        "host",
	        "ftp://host",
	        "/path",
	        "http://",
	        "http:///v1",
	        "http://host:70000",
	        "http://host?a=b",
	        "http://host/#f",
	        "http://host/?",
	        "http://ho st",
	        "http://host/\t",
	        "http://host\r\nx: y",
	        "http://host/\x7f",
	        "file:///etc/passwd",
	        "unix:/x",
	};
	for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
		sbx_client_options options = with_key();
		options.base_url = urls[index];
		assert_refused(&options, SBX_ERROR_CONFIGURATION, NULL, "base_url: ");
	}
}

static void timeouts_merge(void **state)
{
	(void)state;
	sbx_client_options options = with_key();
	options.timeout = 10;
	options.connect_timeout = 1.5;
	sbx__config *base = config_of(NULL, &options);
	assert_true(base->timeouts.connect == 1.5 && base->timeouts.read == 10 && base->timeouts.write == 10 &&
	            base->timeouts.pool == 10);
	assert_true(base->timeouts.read_given);
	sbx_client_options changed = SBX_CLIENT_OPTIONS_INIT;
	changed.read_timeout = SBX_FOREVER;
	changed.pool_timeout = 0;
	changed.deadline = 99;
	sbx__config *config = config_of(base, &changed);
	assert_true(config->timeouts.connect == 1.5 && config->timeouts.read == SBX_FOREVER &&
	            config->timeouts.write == 10 && config->timeouts.pool == 0 && config->deadline == 99);
	sbx_client_options all = SBX_CLIENT_OPTIONS_INIT;
	all.timeout = SBX_FOREVER;
	all.write_timeout = 3;
	sbx__config *last = config_of(config, &all);
	assert_true(last->timeouts.connect == SBX_FOREVER && last->timeouts.write == 3 &&
	            last->timeouts.pool == SBX_FOREVER && last->deadline == 99);
	sbx__config_unref(last);
	sbx__config_unref(config);
	sbx__config_unref(base);
	/* Only a timeout for reading is one that the caller chose for an answer. */
	options = with_key();
	options.connect_timeout = 9;
	config = config_of(NULL, &options);
	assert_false(config->timeouts.read_given);
	sbx__config_unref(config);
}

static void seconds_that_are_none_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		const char *name;
	} members[] = {
	        {offsetof(sbx_client_options, timeout), "timeout"},
	        {offsetof(sbx_client_options, connect_timeout), "connect_timeout"},
	        {offsetof(sbx_client_options, read_timeout), "read_timeout"},
	        {offsetof(sbx_client_options, write_timeout), "write_timeout"},
	        {offsetof(sbx_client_options, pool_timeout), "pool_timeout"},
	        {offsetof(sbx_client_options, deadline), "deadline"},
	};
	const double bad[] = {-0.5, -3, -1e300, NAN, -INFINITY};
	for (size_t index = 0; index < sizeof members / sizeof members[0]; index++)
		for (size_t value = 0; value < sizeof bad / sizeof bad[0]; value++) {
			sbx_client_options options = with_key();
			memcpy((char *)&options + members[index].offset, &bad[value], sizeof bad[value]);
			assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, members[index].name, "seconds");
		}
}

static void choices_that_are_none_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		const char *name;
	} members[] = {
	        {offsetof(sbx_client_options, retry_unsafe), "retry_unsafe"},
	        {offsetof(sbx_client_options, replace_default_headers), "replace_default_headers"},
	        {offsetof(sbx_client_options, replace_default_query), "replace_default_query"},
	        {offsetof(sbx_client_options, strict_response_validation), "strict_response_validation"},
	        {offsetof(sbx_client_options, lenient_arguments), "lenient_arguments"},
	        {offsetof(sbx_client_options, log_level), "log_level"},
	};
	const int bad[] = {-1, 4, 1000};
	for (size_t index = 0; index < sizeof members / sizeof members[0]; index++)
		for (size_t value = 0; value < sizeof bad / sizeof bad[0]; value++) {
			sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
			sbx__config *config = NULL;
			sbx_error *error = NULL;
			options.api_key = "key";
			memcpy((char *)&options + members[index].offset, &bad[value], sizeof bad[value]);
			assert_int_equal(sbx__config_new(&config, NULL, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
			assert_string_equal(sbx_error_argument(error), members[index].name);
			sbx_error_free(error);
		}
}

static void headers_merge_replace_and_go(void **state)
{
	(void)state;
	const sbx_pair first[] = {{"X-One", "1"}, {"X-Two", "2"}, {"accept", "text/plain"}};
	const sbx_pair second[] = {{"x-two", "22"}, {"X-Three", "3"}, {"X-Two", "222"}, {"User-Agent", NULL}};
	sbx_client_options options = with_key();
	options.default_headers = first;
	options.default_headers_count = 3;
	sbx__config *base = config_of(NULL, &options);
	assert_string_equal(header(base, "X-One"), "1");
	assert_string_equal(header(base, "Accept"), "text/plain");
	options = (sbx_client_options)SBX_CLIENT_OPTIONS_INIT;
	options.default_headers = second;
	options.default_headers_count = 4;
	sbx__config *merged = config_of(base, &options);
	assert_string_equal(header(merged, "X-One"), "1");
	assert_string_equal(header(merged, "X-Two"), "222");
	assert_string_equal(header(merged, "X-Three"), "3");
	assert_non_null(sbx__header_set_find(&merged->headers, "User-Agent"));
	assert_null(header(merged, "User-Agent"));
	options.replace_default_headers = SBX_FLAG_YES;
	sbx__config *replaced = config_of(base, &options);
	assert_null(sbx__header_set_find(&replaced->headers, "X-One"));
	assert_string_equal(header(replaced, "X-Two"), "222");
	assert_string_equal(header(replaced, "Accept"), "application/json");
	/* The removed one comes back when the defaults are replaced. */
	options.default_headers_count = 0;
	sbx__config *restored = config_of(merged, &options);
	assert_non_null(header(restored, "User-Agent"));
	assert_null(sbx__header_set_find(&restored->headers, "X-Three"));
	/* The base has not changed. */
	assert_string_equal(header(base, "X-Two"), "2");
	sbx__config_unref(restored);
	sbx__config_unref(replaced);
	sbx__config_unref(merged);
	sbx__config_unref(base);
}

static void headers_that_cannot_be_sent_are_refused(void **state)
{
	(void)state;
	static const sbx_pair bad[] = {
	        {NULL, "v"},
	        {"", "v"},
	        {"a b", "v"},
	        {"a:", "v"},
	        {"a\n", "v"},
	        {"\xc3\xa9", "v"},
	        {"a", "v\r\nb: c"},
	        {"a", "\x01"},
	        {"a", "v\x7f"},
	        {"Content-Length", "0"},
	        {"transfer-encoding", "chunked"},
	};
	for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
		sbx_client_options options = with_key();
		options.default_headers = &bad[index];
		options.default_headers_count = 1;
		assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "default_headers", "default_headers: ");
	}
	sbx_client_options options = with_key();
	options.default_headers_count = 1;
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "default_headers", "count");
	/* Without it a body would be read as the next request. */
	const sbx_pair removed[] = {{"a", "\xc3\xa9\t"}, {"Content-Length", NULL}};
	options.default_headers = removed;
	sbx__config_unref(config_of(NULL, &options));
	options.default_headers_count = 2;
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "default_headers", "default_headers: ");
}

static void headers_that_are_too_much_are_refused(void **state)
{
	(void)state;
	char *value = malloc(SBX__LONGEST_REQUEST_PART + 1);
	assert_non_null(value);
	memset(value, 'v', SBX__LONGEST_REQUEST_PART);
	const sbx_pair pairs[] = {{"n", value}};
	sbx_client_options options = with_key();
	options.default_headers = pairs;
	options.default_headers_count = 1;
	value[SBX__LONGEST_REQUEST_PART] = '\0';
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "default_headers", "more than");
	value[SBX__LONGEST_REQUEST_PART - 1] = '\0';
	sbx__config_unref(config_of(NULL, &options));
	free(value);
}

static void assert_query(const sbx__config *config, const char *expected)
{
	char *text;
	assert_int_equal(sbx_json_print(config->default_query, 0, &text, NULL), SBX_OK);
	assert_string_equal(text, expected);
	sbx_string_free(text);
}

static void queries_merge_and_replace(void **state)
{
	(void)state;
	sbx_json *first = json_of("{\"a\":1,\"b\":[2]}");
	sbx_json *second = json_of("{\"b\":null,\"c\":3}");
	sbx_json *array = json_of("[]");
	sbx_client_options options = with_key();
	options.default_query = array;
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "default_query", "object");
	options.default_query = first;
	sbx__config *base = config_of(NULL, &options);
	sbx_json_free(first);
	sbx__config *same = config_of(base, NULL);
	assert_query(same, "{\"a\":1,\"b\":[2]}");
	options = (sbx_client_options)SBX_CLIENT_OPTIONS_INIT;
	options.default_query = second;
	sbx__config *merged = config_of(base, &options);
	assert_query(merged, "{\"a\":1,\"b\":null,\"c\":3}");
	options.replace_default_query = SBX_FLAG_YES;
	sbx__config *replaced = config_of(base, &options);
	assert_query(replaced, "{\"b\":null,\"c\":3}");
	options.default_query = NULL;
	sbx__config *none = config_of(base, &options);
	assert_null(none->default_query);
	sbx__config_unref(none);
	sbx__config_unref(replaced);
	sbx__config_unref(merged);
	sbx__config_unref(same);
	sbx__config_unref(base);
	sbx_json_free(second);
	sbx_json_free(array);
}

static void the_client_says_what_it_is(void **state)
{
	(void)state;
	sbx_client_options options = with_key();
	sbx__config *base = config_of(NULL, &options);
	assert_string_equal(header(base, "User-Agent"), "SandboxSDK/C " SBX_VERSION);
	assert_string_equal(header(base, "X-Stainless-Lang"), "c");
	assert_string_equal(header(base, "X-Stainless-Package-Version"), sbx_version());
	assert_string_equal(header(base, "X-Stainless-OS"), sbx__platform_os());
	assert_string_equal(header(base, "X-Stainless-Arch"), sbx__platform_arch());
	assert_string_equal(header(base, "X-Stainless-Runtime"), "libcurl");
	assert_string_equal(header(base, "X-Stainless-Runtime-Version"), sbx__transport_curl_version());
	assert_string_equal(header(base, "X-Stainless-Async"), "false");
	assert_string_equal(header(base, "x-api-key"), "the-key");
	assert_string_equal(header(base, "Content-Type"), "application/json");
	options.client_name = "MyClient";
	options.language = "Python";
	options.runtime = "CPython";
	options.runtime_version = "3.12";
	sbx__config *named = config_of(base, &options);
	sbx__config *kept = config_of(named, NULL);
	assert_string_equal(header(kept, "User-Agent"), "MyClient/Python " SBX_VERSION);
	assert_string_equal(header(kept, "X-Stainless-Lang"), "python");
	assert_string_equal(header(kept, "X-Stainless-Runtime"), "CPython");
	assert_string_equal(header(kept, "X-Stainless-Runtime-Version"), "3.12");
	sbx__config_unref(kept);
	sbx__config_unref(named);
	sbx__config_unref(base);
	options.runtime = "a\nb";
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "runtime", "no header can carry");
	options.client_name = "\x01";
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "client_name", "no header can carry");
}

static void ignore_log(void *user_data, sbx_log_level level, const char *message)
{
	(void)user_data, (void)level, (void)message;
}

static void the_rest_is_kept_or_changed(void **state)
{
	(void)state;
	int data;
	sbx_client_options options = with_key();
	options.max_retries = 7;
	options.retry_unsafe = SBX_FLAG_YES;
	options.strict_response_validation = SBX_FLAG_YES;
	options.lenient_arguments = SBX_FLAG_YES;
	options.log_level = SBX_LOG_INFO;
	options.log = ignore_log;
	options.log_user_data = &data;
	sbx__config *base = config_of(NULL, &options);
	sbx__config *kept = config_of(base, NULL);
	assert_int_equal(kept->max_retries, 7);
	assert_true(kept->retry_unsafe && kept->strict && kept->lenient_arguments);
	assert_int_equal(kept->log.level, SBX_LOG_INFO);
	assert_ptr_equal(kept->log.user_data, &data);
	options = (sbx_client_options)SBX_CLIENT_OPTIONS_INIT;
	options.max_retries = 0;
	options.retry_unsafe = SBX_FLAG_NO;
	options.strict_response_validation = SBX_FLAG_NO;
	options.lenient_arguments = SBX_FLAG_NO;
	options.log_level = SBX_LOG_DEBUG;
	sbx__config *changed = config_of(kept, &options);
	assert_int_equal(changed->max_retries, 0);
	assert_false(changed->retry_unsafe || changed->strict || changed->lenient_arguments);
	assert_int_equal(changed->log.level, SBX_LOG_DEBUG);
	assert_true(changed->log.callback == ignore_log);
	sbx__config_unref(changed);
	sbx__config_unref(kept);
	sbx__config_unref(base);
	options = with_key();
	options.max_retries = -2;
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "max_retries", "negative");
	options.size = 3;
	assert_refused(&options, SBX_ERROR_INVALID_ARGUMENT, "options", "_INIT");
}

static void references_are_counted(void **state)
{
	(void)state;
	sbx_client_options options = with_key();
	sbx__config *config = config_of(NULL, &options);
	assert_ptr_equal(sbx__config_ref(config), config);
	sbx__config_unref(config);
	assert_string_equal(config->api_key, "the-key");
	sbx__config_unref(config);
	sbx__config_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(defaults),
	        cmocka_unit_test(an_option_beats_the_environment_beats_the_default),
	        cmocka_unit_test(what_a_living_client_has_beats_the_environment),
	        cmocka_unit_test(without_a_key_the_error_says_how_to_set_it),
	        cmocka_unit_test(base_urls_end_with_a_slash),
	        cmocka_unit_test(base_urls_that_are_none_are_refused),
	        cmocka_unit_test(timeouts_merge),
	        cmocka_unit_test(seconds_that_are_none_are_refused),
	        cmocka_unit_test(choices_that_are_none_are_refused),
	        cmocka_unit_test(headers_merge_replace_and_go),
	        cmocka_unit_test(headers_that_cannot_be_sent_are_refused),
	        cmocka_unit_test(headers_that_are_too_much_are_refused),
	        cmocka_unit_test(queries_merge_and_replace),
	        cmocka_unit_test(the_client_says_what_it_is),
	        cmocka_unit_test(the_rest_is_kept_or_changed),
	        cmocka_unit_test(references_are_counted),
	};
	return cmocka_run_group_tests(tests, clean_environment, NULL);
}
