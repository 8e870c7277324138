#include "script.h"

#include "clock.h"
#include "frame.h"
#include "script_calls.h"
#include "script_process.h"
#include "secret.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of what a script prints so much is kept. */
#define PRINTED_MAX ((size_t)64 * 1024)
/* And of what it raises. */
#define FAILURE_MAX ((size_t)16 * 1024)
/* While so much is still to be written to it, nothing more is read of it. */
#define WAITING_MAX ((size_t)8 << 20)
#define PIECE 65536
/* How often a process that was killed is looked after until it has ended. */
#define LOOK_MS 20
#define STRANGE "the script's process says what it never does"

struct script {
	struct script *next;
	struct job *job;
	void (*on_end)(struct job *job, struct script_end *end);
	struct script_process process;
	struct script_calls *calls;
	int64_t until_ms;
	struct text in;
	struct text out;
	struct text printed;
	bool truncated;
	bool has_ended;
	bool has_failed;
	sbx_json *result;    /* the message that tells what it returned */
	struct text failure; /* what it raised, or why it was ended */
};

static void end(struct script *script, const char *failure)
{
	if (failure && !script->has_ended) {
		text_add(&script->failure, failure);
		script->has_failed = true;
	}
	script->has_ended = true;
}

/* ---- out ---- */

static void flush(struct script *script)
{
	size_t done = 0;

	while (done < script->out.length) {
		ssize_t sent =
		        send(script->process.fd, script->out.data + done, script->out.length - done, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			break; /* it is told again when it can be written to, or as its end */
		done += (size_t)sent;
	}
	if (done > 0)
		text_drop(&script->out, done);
	if (script->out.failed)
		end(script, "out of memory");
}

static void take_frames(struct script *script);

static bool answer(void *context, const sbx_json *json, const char *bytes, size_t length)
{
	struct script *script = context;

	if (!frame_add(&script->out, json, bytes, length))
		return false;
	secret_hide(script->job->mcp->client, &script->out);
	flush(script);
	return true;
}

/* What it has said in the meantime was left until now. */
static void on_call_ended(void *context)
{
	take_frames(context);
}

/* ---- in ---- */

static void take_printed(struct script *script, const struct frame *frame)
{
	size_t room = PRINTED_MAX - script->printed.length;

	script->truncated |= frame->length > room;
	text_append(&script->printed, frame->bytes, frame->length < room ? frame->length : room);
	job_output(script->job, false, frame->bytes, frame->length);
}

static void take_frame(struct script *script, struct frame *frame)
{
	if (sbx_json_get(frame->json, "call")) {
		if (!script_calls_take(script->calls, frame))
			end(script, STRANGE);
	} else if (sbx_json_get(frame->json, "printed")) {
		take_printed(script, frame);
	} else if (sbx_json_get(frame->json, "result")) {
		script->result = frame->json;
		frame->json = NULL;
		end(script, NULL);
	} else if (sbx_json_get(frame->json, "error")) {
		text_append(&script->failure, frame->bytes, frame->length < FAILURE_MAX ? frame->length : FAILURE_MAX);
		end(script, frame->length > 0 ? "" : "an error without words");
	} else {
		end(script, STRANGE);
	}
}

static bool takes_more(const struct script *script)
{
	return !script->has_ended && script->out.length < WAITING_MAX && script_calls_take_more(script->calls);
}

static void take_frames(struct script *script)
{
	struct frame frame;
	int found = 0;

	while (takes_more(script) && (found = frame_read(&script->in, &frame)) > 0) {
		take_frame(script, &frame);
		frame_drop(&script->in, &frame);
	}
	if (found < 0)
		end(script, STRANGE);
}

/* Why the process is not there any more. */
static void explain_death(struct script *script)
{
	int status = script_process_wait(&script->process);

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		end(script, "the script's process was ended: it tried what no script may do");
	else
		end(script, "the script's process has ended, most likely for want of memory; do less at a time");
}

static void receive(struct script *script)
{
	char piece[PIECE];
	ssize_t got = read(script->process.fd, piece, sizeof(piece));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		explain_death(script);
		return;
	}
	text_append(&script->in, piece, (size_t)got);
	if (script->in.failed)
		end(script, "out of memory");
	else
		take_frames(script);
}

/* ---- start and end ---- */

static void script_free(void *given)
{
	struct script *script = given;
	struct mcp *mcp = script->job->mcp;
	struct script **link = &mcp->scripts;

	while (*link && *link != script)
		link = &(*link)->next;
	if (*link)
		*link = script->next;
	script_calls_free(script->calls);
	sbx_json_free(script->result);
	text_free(&script->in);
	text_free(&script->out);
	text_free(&script->printed);
	text_free(&script->failure);
	if (script->process.fd < 0) {
		free(script);
		return;
	}
	script_process_kill(&script->process);
	script->next = mcp->killed_scripts;
	mcp->killed_scripts = script;
}

