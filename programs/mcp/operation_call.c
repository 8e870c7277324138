#include "operation_call.h"

#include "fields.h"
#include "operation.h"
#include "result.h"

#include <stdlib.h>

#define FIELDS_WAY "`fields`, such as [\"data.id\"], gives only what it names"

/* What belongs to a call until it has ended. */
struct operation_work {
	const struct operation_tool *tool;
	const sbx_json *arguments; /* of the message; NULL: none */
	struct operation *operation;
};

static void cancel_work(void *given)
{
	const struct operation_work *work = given;
	operation_cancel(work->operation);
}

static void free_work(void *given)
{
	struct operation_work *work = given;

	operation_free(work->operation);
	free(work);
}

/* The answer, or the parts of it that were asked for. */
static sbx_json *result_of_answer(const struct operation_work *work, const sbx_json *answer)
{
	const sbx_json *paths = sbx_json_get(work->arguments, "fields");
	sbx_json *value = paths ? fields_cut(answer, paths) : sbx_json_copy(answer);

	if (work->tool->body == OPERATION_EXECUTE)
		return result_cut(value, NULL, RESULT_OUTPUT_WAY ". " FIELDS_WAY);
	return result_cut(value, NULL, FIELDS_WAY "; `page_size` and `page` give a part of a list");
}

static void on_end(void *context, const struct operation_end *end)
{
	struct job *job = context;
	const struct operation_work *work = job->work;
	const char *id = member_string(work->arguments, "id"), *path = member_string(work->arguments, "path");

	if (end->answer)
		job_succeed(job, result_of_answer(work, end->answer));
	else if (end->bytes)
		job_succeed(job, result_file(id ? id : "", path ? path : "", end->bytes, end->length, job->has_links));
	else
		job_succeed(job, end->refusal ? result_refusal(end->refusal) : result_of_error(end->error));
}

static void start(struct job *job)
{
	static const struct operation_events events = {job_output, on_end};
	struct operation_work *work = job->work;
	const char *complaint;
	sbx_error *error = NULL;

	work->operation =
	        operation_start(job->mcp, work->tool, work->arguments, NULL, &events, job, &complaint, &error);
	if (!work->operation)
		job_succeed(job, complaint ? result_refusal(complaint) : result_of_error(error));
}

void operation_call(struct job *job, const struct operation_tool *tool, const sbx_json *arguments)
{
	const sbx_json *paths = sbx_json_get(arguments, "fields");
	const char *complaint = paths ? fields_check(paths) : NULL;
	struct operation_work *work = calloc(1, sizeof(*work));

	if (!work) {
		job_fail_with(job, RPC_INTERNAL, "out of memory");
		return;
	}
	work->tool = tool;
	work->arguments = arguments;
	job->work = work;
	job->free_work = free_work;
	job->cancel_work = cancel_work;
	if (complaint)
		job_succeed(job, result_refusal(complaint));
	else
		start(job);
}
