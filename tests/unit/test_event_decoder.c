/* Server-sent events out of bytes that come in pieces: every text is split at each place, and given byte by byte. */
#include <string.h>

#include "error.h"
#include "event_decoder.h"
#include "support.h"

#define LINE_LIMIT 64
#define EVENT_LIMIT 60

/* What came out: "type|data|id|retry;" for each event. */
static sbx_status drain(sbx__event_decoder *decoder, sbx__buffer *result)
{
	sbx_event event = SBX_EVENT_INIT;
	sbx_status status;
	while ((status = sbx__event_decoder_next(decoder, &event, NULL)) == SBX_OK) {
		assert_int_equal(event.size, sizeof event);
		assert_int_equal(event.type[event.type_length], '\0');
		assert_int_equal(event.data[event.data_length], '\0');
		sbx__buffer_append(result, event.type, event.type_length);
		sbx__buffer_byte(result, '|');
		sbx__buffer_append(result, event.data, event.data_length);
		sbx__buffer_format(result, "|%s|%lld;", event.id, (long long)event.retry);
	}
	return status;
}

/* Says at the end what is wrong, or that the stream was cut. */
static void finish(sbx__event_decoder *decoder, sbx__buffer *result)
{
	sbx_status status = drain(decoder, result);
	assert_int_equal(drain(decoder, result), status);
	if (status < 0)
		sbx__buffer_text(result, sbx_status_name(status));
	else if (sbx__event_decoder_is_open(decoder))
		sbx__buffer_text(result, "cut");
	sbx__event_decoder_free(decoder);
}

static void begin(sbx__event_decoder *decoder, sbx__buffer *result)
{
	*result = (sbx__buffer){0};
	sbx__buffer_text(result, "");
	sbx__event_decoder_init(decoder, LINE_LIMIT, EVENT_LIMIT);
}

static void assert_result(sbx__buffer *result, const char *expected, size_t length)
{
	if (result->length != length || memcmp(result->data, expected, length) != 0)
		print_error("got %.*s\n", (int)result->length, result->data);
	assert_int_equal(result->length, length);
	assert_memory_equal(result->data, expected, length);
	sbx__buffer_free(result);
}

static void assert_split(const char *text, size_t length, size_t at, bool between, const char *expected,
                         size_t expected_length)
{
	sbx__event_decoder decoder;
	sbx__buffer result;
	begin(&decoder, &result);
	sbx__event_decoder_feed(&decoder, text, at);
	if (between)
		drain(&decoder, &result);
	sbx__event_decoder_feed(&decoder, text + at, length - at);
	finish(&decoder, &result);
	assert_result(&result, expected, expected_length);
}

static void assert_bytes(const char *text, size_t length, const char *expected, size_t expected_length)
{
	sbx__event_decoder decoder;
	sbx__buffer result;
	begin(&decoder, &result);
	for (size_t index = 0; index < length; index++) {
		sbx__event_decoder_feed(&decoder, text + index, 1);
		drain(&decoder, &result);
	}
	finish(&decoder, &result);
	assert_result(&result, expected, expected_length);
}

static void assert_events(const char *text, size_t length, const char *expected, size_t expected_length)
{
	for (size_t at = 0; at <= length; at++) {
		assert_split(text, length, at, true, expected, expected_length);
		assert_split(text, length, at, false, expected, expected_length);
	}
	assert_bytes(text, length, expected, expected_length);
}

#define ASSERT_EVENTS(text, expected) assert_events(text, sizeof text - 1, expected, sizeof expected - 1)

static void the_standards_own_examples(void **state)
{
	(void)state;
	ASSERT_EVENTS("data: This is the first message.\n\n"
	              "data: This is the second message, it\ndata: has two lines.\n\n"
	              "data: This is the third message.\n\n",
	              "message|This is the first message.||-1;"
	              "message|This is the second message, it\nhas two lines.||-1;"
	              "message|This is the third message.||-1;");
	ASSERT_EVENTS("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n",
	              "add|73857293||-1;remove|2153||-1;add|113411||-1;");
	ASSERT_EVENTS("data: YHOO\ndata: +2\ndata: 10\n\n", "message|YHOO\n+2\n10||-1;");
	ASSERT_EVENTS(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
	              "message|first event|1|-1;message|second event||-1;message| third event||-1;");
	ASSERT_EVENTS("data\n\ndata\ndata\n\ndata:", "message|||-1;message|\n||-1;cut");
	ASSERT_EVENTS("data:test\n\ndata: test\n\n", "message|test||-1;message|test||-1;");
}

