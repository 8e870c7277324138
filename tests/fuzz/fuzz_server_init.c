/* Whatever a sandbox's init may say: a report has one length and values within their bounds, and all else is none. What
 * it writes into its socket message by message is read in the same way. */
#include "programs/sandboxd/init_channel.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void check_report(const struct init_report *report)
{
	FUZZ_CHECK(report->event < INIT_EVENTS);
	FUZZ_CHECK(report->stage < INIT_STAGES);
	FUZZ_CHECK(report->exit_code >= 0 && report->exit_code <= 255);
	FUZZ_CHECK(report->error >= 0);
}

static bool read_message(const char *message, size_t length, struct init_report *report)
{
	char *exact = fuzz_exact(message, length);
	bool is_report = init_report_read(exact, length, report);

	free(exact);
	FUZZ_CHECK(!is_report || length == sizeof(*report));
	if (is_report)
		check_report(report);
	return is_report;
}

static void send_message(const char *message, size_t length, bool is_report, const struct init_report *expected)
{
	struct init_report report;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	if (send(ends[1], message, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length) {
		close(ends[1]);
		ends[1] = -1;
		FUZZ_CHECK(init_channel_receive(ends[0], &report) == is_report);
		FUZZ_CHECK(!is_report || memcmp(&report, expected, sizeof(report)) == 0);
	}
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct init_report report;
	bool is_report = read_message((const char *)data, size, &report);

	send_message((const char *)data, size, is_report, &report);
	return 0;
}
