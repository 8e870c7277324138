#include "operation.h"

#include "arguments.h"
#include "command.h"
#include "content.h"
#include "download.h"
#include "idle.h"
#include "ledger.h"
#include "made.h"
#include "place.h"

#include <stdlib.h>
#include <string.h>

struct operation {
	struct mcp *mcp;
	const struct operation_tool *tool;
	const struct operation_events *events;
	void *context;
	const sbx_json *arguments; /* of its tool; NULL: none */
	struct content content;    /* of an upload */
	struct download download;  /* of a download */
	struct command *command;   /* that an execution runs */
	sbx_call *call;            /* that any other one is */
	struct made *sandbox;      /* that it works in and this server has made */
	bool asks;                 /* for leave to make one */
	bool has_leave;            /* that was not used yet */
	bool is_unnamed;           /* it makes a sandbox without a name */
	bool cancelled;
	struct operation *next; /* of the orphans */
};

/* ---- arguments ---- */

/* What is the tool's own and not the operation's. */
static bool is_own(const struct operation_tool *tool, const char *name)
{
	return strcmp(name, "fields") == 0 ||
	       (tool->body == OPERATION_UPLOAD &&
	        (strcmp(name, "file") == 0 || strcmp(name, "encoding") == 0 || strcmp(name, "local") == 0));
}

