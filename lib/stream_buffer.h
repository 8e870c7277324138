/*
 * The bytes of a streamed body between the thread that receives them and the one that reads them: bounded, so that a
 * slow reader slows the server down.
 */
#ifndef SBX_LIB_STREAM_BUFFER_H
#define SBX_LIB_STREAM_BUFFER_H

#include <pthread.h>

#include "buffer.h"
#include "transport.h"

/* Takes bytes at once, and says how many: what it leaves is kept. */
typedef size_t (*sbx__stream_taker)(void *context, const void *data, size_t length);

typedef struct sbx__stream_buffer {
	pthread_mutex_t mutex;
	sbx__buffer bytes;
	size_t start; /* of what was not yet read */
	bool paused;  /* bytes were told to come later */
	bool awaited; /* the reader found nothing, and wants to be told */
	/* Of a reader that drives the transfer itself: bytes need not be kept for it first. NULL: there is none. */
	sbx__stream_taker taker;
	void *taker_context;
} sbx__stream_buffer;

void sbx__stream_buffer_init(sbx__stream_buffer *buffer);
void sbx__stream_buffer_free(sbx__stream_buffer *buffer);
/* Takes bytes in, all or none. SBX__LATER: it is full. SBX__NOT_TAKEN: no memory. `tell` says whether the reader waits.
 */
sbx__taken sbx__stream_buffer_put(sbx__stream_buffer *buffer, const void *data, size_t length, bool *tell);
/* From now on what comes goes to the taker, while nothing is kept; NULL: to none. */
void sbx__stream_buffer_divert(sbx__stream_buffer *buffer, sbx__stream_taker taker, void *context);
/* Gives bytes out, and how many. `resume`: the other side was told to come later, and may go on now. */
size_t sbx__stream_buffer_take(sbx__stream_buffer *buffer, void *data, size_t capacity, bool *resume);
/* Whether there is something to read; where there is not, the reader is told once there is. */
bool sbx__stream_buffer_await(sbx__stream_buffer *buffer);

#endif
