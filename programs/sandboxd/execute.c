#include "execute.h"

#include "accept.h"
#include "keeper.h"

#include <string.h>
#include <unistd.h>

#define TIMEOUT_MAX (7 * 24 * 3600)

static int read_call(struct json_body *body, struct execute_call *call, struct problem *problem)
{
	struct command *command = &call->command;

	if (json_body_string(body, "command", &command->text, problem) < 0 ||
	    json_body_environment(body, "env", &command->environment, problem) < 0 ||
	    json_body_integer(body, "timeout", 1, TIMEOUT_MAX, &call->timeout, problem) < 0 ||
	    json_body_string(body, "working_dir", &command->working_dir, problem) < 0)
		return -1;
	if (!command->text)
		return problem_set(problem, PROBLEM_VALIDATION, "command", "command is required");
	if (strlen(command->text) >= KEEPER_COMMAND_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "command", "command is longer than %d bytes",
		                   KEEPER_COMMAND_MAX - 1);
	if (command->working_dir && command->working_dir[0] != '/')
		return problem_set(problem, PROBLEM_VALIDATION, "working_dir",
		                   "working_dir has to be an absolute path");
	return 0;
}

static int client_socket(const struct request *request)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

int execute_begin(struct request *request, const struct execute_call *call, struct execute_run *run)
{
	struct service *service = request->service;
	struct sandbox sandbox = {0};
	struct engine_process process;
	const struct execution_limits limits = {
	        .timeout_seconds = call->timeout,
	        .max_output = service->max_output,
	        .client = client_socket(request),
	};
	int result = -1;

	run->uses = &service->uses;
	use_begin(run->uses, &run->use, request->id);
	if (store_find(service->store, request->id, &sandbox, &request->problem) == 0)
		result = service->engine->exec(service->engine, &sandbox, &call->command, &process, &request->problem);
	sandbox_free(&sandbox);
	if (result < 0) {
		use_end(run->uses, &run->use);
		return -1;
	}
	execution_begin(&run->execution, &process, &limits);
	use_set_channel(run->uses, &run->use, process.channel);
	return 0;
}

/* The use ends before the rest of the output is read, which can take as long as a client does. */
void execute_follow(struct execute_run *run)
{
	execution_follow(&run->execution);
	use_end(run->uses, &run->use);
	execution_finish(&run->execution);
}

int execute_explain(struct request *request, const struct execute_call *call, const struct execute_run *run)
{
	const sbx__buffer *complaint = &run->execution.err.text;

	return request->service->engine->explain(request->service->engine, &call->command,
	                                         complaint->data ? complaint->data : "", &request->problem);
}

static int run_and_answer(struct request *request, const struct execute_call *call, struct MHD_Response **response)
{
	struct execute_run run;
	struct json_writer writer = {0};
	int result;

	if (execute_begin(request, call, &run) < 0)
		return -1;
	execute_follow(&run);
	if (!run.execution.started) {
		result = execute_explain(request, call, &run);
	} else if (execution_write(&run.execution, &writer)) {
		result = request_answer(request, &writer, response);
	} else {
		sbx__buffer_free(&writer.text);
		result = problem_memory(&request->problem);
	}
	execution_free(&run.execution);
	return result;
}

int sandboxes_execute(struct request *request, struct MHD_Response **response)
{
	struct execute_call call = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) == 0 && read_call(body, &call, &request->problem) == 0)
		result = accept_events(request->connection) ? execute_stream(request, &call, response)
		                                            : run_and_answer(request, &call, response);
	sbx__buffer_free(&call.command.environment);
	json_body_free(body);
	return result;
}
