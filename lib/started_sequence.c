/*
 * A call of several requests that a loop drives: one sbx_call, which has a machine for each of them in turn and, in
 * between, neither machine nor connection.
 */
#include "client.h"
#include "engine.h"
#include "error.h"
#include "keep_errno.h"
#include "number.h"
#include "sequence.h"
#include "started_call.h"

static sbx_status make_machine(sbx_call *call, sbx__sequence *sequence, sbx_error **error)
{
	const sbx__platform *platform = sbx__core_platform(call->core);
	sbx__config *config = sbx__client_config(sequence->steps.client);
	sbx_status status = sbx__call_init(&call->machine, config, platform, &sequence->request,
	                                   sequence->typed ? &sequence->arguments : NULL, &sequence->options,
	                                   platform->now(platform->context), error);
	sbx__config_unref(config);
	if (status == SBX_OK && !sbx__call_keep(&call->machine))
		status = sbx__fail_memory(error);
	if (status == SBX_OK) {
		sbx__call_may_wait(&call->machine);
		return SBX_OK;
	}
	sbx__call_free(&call->machine);
	call->machine = (sbx__call){0};
	return status;
}

static sbx_status rest(sbx_call *call, const sbx__sequence *sequence, sbx_error **error)
{
	const sbx__steps *steps = &sequence->steps;
	sbx_status status = sbx__steps_check_time(steps, error);
	int64_t until = sbx__steps_now(steps) + sbx__nanoseconds(sequence->seconds);
	call->rests = status == SBX_OK;
	call->rest_until = until < steps->deadline ? until : steps->deadline;
	return status;
}

static void hold(sbx_call *call, const sbx__sequence *sequence)
{
	bool forever = sequence->seconds == SBX_FOREVER;
	call->rests = true;
	call->rest_until =
	        forever ? SBX__NEVER : sbx__steps_now(&sequence->steps) + sbx__nanoseconds(sequence->seconds);
}

/* Prepares what comes next. False: nothing does, and the result is there. */
static bool prepare(sbx_call *call)
{
	sbx__sequence *sequence = call->sequence;
	/* A function of the caller's has forked: the child leaves all as it is. */
	if (sbx__core_is_forked(call->core))
		return false;
	while (sequence->next != SBX__NEXT_DONE) {
		if (sequence->next == SBX__NEXT_HOLD) {
			hold(call, sequence);
			return true;
		}
		sbx_error *problem = sequence->problem;
		sequence->problem = NULL;
		if (!problem && sbx__core_is_closed(call->core))
			sbx__fail(&problem, SBX_ERROR_CLOSED, "Connection error: the client was closed");
		if (!problem && sequence->next == SBX__NEXT_WAIT)
			rest(call, sequence, &problem);
		else if (!problem)
			make_machine(call, sequence, &problem);
		call->cleans_up = sequence->cleaning;
		if (!problem)
			return true;
		sbx__sequence_resume(sequence, NULL, problem);
	}
	call->response = sequence->response;
	call->error = sequence->error;
	sequence->response = NULL;
	sequence->error = NULL;
	return false;
}

static bool go_on(sbx_call *call)
{
	sbx_response *response = call->response;
	sbx_error *failure = call->error;
	call->response = NULL;
	call->error = NULL;
	/* The rest may have been cut by the deadline. */
	if (call->rests && call->sequence->next == SBX__NEXT_WAIT && !failure)
		sbx__steps_check_time(&call->sequence->steps, &failure);
	call->rests = false;
	sbx__sequence_resume(call->sequence, response, failure);
	return prepare(call);
}

static sbx_status make_call(sbx__sequence *sequence, sbx_call **call, sbx_error **error)
{
	sbx_client *client = sequence->steps.client;
	sbx_error *problem = NULL;
	sbx_status status = sbx__started_call_check(client, error);
	if (status < 0 || (status = sbx__steps_keep(&sequence->steps, error)) < 0)
		return status;
	if (!sbx__core_engine(client->core, &problem))
		return sbx__error_give(error, problem);
	sbx_call *made = sbx__engine_call_new(client->core);
	if (!made)
		return sbx__fail_memory(error);
	made->sequence = sequence;
	made->go_on = go_on;
	sequence->call = made;
	if (prepare(made)) {
		*call = made;
		return SBX_OK;
	}
	/* It failed before anything was started. */
	made->sequence = NULL;
	status = sbx__error_give(error, made->error);
	made->error = NULL;
	sbx__engine_call_unref(made);
	return status;
}

sbx_status sbx__sequence_start(sbx__sequence *sequence, sbx_call_callback on_done, void *user_data, sbx_call **call,
                               sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_call *made = NULL;
	sbx_status status =
	        call ? make_call(sequence, &made, error) : sbx__fail_argument(error, "call", "must not be NULL");
	if (status < 0) {
		sbx__sequence_free(sequence);
		return status;
	}
	made->tell = sbx__started_call_tell;
	made->callback.done = on_done;
	made->user_data = user_data;
	/* Before the start: on another thread the call may be done, and looked for, at once. */
	*call = made;
	sbx__started_call_keep_open(made, sequence->steps.client);
	sbx__started_call_start(made, sequence->steps.options.cancel);
	return SBX_OK;
}

static void tell_nobody(sbx_call *call)
{
	(void)call;
}

sbx_status sbx__sequence_leave(sbx__sequence *sequence, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_call *made = NULL;
	sbx_status status = make_call(sequence, &made, error);
	if (status < 0) {
		sbx__sequence_free(sequence);
		return status;
	}
	made->tell = tell_nobody;
	sbx__started_call_start(made, sequence->steps.options.cancel);
	sbx__engine_call_unref(made);
	return SBX_OK;
}

void sbx__sequence_go_on(sbx__sequence *sequence)
{
	sbx__engine_end_rest(sbx__core_engine_of(sequence->call->core), sequence->call);
}

sbx__sequence *sbx__sequence_of(const sbx_call *call, const sbx__sequence_type *type)
{
	return call && call->sequence && call->sequence->type == type ? call->sequence : NULL;
}
