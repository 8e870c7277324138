#include "sequence.h"

#include "client.h"
#include "error.h"
#include "operation.h"

void sbx__sequence_init(sbx__sequence *sequence, const sbx__sequence_type *type, bool started)
{
	const sbx_request request = SBX_REQUEST_INIT;
	const sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	*sequence = (sbx__sequence){.type = type, .started = started, .request = request, .options = options};
	sbx__arguments_init(&sequence->arguments);
}

void sbx__sequence_clear(sbx__sequence *sequence)
{
	sbx__steps_let_go(&sequence->steps);
	sbx__arguments_free(&sequence->arguments);
	sbx_response_free(sequence->response);
	sbx_error_free(sequence->problem);
	sbx_error_free(sequence->error);
}

void sbx__sequence_free(sbx__sequence *sequence)
{
	if (sequence)
		sequence->type->free(sequence);
}

/* ---- what a sequence says ---- */

static void ask(sbx__sequence *sequence, sbx__sequence_then then)
{
	sequence->next = SBX__NEXT_REQUEST;
	sequence->then = then;
	if (!sequence->problem)
		sbx__steps_next(&sequence->steps, &sequence->options, &sequence->problem);
}

void sbx__sequence_ask(sbx__sequence *sequence, int operation, sbx__sequence_then then)
{
	const sbx_request request = SBX_REQUEST_INIT;
	sequence->request = request;
	sequence->request.operation = &sbx__operations[operation];
	sequence->typed = true;
	ask(sequence, then);
	sequence->options.source = sequence->arguments.source;
	sequence->options.sink = sequence->arguments.sink;
}

void sbx__sequence_ask_plain(sbx__sequence *sequence, sbx__sequence_then then)
{
	sequence->typed = false;
	ask(sequence, then);
}

void sbx__sequence_wait(sbx__sequence *sequence, double seconds, sbx__sequence_then then)
{
	sequence->next = SBX__NEXT_WAIT;
	sequence->then = then;
	sequence->seconds = seconds;
}

void sbx__sequence_hold(sbx__sequence *sequence, double seconds, sbx__sequence_then then)
{
	sbx__sequence_wait(sequence, seconds, then);
	sequence->next = SBX__NEXT_HOLD;
}

void sbx__sequence_clean(sbx__sequence *sequence, double seconds)
{
	sbx_client *client = sequence->steps.client;
	sbx__steps_let_go(&sequence->steps);
	sbx__steps_init_cleanup(&sequence->steps, client, seconds);
	sequence->cleaning = true;
}

void sbx__sequence_succeed(sbx__sequence *sequence, sbx_response *response)
{
	sequence->next = SBX__NEXT_DONE;
	sequence->response = response;
}

void sbx__sequence_fail(sbx__sequence *sequence, sbx_error *error)
{
	sequence->next = SBX__NEXT_DONE;
	sequence->error = error;
}

/* ---- what drives it ---- */

void sbx__sequence_resume(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx__arguments_free(&sequence->arguments);
	sequence->then(sequence, response, failure);
}

/* Does what comes next on this thread. */
static void take_turn(sbx__sequence *sequence)
{
	sbx_response *response = NULL;
	sbx_error *failure = sequence->problem;
	sequence->problem = NULL;
	if (failure) {
		sbx__sequence_resume(sequence, NULL, failure);
		return;
	}
	if (sequence->next == SBX__NEXT_WAIT) {
		sbx__steps_wait(&sequence->steps, sequence->seconds, &failure);
	} else {
		/* It is not written to, but says that the model alone is not enough. */
		sequence->options.response = &response;
		sbx__client_send(sequence->steps.client, &sequence->request,
		                 sequence->typed ? &sequence->arguments : NULL, &sequence->options, &response,
		                 &failure);
	}
	sbx__sequence_resume(sequence, response, failure);
}

sbx_status sbx__sequence_run(sbx__sequence *sequence, sbx_response **response, sbx_error **error)
{
	while (sequence->next != SBX__NEXT_DONE)
		take_turn(sequence);
	sbx_status status = SBX_OK;
	if (sequence->error) {
		status = sbx__error_give(error, sequence->error);
		sequence->error = NULL;
	} else if (response) {
		*response = sequence->response;
		sequence->response = NULL;
	}
	sbx__sequence_free(sequence);
	return status;
}
