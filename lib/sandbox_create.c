/*
 * Creating a sandbox that is to be used at once: what a session begins with.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "session.h"
#include "steps.h"

/* How long a session waits until its sandbox is ready, and how often it asks: at first, and later. In seconds. */
#define READY_TIMEOUT 120
#define FIRST_POLL 0.1
#define LONGEST_POLL 2.0
/* How long the deletion of a sandbox that cannot be used may take. */
#define CLEANUP_SECONDS 10
#define DEFAULT_PREFIX "session-"

typedef enum readiness {
	READY,
	NOT_YET,
	FAILED,
} readiness;

/* The API does not say which states there are: these are those of the servers that are known. Any other is passing. */
static readiness readiness_of(const char *status)
{
	static const char *const ready[] = {"running", "ready", "active", "started"};
	static const char *const failed[] = {"failed",      "error",   "stopped",  "terminated",
	                                     "terminating", "deleted", "deleting", "succeeded",
	                                     "completed",   "lost",    "broken",   "terminated"};
	for (size_t index = 0; index < sizeof ready / sizeof ready[0]; index++)
		if (strcasecmp(status, ready[index]) == 0)
			return READY;
	for (size_t index = 0; index < sizeof failed / sizeof failed[0]; index++)
		if (strcasecmp(status, failed[index]) == 0)
			return FAILED;
	return NOT_YET;
}

/* One that a NUL cuts would be another sandbox's. */
static bool has_id(const sbx_sandbox *sandbox)
{
	size_t length = sbx_sandbox_id_length(sandbox);
	return length && strlen(sbx_sandbox_id(sandbox)) == length;
}

/* Finds a sandbox in the list by its identifier or its name; the other is NULL. SBX_DONE: it is not there. */
static sbx_status find(const sbx__steps *steps, const char *id, const char *name, sbx_sandbox **sandbox,
                       sbx_error **error)
{
	sbx_request_options step;
	sbx_pages *pages = NULL;
	const sbx_sandbox *listed = NULL;
	sbx_status status = sbx__steps_next(steps, &step, error);
	if (status < 0)
		return status;
	status = sbx_sandboxes_each(steps->client, NULL, &step, &pages, error);
	while (status == SBX_OK && (status = sbx_sandboxes_next(pages, &listed, error)) == SBX_OK) {
		bool same = strcmp(id ? sbx_sandbox_id(listed) : sbx_sandbox_name(listed), id ? id : name) == 0;
		if (!same || !has_id(listed))
			continue;
		*sandbox = sbx_sandbox_ref(listed);
		break;
	}
	sbx_pages_free(pages);
	return status;
}

static sbx_status check_ready(const sbx_sandbox *sandbox, bool *ready, sbx_error **error)
{
	const char *status = sbx_sandbox_status(sandbox);
	readiness found = readiness_of(status);
	*ready = found == READY;
	if (found == FAILED)
		return sbx__fail(error, SBX_ERROR_SANDBOX_FAILED, "The sandbox %s is %s before it was ready",
		                 sbx_sandbox_id(sandbox), status);
	return SBX_OK;
}

static sbx_status too_late(const sbx_sandbox *sandbox, double seconds, sbx_error **error)
{
	sbx__buffer number = {0};
	sbx__buffer_number(&number, seconds, false);
	sbx_status status =
	        sbx__fail(error, SBX_ERROR_TIMEOUT, "The sandbox %s was not ready within %s s: it is %s",
		          sbx_sandbox_id(sandbox), number.data ? number.data : "",
		          sbx_sandbox_has_status(sandbox) == SBX_PRESENT ? sbx_sandbox_status(sandbox) : "in no state");
	sbx__buffer_free(&number);
	return status;
}

/* Waits until the sandbox is ready, and replaces it by what it is then. */
static sbx_status wait_until_ready(const sbx__steps *steps, double seconds, sbx_sandbox **sandbox, sbx_error **error)
{
	int64_t until = seconds == SBX_FOREVER ? SBX__NEVER : sbx__steps_now(steps) + sbx__nanoseconds(seconds);
	double interval = FIRST_POLL;
	bool ready = false;
	sbx_status status = check_ready(*sandbox, &ready, error);
	while (status == SBX_OK && !ready) {
		sbx_sandbox *now = NULL;
		if (sbx__steps_now(steps) >= until)
			return too_late(*sandbox, seconds, error);
		status = sbx__steps_wait(steps, interval, error);
		if (status == SBX_OK)
			status = find(steps, sbx_sandbox_id(*sandbox), NULL, &now, error);
		interval = interval * 1.5 < LONGEST_POLL ? interval * 1.5 : LONGEST_POLL;
		if (status < 0)
			return status;
		/* What was just created may not be listed yet. */
		status = SBX_OK;
		if (!now)
			continue;
		sbx_sandbox_free(*sandbox);
		*sandbox = now;
		status = check_ready(now, &ready, error);
	}
	return status;
}

