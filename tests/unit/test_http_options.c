/* The options of the HTTP client: their defaults, what is refused where a client is made, and what becomes of secrets.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client.h"
#include "error.h"
#include "files.h"
#include "http_options.h"
#include "support.h"

/* No certificate, but what looks like one from outside. */
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
#define REVOCATIONS "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n"
#define KEY "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n"

static sbx__http_options *options_of(const sbx_http_options *given)
{
	sbx__http_options *options = NULL;
	sbx_error *error = NULL;
	if (sbx__http_options_new(&options, given, &error) < 0)
		print_message("%s\n", sbx_error_message(error));
	assert_non_null(options);
	assert_null(error);
	return options;
}

static void assert_refused_as(const sbx_http_options *given, sbx_status status, const char *argument, const char *words)
{
	sbx__http_options *options = NULL;
	sbx_error *error = NULL;
	assert_int_equal(sbx__http_options_new(&options, given, &error), status);
	assert_null(options);
	if (!strstr(sbx_error_message(error), words))
		print_message("%s\n", sbx_error_message(error));
	assert_non_null(strstr(sbx_error_message(error), words));
	assert_string_equal(sbx_error_argument(error), argument);
	sbx_error_free(error);
	/* An error that nobody wants is no error in itself. */
	assert_int_equal(sbx__http_options_new(&options, given, NULL), status);
}

static void assert_refused(const sbx_http_options *given, const char *argument, const char *words)
{
	assert_refused_as(given, SBX_ERROR_CONFIGURATION, argument, words);
}

static void the_defaults(void **state)
{
	(void)state;
	sbx_http_options empty = SBX_HTTP_OPTIONS_INIT;
	for (int round = 0; round < 2; round++) {
		sbx__http_options *options = options_of(round ? &empty : NULL);
		assert_int_equal(options->given, round);
		assert_string_equal(options->proxies.http, "");
		assert_string_equal(options->proxies.https, "");
		assert_string_equal(options->proxies.none_for, "");
		assert_null(options->proxies.username);
		assert_false(options->accept_invalid_certificates);
		assert_int_equal(options->minimum_tls, SBX_TLS_1_2);
		assert_int_equal(options->version, SBX_HTTP_1_1);
		assert_int_equal(options->compression, SBX_COMPRESSION_DEFAULT);
		assert_int_equal(options->max_redirects, 20);
		assert_int_equal(options->max_connections, 100);
		assert_int_equal(options->max_idle_connections, 20);
		assert_int_equal(options->idle_expiry, 5);
		assert_int_equal(options->keep_alive_interval, 60);
		assert_int_equal(options->max_header_bytes, 256 << 10);
		assert_int_equal(options->max_document_bytes, 256 << 20);
		assert_int_equal(options->max_event_line_bytes, 16 << 20);
		assert_true(options->max_body_bytes == INT64_MAX);
		assert_true(options->max_compressed_body_bytes == (int64_t)1 << 30);
		assert_true(options->max_memory_body_bytes == (int64_t)2 << 30);
		sbx__http_options_unref(options);
	}
}

static void what_is_given_is_copied(void **state)
{
	(void)state;
	char proxy[] = "socks5h://me:pw@host:9";
	char password[] = "pass";
	char override[] = "a:1:127.0.0.1,[::1]";
	char certificate[] = CERTIFICATE KEY;
	const char *overrides[] = {override, "*:65535:::1"};
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.proxy = proxy;
	given.certificate_data = certificate;
	given.certificate_length = strlen(certificate);
	given.key_password = password;
	given.name_overrides = overrides;
	given.name_overrides_count = 2;
	given.network_interface = "eth0";
	sbx__http_options *options = options_of(&given);
	memset(proxy, 'x', strlen(proxy));
	memset(password, 'x', strlen(password));
	memset(override, 'x', strlen(override));
	memset(certificate, 'x', strlen(certificate));
	assert_ptr_equal(sbx__http_options_ref(options), options);
	sbx__http_options_unref(options);
	assert_string_equal(options->proxies.http, "socks5h://me:pw@host:9");
	assert_string_equal(options->proxies.https, options->proxies.http);
	assert_string_equal(options->key_password, "pass");
	assert_int_equal(options->name_overrides_count, 2);
	assert_string_equal(options->name_overrides[0], "a:1:127.0.0.1,[::1]");
	assert_memory_equal(options->certificate.data, CERTIFICATE KEY, options->certificate.length);
	assert_string_equal(options->network_interface, "eth0");
	sbx__http_options_unref(options);
	sbx__http_options_unref(NULL);
}

