#include "job.h"

#include "batch.h"
#include "made.h"
#include "protocol.h"
#include "result.h"
#include "secret.h"

#include <stdlib.h>
#include <string.h>

struct job *job_new(struct mcp *mcp, struct channel *channel, struct message *message, bool modern)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->mcp = mcp;
	job->channel = channel;
	job->batch = channel->batch;
	batch_hold(job->batch);
	job->message = *message;
	job->session = modern ? 0 : channel->session;
	job->modern = modern;
	job->has_links = modern || protocol_has_links(channel->version);
	*message = (struct message){0};
	job->next = mcp->jobs;
	mcp->jobs = job;
	return job;
}

static void job_free(struct job *job)
{
	struct job **link = &job->mcp->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	sbx_call_free(job->call);
	made_release(job->sandbox);
	if (job->free_work)
		job->free_work(job->work);
	progress_free(&job->progress);
	message_clear(&job->message);
	batch_release(job->batch);
	free(job);
}

/* ---- answers ---- */

static void begin_answer(struct text *text, const sbx_json *id)
{
	text_add(text, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id)
		text_json(text, id);
	else
		text_add(text, "null");
}

void answer_error(struct text *text, const sbx_json *id, const struct rpc_error *error)
{
	sbx_json *words = sbx_json_new_string(error->message, strlen(error->message));

	begin_answer(text, id);
	text_format(text, ",\"error\":{\"code\":%d,\"message\":", error->code);
	if (words)
		text_json(text, words);
	else
		text_add(text, "\"\"");
	if (error->data) {
		text_add(text, ",\"data\":");
		text_json(text, error->data);
	}
	text_add(text, "}}");
	sbx_json_free(words);
}

/* It is known only now that there is no room, and what was done may not be done again. */
static void crowd_out(const struct job *job, struct text *text)
{
	struct rpc_error error = {0};

	rpc_error_set(&error, RPC_INTERNAL,
	              "it was carried out, but the answers of a batch have at most %d MiB together; where it can be "
	              "asked for again, send it by itself",
	              BATCH_ANSWERS_MIB);
	text_free(text);
	answer_error(text, job->message.id, &error);
}

/* Without memory for an answer there is none: the host's own time limit ends its wait. An error has room in any case:
 * beside its id, which its message has brought, it is short. */
static void send_answer(struct job *job, struct text *text, int code)
{
	if (code == CHANNEL_ANSWER && !text->failed && !batch_has_room(job->batch, text->length))
		crowd_out(job, text);
	secret_hide(job->mcp->client, text);
	if (!text->failed && job_is_heard(job))
		job->channel->send(job->channel, text->data, text->length, code);
	text_free(text);
	job_free(job);
}

static void add_modern(struct text *text, const struct job *job, bool has_members)
{
	text_format(text, "%s\"resultType\":\"complete\",\"_meta\":{\"" META_PREFIX "serverInfo\":%s",
	            has_members ? "," : "", SERVER_INFO);
	if (job->subscribes) {
		text_add(text, ",\"" META_PREFIX "subscriptionId\":");
		text_json(text, job->message.id);
	}
	text_add(text, "}");
}

void job_succeed_text(struct job *job, const char *members, size_t length)
{
	struct text text = {0};

	progress_flush(&job->progress, job);
	begin_answer(&text, job->message.id);
	text_add(&text, ",\"result\":{");
	text_append(&text, members, length);
	if (job->modern)
		add_modern(&text, job, length > 0);
	text_add(&text, "}}");
	send_answer(job, &text, CHANNEL_ANSWER);
}

void job_succeed_members(struct job *job, struct text *members)
{
	if (members->failed)
		job_fail_with(job, RPC_INTERNAL, "out of memory");
	else
		job_succeed_text(job, members->data, members->length);
	text_free(members);
}

void job_succeed(struct job *job, sbx_json *result)
{
	char *printed = NULL;
	size_t length = 0;

	if (job->notice)
		result = result_with_notice(result, job->notice);
	if (!result || sbx_json_print(result, 0, &printed, &length) != SBX_OK)
		job_fail_with(job, RPC_INTERNAL, "out of memory");
	else
		job_succeed_text(job, printed + 1, length - 2);
	sbx_string_free(printed);
	sbx_json_free(result);
}

void job_fail(struct job *job, struct rpc_error *error)
{
	struct text text = {0};
	int code = error->code;

	answer_error(&text, job->message.id, error);
	rpc_error_clear(error);
	send_answer(job, &text, code);
}

void job_fail_with(struct job *job, int code, const char *message)
{
	struct rpc_error error = {0};

	rpc_error_set(&error, code, "%s", message);
	job_fail(job, &error);
}

void job_output(void *context, bool is_stderr, const char *data, size_t length)
{
	struct job *job = context;

	(void)is_stderr;
	progress_add(&job->progress, job, data, length);
}

bool job_wants_first_page(struct job *job)
{
	if (!sbx_json_get(job->message.params, "cursor"))
		return true;
	job_fail_with(job, RPC_INVALID_PARAMS, "cursor: there is one page, and no cursor was given out");
	return false;
}

bool job_is_heard(const struct job *job)
{
	return !job->cancelled && job->channel && !batch_is_left(job->batch);
}

void job_cancel(struct job *job)
{
	job->cancelled = true;
	if (job->call)
		sbx_call_cancel(job->call);
	if (job->cancel_work)
		job->cancel_work(job->work);
}

/* ---- calls ---- */

bool job_has_client(struct job *job)
{
	sbx_error *error = NULL;

	if (mcp_client(job->mcp, &error))
		return true;
	job_succeed(job, result_of_error(error));
	return false;
}

sbx_status job_call(struct job *job, const sbx_request *request, const sbx_request_options *options,
                    sbx_call_callback on_done, sbx_error **error)
{
	return sbx_client_start(job->mcp->client, request, options, on_done, job, &job->call, error);
}

sbx_status job_call_result(struct job *job, sbx_response **response, sbx_error **error)
{
	sbx_call *call = job->call;

	job->call = NULL;
	sbx_status status = sbx_call_result(call, response, error);
	sbx_call_free(call);
	return status;
}
