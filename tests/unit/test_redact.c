/* Secrets that must not be seen. */
#include <stdlib.h>
#include <string.h>

#include "redact.h"
#include "support.h"

static void secret_headers_are_known_in_any_case(void **state)
{
	(void)state;
	static const char *const secret[] = {"x-api-key",           "X-API-Key", "AUTHORIZATION",
	                                     "Proxy-Authorization", "cookie",    "Set-Cookie"};
	static const char *const open[] = {"", "x-api-keys", "x-api", "Accept", "Cookie2"};
	for (size_t index = 0; index < sizeof secret / sizeof secret[0]; index++)
		assert_true(sbx__redact_is_secret(secret[index]));
	for (size_t index = 0; index < sizeof open / sizeof open[0]; index++)
		assert_false(sbx__redact_is_secret(open[index]));
}

static void bytes_may_hold_nuls(void **state)
{
	(void)state;
	char bytes[] = "a\0"
	               "12345678\0"
	               "12345678b";
	size_t length = sizeof bytes - 1;
	assert_true(sbx__redact_finds(bytes, length, "12345678"));
	assert_false(sbx__redact_finds(bytes, 9, "12345678"));
	assert_false(sbx__redact_finds(bytes, length, "1234567"));
	assert_false(sbx__redact_finds(bytes, length, NULL));
	assert_false(sbx__redact_finds(NULL, 0, "12345678"));
	sbx__redact_bytes(bytes, length, "12345678");
	assert_memory_equal(bytes,
	                    "a\0"
	                    "********\0"
	                    "********b",
	                    length);
	sbx__redact_bytes(NULL, 0, "12345678");
}

static void secrets_become_asterisks(void **state)
{
	(void)state;
	static const struct {
		const char *text, *secret, *redacted;
	} cases[] = {
	        {"the key is 12345678.", "12345678", "the key is ********."},
	        {"12345678", "12345678", "********"},
	        {"1234567812345678x12345678", "12345678", "****************x********"},
	        {"aaaaaaaaa", "aaaaaaaa", "********a"},
	        {"1234567", "12345678", "1234567"},
	        {"", "12345678", ""},
	        /* too short to be a secret */
	        {"an error", "error", "an error"},
	        {"1234567", "1234567", "1234567"},
	        {"text", "", "text"},
	        {"text", NULL, "text"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char text[64];
		strcpy(text, cases[index].text);
		sbx__redact_text(text, cases[index].secret);
		assert_string_equal(text, cases[index].redacted);
	}
	sbx__redact_text(NULL, "12345678");
}

static void urls_lose_user_and_password(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"http://host/path?a=b#c", "http://host/path?a=b#c"},
	        {"http://user:secret@host:1/path", "http://host:1/path"},
	        {"http://user@host", "http://host"},
	        {"http://us@er:p@ss@host/", "http://host/"},
	        {"http://@host/", "http://host/"},
	        {"http://host/a@b", "http://host/a@b"},
	        {"http://host?a@b", "http://host?a@b"},
	        {"http://host#a@b", "http://host#a@b"},
	        {"user:secret@host/x@y", "host/x@y"},
	        {"//user:secret@host/x@y", "//host/x@y"},
	        {"//user:secret@host/?back=http://other/", "//host/?back=http://other/"},
	        {"/x@y", "/x@y"},
	        {"", ""},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char *redacted = sbx__redact_url(cases[index][0], NULL);
		assert_string_equal(redacted, cases[index][1]);
		free(redacted);
	}
}

static void urls_lose_the_key(void **state)
{
	(void)state;
	char *redacted = sbx__redact_url("http://user:secret-key@host/?k=secret-key#secret-key", "secret-key");
	assert_string_equal(redacted, "http://host/?k=**********#**********");
	free(redacted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(secret_headers_are_known_in_any_case),
	        cmocka_unit_test(bytes_may_hold_nuls),
	        cmocka_unit_test(secrets_become_asterisks),
	        cmocka_unit_test(urls_lose_user_and_password),
	        cmocka_unit_test(urls_lose_the_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
