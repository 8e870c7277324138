#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "buffer.h"
#include "platform.h"

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

char *sbx__temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
	uint64_t random;
	if (!sbx__platform_system.random(NULL, &random, sizeof random))
		return NULL;
	sbx__buffer name = {0};
	sbx__buffer_append(&name, path, folder);
	/* A name may be as long as the file system allows: leave room for what is added to it. */
	sbx__buffer_format(&name, ".%.200s.%016llx.part", path + folder, (unsigned long long)random);
	return sbx__buffer_take(&name);
}
