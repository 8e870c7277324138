/* Bodies of multipart/form-data, byte for byte, however they are read. */
#include <stdlib.h>
#include <string.h>

#include "multipart.h"
#include "support.h"

#define BOUNDARY "abababababababababababababababab"

static sbx_source memory_source(const char *data, size_t length)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = data;
	source.length = length;
	return source;
}

static void begin(sbx__multipart *form)
{
	fake_platform fake;
	fake_platform_init(&fake);
	fake.random = 0xab;
	assert_true(sbx__multipart_init(form, &fake.platform));
	assert_string_equal(form->boundary, BOUNDARY);
}

static void assert_body(sbx__multipart *form, size_t capacity, const char *expected, size_t length)
{
	/* Of just the capacity, so that a byte too many is seen. */
	char *bytes = malloc(capacity);
	sbx__buffer body = {0};
	int64_t got;
	while ((got = sbx__multipart_read(form, bytes, capacity)) > 0) {
		assert_true((size_t)got <= capacity);
		sbx__buffer_append(&body, bytes, (size_t)got);
	}
	assert_int_equal(got, 0);
	assert_int_equal(sbx__multipart_read(form, bytes, capacity), 0);
	assert_int_equal(body.length, length);
	assert_memory_equal(body.data, expected, length);
	sbx__buffer_free(&body);
	free(bytes);
}

static void every_read_size_gives_the_same_bytes(void **state)
{
	(void)state;
	static const char expected[] = "--" BOUNDARY "\r\n"
	                               "Content-Disposition: form-data; name=\"path\"\r\n"
	                               "\r\n"
	                               "/data/\0x\r\n"
	                               "--" BOUNDARY "\r\n"
	                               "Content-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
	                               "Content-Type: application/octet-stream\r\n"
	                               "\r\n"
	                               "\r\n--\0\xff"
	                               "bytes\r\n"
	                               "--" BOUNDARY "--\r\n";
	size_t length = sizeof expected - 1;
	sbx_source source = memory_source("\r\n--\0\xff"
	                                  "bytes",
	                                  11);
	for (size_t capacity = 1; capacity <= length + 1; capacity++) {
		sbx__source_reader file;
		sbx__multipart form;
		assert_int_equal(sbx__source_open(&file, &source, NULL), SBX_OK);
		begin(&form);
		sbx__multipart_add_text(&form, "path", NULL, "/data/\0x", 8);
		sbx__multipart_add_file(&form, "file", &file);
		assert_true(sbx__multipart_finish(&form));
		assert_int_equal(sbx__multipart_total(&form), length);
		assert_body(&form, capacity, expected, length);
		assert_true(sbx__multipart_rewind(&form));
		assert_body(&form, length + 1 - capacity ? length + 1 - capacity : 1, expected, length);
		sbx__multipart_free(&form);
		sbx__source_close(&file);
	}
}

static void names_cannot_break_out_of_their_header(void **state)
{
	(void)state;
	static const char expected[] =
	        "--" BOUNDARY "\r\n"
	        "Content-Disposition: form-data; name=\"a%22%0D%0Ab%25\xc3\xa9\"\r\n"
	        "\r\n"
	        "\"\r\n\r\n"
	        "--" BOUNDARY "\r\n"
	        "Content-Disposition: form-data; name=\"%0A\"; filename=\"x%22; y=%22%0D%0Az\"\r\n"
	        "Content-Type: text/plain\r\n"
	        "\r\n"
	        "\r\n"
	        "--" BOUNDARY "--\r\n";
	sbx_source source = memory_source("", 0);
	source.filename = "x\"; y=\"\r\nz";
	source.content_type = "text/plain";
	sbx__source_reader file;
	sbx__multipart form;
	assert_int_equal(sbx__source_open(&file, &source, NULL), SBX_OK);
	begin(&form);
	sbx__multipart_add_text(&form, "a\"\r\nb%25\xc3\xa9", NULL, "\"\r\n", 3);
	sbx__multipart_add_file(&form, "\n", &file);
	assert_true(sbx__multipart_finish(&form));
	assert_body(&form, 64, expected, sizeof expected - 1);
	sbx__multipart_free(&form);
	sbx__source_close(&file);
}

