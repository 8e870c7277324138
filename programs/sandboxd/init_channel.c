#include "init_channel.h"

#include "init/passing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Newer than the C library's headers. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* From init_program.S. */
extern const char sandboxd_init_begin[];
extern const char sandboxd_init_end[];

static int write_whole(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

/* A kernel older than 6.3 does not know that a memory file is to be executed, and lets every one be. */
int init_program_open(void)
{
	int fd = memfd_create("sandboxd-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("sandboxd-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && (write_whole(fd, sandboxd_init_begin, (size_t)(sandboxd_init_end - sandboxd_init_begin)) < 0 ||
	                fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0 ||
	                fchmod(fd, 0555) < 0)) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int init_channel_send(int control, const struct init_request *request, const int *descriptors, size_t count)
{
	return passing_send(control, request, sizeof(*request), descriptors, count);
}

bool init_report_read(const void *bytes, size_t length, struct init_report *out)
{
	struct init_report report;

	if (length != sizeof(report))
		return false;
	memcpy(&report, bytes, sizeof(report));
	if (report.event >= INIT_EVENTS || report.stage >= INIT_STAGES || report.exit_code < 0 ||
	    report.exit_code > 255 || report.error < 0)
		return false;
	*out = report;
	return true;
}

/* One byte more than a report: what is longer is cut to that length, and is none. */
bool init_channel_receive(int channel, struct init_report *out)
{
	char bytes[sizeof(struct init_report) + 1];
	ssize_t got;

	do
		got = recv(channel, bytes, sizeof(bytes), 0);
	while (got < 0 && errno == EINTR);
	return got > 0 && init_report_read(bytes, (size_t)got, out);
}