static void every_kind_of_end_ends_a_line(void **state)
{
	(void)state;
	ASSERT_EVENTS("data:a\r\rdata:b\r\n\r\ndata:c\n\ndata:d\r\n\rdata:e\n\r\n",
	              "message|a||-1;message|b||-1;message|c||-1;message|d||-1;message|e||-1;");
}

static void fields_are_known_by_their_exact_name(void **state)
{
	(void)state;
	ASSERT_EVENTS("Data:a\n data:b\ndata :c\ndat:d\ndatas:e\n:data:f\nfoo\n\n", "");
	ASSERT_EVENTS("data:a\nunknown: b\nEVENT:c\n\n", "message|a||-1;");
	ASSERT_EVENTS("data\0:a\n\0data:b\n\n", "");
	ASSERT_EVENTS("data:a:b\ndata::c\n\n", "message|a:b\n:c||-1;");
	ASSERT_EVENTS("data:\ta\ndata:  b \n\n", "message|\ta\n b ||-1;");
}

static void a_byte_order_mark_counts_once(void **state)
{
	(void)state;
	ASSERT_EVENTS("\xef\xbb\xbf"
	              "data:a\n\n",
	              "message|a||-1;");
	ASSERT_EVENTS("\xef\xbb\xbf\xef\xbb\xbf"
	              "data:a\n\ndata:b\n\n",
	              "message|b||-1;");
	ASSERT_EVENTS("data:a\n\n\xef\xbb\xbf"
	              "data:b\n\n",
	              "message|a||-1;");
	ASSERT_EVENTS("\n\xef\xbb\xbf"
	              "data:b\n\n",
	              "");
	ASSERT_EVENTS("data:\xef\xbb\xbf"
	              "a\n\n",
	              "message|\xef\xbb\xbf"
	              "a||-1;");
	ASSERT_EVENTS("\xef\xbb\xbf", "");
	ASSERT_EVENTS("\xef\xbb\xbf:comment", "");
	ASSERT_EVENTS("\xef\xbb", "cut");
}

static void the_type_is_of_one_event(void **state)
{
	(void)state;
	ASSERT_EVENTS("event:a\nevent:b\ndata:1\n\ndata:2\n\n", "b|1||-1;message|2||-1;");
	ASSERT_EVENTS("event:a\nevent:\ndata:1\n\nevent\ndata:2\n\n", "message|1||-1;message|2||-1;");
	ASSERT_EVENTS("event:lost\n\ndata:1\n\n", "message|1||-1;");
	ASSERT_EVENTS("event:a\0b\ndata:1\0\n\n", "a\0b|1\0||-1;");
}

static void the_identifier_stays(void **state)
{
	(void)state;
	ASSERT_EVENTS("id:1\ndata:a\n\ndata:b\n\nid:2\n\ndata:c\n\nid\ndata:d\n\n",
	              "message|a|1|-1;message|b|1|-1;message|c|2|-1;message|d||-1;");
	ASSERT_EVENTS("id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0\ndata:c\n\n",
	              "message|a|1|-1;message|b|1|-1;message|c|1|-1;");
}

static void retry_is_digits_alone(void **state)
{
	(void)state;
	ASSERT_EVENTS("retry:250\ndata:a\n\ndata:b\n\nretry: 7\n\ndata:c\n\n",
	              "message|a||250;message|b||250;message|c||7;");
	ASSERT_EVENTS(
	        "retry:5\nretry:\nretry\nretry:1x\nretry:-1\nretry:+1\nretry:1.5\nretry:  1\nretry:1 \ndata:a\n\n",
	        "message|a||5;");
	ASSERT_EVENTS("retry:000\ndata:a\n\nretry:9223372036854775807\ndata:b\n\n",
	              "message|a||0;message|b||9223372036854775807;");
	ASSERT_EVENTS("retry:9223372036854775808\ndata:a\n\nretry:1\nretry:99999999999999999999999\ndata:b\n\n",
	              "message|a||9223372036854775807;message|b||9223372036854775807;");
	ASSERT_EVENTS("retry:\xd9\xa1\ndata:a\n\n", "message|a||-1;");
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
	(void)state;
#define U "\xef\xbf\xbd"
	ASSERT_EVENTS("data:\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n\n",
	              "message|\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80||-1;");
	/* As far as bytes could have become a character they are one U+FFFD. */
	ASSERT_EVENTS("data:\xe2\x82"
	              "a\xe2"
	              "b\xf0\x9f\x98"
	              "c\xc3\n\n",
	              "message|" U "a" U "b" U "c" U "||-1;");
	ASSERT_EVENTS("data:\x80\xbf\xc0\xaf\xc1\xf5\xff\n\n", "message|" U U U U U U U "||-1;");
	ASSERT_EVENTS("data:\xe0\x80\x80\n\ndata:\xed\xa0\x80\n\n", "message|" U U U "||-1;message|" U U U "||-1;");
	ASSERT_EVENTS("data:\xf0\x8f\xbf\xbf\n\n", "message|" U U U U "||-1;");
	ASSERT_EVENTS("data:\xf4\x90\x80\x80\n\n", "message|" U U U U "||-1;");
	ASSERT_EVENTS("data:\xe2\x82\xe2\x82\xac\n\n", "message|" U "\xe2\x82\xac||-1;");
	ASSERT_EVENTS("id:\xff\nevent:\xfe\ndata:a\n\n", U "|a|" U "|-1;");
	ASSERT_EVENTS("dat\xff:a\n\ndata\xc3:b\n\n", "");
#undef U
}