static sbx_json *operation_arguments(const struct operation_tool *tool, const sbx_json *given)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;

	while (made && given && sbx_json_next(given, &cursor, &name, &value)) {
		if (is_own(tool, name) || sbx_json_set(made, name, sbx_json_copy(value)) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

/* The library is given a command's arguments one by one: of others it would never know. */
static const char *check_execution(const struct operation *operation, const sbx_json *arguments)
{
	const char *complaint = arguments_check(operation->mcp, operation->tool->definition, arguments);
	const sbx_json *timeout = sbx_json_get(arguments, "api_timeout");

	if (!complaint && timeout && sbx_json_integer(timeout) < 1)
		complaint = "api_timeout: it is an integer, 1 or more";
	return complaint;
}

/* Returns why it cannot be sent; NULL: it can. */
static const char *read_arguments(struct operation *operation, const sbx_json *arguments,
                                  const struct operation_file *file)
{
	if (operation->tool->body == OPERATION_EXECUTE)
		return check_execution(operation, arguments);
	if (operation->tool->body != OPERATION_UPLOAD)
		return NULL;
	if (!file)
		return sbx_json_get(arguments, "local")
		               ? content_open(&operation->content, operation->mcp->options, arguments)
			       : content_read(&operation->content, arguments, "file");
	content_take(&operation->content, file->data, file->length);
	return NULL;
}

/* ---- the call ---- */

static void on_output(void *context, bool is_stderr, const char *data, size_t length)
{
	const struct operation *operation = context;

	if (operation->events->output)
		operation->events->output(operation->context, is_stderr, data, length);
}

static void on_executed(void *context, const sbx_json *execution, sbx_error *error)
{
	const struct operation *operation = context;
	const struct operation_end end = {.answer = execution, .error = error};
	operation->events->end(operation->context, &end);
}

static sbx_status execute(struct operation *operation, sbx_error **error)
{
	const sbx_json *arguments = operation->arguments;
	static const struct command_events events = {NULL, on_output, on_executed};

	operation->command =
	        command_new(operation->mcp, member_string(arguments, "id"), arguments, &events, operation, error);
	return operation->command ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;
}

static bool is_called(const struct operation *operation, const char *name)
{
	return strcmp(operation->tool->operation, name) == 0;
}

/* One that nobody knows of, since its call was given up, and nobody can find by its name, is deleted. */
static void note_made(struct operation *operation, const char *id)
{
	made_add(operation->mcp, id, operation->is_unnamed);
	operation->has_leave = false;
	struct made *made = operation->cancelled && operation->is_unnamed ? made_find(operation->mcp, id) : NULL;
	if (made && !operation->mcp->options->keep)
		idle_delete(made);
}

/* Notes which sandbox was made, or which are gone. */
static void note(struct operation *operation, const sbx_json *answer)
{
	const sbx_json *ids = sbx_json_get(answer, "deleted_ids");

	if (is_called(operation, "sandboxes.create")) {
		note_made(operation, member_string(answer, "id"));
	} else if (is_called(operation, "sandboxes.delete")) {
		place_forget(operation->mcp, member_string(operation->arguments, "id"));
	} else if (is_called(operation, "sandboxes.delete_all")) {
		for (size_t i = 0; i < sbx_json_count(ids); i++)
			place_forget(operation->mcp, sbx_json_string(sbx_json_at(ids, i), NULL));
	}
}

static void on_done(void *user_data, sbx_call *call)
{
	struct operation *operation = user_data;
	struct operation_end end = {0};
	sbx_response *response = NULL;

	operation->call = NULL;
	sbx_status status = sbx_call_result(call, &response, &end.error);
	if (status == SBX_OK && operation->tool->body == OPERATION_DOWNLOAD) {
		end.bytes = download_bytes(&operation->download);
		end.length = operation->download.bytes.length;
	} else if (status == SBX_OK) {
		end.answer = sbx_response_json(response);
		note(operation, end.answer);
	} else if (operation->download.is_too_large) {
		sbx_error_free(end.error);
		end.error = NULL;
		end.refusal = DOWNLOAD_TOO_LARGE;
	}
	sbx_call_free(call);
	operation->events->end(operation->context, &end);
	sbx_response_free(response);
}

static bool lacks_name(const sbx_json *arguments)
{
	const sbx_json *name = sbx_json_get(arguments, "name");
	return !name || sbx_json_type_of(name) == SBX_JSON_NULL;
}

/* One without a name gets one by which this server, or the next, finds it. A local server ends with this one, and all
 * that it has. */
static void set_name(const struct operation *operation, sbx_json *arguments)
{
	const struct options *options = operation->mcp->options;
	const char *name =
	        operation->is_unnamed && !options->local && !options->keep ? ledger_another_name(operation->mcp) : NULL;
	if (name)
		sbx_json_set(arguments, "name", sbx_json_new_string(name, strlen(name)));
}

static sbx_status send(struct operation *operation, sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *made = operation_arguments(operation->tool, operation->arguments);

	set_name(operation, made);
	request.operation = sbx_operation_find(operation->tool->operation);
	request.arguments = made;
	if (operation->tool->body == OPERATION_UPLOAD)
		options.source = &operation->content.source;
	if (operation->tool->body == OPERATION_DOWNLOAD) {
		download_begin(&operation->download);
		options.sink = &operation->download.sink;
	}
	sbx_status status = made ? sbx_client_start(operation->mcp->client, &request, &options, on_done, operation,
	                                            &operation->call, error)
	                         : SBX_ERROR_OUT_OF_MEMORY;
	sbx_json_free(made);
	return status;
}

static void on_leave(void *context, bool may)
{
	struct operation *operation = context;
	struct operation_end end = {0};

	operation->asks = false;
	operation->has_leave = may;
	if (!may)
		end.refusal = made_refusal(operation->mcp);
	if (!may || operation->cancelled || send(operation, &end.error) < 0)
		operation->events->end(operation->context, &end);
}

/* Sends it, or waits for leave to. */
static sbx_status start(struct operation *operation, sbx_error **error)
{
	if (operation->tool->body == OPERATION_EXECUTE)
		return execute(operation, error);
	if (is_called(operation, "sandboxes.create") && !(operation->has_leave = made_take(operation->mcp))) {
		operation->asks = true;
		return made_ask(operation->mcp, on_leave, operation) ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;
	}
	return send(operation, error);
}

struct operation *operation_start(struct mcp *mcp, const struct operation_tool *tool, const sbx_json *arguments,
                                  const struct operation_file *file, const struct operation_events *events,
                                  void *context, const char **complaint, sbx_error **error)
{
	struct operation *operation = calloc(1, sizeof(*operation));

	*complaint = NULL;
	if (!operation)
		return NULL;
	operation->mcp = mcp;
	operation->tool = tool;
	operation->events = events;
	operation->context = context;
	operation->arguments = arguments;
	operation->is_unnamed = is_called(operation, "sandboxes.create") && lacks_name(arguments);
	*complaint = read_arguments(operation, arguments, file);
	if (!*complaint)
		operation->sandbox = made_hold(mcp, member_string(arguments, "id"));
	if (!*complaint && start(operation, error) == SBX_OK)
		return operation;
	operation_free(operation);
	return NULL;
}

void operation_cancel(struct operation *operation)
{
	operation->cancelled = true;
	if (operation->command)
		command_cancel(operation->command);
	if (operation->call && !operation->has_leave)
		sbx_call_cancel(operation->call);
}

static void dispose(struct operation *operation)
{
	if (operation->asks)
		made_withdraw(operation->mcp, operation);
	command_free(operation->command);
	sbx_call_free(operation->call);
	if (operation->has_leave)
		made_give_up(operation->mcp);
	made_release(operation->sandbox);
	content_free(&operation->content);
	download_free(&operation->download);
	free(operation);
}

/* ---- orphans ---- */

static void on_orphan_ended(void *context, const struct operation_end *end)
{
	struct operation *operation = context;
	struct operation **link = &operation->mcp->orphans;

	while (*link != operation)
		link = &(*link)->next;
	*link = operation->next;
	sbx_error_free(end->error);
	dispose(operation);
}

static void orphan(struct operation *operation)
{
	static const struct operation_events events = {NULL, on_orphan_ended};

	operation->events = &events;
	operation->context = operation;
	operation->arguments = NULL;
	operation->cancelled = true;
	operation->next = operation->mcp->orphans;
	operation->mcp->orphans = operation;
}

void operation_free(struct operation *operation)
{
	if (!operation)
		return;
	if (operation->call && operation->has_leave)
		orphan(operation);
	else
		dispose(operation);
}

void operations_clean_up(struct mcp *mcp)
{
	while (mcp->orphans) {
		struct operation *operation = mcp->orphans;
		mcp->orphans = operation->next;
		dispose(operation);
	}
}
