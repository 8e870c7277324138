#include "engine_bwrap.h"

#include "bwrap_arguments.h"
#include "command_payload.h"
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The image that a sandbox was made of; nothing when it was made of none. */
static int find_image(const struct bwrap_engine *bwrap, const struct sandbox *sandbox, struct image *image,
                      struct problem *problem)
{
	*image = (struct image){.is_host = true};
	if (!sandbox->image || image_find(bwrap->folder, sandbox->image, image, problem) == 0)
		return 0;
	return problem_set(problem, PROBLEM_ENGINE, NULL,
	                   "the sandbox's image \"%.200s\" is gone: import it again with sandboxd image import",
	                   sandbox->image);
}

static int open_arguments(void *context, const struct sandbox *sandbox)
{
	const struct bwrap_engine *bwrap = context;
	struct problem ignored;
	struct image image;
	sbx__buffer common = {0};
	int fd = -1;

	if (!sandbox->image)
		return bwrap_arguments_open(&bwrap->arguments, sandbox);
	if (find_image(bwrap, sandbox, &image, &ignored) < 0) {
		errno = ENOENT;
		return -1;
	}
	bwrap_arguments_common(&common, bwrap->disables_userns, bwrap->network, &image);
	if (common.failed)
		errno = ENOMEM;
	else
		fd = bwrap_arguments_open(&common, sandbox);
	sbx__buffer_free(&common);
	image_free(&image);
	return fd;
}

static int broken(struct problem *problem)
{
	return problem_set(problem, PROBLEM_CONFLICT, NULL,
	                   "the sandbox is broken: its first process was ended; its files can be downloaded, and it "
	                   "can be deleted");
}

/* Without the keeper the engine has ended, and the server ends: nothing was wrong with the request. */
static bool has_ended(const struct bwrap_engine *bwrap, struct problem *problem)
{
	if (!bwrap->ended && keeper_lives(&bwrap->keeper))
		return false;
	problem_stopping(problem);
	return true;
}

/* Makes the sandbox's processes unless it has them. */
int bwrap_hold(struct bwrap_engine *bwrap, const struct sandbox *sandbox, struct problem *problem)
{
	struct held_maker maker = {.open_arguments = open_arguments, .context = bwrap};

	if (held_make(&bwrap->held, sandbox, &maker) == 0)
		return 0;
	if (has_ended(bwrap, problem))
		return -1;
	if (maker.broken)
		return broken(problem);
	if (problem_is_descriptors(maker.error))
		return problem_descriptors(problem);
	if (maker.error == ETIMEDOUT)
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL,
		                   "the sandbox cannot be started: it was not ready within %d seconds, for the machine "
		                   "has too much to do",
		                   HELD_PATIENCE / 1000);
	maker.complaint[strcspn(maker.complaint, "\n")] = '\0';
	if (maker.complaint[0] == '\0' || strstr(maker.complaint, "Resource temporarily unavailable"))
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL,
		                   "the sandbox cannot be started: the machine has too many processes");
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the sandbox cannot be started: %.300s", maker.complaint);
}

/* A pipe whose end for the server never blocks, and whose other end belongs to the sandbox's user: so that a command
 * can open /dev/stdout. */
static int open_stream(int *own, int *other, int own_end, const struct sandbox *sandbox)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*own = ends[own_end];
	*other = ends[1 - own_end];
	return fcntl(*own, F_SETFL, O_NONBLOCK) < 0 || fchown(*other, sandbox->uid, sandbox->gid) < 0 ? -1 : 0;
}

static int open_channel(int *own, int *other)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	*own = ends[0];
	*other = ends[1];
	return 0;
}

void bwrap_close_all(const int *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
}

static void tell_why_not_sent(struct bwrap_engine *bwrap, const struct sandbox *sandbox, int error,
                              struct problem *problem)
{
	if (has_ended(bwrap, problem))
		return;
	if (held_state(&bwrap->held, sandbox->id) == ENGINE_BROKEN)
		broken(problem);
	else if (problem_is_descriptors(error))
		problem_descriptors(problem);
	else if (error == E2BIG)
		problem_set(problem, PROBLEM_VALIDATION, "env", "the command has too many variables");
	else
		problem_set(problem, PROBLEM_ENGINE, NULL, "the command cannot be started: %s", strerror(error));
}

int bwrap_exec(struct engine *engine, const struct sandbox *sandbox, const struct command *command,
               struct engine_process *out, struct problem *problem)
{
	struct bwrap_engine *bwrap = bwrap_self(engine);
	struct engine_process process = {-1, -1, -1, -1};
	struct init_request request = {.verb = INIT_RUN,
	                               .tell_start = command->tell_start,
	                               .file_size = command->has_no_room ? 0 : (uint64_t)sandbox->storage << 30};
	int others[INIT_DESCRIPTORS] = {-1, -1, -1, -1, -1};
	struct image image;
	int result = -1;

