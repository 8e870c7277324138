/*
 * Which of many timers is next: a binary heap that knows where each timer stands, so that one can be moved.
 */
#ifndef SBX_LIB_TIMER_HEAP_H
#define SBX_LIB_TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of what is timed. */
typedef struct sbx__timer {
	int64_t at;
	size_t place; /* in the heap, from 1; 0: in none */
} sbx__timer;

typedef struct sbx__timer_heap {
	sbx__timer **timers;
	size_t count;
	size_t capacity;
} sbx__timer_heap;

void sbx__timer_heap_free(sbx__timer_heap *heap);
/* Makes room for so many timers in all, so that setting one cannot fail. False: no memory. */
bool sbx__timer_heap_reserve(sbx__timer_heap *heap, size_t count);
/* Sets a timer, which may be in the heap already. There is room. */
void sbx__timer_heap_set(sbx__timer_heap *heap, sbx__timer *timer, int64_t at);
/* Takes a timer out, if it is in. */
void sbx__timer_heap_remove(sbx__timer_heap *heap, sbx__timer *timer);
/* The next timer; NULL: there is none. */
sbx__timer *sbx__timer_heap_first(const sbx__timer_heap *heap);

#endif
