#include "stream_buffer.h"

#include <string.h>

/* How much is kept for the reader before the sender is held back, and how little lets it go on, in bytes. */
#define HIGH_WATER ((size_t)256 << 10)
#define LOW_WATER ((size_t)64 << 10)

void sbx__stream_buffer_init(sbx__stream_buffer *buffer)
{
	*buffer = (sbx__stream_buffer){.awaited = true};
	pthread_mutex_init(&buffer->mutex, NULL);
}

void sbx__stream_buffer_free(sbx__stream_buffer *buffer)
{
	sbx__buffer_free(&buffer->bytes);
	pthread_mutex_destroy(&buffer->mutex);
}

static size_t left(const sbx__stream_buffer *buffer)
{
	return buffer->bytes.length - buffer->start;
}

/* What was read makes room, once it is more than what would have to be moved. */
static void compact(sbx__stream_buffer *buffer)
{
	size_t rest = left(buffer);
	if (buffer->start < rest || !buffer->start)
		return;
	memmove(buffer->bytes.data, buffer->bytes.data + buffer->start, rest);
	buffer->bytes.length = rest;
	buffer->start = 0;
}

static bool take_await(sbx__stream_buffer *buffer)
{
	bool awaited = buffer->awaited;
	buffer->awaited = false;
	return awaited;
}

void sbx__stream_buffer_divert(sbx__stream_buffer *buffer, sbx__stream_taker taker, void *context)
{
	pthread_mutex_lock(&buffer->mutex);
	buffer->taker = taker;
	buffer->taker_context = context;
	pthread_mutex_unlock(&buffer->mutex);
}

/* What is taken before anything is kept: nothing goes past bytes that came before. The taker may be a function of the
 * caller's, so no lock is held: whoever diverts is on the one thread that puts. */
static size_t give_to_taker(sbx__stream_buffer *buffer, const void *data, size_t length)
{
	pthread_mutex_lock(&buffer->mutex);
	sbx__stream_taker taker = left(buffer) ? NULL : buffer->taker;
	pthread_mutex_unlock(&buffer->mutex);
	return taker ? taker(buffer->taker_context, data, length) : 0;
}

static sbx__taken keep(sbx__stream_buffer *buffer, const char *data, size_t length, bool *tell)
{
	if (left(buffer) >= HIGH_WATER) {
		buffer->paused = true;
		return SBX__LATER;
	}
	compact(buffer);
	sbx__buffer_append(&buffer->bytes, data, length);
	*tell = take_await(buffer);
	return buffer->bytes.failed ? SBX__NOT_TAKEN : SBX__TAKEN;
}

sbx__taken sbx__stream_buffer_put(sbx__stream_buffer *buffer, const void *data, size_t length, bool *tell)
{
	size_t given = give_to_taker(buffer, data, length);
	sbx__taken taken = SBX__TAKEN;
	*tell = false;
	if (given == length)
		return taken;
	pthread_mutex_lock(&buffer->mutex);
	taken = keep(buffer, (const char *)data + given, length - given, tell);
	pthread_mutex_unlock(&buffer->mutex);
	return taken;
}

size_t sbx__stream_buffer_take(sbx__stream_buffer *buffer, void *data, size_t capacity, bool *resume)
{
	pthread_mutex_lock(&buffer->mutex);
	size_t length = left(buffer) < capacity ? left(buffer) : capacity;
	if (length)
		memcpy(data, buffer->bytes.data + buffer->start, length);
	buffer->start += length;
	*resume = buffer->paused && left(buffer) <= LOW_WATER;
	if (*resume)
		buffer->paused = false;
	pthread_mutex_unlock(&buffer->mutex);
	return length;
}

bool sbx__stream_buffer_await(sbx__stream_buffer *buffer)
{
	pthread_mutex_lock(&buffer->mutex);
	bool ready = left(buffer) > 0;
	buffer->awaited = !ready;
	pthread_mutex_unlock(&buffer->mutex);
	return ready;
}
