#include "timer_heap.h"

#include <stdlib.h>

void sbx__timer_heap_free(sbx__timer_heap *heap)
{
	free(heap->timers);
	*heap = (sbx__timer_heap){0};
}

bool sbx__timer_heap_reserve(sbx__timer_heap *heap, size_t count)
{
	if (count < heap->capacity)
		return true;
	size_t capacity = heap->capacity ? heap->capacity : 16;
	while (capacity <= count)
		capacity *= 2;
	sbx__timer **timers = realloc(heap->timers, capacity * sizeof(sbx__timer *));
	if (!timers)
		return false;
	heap->timers = timers;
	heap->capacity = capacity;
	return true;
}

static void put(sbx__timer_heap *heap, size_t place, sbx__timer *timer)
{
	heap->timers[place] = timer;
	timer->place = place;
}

static void move_up(sbx__timer_heap *heap, sbx__timer *timer)
{
	size_t place = timer->place;
	while (place > 1 && heap->timers[place / 2]->at > timer->at) {
		put(heap, place, heap->timers[place / 2]);
		place /= 2;
	}
	put(heap, place, timer);
}

static void move_down(sbx__timer_heap *heap, sbx__timer *timer)
{
	size_t place = timer->place;
	while (2 * place <= heap->count) {
		size_t child = 2 * place;
		if (child < heap->count && heap->timers[child + 1]->at < heap->timers[child]->at)
			child++;
		if (heap->timers[child]->at >= timer->at)
			break;
		put(heap, place, heap->timers[child]);
		place = child;
	}
	put(heap, place, timer);
}

void sbx__timer_heap_set(sbx__timer_heap *heap, sbx__timer *timer, int64_t at)
{
	if (!timer->place)
		put(heap, ++heap->count, timer);
	timer->at = at;
	move_up(heap, timer);
	move_down(heap, timer);
}

void sbx__timer_heap_remove(sbx__timer_heap *heap, sbx__timer *timer)
{
	if (!timer->place)
		return;
	sbx__timer *last = heap->timers[heap->count--];
	if (last != timer) {
		put(heap, timer->place, last);
		move_up(heap, last);
		move_down(heap, last);
	}
	timer->place = 0;
}

sbx__timer *sbx__timer_heap_first(const sbx__timer_heap *heap)
{
	return heap->count ? heap->timers[1] : NULL;
}
