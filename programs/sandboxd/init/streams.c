#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DRAIN_BYTES (1024 * 1024)

int streams[STREAMS_MAX];
size_t stream_count;

/* One too many is closed: whoever writes to it learns that nobody reads. */
void stream_add(int descriptor)
{
	if (stream_count == STREAMS_MAX)
		close(descriptor);
	else
		streams[stream_count++] = descriptor;
}

void stream_drain(size_t index)
{
	ssize_t moved = splice(streams[index], NULL, INIT_NULL, NULL, DRAIN_BYTES, SPLICE_F_NONBLOCK);

	if (moved > 0 || (moved < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	close(streams[index]);
	streams[index] = streams[--stream_count];
}
