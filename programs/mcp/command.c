#include "command.h"

#include <stdlib.h>
#include <string.h>

struct command {
	const struct command_events *events;
	void *context;
	sbx_execution_stream *stream;
	sbx_pair *env;
	bool has_ended;
};

/* ---- arguments ---- */

/* The operation has it under another name. */
static const sbx_json *timeout_of(const sbx_json *arguments)
{
	const sbx_json *timeout = sbx_json_get(arguments, "timeout");
	return timeout ? timeout : sbx_json_get(arguments, "api_timeout");
}

static sbx_pair *read_environment(const sbx_json *env, size_t *count)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;
	sbx_pair *pairs = calloc(sbx_json_count(env) + 1, sizeof(*pairs));

	*count = 0;
	while (pairs && sbx_json_next(env, &cursor, &name, &value)) {
		pairs[*count].name = name;
		pairs[(*count)++].value = sbx_json_string(value, NULL);
	}
	return pairs;
}

/* ---- the stream ---- */

static void on_ready(void *user_data, sbx_execution_stream *stream)
{
	struct command *command = user_data;
	sbx_error *error = NULL;

	/* It is told once: one that is kept may be called again. */
	while (!command->has_ended) {
		sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
		sbx_status status = sbx_execution_stream_next(stream, &event, &error);
		if (status == SBX_WOULD_BLOCK)
			return;
		bool has_ended = status != SBX_OK || event.kind == SBX_EXECUTION_RESULT;
		if (has_ended) {
			command->has_ended = true;
			command->events->end(command->context,
			                     status == SBX_OK ? sbx_execution_json(event.execution) : NULL, error);
			return;
		}
		if (event.kind == SBX_EXECUTION_STARTED && command->events->started)
			command->events->started(command->context);
		if (event.kind == SBX_EXECUTION_STDOUT || event.kind == SBX_EXECUTION_STDERR)
			command->events->output(command->context, event.kind == SBX_EXECUTION_STDERR, event.data,
			                        event.length);
	}
}

struct command *command_new(struct mcp *mcp, const char *id, const sbx_json *arguments,
                            const struct command_events *events, void *context, sbx_error **error)
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	struct command *command = calloc(1, sizeof(*command));
	const sbx_json *timeout = timeout_of(arguments);

	if (command)
		command->env = read_environment(sbx_json_get(arguments, "env"), &params.env_count);
	if (!command || !command->env) {
		command_free(command);
		return NULL;
	}
	command->events = events;
	command->context = context;
	params.command = member_string(arguments, "command");
	params.env = command->env;
	params.working_dir = member_string(arguments, "working_dir");
	params.sandbox_stdin = member_string(arguments, "stdin");
	params.stdin_base64 = member_string(arguments, "stdin_base64");
	if (timeout)
		params.timeout = sbx_json_integer(timeout);
	if (sbx_sandboxes_execute_stream_start(mcp->client, id, &params, NULL, on_ready, command, &command->stream,
	                                       error) == SBX_OK)
		return command;
	command_free(command);
	return NULL;
}

void command_cancel(struct command *command)
{
	sbx_execution_stream_cancel(command->stream);
}

void command_free(struct command *command)
{
	if (!command)
		return;
	sbx_execution_stream_free(command->stream);
	free(command->env);
	free(command);
}
