#include <sandbox_sdk/run_many.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "engine.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "keep_errno.h"
#include "kept_text.h"
#include "operation.h"
#include "response.h"
#include "sequence.h"
#include "session.h"
#include "started_call.h"

#define DEFAULT_CONCURRENCY 16
/* How often what ends it from outside is asked for, in seconds. */
#define ASK_SECONDS 0.05

typedef struct batch batch;

/* One of the sandboxes. */
typedef struct run_slot {
	batch *owner;
	sbx_call *call; /* under way; NULL: not started, or it has ended */
	char *id;
	sbx_execution *execution;
	sbx_error *error;
	sbx_run_result result;
} run_slot;

struct sbx_run_results {
	atomic_size_t references;
	run_slot *slots;
	size_t count;
};

/* What is under way. From its start on all is done by the thread that drives. */
struct batch {
	sbx__sequence sequence;
	sbx_client *client; /* a copy of the caller's, so that the caller may free that one first */
	sbx_sandboxes_execute_params params;
	void *kept; /* what they point to */
	bool check;
	size_t concurrency;
	sbx_run_results *results;
	size_t next; /* to be started */
	size_t active;
	bool ends; /* no more are started */
};

static batch *batch_of(sbx__sequence *sequence)
{
	return (batch *)sequence;
}

/* ---- one of them ---- */

/* Says how it ended, of which its execution or its error are there by now. */
static void settle(run_slot *slot)
{
	slot->result.status = slot->error ? sbx_error_code(slot->error) : SBX_OK;
	slot->result.execution = slot->execution;
	slot->result.error = slot->error;
}

/* Settles all from that one on with an error. */
static void settle_from(sbx_run_results *results, size_t index, sbx_error *failure)
{
	for (; index < results->count; index++) {
		results->slots[index].error = sbx__error_ref(failure);
		settle(&results->slots[index]);
	}
}

static bool on_ended(sbx_call *call);

static void tell_nobody(sbx_call *call)
{
	(void)call;
}

static sbx_status start_one(batch *owner, run_slot *slot, sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options step;
	sbx__arguments arguments;
	sbx_status status = sbx__steps_next(&owner->sequence.steps, &step, error);
	if (status < 0)
		return status;
	/* These end all of them at once. */
	step.interrupt = NULL;
	step.cancel = NULL;
	request.operation = &sbx__operations[SBX__OPERATION_SANDBOXES_EXECUTE];
	status = sbx__sandboxes_execute_arguments(&arguments, slot->id, &owner->params, error);
	if (status == SBX_OK)
		status = sbx__started_call_new(owner->client, &request, &arguments, &step, true, &slot->call, error);
	sbx__arguments_free(&arguments);
	if (status < 0)
		return status;
	slot->call->go_on = on_ended;
	slot->call->tell = tell_nobody;
	slot->call->user_data = slot;
	sbx__started_call_start(slot->call, NULL);
	return SBX_OK;
}

/* Starts as many as may run. */
static void start_more(batch *owner)
{
	while (owner->active < owner->concurrency && owner->next < owner->results->count) {
		run_slot *slot = &owner->results->slots[owner->next++];
		if (start_one(owner, slot, &slot->error) == SBX_OK)
			owner->active++;
		else
			settle(slot);
	}
}

/* Takes the result of a call that has ended and has nobody to tell but this. */
static bool on_ended(sbx_call *call)
{
	run_slot *slot = call->user_data;
	batch *owner = slot->owner;
	/* A function of the caller's has forked: the child leaves all as it is. */
	if (sbx__core_is_forked(call->core))
		return false;
	slot->error = call->error;
	call->error = NULL;
	if (call->response)
		slot->execution = (sbx_execution *)sbx__model_ref(call->response->model);
	if (slot->execution && owner->check && !sbx__command_succeeded(slot->execution))
		slot->error = sbx__command_error(slot->execution);
	settle(slot);
	slot->call = NULL;
	owner->active--;
	sbx__engine_call_unref(call);
	if (owner->ends)
		return false;
	start_more(owner);
	/* The thread that drives may be at no more than what was asked of it. */
	if (owner->active)
		sbx__engine_wake(sbx__core_engine_of(owner->client->core));
	else
		sbx__sequence_go_on(&owner->sequence);
	return false;
}

/* ---- all of them ---- */

/* Ends those that are under way, each with an error that knows its request, and leaves out the others. */
static void end_all(batch *owner, sbx_error *failure)
{
	owner->ends = true;
	for (size_t index = 0; index < owner->next && !sbx__core_is_forked(owner->client->core); index++) {
		run_slot *slot = &owner->results->slots[index];
		if (slot->call)
			sbx__engine_abort(sbx__core_engine_of(owner->client->core), slot->call, sbx_error_code(failure),
			                  sbx_error_message(failure));
	}
	settle_from(owner->results, owner->next, failure);
	owner->next = owner->results->count;
}

