/*
 * Creating a sandbox that is to be used at once: what a session begins with.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "operation.h"
#include "pages.h"
#include "sandbox_create.h"
#include "sequence.h"

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

typedef struct creation creation;

/* What goes on after a search: takes over the sandbox (NULL: it is not there) or the error. */
typedef void (*found_then)(creation *made, sbx_sandbox *sandbox, sbx_error *failure);

struct creation {
	sbx__sequence sequence;
	_Atomic(sbx_session *) session; /* a reference of its own to the one that the sandbox is for; NULL: taken */
	sbx_json *arguments;            /* of the creation, where they came as one; NULL: they did not */
	char *name;                     /* that the session has given; NULL: the caller did */
	double ready_timeout;
	int64_t until;
	double interval;
	sbx_sandbox *sandbox;
	sbx_pages *pages; /* of a search */
	const char *sought_id;
	const char *sought_name;
	found_then found;
	sbx_error *failure; /* that is told when all is cleaned up */
};

static creation *creation_of(sbx__sequence *sequence)
{
	return (creation *)sequence;
}

/* ---- looking for a sandbox ---- */

static void fetch_list(creation *made);

static void end_search(creation *made, sbx_sandbox *sandbox, sbx_error *failure)
{
	sbx_pages_free(made->pages);
	made->pages = NULL;
	made->found(made, sandbox, failure);
}

static bool is_sought(const creation *made, const sbx_sandbox *listed)
{
	const char *is = made->sought_id ? sbx_sandbox_id(listed) : sbx_sandbox_name(listed);
	return strcmp(is, made->sought_id ? made->sought_id : made->sought_name) == 0 && has_id(listed);
}

static void on_list(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	creation *made = creation_of(sequence);
	const sbx__model *item;
	sbx_status status;
	if (failure) {
		end_search(made, NULL, failure);
		return;
	}
	sbx__pages_arrived(made->pages, response);
	while ((status = sbx__pages_take(made->pages, &item, &failure)) == SBX_OK) {
		const sbx_sandbox *listed = (const sbx_sandbox *)item;
		if (is_sought(made, listed)) {
			end_search(made, sbx_sandbox_ref(listed), NULL);
			return;
		}
	}
	if (status == SBX_WOULD_BLOCK)
		fetch_list(made);
	else
		end_search(made, NULL, failure);
}

static void fetch_list(creation *made)
{
	sbx__sequence *sequence = &made->sequence;
	sbx__pages_request(made->pages, &sequence->request, &sequence->problem);
	sbx__sequence_ask_plain(sequence, on_list);
}

/* Looks for a sandbox in the list by its identifier or its name; the other is NULL. */
static void search(creation *made, const char *id, const char *name, found_then found)
{
	sbx_error *failure = NULL;
	made->sought_id = id;
	made->sought_name = name;
	made->found = found;
	if (sbx_sandboxes_each(made->sequence.steps.client, NULL, NULL, &made->pages, &failure) == SBX_OK)
		fetch_list(made);
	else
		end_search(made, NULL, failure);
}

/* ---- giving up ---- */

static void on_deleted(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	creation *made = creation_of(sequence);
	sbx_error *told = made->failure;
	made->failure = NULL;
	sbx_response_free(response);
	sbx_error_free(failure);
	sbx__sequence_fail(sequence, told);
}

/* Deletes what nobody will use, whatever comes of it, and then fails. */
static void give_up(creation *made, sbx_error *failure)
{
	sbx__sequence *sequence = &made->sequence;
	made->failure = failure;
	sbx__sequence_clean(sequence, CLEANUP_SECONDS);
	sbx__sandboxes_delete_arguments(&sequence->arguments, sbx_sandbox_id(made->sandbox), NULL, &sequence->problem);
	sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_DELETE, on_deleted);
}

/* ---- waiting until it is ready ---- */

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

static void succeed(creation *made)
{
	sbx_session *session = atomic_load(&made->session);
	session->sandbox = made->sandbox;
	made->sandbox = NULL;
	sbx__sequence_succeed(&made->sequence, NULL);
}

