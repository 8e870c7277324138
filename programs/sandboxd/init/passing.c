#include "passing.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union control_space {
	struct cmsghdr alignment;
	char bytes[CMSG_SPACE(sizeof(int) * PASSING_MAX)];
};

int passing_send(int to, const void *message, size_t length, const int *descriptors, size_t count)
{
	union control_space space = {0};
	/* A cast without effect: sending does not write. */
	struct iovec part = {(void *)(uintptr_t)message, length};
	struct msghdr whole = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (count) {
		whole.msg_control = space.bytes;
		whole.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		struct cmsghdr *header = CMSG_FIRSTHDR(&whole);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
	}
	do
		sent = sendmsg(to, &whole, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

ssize_t passing_receive(int from, void *message, size_t length, int descriptors[PASSING_MAX], size_t *count)
{
	union control_space space;
	struct iovec part = {message, length};
	struct msghdr whole = {
	        .msg_iov = &part, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof(space.bytes)};
	ssize_t got;

	do
		got = recvmsg(from, &whole, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	*count = 0;
	struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&whole) : NULL;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
		*count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(descriptors, CMSG_DATA(header), *count * sizeof(int));
	}
	return got;
}