static void on_held(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	batch *owner = batch_of(sequence);
	(void)response;
	if (failure)
		end_all(owner, failure);
	else
		start_more(owner);
	if (owner->active)
		sbx__sequence_hold(sequence, SBX_FOREVER, on_held);
	else
		sbx__sequence_succeed(sequence, NULL);
	sbx_error_free(failure);
}

/* ---- making it ---- */

static sbx_status check_arguments(const sbx_client *client, const char *const *ids, size_t count, const char *command,
                                  sbx_error **error)
{
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	if (!command)
		return sbx__fail_argument(error, "command", "must not be NULL");
	if (count && !ids)
		return sbx__fail_argument(error, "ids", "must not be NULL");
	for (size_t index = 0; index < count; index++)
		if (!ids[index] || !*ids[index])
			return sbx__fail_argument(error, "ids", "must not be empty");
	return SBX_OK;
}

static sbx_status read_options(batch *owner, const sbx_run_many_options *given, sbx_run_options *run, sbx_error **error)
{
	sbx_run_many_options known = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, given, "run_many", error);
	if (status == SBX_OK)
		status = sbx__struct_read(run, sizeof *run, known.run, "run", error);
	if (status == SBX_OK)
		status = sbx__flag_check(run->check, "check", error);
	if (status < 0)
		return status;
	if (known.concurrency != SBX_DEFAULT && known.concurrency < 1)
		return sbx__fail_argument(error, "concurrency", "must be at least 1");
	owner->concurrency = known.concurrency == SBX_DEFAULT ? DEFAULT_CONCURRENCY : (size_t)known.concurrency;
	owner->check = run->check == SBX_FLAG_YES;
	return SBX_OK;
}

/* Copies the command and all that belongs to it. Pairs that are counted and not there are refused by each call. */
static sbx_status keep_command(batch *owner, const char *command, const sbx_run_options *run, sbx_error **error)
{
	const sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	size_t count = run->env ? run->env_count : 0;
	owner->kept =
	        malloc(sbx__pairs_size(run->env, count) + sbx__text_size(command) + sbx__text_size(run->working_dir));
	if (!owner->kept)
		return sbx__fail_memory(error);
	sbx_pair *pairs = owner->kept;
	char *at = (char *)(pairs + count);
	sbx__pairs_keep(pairs, run->env, count, &at);
	owner->params = params;
	owner->params.env = run->env ? pairs : NULL;
	owner->params.env_count = run->env_count;
	owner->params.timeout = run->timeout;
	owner->params.command = sbx__text_keep(&at, command);
	owner->params.working_dir = sbx__text_keep(&at, run->working_dir);
	return SBX_OK;
}

static sbx_status make_results(batch *owner, const char *const *ids, size_t count, sbx_error **error)
{
	sbx_run_results *made = calloc(1, sizeof *made);
	if (made) {
		atomic_init(&made->references, 1);
		made->slots = calloc(count ? count : 1, sizeof *made->slots);
	}
	bool ok = made && made->slots;
	for (; ok && made->count < count; made->count++) {
		run_slot *slot = &made->slots[made->count];
		slot->id = strdup(ids[made->count]);
		slot->owner = owner;
		slot->result = (sbx_run_result){.size = sizeof slot->result, .id = slot->id};
		ok = slot->id != NULL;
	}
	owner->results = made;
	return ok ? SBX_OK : sbx__fail_memory(error);
}

static void free_batch(sbx__sequence *sequence)
{
	batch *owner = batch_of(sequence);
	sbx_run_results_free(owner->results);
	free(owner->kept);
	sbx__sequence_clear(sequence);
	sbx_client_free(owner->client);
	free(owner);
}

static const sbx__sequence_type batch_type = {free_batch};

static sbx_status new_batch(sbx_client *client, const sbx_run_many_options *run_many,
                            const sbx_request_options *options, const char *command, batch **made, sbx_error **error)
{
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	batch *new = calloc(1, sizeof *new);
	if (!new)
		return sbx__fail_memory(error);
	sbx__sequence_init(&new->sequence, &batch_type, true);
	sbx_status status = read_options(new, run_many, &run, error);
	if (status == SBX_OK)
		status = keep_command(new, command, &run, error);
	if (status == SBX_OK)
		status = sbx__client_again(client, &new->client, error);
	if (status == SBX_OK)
		status = sbx__steps_init(&new->sequence.steps, new->client, options, error);
	if (status < 0) {
		sbx__sequence_free(&new->sequence);
		return status;
	}
	sbx__client_leave_to_calls(new->client);
	/* They are started by the thread that drives, as are all others. */
	sbx__sequence_hold(&new->sequence, 0, on_held);
	*made = new;
	return SBX_OK;
}

