#include "lines.h"

#include "line_reader.h"
#include "mcp.h"
#include "script.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536
/* While the host leaves so much unread nothing more is read of it, and it is told of no progress. */
#define WAITING_MAX ((size_t)8 << 20)
/* So much is written together at most: what answers messages that came together goes out together. */
#define TOGETHER_MAX ((size_t)64 << 10)
/* How long the host has for what is still to be written at the end, in milliseconds. */
#define FLUSH_MS 1000

struct lines {
	struct channel channel; /* first */
	struct mcp *mcp;
	int input;
	int output;
	int signals;
	struct line_reader reader;
	struct text out;
	bool ended;
	bool broken; /* nobody reads any more */
};

/* ---- out ---- */

static void flush(struct lines *lines)
{
	size_t done = 0;

	while (!lines->broken && done < lines->out.length) {
		ssize_t written = write(lines->output, lines->out.data + done, lines->out.length - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 && errno == EAGAIN)
			break;
		if (written < 0)
			lines->broken = lines->ended = true;
		else
			done += (size_t)written;
	}
	if (lines->out.data)
		text_drop(&lines->out, lines->broken ? lines->out.length : done);
}

static void send_line(struct channel *channel, const char *message, size_t length, int code)
{
	struct lines *lines = (struct lines *)channel;

	if (code == CHANNEL_NOTIFICATION && lines->out.length > WAITING_MAX)
		return;
	text_append(&lines->out, message, length);
	text_append(&lines->out, "\n", 1);
	/* Nothing is kept back where the loop does not come by any more. */
	if (lines->ended || lines->out.length >= TOGETHER_MAX)
		flush(lines);
}

/* ---- in ---- */

static void refuse_line(void *context)
{
	struct lines *lines = context;
	static const char answer[] = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":"
	                             "\"the message is longer than 16 MiB\"}}";
	send_line(&lines->channel, answer, sizeof(answer) - 1, RPC_PARSE);
}

static void take_line(void *context, const char *line, size_t length)
{
	struct lines *lines = context;
	mcp_take(lines->mcp, &lines->channel, line, length);
}

static void receive(struct lines *lines)
{
	char piece[PIECE];
	ssize_t got = read(lines->input, piece, sizeof(piece));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		line_reader_end(&lines->reader);
		lines->ended = true;
		return;
	}
	if (!line_reader_take(&lines->reader, piece, (size_t)got))
		lines->ended = true;
}

/* ---- the loop ---- */

static void turn(struct lines *lines)
{
	flush(lines);
	struct pollfd watched[4 + SCRIPTS_MAX] = {
	        {.fd = lines->out.length < WAITING_MAX ? lines->input : -1, .events = POLLIN},
	        {.fd = lines->out.length > 0 ? lines->output : -1, .events = POLLOUT},
	        {.fd = lines->signals, .events = POLLIN},
	        {.fd = -1, .events = POLLIN},
	};

	if (lines->mcp->client)
		sbx_client_fd(lines->mcp->client, &watched[3].fd, NULL);
	scripts_watch(lines->mcp, watched + 4);
	if (poll(watched, 4 + SCRIPTS_MAX, mcp_wait_ms(lines->mcp)) < 0)
		return;
	scripts_turn(lines->mcp, watched + 4);
	mcp_tick(lines->mcp);
	if (watched[2].revents)
		lines->ended = true;
	if (watched[3].revents)
		sbx_client_process(lines->mcp->client, NULL);
	if (watched[0].revents && !lines->ended)
		receive(lines);
}

/* The wire on descriptors that nobody else has: what is printed by mistake goes to the errors. */
static int take_wire(struct lines *lines)
{
	struct stat info;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	lines->input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	lines->output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (nothing < 0 || lines->input < 0 || lines->output < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -1;
	close(nothing);
	/* A host that stops reading must not stop everything; a terminal or file has its mode from others. */
	if (fstat(lines->output, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)))
		fcntl(lines->output, F_SETFL, fcntl(lines->output, F_GETFL) | O_NONBLOCK);
	return 0;
}

static void flush_last(struct lines *lines)
{
	struct pollfd watched = {.fd = lines->output, .events = POLLOUT};

	while (lines->out.length > 0 && poll(&watched, 1, FLUSH_MS) > 0)
		flush(lines);
}

int lines_serve(struct mcp *mcp)
{
	static const struct line_events events = {take_line, refuse_line};
	struct lines lines = {.channel = {.send = send_line}, .mcp = mcp, .signals = signals_watch()};

	lines.reader = (struct line_reader){.events = &events, .context = &lines};

	if (lines.signals < 0 || take_wire(&lines) < 0) {
		fprintf(stderr, "sandbox-sdk-mcp: standard input and output cannot be used (%s); see its host\n",
		        strerror(errno));
		return 1;
	}
	while (!lines.ended)
		turn(&lines);
	flush(&lines);
	mcp_stop(mcp);
	flush_last(&lines);
	line_reader_free(&lines.reader);
	text_free(&lines.out);
	return 0;
}
