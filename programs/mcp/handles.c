#include "handles.h"

#include "clock.h"
#include "command.h"
#include "cut.h"
#include "made.h"
#include "place.h"
#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define HANDLES_MAX 64
/* How long one that has ended is known. */
#define KEPT_MS ((int64_t)3600 * 1000)
/* Of each output so much is kept that nobody has asked for; what is older is dropped, and said. */
#define OUTPUT_MAX ((size_t)1 << 20)
/* And so much is given at a time, as JSON: of both, twice in a result, which may have to escape it once more. */
#define GIVEN_MAX ((size_t)40 * 1024)

#define HANDLE "\"handle\":{\"type\":\"string\",\"description\":\"Of start_command\"}"

#define START_DEFINITION \
	"{\"name\":\"start_command\",\"title\":\"Start a command\",\"description\":\"Starts a command in a sandbox " \
	"and does not wait for its end\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" COMMAND_PROPERTIES "," PLACE_PROPERTY \
	"},\"required\":[\"command\"],\"additionalProperties\":false}," \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"handle\":{\"type\":\"string\"},\"sandbox_id\":{" \
	"\"type\":" \
	"\"string\"}},\"required\":[\"handle\"]}," TOOL_HINTS("false", "true", "false", "true") "}"

#define OUTPUT_DEFINITION \
	"{\"name\":\"command_output\",\"title\":\"Output of a started command\",\"description\":\"What a started " \
	"command has written since the last time, and " \
	"whether " \
	"it has ended\",\"inputSchema\":{\"type\":\"object\",\"properties\":{" HANDLE \
	",\"wait\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":50,\"description\":\"Seconds to wait for " \
	"something " \
	"new\"}},\"required\":[\"handle\"],\"additionalProperties\":false},\"outputSchema\":{\"type\":\"object\"," \
	"\"properties\":{\"stdout\":{\"type\":\"string\"},\"stderr\":{\"type\":\"string\"},\"running\":{\"type\":" \
	"\"boolean\"},\"exit_code\":{\"type\":[\"integer\",\"null\"]},\"status\":{\"type\":[\"string\",\"null\"]}," \
	"\"error\":" \
	"{\"type\":\"string\"},\"more\":{\"type\":\"boolean\"},\"dropped\":{\"type\":\"integer\"}},\"required\":[" \
	"\"stdout\"," \
	"\"stderr\",\"running\"]}," TOOL_HINTS("false", "false", "false", "false") "}"

#define STOP_DEFINITION \
	"{\"name\":\"stop_command\",\"title\":\"Stop a started command\",\"description\":\"Ends a started " \
	"command\",\"inputSchema\":{\"type\":\"object\"," \
	"\"properties\":{" HANDLE "},\"required\":[\"handle\"],\"additionalProperties\":false}," TOOL_HINTS( \
	        "false", "true", "true", "false") "}"

/* One of the two outputs. */
struct output {
	struct text text; /* that was not given yet */
	size_t dropped;
};

struct handle {
	struct handle *next;
	struct mcp *mcp;
	char name[40];
	struct job *starting;     /* the call that does not know yet whether it runs; NULL: it was told */
	struct made *sandbox;     /* that it runs in and this server has made */
	sbx_json *arguments;      /* of the command, which points into it */
	struct command *command;  /* NULL: it has ended */
	struct output outputs[2]; /* of stdout and of stderr */
	bool has_ended;
	int64_t ended_ms;
	sbx_json *execution; /* how it ended, without what it wrote; NULL: not, or by an error */
	char *error;
};

/* A call until its command runs. */
struct starting {
	struct handle *handle;
	char *id; /* of the sandbox */
};

/* A call that waits for something new. */
struct handle_wait {
	struct handle_wait *next;
	struct job *job;
	struct handle *handle;
	int64_t until_ms;
};

/* ---- the list ---- */

static struct handle *find(const struct mcp *mcp, const char *name)
{
	struct handle *handle = mcp->handles;

	while (handle && (!name || strcmp(handle->name, name) != 0))
		handle = handle->next;
	return handle;
}

static void handle_free(struct handle *handle)
{
	command_free(handle->command);
	made_release(handle->sandbox);
	sbx_json_free(handle->arguments);
	sbx_json_free(handle->execution);
	free(handle->error);
	for (size_t i = 0; i < 2; i++)
		text_free(&handle->outputs[i].text);
	free(handle);
}

static bool is_waited_for(const struct handle *handle)
{
	for (const struct handle_wait *wait = handle->mcp->waits; wait; wait = wait->next)
		if (wait->handle == handle)
			return true;
	return false;
}

static void forget_old(struct mcp *mcp)
{
	struct handle **link = &mcp->handles;
	int64_t now = clock_ms();

	while (*link) {
		struct handle *handle = *link;
		if (handle->has_ended && now - handle->ended_ms > KEPT_MS && !is_waited_for(handle)) {
			*link = handle->next;
			handle_free(handle);
		} else {
			link = &handle->next;
		}
	}
}