static sbx_status prepare(sbx_client *client, const char *const *ids, size_t count, const char *command,
                          const sbx_run_many_options *run_many, const sbx_request_options *options, batch **made,
                          sbx_error **error)
{
	batch *new = NULL;
	sbx_status status = check_arguments(client, ids, count, command, error);
	if (status == SBX_OK)
		status = new_batch(client, run_many, options, command, &new, error);
	if (status == SBX_OK && (status = make_results(new, ids, count, error)) < 0)
		sbx__sequence_free(&new->sequence);
	if (status == SBX_OK)
		*made = new;
	return status;
}

/* ---- the form that is started ---- */

static sbx_run_results *ref(sbx_run_results *results)
{
	atomic_fetch_add_explicit(&results->references, 1, memory_order_relaxed);
	return results;
}

sbx_status sbx_run_many_start(sbx_client *client, const char *const *ids, size_t count, const char *command,
                              const sbx_run_many_options *run_many, const sbx_request_options *options,
                              sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	batch *made = NULL;
	if (!call)
		return sbx__fail_argument(error, "call", "must not be NULL");
	sbx_status status = prepare(client, ids, count, command, run_many, options, &made, error);
	return status < 0 ? status : sbx__sequence_start(&made->sequence, on_done, user_data, call, error);
}

sbx_status sbx_call_result_run_results(const sbx_call *call, sbx_run_results **results, sbx_error **error)
{
	sbx_status status = sbx_call_result(call, NULL, error);
	if (status < 0)
		return status;
	if (!results)
		return sbx__fail_argument(error, "results", "must not be NULL");
	sbx__sequence *sequence = sbx__sequence_of(call, &batch_type);
	if (!sequence)
		return sbx__fail_argument(error, "call", "does not answer with results of many sandboxes");
	*results = ref(batch_of(sequence)->results);
	return SBX_OK;
}

/* ---- the form that waits ---- */

static void on_done(void *user_data, sbx_call *call)
{
	(void)user_data, (void)call;
}

/* Drives the loop until all have ended. */
static sbx_status wait_for(sbx_call *call, const sbx_request_options *options, sbx_error **error)
{
	double seconds = options->interrupt ? ASK_SECONDS : SBX_FOREVER;
	sbx_error *failure = NULL;
	while (sbx_call_wait(call, seconds, &failure) < 0) {
		if (sbx_error_code(failure) != SBX_ERROR_TIMEOUT)
			return sbx__error_give(error, failure);
		sbx_error_free(failure);
		failure = NULL;
		if (options->interrupt && options->interrupt(options->interrupt_user_data) != 0)
			sbx_call_cancel(call);
	}
	return SBX_OK;
}

static sbx_status run_all(batch *made, sbx_run_results *results, sbx_error **error)
{
	const sbx_request_options options = made->sequence.steps.options;
	sbx_error *failure = NULL;
	sbx_call *call = NULL;
	sbx_status status = sbx__sequence_start(&made->sequence, on_done, NULL, &call, &failure);
	if (status == SBX_ERROR_OUT_OF_MEMORY)
		return sbx__error_give(error, failure);
	/* A client that cannot start any is what each of them fails of. */
	if (status < 0)
		settle_from(results, 0, failure);
	else
		status = wait_for(call, &options, error);
	sbx_error_free(failure);
	sbx_call_free(call);
	return call ? status : SBX_OK;
}

sbx_status sbx_run_many(sbx_client *client, const char *const *ids, size_t count, const char *command,
                        const sbx_run_many_options *run_many, const sbx_request_options *options,
                        sbx_run_results **results, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	batch *made = NULL;
	sbx_status status = prepare(client, ids, count, command, run_many, options, &made, error);
	if (status < 0)
		return status;
	sbx_run_results *found = ref(made->results);
	status = run_all(made, found, error);
	if (status == SBX_OK && results)
		*results = found;
	else
		sbx_run_results_free(found);
	return status;
}

/* ---- results ---- */

size_t sbx_run_results_count(const sbx_run_results *results)
{
	return results ? results->count : 0;
}

const sbx_run_result *sbx_run_results_at(const sbx_run_results *results, size_t index)
{
	return index < sbx_run_results_count(results) ? &results->slots[index].result : NULL;
}

size_t sbx_run_results_failed(const sbx_run_results *results)
{
	size_t failed = 0;
	for (size_t index = 0; index < sbx_run_results_count(results); index++)
		failed += results->slots[index].result.status < 0;
	return failed;
}

void sbx_run_results_free(sbx_run_results *results)
{
	if (!results || atomic_fetch_sub_explicit(&results->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t index = 0; index < results->count; index++) {
		free(results->slots[index].id);
		sbx_execution_free(results->slots[index].execution);
		sbx_error_free(results->slots[index].error);
	}
	free(results->slots);
	free(results);
}
