#include "execution.h"
#include "keeper.h"
#include "request.h"

#include <string.h>
#include <unistd.h>

#define TIMEOUT_MAX (7 * 24 * 3600)

struct execute_call {
	struct command command;
	int64_t timeout;
};

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

static int client_socket(struct request *request)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

/* Runs the command; afterwards no process of it is left. */
static int run(struct request *request, struct use *use, const struct sandbox *sandbox, struct execute_call *call,
               struct execution *execution)
{
	struct service *service = request->service;
	struct engine_process process;
	const struct execution_limits limits = {
	        .timeout_seconds = call->timeout,
	        .max_output = service->max_output,
	        .client = client_socket(request),
	};

	sandbox_random_id(execution->id, "exec");
	execution->created_ms = now_ms();
	if (service->engine->exec(service->engine, sandbox, &call->command, &process, &request->problem) < 0)
		return -1;
	use_set_channel(&service->uses, use, process.channel);
	execution_wait(execution, &process, &limits);
	use_end(&service->uses, use);
	close(process.channel);
	if (execution->started)
		return 0;
	sbx__buffer_append(&execution->err.text, "", 1);
	return service->engine->explain(service->engine, &call->command,
	                                execution->err.text.failed ? "" : execution->err.text.data, &request->problem);
}

static int find_and_run(struct request *request, struct execute_call *call, struct execution *execution)
{
	struct service *service = request->service;
	struct sandbox sandbox = {0};
	struct use use;
	int result = -1;

	use_begin(&service->uses, &use, request->id);
	if (store_find(service->store, request->id, &sandbox, &request->problem) == 0)
		result = run(request, &use, &sandbox, call, execution);
	/* run() ends the use as soon as its command has ended. */
	if (use.link)
		use_end(&service->uses, &use);
	sandbox_free(&sandbox);
	return result;
}

int sandboxes_execute(struct request *request, struct MHD_Response **response)
{
	struct execute_call call = {0};
	struct execution execution = {0};
	struct json_writer writer = {0};
	struct json_body *body = NULL;
	int result = -1;

	if (request_json(request, &body) < 0 || read_call(body, &call, &request->problem) < 0 ||
	    find_and_run(request, &call, &execution) < 0)
		goto done;
	if (execution.out.text.failed || execution.err.text.failed) {
		problem_memory(&request->problem);
		goto done;
	}
	json_open(&writer, '{');
	execution_write(&execution, &writer);
	json_close(&writer, '}');
	result = request_answer(request, &writer, response);
done:
	execution_free(&execution);
	sbx__buffer_free(&call.command.environment);
	json_body_free(body);
	return result;
}