static void on_rested(sbx__sequence *sequence, sbx_response *response, sbx_error *failure);

/* Looks whether it is ready, and waits if it is not. */
static void look(creation *made)
{
	bool ready = false;
	sbx_error *failure = NULL;
	sbx_status status = check_ready(made->sandbox, &ready, &failure);
	if (status == SBX_OK && !ready && sbx__steps_now(&made->sequence.steps) >= made->until)
		status = too_late(made->sandbox, made->ready_timeout, &failure);
	if (status < 0)
		give_up(made, failure);
	else if (ready)
		succeed(made);
	else
		sbx__sequence_wait(&made->sequence, made->interval, on_rested);
}

static void on_looked(creation *made, sbx_sandbox *sandbox, sbx_error *failure)
{
	if (failure) {
		give_up(made, failure);
		return;
	}
	/* What was just created may not be listed yet. */
	if (sandbox) {
		sbx_sandbox_free(made->sandbox);
		made->sandbox = sandbox;
	}
	made->interval = made->interval * 1.5 < LONGEST_POLL ? made->interval * 1.5 : LONGEST_POLL;
	look(made);
}

static void on_rested(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	creation *made = creation_of(sequence);
	(void)response;
	if (failure)
		give_up(made, failure);
	else
		search(made, sbx_sandbox_id(made->sandbox), NULL, on_looked);
}

/* Takes over the sandbox. */
static void wait_until_ready(creation *made, sbx_sandbox *sandbox)
{
	double seconds = made->ready_timeout;
	int64_t now = sbx__steps_now(&made->sequence.steps);
	made->sandbox = sandbox;
	made->interval = FIRST_POLL;
	made->until = seconds == SBX_FOREVER ? SBX__NEVER : now + sbx__nanoseconds(seconds);
	look(made);
}

/* ---- creating ---- */

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

/* Whether the caller has ended it, or its time has. */
static bool has_ended(const creation *made)
{
	return sbx_error_code(made->failure) == SBX_ERROR_CANCELLED ||
	       sbx__steps_now(&made->sequence.steps) >= made->sequence.steps.deadline;
}

static void on_recovered(creation *made, sbx_sandbox *sandbox, sbx_error *failure)
{
	sbx_error *lost = made->failure;
	made->failure = NULL;
	sbx_error_free(failure);
	if (!sandbox) {
		sbx__sequence_fail(&made->sequence, lost);
	} else if (made->sequence.cleaning) {
		made->sandbox = sandbox;
		give_up(made, lost);
	} else {
		sbx_error_free(lost);
		wait_until_ready(made, sandbox);
	}
}

/* A sandbox may have been made although no answer said so: it is found by the name that nobody else has. */
static void recover(creation *made, sbx_error *failure)
{
	if (!made->name || !may_exist(failure)) {
		sbx__sequence_fail(&made->sequence, failure);
		return;
	}
	made->failure = failure;
	if (has_ended(made))
		sbx__sequence_clean(&made->sequence, CLEANUP_SECONDS);
	search(made, NULL, made->name, on_recovered);
}

/* One that nobody could name later is of no use. */
static void on_created(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	creation *made = creation_of(sequence);
	sbx_sandbox *sandbox = failure ? NULL : (sbx_sandbox *)sbx__model_ref(response->model);
	sbx_response_free(response);
	if (sandbox && has_id(sandbox)) {
		wait_until_ready(made, sandbox);
		return;
	}
	sbx_sandbox_free(sandbox);
	if (!failure)
		sbx__fail(&failure, SBX_ERROR_RESPONSE_VALIDATION, "The answer's sandbox has no identifier");
	recover(made, failure);
}

static sbx_status give_name(creation *made, const sbx_session_options *given, sbx_error **error)
{
	made->name = new_name(sbx__core_platform(made->sequence.steps.client->core), given->name_prefix);
	return made->name ? SBX_OK : sbx__fail_memory(error);
}

