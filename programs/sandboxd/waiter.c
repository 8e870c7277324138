#include "waiter.h"

#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

void waiter_init(struct waiter *waiter)
{
	*waiter = (struct waiter){.fd = eventfd(0, EFD_CLOEXEC)};
}

void waiter_free(struct waiter *waiter)
{
	if (waiter->fd >= 0)
		close(waiter->fd);
	waiter->fd = -1;
}

void waiter_wake(struct waiter *waiter)
{
	const uint64_t one = 1;

	waiter->woken = true;
	while (write(waiter->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* POLLRDHUP: a half-closed connection counts as gone, as for a command that runs. */
enum waiter_end waiter_wait(const struct waiter *waiter, int client, int milliseconds)
{
	struct pollfd fds[] = {{.fd = waiter->fd, .events = POLLIN}, {.fd = client, .events = POLLRDHUP}};
	int64_t until = monotonic_ms() + milliseconds;

	for (;;) {
		int64_t left = milliseconds < 0 ? -1 : until - monotonic_ms();
		int ready = poll(fds, 2, milliseconds >= 0 && left < 0 ? 0 : (int)left);
		if (ready < 0 && errno == EINTR)
			continue;
		if (fds[0].revents)
			return WAITER_WOKEN;
		return ready > 0 ? WAITER_CLIENT_GONE : WAITER_TIMED_OUT;
	}
}

void waiter_append(struct waiter **queue, struct waiter *waiter)
{
	while (*queue)
		queue = &(*queue)->next;
	waiter->next = NULL;
	*queue = waiter;
}

void waiter_remove(struct waiter **queue, struct waiter *waiter)
{
	while (*queue && *queue != waiter)
		queue = &(*queue)->next;
	if (*queue)
		*queue = waiter->next;
}
