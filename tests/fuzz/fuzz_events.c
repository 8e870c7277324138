/* Bytes read as server-sent events: the same events whatever pieces they come in, each of them well-formed. */
#include <stdlib.h>
#include <string.h>

#include "event_decoder.h"
#include "fuzz.h"
#include "utf8.h"

typedef struct decoded {
	sbx__buffer events;
	sbx_status status;
	bool open;
} decoded;

static void keep(decoded *said, const char *text, size_t length)
{
	sbx__buffer_append(&said->events, &length, sizeof length);
	sbx__buffer_append(&said->events, text, length);
}

static void keep_event(decoded *said, const sbx_event *event, size_t limit)
{
	size_t id_length = strlen(event->id);
	FUZZ_CHECK(event->size == sizeof *event);
	FUZZ_CHECK(event->type_length > 0 && event->type[event->type_length] == '\0');
	FUZZ_CHECK(event->data[event->data_length] == '\0' && event->data_length <= limit);
	FUZZ_CHECK(sbx__utf8_valid(event->type, event->type_length));
	FUZZ_CHECK(sbx__utf8_valid(event->data, event->data_length));
	FUZZ_CHECK(sbx__utf8_valid(event->id, id_length));
	FUZZ_CHECK(!strpbrk(event->type, "\r\n") && !strpbrk(event->id, "\r\n"));
	FUZZ_CHECK(!memchr(event->data, '\r', event->data_length));
	FUZZ_CHECK(event->retry == SBX_DEFAULT || event->retry >= 0);
	keep(said, event->type, event->type_length);
	keep(said, event->data, event->data_length);
	keep(said, event->id, id_length);
	keep(said, (const char *)&event->retry, sizeof event->retry);
}

static void drain(sbx__event_decoder *decoder, decoded *said, size_t limit)
{
	sbx_event event = SBX_EVENT_INIT;
	sbx_error *error = NULL;
	while ((said->status = sbx__event_decoder_next(decoder, &event, &error)) == SBX_OK)
		keep_event(said, &event, limit);
	FUZZ_CHECK((said->status < 0) == (error != NULL));
	FUZZ_CHECK(said->status == SBX_DONE || said->status == SBX_ERROR_RESPONSE_TOO_LARGE);
	sbx_error_free(error);
}

static decoded decode(const char *bytes, size_t size, size_t limit, size_t piece)
{
	sbx__event_decoder decoder;
	decoded said = {.status = SBX_DONE};
	sbx__event_decoder_init(&decoder, limit, limit);
	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;
		char *exact = fuzz_exact(bytes + at, length);
		sbx__event_decoder_feed(&decoder, exact, length);
		free(exact);
		drain(&decoder, &said, limit);
	}
	said.open = said.status == SBX_DONE && sbx__event_decoder_is_open(&decoder);
	sbx__event_decoder_free(&decoder);
	return said;
}

static void check_same(decoded *left, const decoded *right)
{
	FUZZ_CHECK(left->status == right->status && left->open == right->open);
	FUZZ_CHECK(left->events.length == right->events.length);
	FUZZ_CHECK(!left->events.length || memcmp(left->events.data, right->events.data, left->events.length) == 0);
	sbx__buffer_free(&left->events);
}

/* A byte for the limit, one for the size of the pieces, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	size_t limit = 8 + fuzz_byte(&input);
	size_t piece = 2 + fuzz_byte(&input);
	size_t length;
	char *bytes = fuzz_rest(&input, &length);
	decoded whole = decode(bytes, length, limit, length + 1);
	decoded got = decode(bytes, length, limit, 1);
	check_same(&got, &whole);
	got = decode(bytes, length, limit, piece);
	check_same(&got, &whole);
	sbx__buffer_free(&whole.events);
	free(bytes);
	return 0;
}
