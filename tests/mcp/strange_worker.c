/* A sandbox-sdk-mcp whose scripts are programs: the code of a script is run as it is (it begins with "#!" and an
 * interpreter), unconfined and with the socket to the server. So a test says to the server what a process could that a
 * script has broken out of Lua in. */
#include "frame.h"
#include "http.h"
#include "lines.h"
#include "mcp.h"
#include "script/worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_code(struct text *in, struct frame *frame)
{
	char piece[4096];

	while (frame_read(in, frame) == 0) {
		ssize_t got = read(WORKER_SOCKET, piece, sizeof(piece));
		if (got <= 0)
			exit(1);
		text_append(in, piece, (size_t)got);
	}
}

static int run_code(void)
{
	struct text in = {0};
	struct frame frame;
	char name[] = "script", *words[] = {name, NULL};
	int program = memfd_create(name, 0);

	read_code(&in, &frame);
	if (program < 0 || write(program, frame.bytes, frame.length) != (ssize_t)frame.length)
		return 1;
	fexecve(program, words, environ);
	return 1;
}

int main(int count, char **words)
{
	struct options options;
	struct mcp mcp;

	if (count == 2 && strcmp(words[1], WORKER_WORD) == 0)
		return run_code();
	int status = options_read(&options, count, words);
	if (status >= 0)
		return status;
	mcp_start(&mcp, &options);
	return options.http ? http_serve(&mcp) : lines_serve(&mcp);
}