static void without_a_file_there_are_only_texts(void **state)
{
	(void)state;
	static const char expected[] = "--" BOUNDARY "\r\n"
	                               "Content-Disposition: form-data; name=\"a\"\r\n"
	                               "\r\n"
	                               "\r\n"
	                               "--" BOUNDARY "--\r\n";
	sbx__multipart form;
	begin(&form);
	sbx__multipart_add_text(&form, "a", NULL, "", 0);
	assert_true(sbx__multipart_finish(&form));
	assert_int_equal(sbx__multipart_total(&form), sizeof expected - 1);
	assert_body(&form, 5, expected, sizeof expected - 1);
	assert_true(sbx__multipart_rewind(&form));
	assert_body(&form, 500, expected, sizeof expected - 1);
	sbx__multipart_free(&form);
}

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	int *left = user_data;
	(void)capacity;
	if (*left <= 0)
		return *left;
	*(char *)buffer = 'x';
	--*left;
	return 1;
}

static sbx_source callback_source(int *left)
{
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give;
	source.user_data = left;
	return source;
}

static void a_file_of_unknown_length_has_no_total(void **state)
{
	(void)state;
	int left = 5;
	sbx_source source = callback_source(&left);
	sbx__source_reader file;
	sbx__multipart form;
	char bytes[1000];
	size_t length = 0;
	int64_t got;
	assert_int_equal(sbx__source_open(&file, &source, NULL), SBX_OK);
	begin(&form);
	sbx__multipart_add_file(&form, "file", &file);
	assert_true(sbx__multipart_finish(&form));
	assert_int_equal(sbx__multipart_total(&form), -1);
	while ((got = sbx__multipart_read(&form, bytes + length, sizeof bytes - length)) > 0)
		length += (size_t)got;
	bytes[length] = '\0';
	assert_non_null(strstr(bytes, "\r\n\r\nxxxxx\r\n--" BOUNDARY "--\r\n"));
	/* The source can be read only once. */
	assert_false(sbx__multipart_rewind(&form));
	sbx__multipart_free(&form);
	sbx__source_close(&file);
}

static void a_file_that_fails_ends_the_body(void **state)
{
	(void)state;
	int left = -1;
	sbx_source source = callback_source(&left);
	sbx__source_reader file;
	sbx__multipart form;
	char bytes[1000];
	int64_t got;
	assert_int_equal(sbx__source_open(&file, &source, NULL), SBX_OK);
	begin(&form);
	sbx__multipart_add_file(&form, "file", &file);
	assert_true(sbx__multipart_finish(&form));
	while ((got = sbx__multipart_read(&form, bytes, sizeof bytes)) > 0)
		;
	assert_true(got < 0);
	assert_true(sbx__multipart_read(&form, bytes, sizeof bytes) < 0);
	sbx__multipart_free(&form);
	sbx__source_close(&file);
}

static bool no_random(void *context, void *bytes, size_t length)
{
	(void)context, (void)bytes, (void)length;
	return false;
}

static void without_randomness_there_is_no_boundary(void **state)
{
	(void)state;
	sbx__multipart first, second;
	fake_platform fake;
	fake_platform_init(&fake);
	fake.platform.random = no_random;
	assert_false(sbx__multipart_init(&first, &fake.platform));
	assert_true(sbx__multipart_init(&first, &sbx__platform_system));
	assert_true(sbx__multipart_init(&second, &sbx__platform_system));
	assert_string_not_equal(first.boundary, second.boundary);
}