static void numbers(void **state)
{
	(void)state;
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.idle_expiry = 1.9;
	given.keep_alive_interval = SBX_FOREVER;
	given.max_redirects = 0;
	given.max_connections = 1;
	given.max_idle_connections = 0;
	given.max_header_bytes = 1;
	given.max_document_bytes = 0;
	given.max_event_line_bytes = 7;
	given.max_body_bytes = 0;
	sbx__http_options *options = options_of(&given);
	assert_int_equal(options->idle_expiry, 1);
	assert_int_equal(options->keep_alive_interval, 0);
	assert_int_equal(options->max_redirects, 0);
	assert_int_equal(options->max_connections, 1);
	assert_int_equal(options->max_idle_connections, 0);
	assert_int_equal(options->max_event_line_bytes, 7);
	assert_true(options->max_body_bytes == 0 && options->max_compressed_body_bytes == 0);
	assert_true(options->max_memory_body_bytes == 0);
	sbx__http_options_unref(options);
	given.idle_expiry = INFINITY;
	given.follow_redirects = SBX_FLAG_NO;
	options = options_of(&given);
	assert_int_equal(options->idle_expiry, -1);
	assert_false(options->follow_redirects);
	sbx__http_options_unref(options);
}

static void numbers_that_are_none_are_refused(void **state)
{
	(void)state;
	const struct {
		size_t offset;
		const char *name;
		double value;
	} doubles[] = {
#define CASE(name, value) {offsetof(sbx_http_options, name), #name, value}
	        CASE(idle_expiry, -0.5),      CASE(idle_expiry, NAN),         CASE(idle_expiry, -3),
	        CASE(keep_alive_interval, 0), CASE(keep_alive_interval, 0.9), CASE(keep_alive_interval, -INFINITY),
	};
	const struct {
		size_t offset;
		const char *name;
		int value;
	} integers[] = {
	        CASE(max_redirects, -2),
	        CASE(max_connections, 0),
	        CASE(max_connections, -2),
	        CASE(max_idle_connections, -2),
	        CASE(minimum_tls, 3),
	        CASE(minimum_tls, -1),
	        CASE(version, 3),
	        CASE(compression, 4),
	        CASE(follow_redirects, 3),
	        CASE(accept_invalid_certificates, -1),
	        CASE(environment_proxies, 3),
	};
	const struct {
		size_t offset;
		const char *name;
		int64_t value;
	} large[] = {
	        CASE(max_header_bytes, 0),     CASE(max_header_bytes, INT64_MIN), CASE(max_document_bytes, -2),
	        CASE(max_event_line_bytes, 0), CASE(max_body_bytes, -2),
#undef CASE
	};
#define EACH(table) \
	for (size_t index = 0; index < sizeof table / sizeof table[0]; index++) { \
		sbx_http_options given = SBX_HTTP_OPTIONS_INIT; \
		memcpy((char *)&given + table[index].offset, &table[index].value, sizeof table[index].value); \
		assert_refused_as(&given, SBX_ERROR_INVALID_ARGUMENT, table[index].name, table[index].name); \
	}
	EACH(doubles)
	EACH(integers)
	EACH(large)
#undef EACH
}

static void proxies_that_are_none_are_refused(void **state)
{
	(void)state;
	static const char *const urls[] = {
	        "ftp://host",     "unix:///run/x", "http://",    "http://ho st",  "http://host\n", "://host",
	        "http://host:0x", "http://:8080",  "host:99999", "socks6://host", "file:///x",     " ",
	};
	for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
		sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
		given.proxy = urls[index];
		assert_refused(&given, "proxy", "proxy: ");
	}
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.no_proxy = "a\nb";
	assert_refused(&given, "no_proxy", "byte");
}

