#include <pthread.h>
#include <sandbox_sdk/call_results.h>
#include <sandbox_sdk/loop.h>
#include <sandbox_sdk/run_many.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "keep_errno.h"
#include "session.h"
#include "steps.h"

#define DEFAULT_CONCURRENCY 16
/* How often what ends it from outside is asked for, in seconds. */
#define ASK_SECONDS 0.05

typedef struct batch batch;

/* One of the sandboxes. */
typedef struct run_slot {
	batch *owner;
	sbx_call *call; /* NULL: not started, or it could not be */
	bool has_ended;
	char *id;
	sbx_execution *execution;
	sbx_error *error;
	sbx_run_result result;
} run_slot;

struct sbx_run_results {
	run_slot *slots;
	size_t count;
};

/* What is under way. Whoever drives the client's loop runs the callbacks: not always the thread that waits here. */
struct batch {
	sbx__steps steps;
	sbx_sandboxes_execute_params params;
	bool check;
	size_t concurrency;
	sbx_run_results *results;
	pthread_mutex_t mutex; /* of all below, and of the slots */
	pthread_cond_t ended;  /* one more has */
	size_t next;           /* to be started */
	size_t active;
	bool interrupted; /* no more are started */
};

/* Says how one ended, whose execution and error are there by now. */
static void settle(run_slot *slot, sbx_status status)
{
	const batch *owner = slot->owner;
	if (status == SBX_OK && owner->check && !sbx__command_succeeded(slot->execution)) {
		slot->error = sbx__command_error(slot->execution);
		status = sbx_error_code(slot->error);
	}
	slot->result.status = status;
	slot->result.execution = slot->execution;
	slot->result.error = slot->error;
	slot->has_ended = true;
}

static void on_done(void *user_data, sbx_call *call);

static sbx_status start_one(batch *owner, run_slot *slot)
{
	sbx_request_options step;
	if (owner->interrupted)
		return sbx__fail(&slot->error, SBX_ERROR_CANCELLED, "The call was cancelled");
	sbx_status status = sbx__steps_next(&owner->steps, &step, &slot->error);
	if (status < 0)
		return status;
	step.interrupt = NULL;
	return sbx_sandboxes_execute_start(owner->steps.client, slot->id, &owner->params, &step, on_done, slot,
	                                   &slot->call, &slot->error);
}

/* Starts as many as may run. With the mutex. */
static void start_more(batch *owner)
{
	while (owner->active < owner->concurrency && owner->next < owner->results->count) {
		run_slot *slot = &owner->results->slots[owner->next++];
		sbx_status status = start_one(owner, slot);
		if (status < 0)
			settle(slot, status);
		else
			owner->active++;
	}
	pthread_cond_broadcast(&owner->ended);
}

static void on_done(void *user_data, sbx_call *call)
{
	run_slot *slot = user_data;
	batch *owner = slot->owner;
	pthread_mutex_lock(&owner->mutex);
	settle(slot, sbx_call_result_execution(call, &slot->execution, &slot->error));
	owner->active--;
	start_more(owner);
	pthread_mutex_unlock(&owner->mutex);
}

/* ---- the wait ---- */

static bool is_interrupted(const batch *owner)
{
	const sbx_request_options *options = &owner->steps.options;
	return options->interrupt && options->interrupt(options->interrupt_user_data) != 0;
}

static void cancel_all(batch *owner)
{
	pthread_mutex_lock(&owner->mutex);
	owner->interrupted = true;
	size_t started = owner->next;
	pthread_mutex_unlock(&owner->mutex);
	for (size_t index = 0; index < started; index++)
		if (owner->results->slots[index].call)
			sbx_call_cancel(owner->results->slots[index].call);
}

/* The call of a slot; NULL: it has ended without one. It is started at the latest when those before it have ended. */
static sbx_call *call_of(batch *owner, run_slot *slot)
{
	pthread_mutex_lock(&owner->mutex);
	while (!slot->call && !slot->has_ended)
		pthread_cond_wait(&owner->ended, &owner->mutex);
	sbx_call *call = slot->has_ended ? NULL : slot->call;
	pthread_mutex_unlock(&owner->mutex);
	return call;
}

static bool has_ended(batch *owner, const run_slot *slot)
{
	pthread_mutex_lock(&owner->mutex);
	bool ended = slot->has_ended;
	pthread_mutex_unlock(&owner->mutex);
	return ended;
}

