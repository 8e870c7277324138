#include "session_calls.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "support.h"

bool session_calls_started;

static atomic_int ended; /* by whichever thread drives */

static void on_done(void *user_data, sbx_call *call)
{
	assert_ptr_equal(user_data, &ended);
	assert_true(sbx_call_is_done(call));
	ended++;
}

/* How the start of a call went, and then the call. Freed by the caller. */
static sbx_status finish(sbx_status status, sbx_call *call)
{
	if (status < 0) {
		assert_null(call);
		return status;
	}
	assert_int_equal(sbx_call_wait(call, SBX_FOREVER, NULL), SBX_OK);
	while (!ended)
		assert_int_equal(sbx_call_wait(call, 0, NULL), SBX_OK);
	assert_int_equal(ended, 1);
	ended = 0;
	return SBX_OK;
}

/* The same for a call whose result is no more than how it ended. */
static sbx_status end(sbx_status status, sbx_call *const *call, sbx_error **error)
{
	status = finish(status, *call);
	if (status == SBX_OK)
		status = sbx_call_result(*call, NULL, error);
	sbx_call_free(*call);
	return status;
}

sbx_status session_create(sbx_client *client, const sbx_session_options *session_options,
                          const sbx_request_options *options, sbx_session **session, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started || !session)
		return sbx_session_create(client, session_options, options, session, error);
	sbx_status status = sbx_session_create_start(client, session_options, options, on_done, &ended, &call, error);
	status = finish(status, call);
	if (status == SBX_OK)
		status = sbx_call_result_session(call, session, error);
	sbx_call_free(call);
	return status;
}

sbx_status session_run(sbx_session *session, const char *command, const sbx_run_options *run,
                       const sbx_request_options *options, sbx_execution **execution, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_run(session, command, run, options, execution, error);
	sbx_status status = sbx_session_run_start(session, command, run, options, on_done, &ended, &call, error);
	status = finish(status, call);
	if (status == SBX_OK)
		status = sbx_call_result_execution(call, execution, error);
	sbx_call_free(call);
	return status;
}

sbx_status session_read(sbx_session *session, const char *path, const sbx_request_options *options, char **data,
                        size_t *length, sbx_error **error)
{
	sbx_call *call = NULL;
	sbx_response *response = NULL;
	size_t size = 0;
	if (!session_calls_started || !data)
		return sbx_session_read(session, path, options, data, length, error);
	sbx_status status = sbx_session_read_start(session, path, options, on_done, &ended, &call, error);
	status = finish(status, call);
	if (status == SBX_OK)
		status = sbx_call_result(call, &response, error);
	sbx_call_free(call);
	if (status < 0)
		return status;
	const char *body = sbx_response_body(response, &size);
	char *copy = malloc(size + 1);
	if (copy) {
		memcpy(copy, body, size + 1);
		*data = copy;
		if (length)
			*length = size;
	}
	sbx_response_free(response);
	return copy ? SBX_OK : sbx__fail_memory(error);
}

sbx_status session_write(sbx_session *session, const char *path, const void *data, size_t length,
                         const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_write(session, path, data, length, options, error);
	return end(sbx_session_write_start(session, path, data, length, options, on_done, &ended, &call, error), &call,
	           error);
}

sbx_status session_read_into(sbx_session *session, const char *path, const sbx_sink *sink,
                             const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_read_into(session, path, sink, options, error);
	return end(sbx_session_read_into_start(session, path, sink, options, on_done, &ended, &call, error), &call,
	           error);
}

sbx_status session_write_from(sbx_session *session, const char *path, const sbx_source *source,
                              const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_write_from(session, path, source, options, error);
	return end(sbx_session_write_from_start(session, path, source, options, on_done, &ended, &call, error), &call,
	           error);
}

sbx_status session_upload(sbx_session *session, const char *local, const char *remote,
                          const sbx_transfer_options *transfer, const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_upload(session, local, remote, transfer, options, error);
	sbx_status status =
	        sbx_session_upload_start(session, local, remote, transfer, options, on_done, &ended, &call, error);
	return end(status, &call, error);
}

sbx_status session_download(sbx_session *session, const char *remote, const char *local,
                            const sbx_transfer_options *transfer, const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started)
		return sbx_session_download(session, remote, local, transfer, options, error);
	sbx_status status =
	        sbx_session_download_start(session, remote, local, transfer, options, on_done, &ended, &call, error);
	return end(status, &call, error);
}

sbx_status session_close(sbx_session *session, const sbx_request_options *options, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started || !session)
		return sbx_session_close(session, options, error);
	return end(sbx_session_close_start(session, options, on_done, &ended, &call, error), &call, error);
}

sbx_status session_run_many(sbx_client *client, const char *const *ids, size_t count, const char *command,
                            const sbx_run_many_options *run_many, const sbx_request_options *options,
                            sbx_run_results **results, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started || !results)
		return sbx_run_many(client, ids, count, command, run_many, options, results, error);
	sbx_status status =
	        sbx_run_many_start(client, ids, count, command, run_many, options, on_done, &ended, &call, error);
	status = finish(status, call);
	if (status == SBX_OK)
		status = sbx_call_result_run_results(call, results, error);
	sbx_call_free(call);
	return status;
}

sbx_status session_leftovers_delete(sbx_client *client, const sbx_leftovers_params *params,
                                    const sbx_request_options *options, sbx_leftovers **leftovers, sbx_error **error)
{
	sbx_call *call = NULL;
	if (!session_calls_started || !leftovers)
		return sbx_leftovers_delete(client, params, options, leftovers, error);
	sbx_status status = sbx_leftovers_delete_start(client, params, options, on_done, &ended, &call, error);
	status = finish(status, call);
	if (status == SBX_OK)
		status = sbx_call_result_leftovers(call, leftovers, error);
	sbx_call_free(call);
	return status;
}

sbx_status session_pages_fetch(sbx_pages *pages, sbx_error **error)
{
	sbx_call *call = NULL;
	return end(sbx_pages_fetch_start(pages, on_done, &ended, &call, error), &call, error);
}