static void an_event_that_does_not_end_is_no_event(void **state)
{
	(void)state;
	ASSERT_EVENTS("data:a\n\ndata:b\n", "message|a||-1;cut");
	ASSERT_EVENTS("data:a\n\ndata:b", "message|a||-1;cut");
	ASSERT_EVENTS("data:a\n\nevent:b\n", "message|a||-1;cut");
	ASSERT_EVENTS("data:a\n\nid:b\n", "message|a||-1;cut");
	ASSERT_EVENTS("data:a\n\nd", "message|a||-1;cut");
	/* Nothing is lost with a comment, a time to wait, or an event without data. */
	ASSERT_EVENTS("data:a\n\n: bye", "message|a||-1;");
	ASSERT_EVENTS("data:a\n\nretry:1\n:\n", "message|a||-1;");
	ASSERT_EVENTS("data:a\n\nevent:b\n\n", "message|a||-1;");
	ASSERT_EVENTS("", "");
	ASSERT_EVENTS("\n\n\n", "");
}

static void lines_and_events_have_a_limit(void **state)
{
	(void)state;
	/* 60 bytes of data in all, the LF between two lines counted. */
	ASSERT_EVENTS("data:1234567890123456789\ndata:1234567890123456789\ndata:12345678901234567890\n\n",
	              "message|1234567890123456789\n1234567890123456789\n12345678901234567890||-1;");
	ASSERT_EVENTS("data:a\n\ndata:1234567890123456789\ndata:1234567890123456789\ndata:123456789012345678901\n\n"
	              "data:b\n\n",
	              "message|a||-1;response_too_large");
	ASSERT_EVENTS("data:a\n\n:234567890123456789012345678901234567890123456789012345678901234\n\ndata:b\n\n",
	              "message|a||-1;message|b||-1;");
	ASSERT_EVENTS("data:a\n\n:2345678901234567890123456789012345678901234567890123456789012345\n\ndata:b\n\n",
	              "message|a||-1;response_too_large");
	sbx__event_decoder decoder;
	sbx_event event = SBX_EVENT_INIT;
	sbx_error *error = NULL;
	sbx__event_decoder_init(&decoder, LINE_LIMIT, 1);
	sbx__event_decoder_feed(&decoder, "data:ab\n", 8);
	assert_int_equal(sbx__event_decoder_next(&decoder, &event, &error), SBX_ERROR_RESPONSE_TOO_LARGE);
	assert_string_equal(sbx_error_message(error), "An event of the answer has more than 1 bytes of data");
	assert_null(event.type);
	sbx_error_free(error);
	sbx__event_decoder_free(&decoder);
}

static void a_lack_of_memory_stays(void **state)
{
	(void)state;
	for (int which = 0; which < 5; which++) {
		sbx__event_decoder decoder;
		sbx__buffer *const buffers[] = {&decoder.lines.bytes, &decoder.text, &decoder.type, &decoder.data,
		                                &decoder.id};
		sbx_event event = SBX_EVENT_INIT;
		sbx__event_decoder_init(&decoder, LINE_LIMIT, EVENT_LIMIT);
		sbx__event_decoder_feed(&decoder, "event:a\nid:b\ndata:\xff\n\n", 21);
		buffers[which]->failed = true; /* as when it could not grow */
		for (int round = 0; round < 2; round++)
			assert_int_equal(sbx__event_decoder_next(&decoder, &event, NULL), SBX_ERROR_OUT_OF_MEMORY);
		sbx__event_decoder_free(&decoder);
	}
}

