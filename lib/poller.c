#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
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
}

bool sbx__poller_watch(sbx__poller *poller, int descriptor, unsigned events)
{
	struct epoll_event event = {.data.fd = descriptor};
	if (events & SBX__READABLE)
		event.events |= EPOLLIN;
	if (events & SBX__WRITABLE)
		event.events |= EPOLLOUT;
	if (!events) {
		/* It may be closed already, which took it out. */
		epoll_ctl(poller->descriptor, EPOLL_CTL_DEL, descriptor, NULL);
		return true;
	}
	return epoll_ctl(poller->descriptor, EPOLL_CTL_MOD, descriptor, &event) == 0 ||
	       (errno == ENOENT && epoll_ctl(poller->descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

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
		} else {
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