static void free_killed(struct mcp *mcp, bool waits)
{
	for (struct script **link = &mcp->killed_scripts; *link;) {
		struct script *script = *link;
		if (script_process_has_ended(&script->process, waits)) {
			*link = script->next;
			free(script);
		} else {
			link = &script->next;
		}
	}
}

void scripts_clean_up(struct mcp *mcp)
{
	free_killed(mcp, true);
}

static size_t count(const struct mcp *mcp)
{
	size_t scripts = 0;

	for (const struct script *script = mcp->scripts; script; script = script->next)
		scripts++;
	return scripts;
}

static bool send_code(struct script *script, const char *code, size_t length)
{
	sbx_json *json = sbx_json_new_object();
	sbx_json_set(json, "offered", script_calls_offered(script->job->mcp));
	sbx_json_set(json, "has_roots", sbx_json_new_boolean(script->job->mcp->options->roots.count > 0));
	bool fits = json && frame_add(&script->out, json, code, length);

	sbx_json_free(json);
	if (fits)
		flush(script);
	return fits;
}

const char *script_start(struct job *job, const char *code, size_t length, int64_t seconds,
                         void (*on_end)(struct job *job, struct script_end *end))
{
	if (count(job->mcp) == SCRIPTS_MAX)
		return "4 scripts run already; call again when one of them has ended";
	struct script *script = calloc(1, sizeof(*script));
	if (!script)
		return "out of memory";
	script->job = job;
	script->on_end = on_end;
	script->until_ms = clock_ms() + seconds * 1000;
	script->calls = script_calls_new(job->mcp, answer, on_call_ended, script);
	script->process.fd = -1;
	if (!script->calls || script_process_start(&script->process) < 0) {
		script_free(script);
		return "no process could be started for the script; see the memory and the limits of this machine";
	}
	if (!send_code(script, code, length)) {
		script_free(script);
		return "code: it is longer than 4 MiB";
	}
	script->next = job->mcp->scripts;
	job->mcp->scripts = script;
	job->work = script;
	job->free_work = script_free;
	/* That the job was cancelled is seen by the next turn, which does not wait then. */
	return NULL;
}

/* Ends the job, and with it the script. */
static void finish(struct script *script)
{
	struct script_end how = {.result = sbx_json_get(script->result, "result"),
	                         .printed = &script->printed,
	                         .truncated = script->truncated,
	                         .calls = script_calls_count(script->calls)};

	if (script->has_failed)
		how.failure = script->failure.failed ? "out of memory" : script->failure.data;
	script->on_end(script->job, &how);
}

/* ---- the loop ---- */

void scripts_watch(const struct mcp *mcp, struct pollfd *watched)
{
	const struct script *script = mcp->scripts;

	for (size_t i = 0; i < SCRIPTS_MAX; i++) {
		watched[i] = (struct pollfd){.fd = -1};
		if (!script)
			continue;
		watched[i].fd = script->process.fd;
		watched[i].events = (short)((takes_more(script) ? POLLIN : 0) | (script->out.length > 0 ? POLLOUT : 0));
		script = script->next;
	}
}

static struct script *find(const struct mcp *mcp, int fd)
{
	struct script *script = mcp->scripts;

	while (script && script->process.fd != fd)
		script = script->next;
	return script;
}

void scripts_turn(struct mcp *mcp, const struct pollfd *watched)
{
	for (size_t i = 0; i < SCRIPTS_MAX; i++) {
		struct script *script = watched[i].fd >= 0 && watched[i].revents ? find(mcp, watched[i].fd) : NULL;
		if (!script || script->has_ended)
			continue;
		if (watched[i].revents & POLLOUT)
			flush(script);
		if (watched[i].revents & (POLLIN | POLLHUP | POLLERR))
			receive(script);
	}
}

static bool is_over(const struct script *script, int64_t now)
{
	return script->has_ended || script->job->cancelled || script->until_ms <= now;
}

int scripts_wait_ms(const struct mcp *mcp)
{
	int64_t first = INT64_MAX, now = clock_ms();

	for (const struct script *script = mcp->scripts; script; script = script->next) {
		int64_t until = is_over(script, now) ? now : script->until_ms;
		first = until < first ? until : first;
	}
	if (mcp->killed_scripts && first > now + LOOK_MS)
		first = now + LOOK_MS;
	return first == INT64_MAX ? -1 : (int)(first - now);
}

void scripts_tick(struct mcp *mcp)
{
	int64_t now = clock_ms();

	for (struct script *script = mcp->scripts, *next; script; script = next) {
		next = script->next;
		if (!is_over(script, now))
			continue;
		end(script, "the script was ended at its time limit; timeout sets another");
		finish(script);
	}
	free_killed(mcp, false);
}