	if (find_image(bwrap, sandbox, &image, problem) < 0)
		return -1;
	if (bwrap_hold(bwrap, sandbox, problem) < 0)
		goto done;
	others[INIT_PAYLOAD] = command_payload_open(sandbox, &image, command, &request.payload);
	if (others[INIT_PAYLOAD] >= 0 && open_channel(&process.channel, &others[INIT_CHANNEL]) == 0 &&
	    open_stream(&process.out, &others[INIT_OUT], 0, sandbox) == 0 &&
	    open_stream(&process.err, &others[INIT_ERR], 0, sandbox) == 0 &&
	    (!command->has_input || open_stream(&process.in, &others[INIT_IN], 1, sandbox) == 0))
		result = held_send(&bwrap->held, sandbox->id, &request, others,
		                   command->has_input ? INIT_DESCRIPTORS : INIT_IN);
	if (result == 0)
		*out = process;
	else
		tell_why_not_sent(bwrap, sandbox, errno, problem);
	if (result < 0)
		bwrap_close_all((const int[]){process.channel, process.in, process.out, process.err}, 4);
	bwrap_close_all(others, INIT_DESCRIPTORS);
done:
	image_free(&image);
	return result;
}

void bwrap_report(struct engine *engine, int channel, struct engine_report *out)
{
	static const enum engine_event events[INIT_EVENTS] = {
	        [INIT_READY] = ENGINE_KILLED,    [INIT_STARTED] = ENGINE_STARTED,
	        [INIT_EXITED] = ENGINE_EXITED,   [INIT_NOT_STARTED] = ENGINE_NOT_STARTED,
	        [INIT_DONE] = ENGINE_KILLED,     [INIT_MEMORY] = ENGINE_MEMORY,
	        [INIT_STORAGE] = ENGINE_STORAGE,
	};
	struct init_report report;

	(void)engine;
	*out = (struct engine_report){.event = ENGINE_KILLED};
	if (init_channel_receive(channel, &report))
		*out = (struct engine_report){
		        .event = events[report.event],
		        .exit_code = report.exit_code,
		        .stage = (int)report.stage,
		        .error = report.error,
		};
}

int bwrap_explain(struct engine *engine, const struct command *command, const struct engine_report *report,
                  struct problem *problem)
{
	(void)engine;
	if (report->error == EAGAIN || report->error == ENOMEM)
		return problem_set(problem, PROBLEM_UNAVAILABLE, NULL,
		                   "the command cannot be started: the sandbox or the machine has too many processes");
	if (report->stage == INIT_WORKING_DIRECTORY)
		return problem_set(problem, PROBLEM_VALIDATION, "working_dir",
		                   "working_dir %.200s cannot be entered in the sandbox: %s",
		                   command->working_dir ? command->working_dir : "/home/sandbox",
		                   strerror(report->error));
	if (report->error == E2BIG)
		return problem_set(problem, PROBLEM_VALIDATION, "env", "the command and its environment are too long");
	/* An image can be made without one, or for another machine. */
	if (report->error == ENOENT || report->error == ENOEXEC || report->error == EACCES)
		return problem_set(problem, PROBLEM_CONFLICT, NULL,
		                   "the sandbox's image has no /bin/sh that runs here, and so no command does: %s",
		                   strerror(report->error));
	return problem_set(problem, PROBLEM_ENGINE, NULL, "the command cannot be started: /bin/sh: %s",
	                   strerror(report->error));
}

void engine_kill(int channel)
{
	const char byte = 0;
	send(channel, &byte, sizeof(byte), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void bwrap_drain(struct engine *engine, const char *id, int stream)
{
	const struct init_request request = {.verb = INIT_DRAIN};

	held_send(&bwrap_self(engine)->held, id, &request, &stream, 1);
	close(stream);
}

enum engine_state bwrap_state(struct engine *engine, const char *id)
{
	return held_state(&bwrap_self(engine)->held, id);
}

int bwrap_freeze(struct engine *engine, const char *id, bool frozen, struct problem *problem)
{
	if (held_freeze(&bwrap_self(engine)->held, id, frozen) == 0)
		return 0;
	if (!frozen)
		return problem_set(problem, PROBLEM_ENGINE, NULL, "the sandbox's processes cannot be continued");
	problem_set(
	        problem, PROBLEM_UNAVAILABLE, NULL,
	        "not all processes of the sandbox have stopped, so that no application-consistent snapshot could be "
	        "taken: ask again, end what continues them or waits for a device, or ask for a quick one");
	problem->retry_after = 1;
	return -1;
}