static void passwords_are_in_no_error(void **state)
{
	(void)state;
	static const char *const urls[] = {"ftp://me:secret-word@host", "http://me:secret-word@",
	                                   "http://me:secret-word@a b"};
	for (size_t index = 0; index < sizeof urls / sizeof urls[0]; index++) {
		sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
		sbx__http_options *options = NULL;
		sbx_error *error = NULL;
		given.proxy = urls[index];
		assert_int_equal(sbx__http_options_new(&options, &given, &error), SBX_ERROR_CONFIGURATION);
		assert_null(strstr(sbx_error_message(error), "secret-word"));
		sbx_error_free(error);
	}
}

static void what_contradicts_itself_is_refused(void **state)
{
	(void)state;
	const sbx_http_options none = SBX_HTTP_OPTIONS_INIT;
	sbx_http_options given = none;
	given.unix_socket = "/run/x";
	given.proxy = "host";
	assert_refused(&given, "unix_socket", "contradicts proxy");
	given.proxy = "";
	sbx__http_options_unref(options_of(&given));
	given.local_address = "127.0.0.1";
	assert_refused(&given, "unix_socket", "contradicts local_address");
	given.local_address = NULL;
	given.network_interface = "lo";
	assert_refused(&given, "unix_socket", "contradicts network_interface");
	given = none;
	given.local_address = "::1";
	sbx__http_options_unref(options_of(&given));
	given.network_interface = "lo";
	assert_refused(&given, "network_interface", "contradicts local_address");
	given = none;
	given.proxy_password = "p";
	assert_refused(&given, "proxy_password", "without proxy_username");
	given.proxy_username = "u";
	assert_refused(&given, "proxy_username", "without proxy");
	given.proxy = "http://me@host";
	assert_refused(&given, "proxy_username", "of its own");
	given = none;
	given.accept_invalid_certificates = SBX_FLAG_YES;
	given.ca_data = CERTIFICATE;
	given.ca_length = strlen(CERTIFICATE);
	assert_refused(&given, "accept_invalid_certificates", "contradicts the authorities");
	given.ca_data = NULL;
	given.ca_length = 0;
	given.crl_file = "lists.pem";
	assert_refused(&given, "accept_invalid_certificates", "contradicts crl_file");
}

static void texts_that_say_nothing_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		const char *name;
	} texts[] = {
#define CASE(name) {offsetof(sbx_http_options, name), #name}
	        CASE(unix_socket),
	        CASE(network_interface),
	        CASE(crl_file),
#undef CASE
	};
	const char *empty = "";
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
		sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
		memcpy((char *)&given + texts[index].offset, &empty, sizeof empty);
		assert_refused(&given, texts[index].name, "it is empty");
	}
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.local_address = "localhost";
	assert_refused(&given, "local_address", "localhost is not an address");
}

static void texts_that_are_too_long_are_refused(void **state)
{
	(void)state;
	char text[200];
	memset(text, 'x', sizeof text);
	text[108] = '\0';
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.unix_socket = text;
	assert_refused(&given, "unix_socket", "longer than 107 bytes");
	given.unix_socket = NULL;
	text[16] = '\0';
	given.network_interface = text;
	assert_refused(&given, "network_interface", "longer than 15 bytes");
}

static void name_overrides_are_addresses(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	        "",
	        "host",
	        "host:80",
	        "host:80:",
	        ":80:127.0.0.1",
	        "host:0:127.0.0.1",
	        "host:65536:127.0.0.1",
	        "h:x:::1",
	        "host:80:name",
	        "host:80:127.0.0.1,",
	        "host:80:1.2.3.4.5",
	        "-host:80",
	        "+h:80:127.0.0.1",
	        "h:80:[::1",
	        "h:-1:::1",
	        "h: 8:::1",
	};
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.name_overrides_count = 1;
	assert_refused(&given, "name_overrides", "count");
	for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
		const char *texts[] = {"good:1:127.0.0.1", wrong[index]};
		given.name_overrides = texts;
		given.name_overrides_count = 2;
		assert_refused(&given, "name_overrides", "is not host:port:address");
	}
	const char *null[] = {NULL};
	given.name_overrides = null;
	given.name_overrides_count = 1;
	assert_refused(&given, "name_overrides", "NULL");
}

