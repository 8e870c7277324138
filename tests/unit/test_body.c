/* Bodies: bytes, forms and sources, read, rewound and counted in the same way. */
#include <string.h>

#include "body.h"
#include "support.h"

static sbx__source_reader reader_of(const char *text)
{
	sbx_source source = SBX_SOURCE_INIT;
	sbx__source_reader reader;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = text;
	source.length = strlen(text);
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	return reader;
}

static int64_t give_or_fail(void *user_data, void *buffer, size_t capacity)
{
	int *left = user_data;
	(void)capacity;
	if (*left <= 0)
		return *left;
	*(char *)buffer = 'x';
	--*left;
	return 1;
}

static sbx__source_reader reader_once(int *left)
{
	sbx_source source = SBX_SOURCE_INIT;
	sbx__source_reader reader;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give_or_fail;
	source.user_data = left;
	assert_int_equal(sbx__source_open(&reader, &source, NULL), SBX_OK);
	return reader;
}

/* Reads to the end by so many bytes at a time; what read() said last. */
static int64_t read_all(sbx__body *body, size_t capacity, sbx__buffer *all)
{
	char bytes[64];
	int64_t got;
	sbx__buffer_clear(all);
	while ((got = sbx__body_read(body, bytes, capacity)) > 0)
		sbx__buffer_append(all, bytes, (size_t)got);
	return got;
}

static void assert_whole(sbx__body *body, const char *expected)
{
	sbx__buffer all = {0};
	for (size_t capacity = 1; capacity <= 64; capacity += 9) {
		assert_int_equal(sbx__body_length(body), strlen(expected));
		assert_int_equal(read_all(body, capacity, &all), 0);
		assert_string_equal(all.data, expected);
		assert_true(sbx__body_rewind(body));
	}
	sbx__buffer_free(&all);
}

static void bytes_are_a_body(void **state)
{
	(void)state;
	sbx__body body = {.form = SBX__BODY_IN_MEMORY};
	int64_t total;
	sbx__buffer_text(&body.bytes, "some bytes");
	assert_string_equal(sbx__body_bytes(&body), "some bytes");
	assert_whole(&body, "some bytes");
	assert_true(sbx__body_can_rewind(&body));
	assert_int_equal(sbx__body_sources_done(&body, &total), 0);
	assert_int_equal(total, 0);
	assert_int_equal(sbx__body_failure(&body, NULL), SBX_OK);
	sbx__body_free(&body);
}

static void a_source_is_a_body(void **state)
{
	(void)state;
	sbx__source_reader reader = reader_of("some bytes");
	sbx__body body = {.form = SBX__BODY_STREAMED, .source = &reader};
	char bytes[4];
	int64_t total;
	assert_null(sbx__body_bytes(&body));
	assert_whole(&body, "some bytes");
	assert_true(sbx__body_can_rewind(&body));
	assert_int_equal(sbx__body_read(&body, bytes, 4), 4);
	assert_int_equal(sbx__body_sources_done(&body, &total), 4);
	assert_int_equal(total, 10);
	sbx__body_free(&body);
}

static void begin_form(sbx__body *body)
{
	fake_platform fake;
	fake_platform_init(&fake);
	fake.random = 0x11;
	*body = (sbx__body){.form = SBX__BODY_FORM};
	assert_true(sbx__multipart_init(&body->multipart, &fake.platform));
}

#define BOUNDARY "11111111111111111111111111111111"
#define FILE_PART(name, body) \
	"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"file\"\r\n" \
	"Content-Type: application/octet-stream\r\n\r\n" body "\r\n"

static void a_form_of_many_files_is_a_body(void **state)
{
	(void)state;
	sbx__source_reader first = reader_of("one"), second = reader_of(""), third = reader_of("three");
	sbx__body body;
	sbx__buffer all = {0};
	int64_t total;
	begin_form(&body);
	sbx__multipart_add_file(&body.multipart, "a", &first);
	sbx__multipart_add_file(&body.multipart, "b", &second);
	sbx__multipart_add_file(&body.multipart, "c", &third);
	assert_true(sbx__multipart_finish(&body.multipart));
	assert_whole(&body, FILE_PART("a", "one") FILE_PART("b", "") FILE_PART("c", "three") "--" BOUNDARY "--\r\n");
	assert_true(sbx__body_can_rewind(&body));
	assert_int_equal(read_all(&body, 64, &all), 0);
	assert_int_equal(sbx__body_sources_done(&body, &total), 8);
	assert_int_equal(total, 8);
	sbx__buffer_free(&all);
	sbx__body_free(&body);
}

static void one_source_decides_for_all(void **state)
{
	(void)state;
	int left = 2;
	sbx__source_reader first = reader_of("one"), second = reader_once(&left);
	sbx__body body;
	sbx__buffer all = {0};
	sbx_error *error = NULL;
	int64_t total;
	begin_form(&body);
	sbx__multipart_add_file(&body.multipart, "a", &first);
	sbx__multipart_add_file(&body.multipart, "b", &second);
	assert_true(sbx__multipart_finish(&body.multipart));
	assert_int_equal(sbx__body_length(&body), -1);
	assert_false(sbx__body_can_rewind(&body));
	assert_true(sbx__body_rewind(&body)); /* nothing was read yet */
	assert_int_equal(read_all(&body, 64, &all), 0);
	assert_non_null(strstr(all.data, "\r\n\r\nxx\r\n"));
	assert_int_equal(sbx__body_sources_done(&body, &total), 5);
	assert_int_equal(total, -1);
	assert_int_equal(sbx__body_failure(&body, NULL), SBX_OK);
	assert_false(sbx__body_rewind(&body));
	sbx__body_free(&body);

	left = -1;
	first = reader_of("one");
	second = reader_once(&left);
	begin_form(&body);
	sbx__multipart_add_file(&body.multipart, "a", &first);
	sbx__multipart_add_file(&body.multipart, "b", &second);
	assert_true(sbx__multipart_finish(&body.multipart));
	assert_true(read_all(&body, 64, &all) < 0);
	assert_int_equal(sbx__body_failure(&body, &error), SBX_ERROR_LOCAL_FILE);
	sbx_error_free(error);
	sbx__buffer_free(&all);
	sbx__body_free(&body);
}

static void totals_beyond_any_number_are_not_known(void **state)
{
	(void)state;
	sbx__source_reader first = reader_of("one"), second = reader_of("two");
	sbx__body body;
	int64_t total;
	first.total = second.total = INT64_MAX / 2 + 1;
	begin_form(&body);
	sbx__multipart_add_file(&body.multipart, "a", &first);
	sbx__multipart_add_file(&body.multipart, "b", &second);
	assert_true(sbx__multipart_finish(&body.multipart));
	assert_int_equal(sbx__body_length(&body), -1);
	sbx__body_sources_done(&body, &total);
	assert_int_equal(total, -1);
	sbx__body_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(bytes_are_a_body),
	        cmocka_unit_test(a_source_is_a_body),
	        cmocka_unit_test(a_form_of_many_files_is_a_body),
	        cmocka_unit_test(one_source_decides_for_all),
	        cmocka_unit_test(totals_beyond_any_number_are_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