/* Deletes what nobody will use, whatever comes of it. */
static void delete_unused(sbx_client *client, const sbx_sandbox *sandbox)
{
	sbx__steps steps;
	sbx_request_options step;
	sbx__steps_init_cleanup(&steps, client, CLEANUP_SECONDS);
	if (sbx__steps_next(&steps, &step, NULL) == SBX_OK)
		sbx_sandboxes_delete(client, sbx_sandbox_id(sandbox), NULL, &step, NULL, NULL);
}

static char *new_name(const sbx__platform *platform, const char *prefix)
{
	sbx__buffer name = {0};
	uint64_t random;
	if (!platform->random(platform->context, &random, sizeof random))
		return NULL;
	sbx__buffer_format(&name, "%s%012llx", prefix ? prefix : DEFAULT_PREFIX,
	                   (unsigned long long)(random & UINT64_C(0xffffffffffff)));
	return sbx__buffer_take(&name);
}

/* Whether a sandbox may have been made although there is an error: nothing was heard, or not understood. */
static bool may_exist(const sbx_error *failure)
{
	sbx_status code = sbx_error_code(failure);
	return sbx_error_outcome_unknown(failure) || code == SBX_ERROR_OUT_OF_MEMORY ||
	       code == SBX_ERROR_RESPONSE_VALIDATION || code == SBX_ERROR_RESPONSE_TOO_LARGE;
}

/* A sandbox may have been made although no answer said so: it is found by the name that nobody else has. */
static sbx_status recover(const sbx__steps *steps, const char *name, sbx_sandbox **sandbox, sbx_error **error,
                          sbx_error *failure)
{
	sbx__steps cleanup;
	sbx_status code = sbx_error_code(failure);
	bool ended = code == SBX_ERROR_CANCELLED || sbx__steps_now(steps) >= steps->deadline;
	sbx__steps_init_cleanup(&cleanup, steps->client, CLEANUP_SECONDS);
	if (!name || !may_exist(failure) || find(ended ? &cleanup : steps, NULL, name, sandbox, NULL) != SBX_OK)
		return sbx__error_give(error, failure);
	if (!ended) {
		sbx_error_free(failure);
		return SBX_OK;
	}
	delete_unused(steps->client, *sandbox);
	sbx_sandbox_free(*sandbox);
	*sandbox = NULL;
	return sbx__error_give(error, failure);
}

/* Creates the sandbox; one that nobody could name later is of no use. */
static sbx_status create_named(const sbx__steps *steps, const sbx_sandboxes_create_params *params,
                               const sbx_request_options *step, sbx_sandbox **sandbox, sbx_error **error)
{
	sbx_sandbox *made = NULL;
	sbx_status status = sbx_sandboxes_create(steps->client, params, step, &made, error);
	if (status < 0)
		return status;
	if (has_id(made)) {
		*sandbox = made;
		return SBX_OK;
	}
	sbx_sandbox_free(made);
	return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer's sandbox has no identifier");
}

static sbx_status create(const sbx__steps *steps, const sbx_session_options *given, sbx_sandbox **sandbox,
                         sbx_error **error)
{
	const sbx__platform *platform = sbx__core_platform(steps->client->core);
	sbx_sandboxes_create_params params = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_request_options step;
	sbx_error *failure = NULL;
	char *name = NULL;
	sbx_status status = sbx__struct_read(&params, sizeof params, given->create, "create", error);
	if (status < 0 || (status = sbx__steps_next(steps, &step, error)) < 0)
		return status;
	if (!params.name) {
		params.name = name = new_name(platform, given->name_prefix);
		if (!name)
			return sbx__fail_memory(error);
	}
	step.body = NULL;
	status = create_named(steps, &params, &step, sandbox, &failure);
	if (status < 0)
		status = recover(steps, name, sandbox, error, failure);
	free(name);
	return status;
}

static sbx_status check_ready_timeout(double seconds, sbx_error **error)
{
	if (!(seconds >= 0) && seconds != SBX_DEFAULT && seconds != SBX_FOREVER)
		return sbx__fail_argument(error, "ready_timeout", "must be a number of seconds");
	return SBX_OK;
}

sbx_status sbx__sandbox_create(sbx_client *client, const sbx_session_options *session_options,
                               const sbx_request_options *options, sbx_sandbox **sandbox, sbx_error **error)
{
	sbx__steps steps;
	sbx_sandbox *made = NULL;
	double timeout = session_options->ready_timeout;
	sbx_status status = check_ready_timeout(timeout, error);
	if (status == SBX_OK)
		status = sbx__steps_init(&steps, client, options, error);
	if (status == SBX_OK)
		status = create(&steps, session_options, &made, error);
	if (status < 0)
		return status;
	if (timeout == SBX_DEFAULT)
		timeout = READY_TIMEOUT;
	status = has_id(made)
	                 ? wait_until_ready(&steps, sbx__timeout_plain(timeout), &made, error)
	                 : sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer's sandbox has no identifier");
	if (status == SBX_OK) {
		*sandbox = made;
		return SBX_OK;
	}
	if (has_id(made))
		delete_unused(client, made);
	sbx_sandbox_free(made);
	return status;
}