/* ---- output ---- */

static void add_output(struct output *output, const char *data, size_t length)
{
	text_append(&output->text, data, length);
	if (output->text.length > OUTPUT_MAX) {
		size_t old = output->text.length - OUTPUT_MAX / 2;
		text_drop(&output->text, old);
		output->dropped += old;
	}
}

/* How much can be given: up to the end of a character, unless nothing follows that could complete it. */
static size_t to_give(const struct handle *handle, const struct output *output)
{
	size_t length = cut_text(output->text.data, output->text.length, GIVEN_MAX);

	return handle->has_ended && length == output->text.length ? length : text_whole(output->text.data, length);
}

static bool has_output(const struct handle *handle)
{
	return to_give(handle, &handle->outputs[0]) > 0 || to_give(handle, &handle->outputs[1]) > 0;
}

static void give_output(struct handle *handle, size_t index, sbx_json *result, const char *name)
{
	struct text *text = &handle->outputs[index].text;
	struct text given = {.data = text->data, .length = to_give(handle, &handle->outputs[index])};

	sbx_json_set(result, name, text_words(&given));
	if (given.length > 0)
		text_drop(text, given.length);
	/* A handle is known for long after it has told all. */
	if (text->length == 0)
		text_free(text);
}

/* Passes on how a command has ended. */
static sbx_json *set_end(sbx_json *object, const sbx_json *execution)
{
	static const char *const names[] = {"exit_code", "status"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sbx_json_get(execution, names[i]))
			sbx_json_set(object, names[i], sbx_json_copy(sbx_json_get(execution, names[i])));
	return object;
}

static sbx_json *output_result(struct handle *handle)
{
	sbx_json *result = sbx_json_new_object();
	size_t dropped = handle->outputs[0].dropped + handle->outputs[1].dropped;

	give_output(handle, 0, result, "stdout");
	give_output(handle, 1, result, "stderr");
	sbx_json_set(result, "running", sbx_json_new_boolean(!handle->has_ended));
	sbx_json_set(result, "more", sbx_json_new_boolean(has_output(handle)));
	if (dropped > 0)
		sbx_json_set(result, "dropped", sbx_json_new_integer((int64_t)dropped));
	handle->outputs[0].dropped = handle->outputs[1].dropped = 0;
	set_end(result, handle->execution);
	if (handle->error)
		sbx_json_set(result, "error", sbx_json_new_string(handle->error, strlen(handle->error)));
	return result_structured(result);
}

static bool has_news(const struct handle *handle)
{
	return handle->has_ended || has_output(handle);
}

/* ---- who waits ---- */

/* Answers those that wait for a handle, or whose time is over. */
static void answer_waits(struct mcp *mcp, const struct handle *handle)
{
	struct handle_wait **link = &mcp->waits;
	int64_t now = clock_ms();

	while (*link) {
		struct handle_wait *wait = *link;
		bool is_heard = job_is_heard(wait->job);
		if ((wait->handle != handle || !has_news(wait->handle)) && wait->until_ms > now && is_heard) {
			link = &wait->next;
			continue;
		}
		*link = wait->next;
		/* What nobody would read stays for the next one who asks. */
		job_succeed(wait->job, is_heard ? output_result(wait->handle) : NULL);
		free(wait);
	}
}

int handles_wait_ms(const struct mcp *mcp)
{
	int64_t first = INT64_MAX, now = clock_ms();

	for (const struct handle_wait *wait = mcp->waits; wait; wait = wait->next) {
		int64_t until = job_is_heard(wait->job) ? wait->until_ms : now;
		first = until < first ? until : first;
	}
	return first == INT64_MAX ? -1 : first > now ? (int)(first - now) : 0;
}

void handles_tick(struct mcp *mcp)
{
	if (mcp->waits)
		answer_waits(mcp, NULL);
}

/* ---- a command ---- */

static void on_started(void *context)
{
	struct handle *handle = context;
	struct job *job = handle->starting;

	if (job) {
		const struct starting *starting = job->work;
		sbx_json *result = sbx_json_new_object();
		sbx_json_set(result, "handle", sbx_json_new_string(handle->name, strlen(handle->name)));
		sbx_json_set(result, "sandbox_id", sbx_json_new_string(starting->id, strlen(starting->id)));
		handle->starting = NULL;
		job_succeed(job, result_structured(result));
	}
}

static void on_output(void *context, bool is_stderr, const char *data, size_t length)
{
	struct handle *handle = context;

	on_started(handle);
	add_output(&handle->outputs[is_stderr], data, length);
	answer_waits(handle->mcp, handle);
}

static void start_in(struct job *job, const char *id, sbx_json *refusal);

/* Nobody knows its handle. */
static void fail_start(struct handle *handle, sbx_error *error)
{
	struct job *job = handle->starting;
	struct starting *starting = job->work;
	struct handle **link = &handle->mcp->handles;
	char *id = starting->id;

	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	handle_free(handle);
	*starting = (struct starting){0};
	place_fail(job, member_string(sbx_json_get(job->message.params, "arguments"), "sandbox"), id, error, start_in);
	free(id);
}