/* Drives the loop for a while. A call that was cancelled is done before its callback has come. */
static sbx_status drive(const batch *owner, sbx_call *call, sbx_error **error)
{
	double seconds = owner->steps.options.interrupt ? ASK_SECONDS : SBX_FOREVER;
	sbx_error *failure = NULL;
	sbx_status status = sbx_call_is_done(call) ? sbx_client_poll(owner->steps.client, ASK_SECONDS, &failure)
	                                           : sbx_call_wait(call, seconds, &failure);
	if (status < 0 && status != SBX_ERROR_TIMEOUT)
		return sbx__error_give(error, failure);
	sbx_error_free(failure);
	return SBX_OK;
}

static sbx_status wait_for(batch *owner, run_slot *slot, sbx_error **error)
{
	sbx_call *call = call_of(owner, slot);
	while (!has_ended(owner, slot)) {
		sbx_status status = drive(owner, call, error);
		if (status < 0)
			return status;
		if (!owner->interrupted && is_interrupted(owner))
			cancel_all(owner);
	}
	return SBX_OK;
}

static sbx_status run_all(batch *owner, sbx_error **error)
{
	sbx_status status = SBX_OK;
	pthread_mutex_lock(&owner->mutex);
	start_more(owner);
	pthread_mutex_unlock(&owner->mutex);
	for (size_t index = 0; status == SBX_OK && index < owner->results->count; index++)
		status = wait_for(owner, &owner->results->slots[index], error);
	return status;
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

static sbx_status read_options(batch *owner, const sbx_run_many_options *given, const char *command, sbx_error **error)
{
	const sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_run_many_options known = SBX_RUN_MANY_OPTIONS_INIT;
	sbx_run_options run = SBX_RUN_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, given, "run_many", error);
	if (status == SBX_OK)
		status = sbx__struct_read(&run, sizeof run, known.run, "run", error);
	if (status == SBX_OK)
		status = sbx__flag_check(run.check, "check", error);
	if (status < 0)
		return status;
	if (known.concurrency != SBX_DEFAULT && known.concurrency < 1)
		return sbx__fail_argument(error, "concurrency", "must be at least 1");
	owner->concurrency = known.concurrency == SBX_DEFAULT ? DEFAULT_CONCURRENCY : (size_t)known.concurrency;
	owner->check = run.check == SBX_FLAG_YES;
	owner->params = params;
	owner->params.command = command;
	owner->params.env = run.env;
	owner->params.env_count = run.env_count;
	owner->params.timeout = run.timeout;
	owner->params.working_dir = run.working_dir;
	return SBX_OK;
}

static sbx_run_results *make_results(batch *owner, const char *const *ids, size_t count)
{
	sbx_run_results *made = calloc(1, sizeof *made);
	if (made)
		made->slots = calloc(count ? count : 1, sizeof *made->slots);
	bool ok = made && made->slots;
	for (; ok && made->count < count; made->count++) {
		run_slot *slot = &made->slots[made->count];
		slot->id = strdup(ids[made->count]);
		slot->owner = owner;
		slot->result = (sbx_run_result){.size = sizeof slot->result, .id = slot->id};
		ok = slot->id != NULL;
	}
	if (ok)
		return made;
	sbx_run_results_free(made);
	return NULL;
}

/* From here on no callback comes any more. */
static void let_go(batch *owner)
{
	for (size_t index = 0; index < owner->results->count; index++) {
		sbx_call_free(owner->results->slots[index].call);
		owner->results->slots[index].call = NULL;
		owner->results->slots[index].owner = NULL;
	}
	pthread_cond_destroy(&owner->ended);
	pthread_mutex_destroy(&owner->mutex);
}

static sbx_status run_with(batch *made, const char *const *ids, size_t count, sbx_run_results **results,
                           sbx_error **error)
{
	made->results = make_results(made, ids, count);
	if (!made->results)
		return sbx__fail_memory(error);
	sbx_status status = run_all(made, error);
	let_go(made);
	if (status == SBX_OK && results)
		*results = made->results;
	else
		sbx_run_results_free(made->results);
	return status;
}

sbx_status sbx_run_many(sbx_client *client, const char *const *ids, size_t count, const char *command,
                        const sbx_run_many_options *run_many, const sbx_request_options *options,
                        sbx_run_results **results, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	batch made = {.mutex = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
	sbx_status status = check_arguments(client, ids, count, command, error);
	if (status == SBX_OK)
		status = read_options(&made, run_many, command, error);
	sbx_client *own = NULL;
	if (status == SBX_OK)
		status = sbx__client_again(client, &own, error);
	if (status == SBX_OK)
		status = sbx__steps_init(&made.steps, own, options, error);
	if (status == SBX_OK)
		status = run_with(&made, ids, count, results, error);
	sbx_client_free(own);
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
	if (!results)
		return;
	for (size_t index = 0; index < results->count; index++) {
		free(results->slots[index].id);
		sbx_execution_free(results->slots[index].execution);
		sbx_error_free(results->slots[index].error);
	}
	free(results->slots);
	free(results);
}