static sbx_status create(creation *made, const sbx_session_options *given, sbx_error **error)
{
	sbx__sequence *sequence = &made->sequence;
	sbx_sandboxes_create_params params = SBX_SANDBOXES_CREATE_PARAMS_INIT;
	sbx_status status = sbx__struct_read(&params, sizeof params, given->create, "create", error);
	if (status == SBX_OK && !params.name) {
		status = give_name(made, given, error);
		params.name = made->name;
	}
	if (status == SBX_OK)
		status = sbx__sandboxes_create_arguments(&sequence->arguments, &params, error);
	if (status == SBX_OK)
		sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_CREATE, on_created);
	return status;
}

/* The same with arguments that came as one object. */
static sbx_status create_of(creation *made, const sbx_session_options *given, sbx_error **error)
{
	sbx__sequence *sequence = &made->sequence;
	sbx_status status = SBX_OK;
	if (sbx_json_type_of(given->arguments) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "arguments", "must be an object");
	made->arguments = sbx_json_copy(given->arguments);
	if (!made->arguments)
		return sbx__fail_memory(error);
	if (!sbx_json_get(made->arguments, "name")) {
		status = give_name(made, given, error);
		if (status == SBX_OK &&
		    sbx_json_set(made->arguments, "name", sbx_json_new_string(made->name, strlen(made->name))) < 0)
			status = sbx__fail_memory(error);
	}
	sequence->request.operation = &sbx__operations[SBX__OPERATION_SANDBOXES_CREATE];
	sequence->request.arguments = made->arguments;
	if (status == SBX_OK)
		sbx__sequence_ask_plain(sequence, on_created);
	return status;
}

/* ---- the whole ---- */

static void free_creation(sbx__sequence *sequence)
{
	creation *made = creation_of(sequence);
	sbx_session *session = atomic_load(&made->session);
	/* Nobody has taken a session that is ready: its sandbox would stay. */
	if (sequence->started && session && session->sandbox)
		sbx__session_abandon(session);
	sbx__session_unref(session);
	sbx_pages_free(made->pages);
	sbx_sandbox_free(made->sandbox);
	sbx_error_free(made->failure);
	sbx_json_free(made->arguments);
	free(made->name);
	sbx__sequence_clear(sequence);
	free(made);
}

static const sbx__sequence_type creation_type = {free_creation};

static sbx_status check_ready_timeout(double seconds, sbx_error **error)
{
	if (!(seconds >= 0) && seconds != SBX_DEFAULT && seconds != SBX_FOREVER)
		return sbx__fail_argument(error, "ready_timeout", "must be a number of seconds");
	return SBX_OK;
}

sbx_status sbx__sandbox_create(sbx_session *session, const sbx_session_options *session_options,
                               const sbx_request_options *options, bool started, sbx__sequence **sequence,
                               sbx_error **error)
{
	double timeout = session_options->ready_timeout;
	sbx_status status = check_ready_timeout(timeout, error);
	if (status < 0)
		return status;
	creation *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	sbx__sequence_init(&made->sequence, &creation_type, started);
	atomic_init(&made->session, sbx__session_ref(session));
	made->ready_timeout = timeout == SBX_DEFAULT ? READY_TIMEOUT : sbx__timeout_plain(timeout);
	status = sbx__steps_init(&made->sequence.steps, session->client, options, error);
	if (status == SBX_OK)
		status = session_options->arguments ? create_of(made, session_options, error)
		                                    : create(made, session_options, error);
	if (status < 0) {
		sbx__sequence_free(&made->sequence);
		return status;
	}
	*sequence = &made->sequence;
	return SBX_OK;
}

sbx_session *sbx__sandbox_take_session(const sbx_call *call)
{
	sbx__sequence *sequence = sbx__sequence_of(call, &creation_type);
	return sequence ? atomic_exchange(&creation_of(sequence)->session, NULL) : NULL;
}