static void certificates_that_are_none_are_refused(void **state)
{
	(void)state;
	const sbx_http_options none = SBX_HTTP_OPTIONS_INIT;
	test_folder folder;
	folder_make(&folder);
	const char *text = folder_file(&folder, "text");
	const char *right = folder_file(&folder, "right");
	file_write(text, "no certificate", 14);
	file_write(right, CERTIFICATE, strlen(CERTIFICATE));
	sbx_http_options given = none;
	given.ca_file = folder_file(&folder, "missing");
	assert_refused(&given, "ca_file", "No such file");
	given.ca_file = text;
	assert_refused(&given, "ca_file", "no certificate in the PEM format");
	given.ca_file = folder.path;
	assert_refused(&given, "ca_file", "Is a directory");
	given.ca_file = "/dev/zero";
	assert_refused(&given, "ca_file", "/dev/zero");
	given.ca_file = "";
	assert_refused(&given, "ca_file", "No such file");
	given.ca_file = right;
	sbx__http_options_unref(options_of(&given));
	given.ca_data = CERTIFICATE;
	assert_refused(&given, "ca_data", "ca_file is given as well");
	given = none;
	given.ca_directory = text;
	assert_refused(&given, "ca_directory", "Not a directory");
	given.ca_directory = folder.path;
	sbx__http_options_unref(options_of(&given));
	given = none;
	given.certificate_file = right;
	given.key_file = right;
	assert_refused(&given, "key_file", "no private key in the PEM format");
	given.certificate_file = NULL;
	assert_refused(&given, "key_file", "without a certificate");
	given.key_file = NULL;
	given.key_data = KEY;
	assert_refused(&given, "key_data", "without a certificate");
	given = none;
	given.key_password = "p";
	assert_refused(&given, "key_password", "without a certificate");
	given = none;
	given.ca_length = 3;
	assert_refused(&given, "ca_data", "a length without bytes");
	folder_remove(&folder);
}

static void lists_of_revoked_certificates_that_are_none_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *words;
	} wrong[] = {
	        {"no list", "no list of revoked certificates in the PEM format"},
	        {CERTIFICATE KEY, "no list of revoked certificates in the PEM format"},
	        {"-----BEGIN X509 CRL-----\nMIIB\n", "is cut short"},
	};
	test_folder folder;
	folder_make(&folder);
	const char *file = folder_file(&folder, "lists");
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.crl_file = folder_file(&folder, "missing");
	assert_refused(&given, "crl_file", "No such file");
	given.crl_file = folder.path;
	assert_refused(&given, "crl_file", "Is a directory");
	given.crl_file = file;
	for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
		file_write(file, wrong[index].text, strlen(wrong[index].text));
		assert_refused(&given, "crl_file", wrong[index].words);
	}
	file_write(file, CERTIFICATE REVOCATIONS, strlen(CERTIFICATE REVOCATIONS));
	sbx__http_options *options = options_of(&given);
	assert_string_equal(options->crl_file, file);
	sbx__http_options_unref(options);
	folder_remove(&folder);
}

static void bytes_that_are_no_certificate_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *data;
		const char *words;
	} wrong[] = {
	        {"", "no certificate"},
	        {KEY, "no certificate"},
	        {"-----BEGIN CERTIFICATE-----\nMIIB\n", "cut short"},
	        {"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n", "no certificate"},
	        {"-----BEGIN CERTIFICATE", "no certificate"},
	        {"-----BEGIN ", "no certificate"},
	        {"-----BEGIN X\n CERTIFICATE-----\n-----END", "no certificate"},
	};
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
		given.ca_data = wrong[index].data;
		given.ca_length = strlen(wrong[index].data);
		assert_refused(&given, "ca_data", wrong[index].words);
	}
	/* Whatever is cut off, nothing is read behind it. */
	for (size_t length = 0; length < strlen(CERTIFICATE); length++) {
		char *cut = malloc(length + 1);
		assert_non_null(cut);
		memcpy(cut, CERTIFICATE, length);
		char *exact = realloc(cut, length ? length : 1);
		given.ca_data = exact;
		given.ca_length = length;
		sbx__http_options *options = NULL;
		sbx_status status = sbx__http_options_new(&options, &given, NULL);
		assert_int_equal(status == SBX_OK, strstr(CERTIFICATE, "-----END ") + 9 - CERTIFICATE <= (long)length);
		sbx__http_options_unref(options);
		free(exact);
	}
	static const char trusted[] =
	        "text\n-----BEGIN TRUSTED CERTIFICATE-----\nM\n-----END TRUSTED CERTIFICATE-----\n";
	given.ca_data = trusted;
	given.ca_length = sizeof trusted - 1;
	sbx__http_options_unref(options_of(&given));
}

