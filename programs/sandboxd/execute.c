#include "execute.h"

#include "accept.h"
#include "answer.h"
#include "init/protocol.h"
#include "lib/base64.h"

#include <string.h>
#include <unistd.h>

#define TIMEOUT_MAX (7 * 24 * 3600)

/* A text, or bytes in base64; NUL is one of those. */
static int read_input(struct json_body *body, struct execute_call *call, struct problem *problem)
{
	const char *encoded = NULL;

	if (json_body_string(body, "stdin", &call->input, problem) < 0 ||
	    json_body_string(body, "stdin_base64", &encoded, problem) < 0)
		return -1;
	if (call->input && encoded)
		return problem_set(problem, PROBLEM_VALIDATION, "stdin_base64", "stdin_base64 is given beside stdin");
	call->input_length = call->input ? strlen(call->input) : 0;
	if (encoded) {
		if (!sbx__base64_decode(encoded, strlen(encoded), &call->decoded))
			return call->decoded.failed ? problem_memory(problem)
			                            : problem_set(problem, PROBLEM_VALIDATION, "stdin_base64",
			                                          "stdin_base64 is no base64 with its padding");
		call->input = call->decoded.length > 0 ? call->decoded.data : "";
		call->input_length = call->decoded.length;
	}
	call->command.has_input = call->input != NULL;
	return 0;
}

static int read_call(struct json_body *body, struct execute_call *call, struct problem *problem)
{
	struct command *command = &call->command;

	if (json_body_string(body, "command", &command->text, problem) < 0 ||
	    json_body_environment(body, "env", &command->environment, problem) < 0 ||
	    json_body_integer(body, "timeout", 1, TIMEOUT_MAX, &call->timeout, problem) < 0 ||
	    json_body_string(body, "working_dir", &command->working_dir, problem) < 0 ||
	    read_input(body, call, problem) < 0)
		return -1;
	if (!command->text)
		return problem_set(problem, PROBLEM_VALIDATION, "command", "command is required");
	if (strlen(command->text) >= INIT_COMMAND_MAX)
		return problem_set(problem, PROBLEM_VALIDATION, "command", "command is longer than %d bytes",
		                   INIT_COMMAND_MAX - 1);
	if (command->working_dir && command->working_dir[0] != '/')
		return problem_set(problem, PROBLEM_VALIDATION, "working_dir",
		                   "working_dir has to be an absolute path");
	return 0;
}

static void end_run(struct execute_run *run)
{
	use_end(run->uses, &run->use);
	admission_leave(run->admission);
}

int execute_begin(struct request *request, const struct execute_call *call, struct execute_run *run)
{
	struct service *service = request->service;
	struct sandbox sandbox = {0};
	struct command command = call->command;
	struct engine_process process;
	const struct execution_limits limits = {
	        .timeout_seconds = call->timeout,
	        .max_output = service->max_output,
	        .budget = &service->outputs,
	        .client = request_client(request),
	        .keyed = request->run,
	};
	int result = -1;

	if (admission_enter(service->admission, limits.client, &request->problem) < 0)
		return -1;
	run->uses = &service->uses;
	run->admission = service->admission;
	use_begin(run->uses, &run->use, request->id);
	if (store_find(service->store, request->id, &sandbox, &request->problem) == 0) {
		command.has_no_room = !disk_has_room(service->disk, &sandbox);
		disk_watch(service->disk, &sandbox);
		result = service->engine->exec(service->engine, &sandbox, &command, &process, &request->problem);
	}
	sandbox_free(&sandbox);
	if (result < 0) {
		end_run(run);
		return -1;
	}
	execution_begin(&run->execution, service->engine, request->id, &process, &limits);
	if (call->command.has_input)
		execution_set_input(&run->execution, call->input, call->input_length);
	use_set_channel(run->uses, &run->use, process.channel);
	return 0;
}

/* The use ends before the rest of the output is read, which can take as long as a client does. */
void execute_follow(struct execute_run *run)
{
	execution_follow(&run->execution);
	end_run(run);
	execution_finish(&run->execution);
}

int execute_explain(struct request *request, const struct execute_call *call, const struct execute_run *run)
{
	struct engine *engine = request->service->engine;

	return engine->explain(engine, &call->command, &run->execution.last, &request->problem);
}

/* The output is the answer's from here on. */
static int answer_execution(struct request *request, struct execution *execution, struct MHD_Response **response)
{
	struct document document = {0};

	if (!execution_write(execution, &document)) {
		document_free(&document);
		return problem_memory(&request->problem);
	}
	uint64_t length = document_length(&document);
	if (request->keeps)
		execute_keep(execution, &document, length, request->keeps);
	struct answer_hold hold = {
	        .budget = execution->limits.budget, .out = execution->out.text, .err = execution->err.text};
	execution->out.text = execution->err.text = (struct output_text){0};
	return answer_document(request, &document, length, &hold, "application/json", response);
}

static int run_and_answer(struct request *request, const struct execute_call *call, struct MHD_Response **response)
{
	struct execute_run run;
	int result;

	if (execute_begin(request, call, &run) < 0)
		return -1;
	execute_follow(&run);
	if (run.execution.started)
		result = answer_execution(request, &run.execution, response);
	else
		result = execute_explain(request, call, &run);
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
	sbx__buffer_free(&call.decoded);
	json_body_free(body);
	return result;
}