/* ---- the functions for programs ---- */

/* As drain(), with the fields that the event itself has in the place of what holds. */
static void assert_program_events(const char *text, size_t length, int without_data, const char *expected)
{
	for (size_t piece = 1; piece <= length; piece++) {
		sbx_event_decoder *decoder;
		sbx_event event = SBX_EVENT_INIT;
		sbx__buffer result = {0};
		assert_int_equal(sbx_event_decoder_new(SBX_DEFAULT, without_data, &decoder, NULL), SBX_OK);
		for (size_t at = 0; at < length; at += piece) {
			sbx_event_decoder_feed(decoder, text + at, piece < length - at ? piece : length - at);
			while (sbx_event_decoder_next(decoder, &event, NULL) == SBX_OK)
				sbx__buffer_format(&result, "%s|%s|%s|%u;", event.type, event.data, event.id,
				                   event.fields);
		}
		assert_int_equal(sbx_event_decoder_next(decoder, &event, NULL), SBX_DONE);
		sbx__buffer_byte(&result, '\0');
		assert_string_equal(result.data, expected);
		sbx__buffer_free(&result);
		sbx_event_decoder_free(decoder);
	}
}

#define ASSERT_PROGRAM_EVENTS(text, without_data, expected) \
	assert_program_events(text, sizeof text - 1, without_data, expected)

static void an_event_tells_what_it_has_itself(void **state)
{
	(void)state;
	ASSERT_PROGRAM_EVENTS("event:a\nid:1\nretry:5\ndata:x\n\ndata\n\nid\ndata:y\n\n", 0,
	                      "a|x|1|15;message||1|2;message|y||6;");
	ASSERT_PROGRAM_EVENTS("event:a\nevent:\nretry:x\nid:1\0\ndata:x\n\n", 0, "message|x||2;");
}

static void events_without_data_are_given_where_that_is_asked_for(void **state)
{
	(void)state;
	ASSERT_PROGRAM_EVENTS("event:a\n\n\n: c\n\nid:1\n\nretry:5\n\nevent\n\ndata:x\n\n\n", 1,
	                      "a|||1;message||1|4;message||1|8;message|x|1|2;");
	ASSERT_PROGRAM_EVENTS("event:a\n\n\nid:1\n\nretry:5\n\ndata:x\n\n\n", 0, "message|x|1|2;");
}

static void a_decoder_refuses_what_makes_no_sense(void **state)
{
	sbx_event_decoder *decoder = NULL;
	sbx_event event = SBX_EVENT_INIT;
	sbx_error *error = NULL;
	(void)state;
	assert_int_equal(sbx_event_decoder_new(0, 0, &decoder, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "max_line_bytes");
	assert_null(decoder);
	sbx_error_free(error);
	assert_int_equal(sbx_event_decoder_new(3, 0, &decoder, NULL), SBX_OK);
	sbx_event_decoder_feed(decoder, NULL, 0);
	assert_int_equal(sbx_event_decoder_next(decoder, &event, NULL), SBX_DONE);
	sbx_event_decoder_feed(decoder, "data:", 5);
	for (int round = 0; round < 2; round++)
		assert_int_equal(sbx_event_decoder_next(decoder, &event, NULL), SBX_ERROR_RESPONSE_TOO_LARGE);
	sbx_event_decoder_free(decoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_standards_own_examples),
	        cmocka_unit_test(every_kind_of_end_ends_a_line),
	        cmocka_unit_test(fields_are_known_by_their_exact_name),
	        cmocka_unit_test(a_byte_order_mark_counts_once),
	        cmocka_unit_test(the_type_is_of_one_event),
	        cmocka_unit_test(the_identifier_stays),
	        cmocka_unit_test(retry_is_digits_alone),
	        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
	        cmocka_unit_test(an_event_that_does_not_end_is_no_event),
	        cmocka_unit_test(lines_and_events_have_a_limit),
	        cmocka_unit_test(a_lack_of_memory_stays),
	        cmocka_unit_test(an_event_tells_what_it_has_itself),
	        cmocka_unit_test(events_without_data_are_given_where_that_is_asked_for),
	        cmocka_unit_test(a_decoder_refuses_what_makes_no_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