static void on_end(void *context, const sbx_json *execution, sbx_error *error)
{
	struct handle *handle = context;

	if (handle->starting && !execution) {
		fail_start(handle, error);
		return;
	}
	on_started(handle);
	handle->has_ended = true;
	handle->ended_ms = clock_ms();
	made_release(handle->sandbox);
	handle->sandbox = NULL;
	handle->execution = execution ? set_end(sbx_json_new_object(), execution) : NULL;
	if (!execution)
		handle->error = strdup(error ? sbx_error_message(error) : "out of memory");
	sbx_error_free(error);
	command_free(handle->command);
	handle->command = NULL;
	answer_waits(handle->mcp, handle);
}

static struct handle *handle_new(struct job *job, const char *id, sbx_error **error)
{
	static const struct command_events events = {on_started, on_output, on_end};
	const sbx_json *arguments = sbx_json_get(job->message.params, "arguments");
	uint64_t random[2];
	struct handle *handle = calloc(1, sizeof(*handle));

	if (!handle || getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
	    !(handle->arguments = sbx_json_copy(arguments))) {
		free(handle);
		return NULL;
	}
	snprintf(handle->name, sizeof(handle->name), "cmd-%016llx%016llx", (unsigned long long)random[0],
	         (unsigned long long)random[1]);
	handle->mcp = job->mcp;
	handle->starting = job;
	handle->command = command_new(job->mcp, id, handle->arguments, &events, handle, error);
	if (!handle->command) {
		handle_free(handle);
		return NULL;
	}
	handle->sandbox = made_hold(job->mcp, id);
	handle->next = job->mcp->handles;
	job->mcp->handles = handle;
	return handle;
}

/* ---- tools ---- */

static size_t count(const struct mcp *mcp)
{
	size_t found = 0;

	for (const struct handle *handle = mcp->handles; handle; handle = handle->next)
		found += !handle->has_ended;
	return found;
}

static void cancel_start(void *given)
{
	const struct starting *starting = given;

	if (starting->handle)
		command_cancel(starting->handle->command);
}

static void free_start(void *given)
{
	struct starting *starting = given;

	free(starting->id);
	free(starting);
}

static void start_in(struct job *job, const char *id, sbx_json *refusal)
{
	struct starting *starting = job->work;
	sbx_error *error = NULL;

	if (!id || job->cancelled || !(starting->id = strdup(id)))
		job_succeed(job, refusal);
	else if (!(starting->handle = handle_new(job, id, &error)))
		job_succeed(job, result_of_error(error));
}

static void start_command(struct job *job, const sbx_json *arguments)
{
	forget_old(job->mcp);
	if (count(job->mcp) >= HANDLES_MAX) {
		job_succeed(job, result_refusal("64 started commands are running; stop_command ends one"));
		return;
	}
	job->work = calloc(1, sizeof(struct starting));
	job->free_work = free_start;
	job->cancel_work = cancel_start;
	if (job->work)
		place_find(job, member_string(arguments, "sandbox"), start_in);
	else
		job_fail_with(job, RPC_INTERNAL, "out of memory");
}

/* NULL: there is none, and the job is answered. */
static struct handle *handle_of(struct job *job, const sbx_json *arguments)
{
	struct handle *handle = find(job->mcp, member_string(arguments, "handle"));

	if (!handle)
		job_succeed(job,
		            result_refusal("handle: no command is known by it; it is kept for an hour after the end"));
	return handle;
}

static void command_output(struct job *job, const sbx_json *arguments)
{
	int64_t wait_seconds = sbx_json_integer(sbx_json_get(arguments, "wait"));
	struct handle *handle = handle_of(job, arguments);

	if (!handle)
		return;
	struct handle_wait *wait = wait_seconds > 0 && !has_news(handle) ? calloc(1, sizeof(*wait)) : NULL;
	if (!wait) {
		job_succeed(job, output_result(handle));
		return;
	}
	*wait = (struct handle_wait){job->mcp->waits, job, handle, clock_ms() + wait_seconds * 1000};
	job->mcp->waits = wait;
}

static void stop_command(struct job *job, const sbx_json *arguments)
{
	struct handle *handle = handle_of(job, arguments);

	if (!handle)
		return;
	if (!handle->has_ended)
		command_cancel(handle->command);
	job_succeed(job, result_text("stopped", 7, false));
}

const struct simple_tool handle_tools[] = {
        {"start_command", false, START_DEFINITION, start_command},
        {"command_output", false, OUTPUT_DEFINITION, command_output},
        {"stop_command", false, STOP_DEFINITION, stop_command},
};

const size_t handle_tools_count = sizeof(handle_tools) / sizeof(handle_tools[0]);

void handles_clean_up(struct mcp *mcp)
{
	while (mcp->handles) {
		struct handle *handle = mcp->handles;
		mcp->handles = handle->next;
		handle_free(handle);
	}
}