static void a_part_has_headers_of_its_own(void **state)
{
	(void)state;
	static const char expected[] = "--" BOUNDARY "\r\n"
	                               "Content-Disposition: form-data; name=\"a\"\r\n"
	                               "X-One: 1\r\n"
	                               "X-Two: \r\n"
	                               "Content-Type: text/plain\r\n"
	                               "\r\n"
	                               "x\r\n"
	                               "--" BOUNDARY "\r\n"
	                               "Content-Disposition: form-data; name=\"b\"; filename=\"file\"\r\n"
	                               "content-type: image/x\r\n"
	                               "\r\n"
	                               "y\r\n"
	                               "--" BOUNDARY "--\r\n";
	static const sbx_pair headers[] = {{"X-One", "1"}, {"X-None", NULL}, {"X-Two", ""}};
	static const sbx_pair type = {"content-type", "image/x"};
	sbx_source source = memory_source("y", 1);
	sbx__source_reader file;
	sbx__multipart form;
	sbx_part text = SBX_PART_INIT, other = SBX_PART_INIT;
	text.name = "a";
	text.text = "x";
	text.content_type = "text/plain";
	text.headers = headers;
	text.headers_count = 3;
	other.name = "b";
	other.headers = &type;
	other.headers_count = 1;
	assert_int_equal(sbx__source_open(&file, &source, NULL), SBX_OK);
	begin(&form);
	sbx__multipart_add_part(&form, &text, NULL);
	sbx__multipart_add_part(&form, &other, &file);
	assert_true(sbx__multipart_finish(&form));
	assert_int_equal(sbx__multipart_total(&form), sizeof expected - 1);
	assert_body(&form, 64, expected, sizeof expected - 1);
	sbx__multipart_free(&form);
	sbx__source_close(&file);
}

static void a_type_may_name_its_boundary(void **state)
{
	(void)state;
	static const struct {
		const char *type, *boundary;
	} cases[] = {
	        {"multipart/form-data; boundary=abc", "abc"},
	        {"multipart/form-data;boundary=abc", "abc"},
	        {"Multipart/Form-Data ;\tBOUNDARY=abc ; charset=x", "abc"},
	        {"multipart/form-data; charset=utf-8; boundary=\"a b;c\"; x=y", "a b;c"},
	        {"multipart/form-data; boundary=", ""},
	        {"multipart/form-data; boundary=\"a", "a"},
	        {"multipart/form-data; xboundary=abc", NULL},
	        {"multipart/form-data; boundary", NULL},
	        {"multipart/form-data;", NULL},
	        {"multipart/form-data", NULL},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		size_t length = 0;
		const char *found = sbx__multipart_find_boundary(cases[index].type, &length);
		assert_true(sbx__multipart_is_type(cases[index].type));
		assert_int_equal(found != NULL, cases[index].boundary != NULL);
		if (!found)
			continue;
		assert_int_equal(length, strlen(cases[index].boundary));
		assert_memory_equal(found, cases[index].boundary, length);
	}
	assert_false(sbx__multipart_is_type("multipart/mixed; boundary=abc"));
	assert_false(sbx__multipart_is_type("multipart/form-database"));
	assert_false(sbx__multipart_is_type(""));
}

static void a_boundary_may_be_somebodys_own(void **state)
{
	(void)state;
	static const char longest[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
	static const char *const others[] = {"", "a ", "a\"", "a\r\n", "a;", "\xc3\xa9"};
	sbx__multipart form;
	assert_true(sbx__multipart_init_own(&form, "a b'()+_,-./:=?Zz9rest", 18));
	assert_string_equal(form.boundary, "a b'()+_,-./:=?Zz9");
	assert_true(sbx__multipart_init_own(&form, longest, SBX__BOUNDARY_LENGTH));
	assert_string_equal(form.boundary, longest);
	sbx__multipart_add_text(&form, "n", NULL, "t", 1);
	assert_true(sbx__multipart_finish(&form));
	assert_int_equal(sbx__multipart_total(&form),
	                 2 * (2 + 70) + 2 + strlen("Content-Disposition: form-data; name=\"n\"") + 4 + 1 + 2 + 4);
	sbx__multipart_free(&form);
	for (size_t index = 0; index < sizeof others / sizeof others[0]; index++)
		assert_false(sbx__multipart_init_own(&form, others[index], strlen(others[index])));
	assert_false(sbx__multipart_init_own(&form,
	                                     "01234567890123456789012345678901234567890123456789012345678901234567891",
	                                     SBX__BOUNDARY_LENGTH + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_read_size_gives_the_same_bytes),
	        cmocka_unit_test(names_cannot_break_out_of_their_header),
	        cmocka_unit_test(without_a_file_there_are_only_texts),
	        cmocka_unit_test(a_file_of_unknown_length_has_no_total),
	        cmocka_unit_test(a_file_that_fails_ends_the_body),
	        cmocka_unit_test(without_randomness_there_is_no_boundary),
	        cmocka_unit_test(a_part_has_headers_of_its_own),
	        cmocka_unit_test(a_type_may_name_its_boundary),
	        cmocka_unit_test(a_boundary_may_be_somebodys_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
