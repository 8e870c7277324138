#include "engine_call.h"

#include <stdlib.h>

#include "error.h"
#include "response.h"
#include "sequence.h"

sbx_call *sbx__engine_call_new(sbx__core *core)
{
	sbx_call *call = calloc(1, sizeof *call);
	if (!call)
		return NULL;
	atomic_init(&call->references, 1);
	atomic_init(&call->done, false);
	call->core = sbx__core_ref(core);
	return call;
}

void sbx__engine_call_ref(sbx_call *call)
{
	atomic_fetch_add_explicit(&call->references, 1, memory_order_relaxed);
}

void sbx__engine_call_unref(sbx_call *call)
{
	if (!call || atomic_fetch_sub_explicit(&call->references, 1, memory_order_acq_rel) != 1)
		return;
	sbx__cancel_unlink(&call->cancel);
	if (call->machine.config)
		sbx__call_free(&call->machine);
	if (call->stream)
		sbx__stream_buffer_free(call->stream);
	free(call->stream);
	sbx__sequence_free(call->sequence);
	sbx_response_free(call->response);
	sbx_error_free(call->error);
	sbx__core_unref(call->core);
	free(call);
}

bool sbx__engine_call_open(sbx_call *call)
{
	if (!call->stream || call->response || !call->machine.response)
		return false;
	call->response = sbx__response_ref(call->machine.response);
	atomic_store_explicit(&call->opened, true, memory_order_release);
	return true;
}

void sbx__engine_call_finish(sbx_call *call)
{
	if (!call->machine.config)
		return;
	sbx__engine_call_open(call);
	sbx_response *response = NULL;
	sbx__call_take(&call->machine, &response, &call->error);
	if (call->response)
		sbx_response_free(response);
	else
		call->response = response;
	sbx__call_free(&call->machine);
	call->machine = (sbx__call){0};
}