static void structs_of_other_versions(void **state)
{
	(void)state;
	struct {
		sbx_http_options known;
		int64_t newer;
	} longer = {.known = SBX_HTTP_OPTIONS_INIT};
	longer.known.size = sizeof longer;
	sbx__http_options_unref(options_of(&longer.known));
	longer.newer = 1;
	assert_refused_as(&longer.known, SBX_ERROR_INVALID_ARGUMENT, "http", "does not know");
	sbx_http_options given = SBX_HTTP_OPTIONS_INIT;
	given.max_body_bytes = 5;
	given.size = offsetof(sbx_http_options, max_body_bytes);
	sbx__http_options *options = options_of(&given);
	assert_true(options->max_body_bytes == INT64_MAX);
	sbx__http_options_unref(options);
	/* A program of before revocation was checked. */
	given.crl_file = "left as it was";
	given.size = offsetof(sbx_http_options, crl_file);
	options = options_of(&given);
	assert_true(options->max_body_bytes == 5 && !options->crl_file);
	sbx__http_options_unref(options);
	given.size = 3;
	assert_refused_as(&given, SBX_ERROR_INVALID_ARGUMENT, "http", "_INIT");
}

static void clients_have_options(void **state)
{
	(void)state;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	sbx_client *copy = NULL;
	sbx_error *error = NULL;
	options.api_key = "key";
	options.http = &http;
	http.proxy = "ftp://host";
	assert_int_equal(sbx_client_new(&client, &options, &error), SBX_ERROR_CONFIGURATION);
	assert_null(client);
	sbx_error_free(error);
	error = NULL;
	http.proxy = NULL;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	/* A copy shares the core, one with other options does not. */
	assert_int_equal(sbx_client_with_options(client, NULL, &copy, NULL), SBX_OK);
	assert_ptr_equal(copy->core, client->core);
	assert_ptr_equal(copy->config->http, client->config->http);
	sbx_client_free(copy);
	http.max_connections = 3;
	assert_int_equal(sbx_client_with_options(client, &options, &copy, NULL), SBX_OK);
	assert_ptr_not_equal(copy->core, client->core);
	assert_int_equal(copy->config->http->max_connections, 3);
	sbx_client_close(copy);
	assert_false(sbx_client_is_closed(client));
	sbx_client_free(copy);
	assert_int_equal(sbx_client_set_options(client, &options, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "http");
	assert_int_equal(client->config->http->max_connections, 100);
	sbx_error_free(error);
	sbx_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_defaults),
	        cmocka_unit_test(what_is_given_is_copied),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(numbers_that_are_none_are_refused),
	        cmocka_unit_test(proxies_that_are_none_are_refused),
	        cmocka_unit_test(passwords_are_in_no_error),
	        cmocka_unit_test(what_contradicts_itself_is_refused),
	        cmocka_unit_test(texts_that_say_nothing_are_refused),
	        cmocka_unit_test(texts_that_are_too_long_are_refused),
	        cmocka_unit_test(name_overrides_are_addresses),
	        cmocka_unit_test(certificates_that_are_none_are_refused),
	        cmocka_unit_test(lists_of_revoked_certificates_that_are_none_are_refused),
	        cmocka_unit_test(bytes_that_are_no_certificate_are_refused),
	        cmocka_unit_test(structs_of_other_versions),
	        cmocka_unit_test(clients_have_options),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
