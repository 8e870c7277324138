#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

int sbx__descriptor_open(const char *path, int flags, mode_t mode)
{
	int descriptor;
	do
		descriptor = open(path, flags | O_CLOEXEC, mode);
	while (descriptor < 0 && errno == EINTR);
	return descriptor;
}

bool sbx__descriptor_try_again(int descriptor, short events)
{
	struct pollfd polled = {.fd = descriptor, .events = events};
	if (errno == EAGAIN)
		return poll(&polled, 1, -1) >= 0 || errno == EINTR;
	return errno == EINTR;
}
