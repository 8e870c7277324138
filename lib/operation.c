/*
 * The dynamic entry.
 */
#include "operation.h"

#include <string.h>

#include "call.h"
#include "client.h"
#include "driver.h"
#include "error.h"
#include "keep_errno.h"

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

/* A call that was made on the calling thread. */
static sbx_status make_call(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                            const sbx_request_options *options, sbx_response **made, sbx_error **error)
{
	/* A callback may free the client. */
	sbx__core *core = sbx__core_ref(client->core);
	const sbx__platform *platform = sbx__core_platform(core);
	sbx__config *config = sbx__client_config(client);
	sbx__call call;
	sbx_status status = sbx__call_init(&call, config, platform, request, typed, options,
	                                   platform->now(platform->context), error);
	sbx__config_unref(config);
	if (status == SBX_OK) {
		call.model_alone = typed && !call.options.response && call.input.operation->model;
		sbx__driver driver;
		sbx__driver_begin(&driver, core, &call);
		while (!sbx__driver_step(&driver))
			sbx__driver_wait(&driver);
		sbx__driver_end(&driver);
		status = sbx__call_take(&call, made, error);
	}
	sbx__call_free(&call);
	sbx__core_unref(core);
	return status;
}

sbx_status sbx__client_send(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                            const sbx_request_options *options, sbx_response **response, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	sbx_response *made = NULL;
	if (!client || !request)
		return sbx__fail_argument(error, client ? "request" : "client", "must not be NULL");
	/* First of all: the fork may have happened while another thread held the client's lock. */
	if (sbx__core_is_forked(client->core))
		return sbx__fail_forked(error);
	sbx_status status = make_call(client, request, typed, options, &made, error);
	if (status == SBX_OK && response)
		*response = made;
	else
		sbx_response_free(made);
	return status;
}

sbx_status sbx_client_send(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                           sbx_response **response, sbx_error **error)
{
	return sbx__client_send(client, request, NULL, options, response, error);
}

sbx_status sbx_client_invoke(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                             const sbx_request_options *options, sbx_response **response, sbx_error **error)
{
	sbx_request request = SBX_REQUEST_INIT;
	if (!operation)
		return sbx__fail_argument(error, "operation", "must not be NULL");
	request.operation = operation;
	request.arguments = arguments;
	return sbx_client_send(client, &request, options, response, error);
}
