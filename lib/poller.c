#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "platform.h"

/* How many events are asked for at once. */
#define BATCH 64

static bool watch_readable(int epoll, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
	return descriptor >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool sbx__poller_open(sbx__poller *poller)
{
	*poller = (sbx__poller){
	        .descriptor = epoll_create1(EPOLL_CLOEXEC),
	        .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
	        .wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	        .armed_at = SBX__NEVER,
	};
	if (poller->descriptor >= 0 && watch_readable(poller->descriptor, poller->timer) &&
	    watch_readable(poller->descriptor, poller->wakeup))
		return true;
	int number = errno;
	sbx__poller_close(poller);
	errno = number;
	return false;
}

static void close_one(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

void sbx__poller_close(sbx__poller *poller)
{
	close_one(&poller->timer);
	close_one(&poller->wakeup);
	close_one(&poller->descriptor);
	free(poller->slots);
	poller->slots = NULL;
	poller->slots_count = 0;
}

/* ---- descriptors ---- */

static sbx__poller_slot *slot_of(const sbx__poller *poller, int descriptor)
{
	return (size_t)descriptor < poller->slots_count ? &poller->slots[descriptor] : NULL;
}

static bool reserve_slots(sbx__poller *poller, size_t count)
{
	size_t capacity = poller->slots_count ? poller->slots_count : 64;
	if (count <= poller->slots_count)
		return true;
	while (capacity < count)
		capacity *= 2;
	sbx__poller_slot *slots = realloc(poller->slots, capacity * sizeof *slots);
	if (!slots)
		return false;
	memset(slots + poller->slots_count, 0, (capacity - poller->slots_count) * sizeof *slots);
	poller->slots = slots;
	poller->slots_count = capacity;
	return true;
}

static bool control(const sbx__poller *poller, int operation, int descriptor, unsigned events)
{
	struct epoll_event event = {.data.fd = descriptor};
	if (events & SBX__READABLE)
		event.events |= EPOLLIN;
	if (events & SBX__WRITABLE)
		event.events |= EPOLLOUT;
	return epoll_ctl(poller->descriptor, operation, descriptor, &event) == 0;
}

static bool place(const sbx__poller *poller, int descriptor, sbx__poller_slot *slot, unsigned events)
{
	int operation = slot->placed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int other = slot->placed ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
	if (!events) {
		/* It may be closed already, which took it out. */
		control(poller, EPOLL_CTL_DEL, descriptor, 0);
	} else if (!control(poller, operation, descriptor, events) && !control(poller, other, descriptor, events)) {
		return false;
	}
	slot->placed = (unsigned char)events;
	return true;
}

bool sbx__poller_watch(sbx__poller *poller, int descriptor, unsigned events)
{
	if (!reserve_slots(poller, (size_t)descriptor + 1))
		return false;
	sbx__poller_slot *slot = &poller->slots[descriptor];
	slot->expected = (unsigned char)events;
	/* What is only watched for bytes that come stays, since mostly none do. A socket is always writable. */
	if (slot->kept && (events == slot->placed || (!events && slot->placed == SBX__READABLE)))
		return true;
	return place(poller, descriptor, slot, events);
}

void sbx__poller_keep(sbx__poller *poller, int descriptor)
{
	sbx__poller_slot *slot = slot_of(poller, descriptor);
	if (slot)
		slot->kept = true;
}

void sbx__poller_forget(sbx__poller *poller, int descriptor)
{
	sbx__poller_slot *slot = slot_of(poller, descriptor);
	if (!slot)
		return;
	/* Where a forked child has the socket too, closing it here would not take it out. */
	if (slot->placed)
		place(poller, descriptor, slot, 0);
	*slot = (sbx__poller_slot){0};
}

/* ---- the timer and the wake-up ---- */

void sbx__poller_set_timer(sbx__poller *poller, int64_t at)
{
	/* A timer that is early costs one look at the clock; setting it anew each time costs a system call each time.
	 */
	if (at >= poller->armed_at)
		return;
	/* A time of 0 would disarm the timer. */
	if (at <= 0)
		at = 1;
	struct itimerspec time = {.it_value = {(time_t)(at / SBX__SECOND), (long)(at % SBX__SECOND)}};
	if (timerfd_settime(poller->timer, TFD_TIMER_ABSTIME, &time, NULL) == 0)
		poller->armed_at = at;
}

void sbx__poller_wake(const sbx__poller *poller)
{
	uint64_t one = 1;
	/* It fails only where the count is at its highest, and then the poller is readable. */
	(void)!write(poller->wakeup, &one, sizeof one);
}

static void drain(int descriptor)
{
	uint64_t count;
	(void)!read(descriptor, &count, sizeof count);
}

static unsigned events_of(uint32_t happened)
{
	unsigned events = 0;
	if (happened & EPOLLIN)
		events |= SBX__READABLE;
	if (happened & EPOLLOUT)
		events |= SBX__WRITABLE;
	if (happened & (EPOLLERR | EPOLLHUP))
		events |= SBX__BROKEN;
	return events;
}

/* Whether anyone asked for it: a connection that is kept for later may be closed by the other side meanwhile. */
static bool is_expected(const sbx__poller *poller, int descriptor)
{
	sbx__poller_slot *slot = slot_of(poller, descriptor);
	if (!slot || !slot->kept || slot->expected)
		return true;
	place(poller, descriptor, slot, 0);
	return false;
}

size_t sbx__poller_take(sbx__poller *poller, sbx__poller_event *events, size_t capacity)
{
	struct epoll_event happened[BATCH];
	size_t count = 0;
	int got = epoll_wait(poller->descriptor, happened, capacity < BATCH ? (int)capacity : BATCH, 0);
	for (int index = 0; index < got; index++) {
		int descriptor = happened[index].data.fd;
		if (descriptor == poller->timer) {
			drain(descriptor);
			poller->armed_at = SBX__NEVER;
		} else if (descriptor == poller->wakeup) {
			drain(descriptor);
		} else if (is_expected(poller, descriptor)) {
			events[count++] = (sbx__poller_event){descriptor, events_of(happened[index].events)};
		}
	}
	return count;
}

void sbx__poller_wait(const sbx__poller *poller, int64_t nanoseconds)
{
	struct pollfd waiting = {.fd = poller->descriptor, .events = POLLIN};
	struct timespec time = {(time_t)(nanoseconds / SBX__SECOND), (long)(nanoseconds % SBX__SECOND)};
	if (nanoseconds < 0)
		time = (struct timespec){0, 0};
	ppoll(&waiting, 1, nanoseconds == SBX__NEVER ? NULL : &time, NULL);
}
