/*
 * The dynamic entry, and the driver of synchronous calls: the one place that waits.
 */
#include "operation.h"

#include <string.h>

#include "call.h"
#include "client.h"
#include "error.h"

/* How often a call that may be interrupted asks whether it should end, in nanoseconds. */
#define INTERRUPT_INTERVAL (SBX__SECOND / 20)

const sbx_operation *sbx_operation_find(const char *name)
{
	for (size_t index = 0; name && index < sbx__operations_count; index++)
		if (strcmp(sbx__operations[index].name, name) == 0)
			return &sbx__operations[index];
	return NULL;
}

size_t sbx_operation_count(void)
{
	return sbx__operations_count;
}

const sbx_operation *sbx_operation_at(size_t index)
{
	return index < sbx__operations_count ? &sbx__operations[index] : NULL;
}

const char *sbx_operation_name(const sbx_operation *operation)
{
	return operation ? operation->name : "";
}

static bool interrupted(const sbx__call *call)
{
	const sbx_request_options *options = &call->options;
	return options->interrupt && options->interrupt(options->interrupt_user_data) != 0;
}

static int64_t shortened(const sbx__call *call, int64_t nanoseconds)
{
	return call->options.interrupt && nanoseconds > INTERRUPT_INTERVAL ? INTERRUPT_INTERVAL : nanoseconds;
}

/* What ends a call from outside. True: it did. */
static bool check_outside(sbx__call *call, const sbx__core *core)
{
	if (sbx__core_is_closed(core))
		sbx__call_abort(call, SBX_ERROR_CLOSED, "Connection error: the client was closed");
	else if (interrupted(call))
		sbx__call_abort(call, SBX_ERROR_CANCELLED, "The call was cancelled");
	return call->state == SBX__CALL_DONE;
}

static void drive(sbx__call *call, const sbx__core *core)
{
	while (!sbx__call_step(call)) {
		if (check_outside(call, core))
			return;
		int64_t wait = sbx__call_wake_at(call) - sbx__call_now(call);
		call->transport->type->wait(call->transport, shortened(call, wait));
	}
}

/* Waits for a transport; false: the call has ended with an error. */
static bool acquire(sbx__call *call, sbx__core *core, sbx__lease **lease)
{
	double seconds = call->input.timeouts.pool;
	int64_t until = seconds == SBX_FOREVER ? SBX__NEVER : call->started + sbx__nanoseconds(seconds);
	if (call->deadline < until)
		until = call->deadline;
	for (;;) {
		int64_t left = until - sbx__call_now(call);
		sbx_status status = sbx__core_acquire(core, left > 0 ? shortened(call, left) : 0, lease);
		if (status == SBX_OK)
			return true;
		if (status == SBX_ERROR_OUT_OF_MEMORY)
			sbx__call_abort(call, status, "Out of memory");
		else if (!check_outside(call, core) && left <= 0)
			sbx__call_abort(call, SBX_ERROR_TIMEOUT,
			                "Request timed out: none of the client's connections became free");
		if (call->state == SBX__CALL_DONE)
			return false;
	}
}

static void run(sbx__call *call, sbx__core *core)
{
	sbx__lease *lease;
	if (!acquire(call, core, &lease))
		return;
	sbx__call_set_transport(call, lease->transport);
	drive(call, core);
	sbx__core_release(core, lease);
}

sbx_status sbx_client_invoke(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                             const sbx_request_options *options, sbx_response **response, sbx_error **error)
{
	if (!client || !operation)
		return sbx__fail_argument(error, client ? "operation" : "client", "must not be NULL");
	/* First of all: the fork may have happened while another thread held the client's lock. */
	if (sbx__core_is_forked(client->core))
		return sbx__fail(error, SBX_ERROR_CONNECTION,
		                 "Connection error: the client belongs to the process that this one was forked from");
	const sbx__platform *platform = sbx__core_platform(client->core);
	sbx__config *config = sbx__client_config(client);
	sbx__call call;
	sbx_response *made = NULL;
	sbx_status status = sbx__call_init(&call, config, platform, operation, arguments, options,
	                                   platform->now(platform->context), error);
	sbx__config_unref(config);
	if (status == SBX_OK) {
		run(&call, client->core);
		status = sbx__call_take(&call, &made, error);
	}
	sbx__call_free(&call);
	if (status == SBX_OK && response)
		*response = made;
	else
		sbx_response_free(made);
	return status;
}
