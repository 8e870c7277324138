#include "call.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "call_exchange.h"
#include "call_log.h"
#include "custom_request.h"
#include "error.h"
#include "kept_text.h"
#include "outcome.h"
#include "redact.h"
#include "redirect.h"

/* How much longer than the command's own timeout the client waits for the answer, in seconds. */
#define COMMAND_MARGIN 15

sbx__safety sbx__call_retry_safety(const sbx__call *call)
{
	return call->config->retry_unsafe ? SBX__SAFE : call->safety;
}

/* ---- preparing ---- */

static sbx_status check_options(const sbx_request_options *options, sbx_error **error)
{
	if (options->max_retries < SBX_DEFAULT)
		return sbx__fail_argument(error, "max_retries", "must not be negative");
	if ((int)options->follow_redirects < 0 || options->follow_redirects > SBX_FLAG_NO)
		return sbx__fail_argument(error, "follow_redirects", "is none of the values of its type");
	return sbx__timeouts_check(options->timeout, options->connect_timeout, options->read_timeout,
	                           options->write_timeout, options->pool_timeout, options->deadline, error);
}

/* The default wait for an answer must not end before the command may. One that the caller chose is the caller's. */
static void grow_read_timeout(sbx__request_input *input)
{
	const char *name = input->operation->timeout_parameter;
	const sbx_json *value = name ? sbx__request_effective(input, name) : NULL;
	double needed = sbx_json_number(value) + COMMAND_MARGIN;
	if (value && !input->timeouts.read_given && input->timeouts.read != SBX_FOREVER &&
	    needed > input->timeouts.read)
		input->timeouts.read = needed;
}

static void resolve_options(sbx__call *call)
{
	const sbx_request_options *options = &call->options;
	sbx__request_input *input = &call->input;
	input->timeouts = call->config->timeouts;
	sbx__timeouts_merge(&input->timeouts, options->timeout, options->connect_timeout, options->read_timeout,
	                    options->write_timeout, options->pool_timeout);
	grow_read_timeout(input);
	double deadline =
	        options->deadline == SBX_DEFAULT ? call->config->deadline : sbx__timeout_plain(options->deadline);
	call->deadline = deadline == SBX_FOREVER ? SBX__NEVER : call->started + sbx__nanoseconds(deadline);
	if (call->options.max_retries == SBX_DEFAULT)
		call->options.max_retries = call->config->max_retries;
}

/* Whether a value is anything but false. The server may take other values for true. */
static bool is_truthy(const sbx_json *value)
{
	sbx_json_type type = sbx_json_type_of(value);
	return type == SBX_JSON_BOOLEAN ? sbx_json_boolean(value) : type != SBX_JSON_NULL;
}

/* What may happen when this very call is sent twice. */
static sbx__safety resolve_safety(const sbx__call *call)
{
	const char *unsafe_when = call->input.operation->unsafe_when;
	if (unsafe_when && is_truthy(sbx__request_effective(&call->input, unsafe_when)))
		return SBX__UNSAFE;
	if (!sbx__body_can_rewind(&call->request.body))
		return SBX__UNSAFE;
	return call->input.operation->safety;
}

static sbx_status prepare(sbx__call *call, const sbx_request *request, const sbx__arguments *typed,
                          const sbx_request_options *options, sbx_error **error)
{
	sbx_request given = SBX_REQUEST_INIT;
	sbx_status status = sbx__struct_read(&given, sizeof given, request, "request", error);
	if (status < 0 || (status = sbx__custom_request_check(&given, error)) < 0 ||
	    (status = sbx__struct_read(&call->options, sizeof call->options, options, "options", error)) < 0 ||
	    (status = check_options(&call->options, error)) < 0)
		return status;
	call->input = (sbx__request_input){
	        .operation = given.operation ? given.operation : sbx__custom_operation(&given),
	        .arguments = given.arguments,
	        .typed = typed,
	        .custom = given.operation ? NULL : &given,
	        .options = &call->options,
	        .config = call->config,
	        .platform = call->platform,
	};
	resolve_options(call);
	if (call->options.source && (status = sbx__source_open(&call->source, call->options.source, error)) < 0)
		return status;
	call->input.file = call->options.source ? &call->source : NULL;
	status = sbx__request_init(&call->request, &call->input, error);
	call->input.custom = NULL;
	call->undecoded = given.undecoded == SBX_FLAG_YES;
	if (status < 0)
		return status;
	call->safety = resolve_safety(call);
	const sbx_operation *operation = call->input.operation;
	if (call->options.sink && operation->model)
		return sbx__fail_argument(error, "into", "%s does not answer with a file", operation->name);
	return operation->model ? SBX_OK : sbx__sink_open(&call->sink, call->options.sink, &call->body, error);
}

sbx_status sbx__call_init(sbx__call *call, sbx__config *config, const sbx__platform *platform,
                          const sbx_request *request, const sbx__arguments *typed, const sbx_request_options *options,
                          int64_t started, sbx_error **error)
{
	const sbx_request_options defaults = SBX_REQUEST_OPTIONS_INIT;
	*call = (sbx__call){
	        .config = sbx__config_ref(config), .platform = platform, .options = defaults, .started = started};
	call->source.descriptor = -1;
	call->sink.descriptor = -1;
	sbx_status status = prepare(call, request, typed, options, error);
	/* The error names what the caller passed, and the key may be in that. */
	if (status < 0 && error && !sbx__error_is_static(*error)) {
		sbx__redact_text((*error)->message, config->api_key);
		sbx__redact_text((*error)->argument, config->api_key);
	}
	return status;
}

void sbx__call_may_wait(sbx__call *call)
{
	call->source.may_wait = true;
	for (size_t index = 0; index < call->request.files_count; index++)
		call->request.files[index].may_wait = true;
}

void sbx__call_set_stream(sbx__call *call, sbx__stream_buffer *stream, bool patient)
{
	call->stream = stream;
	call->patient = patient;
}

/* ---- what the caller passed ---- */

bool sbx__call_keep(sbx__call *call)
{
	sbx_request_options *options = &call->options;
	size_t count = options->headers_count;
	size_t credentials_count = options->credentials_count;
	size_t size = sbx__pairs_size(options->headers, count) +
	              sbx__pairs_size(options->credentials, credentials_count) +
	              sbx__text_size(options->idempotency_key) + sbx__text_size(call->sink.sink.path);
	sbx_pair *pairs = malloc(size ? size : 1);
	if (!pairs)
		return false;
	call->kept = pairs;
	char *at = (char *)(pairs + count + credentials_count);
	sbx__pairs_keep(pairs, options->headers, count, &at);
	sbx__pairs_keep(pairs + count, options->credentials, credentials_count, &at);
	options->headers = pairs;
	options->credentials = pairs + count;
	options->idempotency_key = sbx__text_keep(&at, options->idempotency_key);
	call->sink.sink.path = sbx__text_keep(&at, call->sink.sink.path);
	/* What the request was built from is not looked at again. */
	options->query = NULL;
	options->body = NULL;
	options->source = NULL;
	options->sink = NULL;
	call->source.source.filename = NULL;
	call->source.source.content_type = NULL;
	call->input.arguments = NULL;
	call->input.typed = NULL;
	return true;
}

void sbx__call_set_transport(sbx__call *call, sbx__transport *transport)
{
	call->transport = transport;
}

/* ---- deciding ---- */

static double random_fraction(const sbx__call *call)
{
	uint32_t random = 0;
	call->platform->random(call->platform->context, &random, sizeof random);
	return random / 4294967296.0;
}

static bool retry_wanted(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	return call->retries + call->resends < call->options.max_retries && !sbx__outcome_carried_out(call) &&
	       sbx__retry_wanted(sbx__call_retry_safety(call), attempt->end, attempt->http_status, &attempt->headers);
}

/* Why an attempt that failed is not followed by another one. */
static const char *unwanted_reason(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	if (!sbx__retry_wanted(SBX__SAFE, attempt->end, attempt->http_status, &attempt->headers))
		return attempt->end == SBX__ANSWERED ? "the answer is final"
		                                     : "another attempt would end like this one";
	if (call->retries + call->resends >= call->options.max_retries)
		return "no retries are left";
	return "it may have been carried out, and twice could do harm";
}

/* When the next attempt is to begin. */
static int64_t next_attempt_at(const sbx__call *call, double *wait)
{
	bool answered = call->attempt.end == SBX__ANSWERED;
	double wall_clock = call->platform->wall_clock(call->platform->context);
	double retry_after = answered ? sbx__retry_after(&call->attempt.headers, wall_clock) : SBX_DEFAULT;
	*wait = sbx__retry_wait(retry_after, call->retries, random_fraction(call));
	return sbx__call_now(call) + sbx__nanoseconds(*wait);
}

/* Makes all as it was before the attempt; false where that is not possible. */
static bool take_back(sbx__call *call)
{
	bool without_sink = call->stream || call->input.operation->model;
	return sbx__body_rewind(&call->request.body) && (without_sink || sbx__sink_restart(&call->sink));
}

static void forget_redirects(sbx__call *call)
{
	sbx_response_free(call->previous);
	call->previous = NULL;
	call->redirected_bytes = 0;
}

/* Why the request is not sent once more; NULL: it is, after the wait. */
static const char *refuse_retry(sbx__call *call, double *wait)
{
	if (call->opened)
		return "its answer is being read";
	if (!retry_wanted(call))
		return unwanted_reason(call);
	if ((call->wake_at = next_attempt_at(call, wait)) >= call->deadline)
		return "the deadline comes before the next attempt";
	return take_back(call) ? NULL : "what was sent or received cannot be taken back";
}

/* Gives the reason where the call fails; NULL: it goes on. */
static const char *wait_or_fail(sbx__call *call)
{
	double wait;
	const char *refusal = refuse_retry(call, &wait);
	if (refusal) {
		sbx__outcome_fail_attempt(call);
		return refusal;
	}
	call->doubtful = call->doubtful || sbx__outcome_unknown(call);
	call->retries++;
	call->redirects = 0;
	forget_redirects(call);
	sbx__request_restart(&call->request);
	call->state = SBX__CALL_WAITING;
	sbx__call_log_retry(call, wait);
	return NULL;
}

static void judge(sbx__call *call)
{
	sbx__attempt *attempt = &call->attempt;
	sbx_error *error = NULL;
	const char *reason = NULL;
	sbx__call_log_answer(call);
	if (attempt->source_failed)
		sbx__body_failure(&call->request.body, &error);
	else if (attempt->sink_failed)
		sbx__sink_failure(&call->sink, &error);
	else if (attempt->out_of_memory)
		sbx__fail_memory(&error);
	else if (attempt->too_large)
		sbx__fail(&error, SBX_ERROR_RESPONSE_TOO_LARGE, "The answer is larger than a client takes");
	if (error)
		sbx__outcome_fail(call, error);
	else if (attempt->end == SBX__ANSWERED && sbx__is_success(attempt->http_status))
		sbx__outcome_succeed(call);
	else if (attempt->end != SBX__ANSWERED || !sbx__redirect_follow(call))
		reason = wait_or_fail(call);
	if (call->error)
		sbx__call_log_end(call, reason ? reason : sbx_error_message(call->error));
	sbx__attempt_tell(call);
}

/* ---- one attempt ---- */

static void clear_attempt(sbx__call *call)
{
	sbx__headers headers = call->attempt.headers;
	sbx__headers_clear(&headers);
	free(call->attempt.detail);
	call->attempt = (sbx__attempt){.headers = headers, .announced = SBX_DEFAULT};
	call->held_back = false;
	call->source_waits = false;
	sbx__buffer_clear(&call->body);
}

static void begin_attempt(sbx__call *call)
{
	clear_attempt(call);
	call->attempts = call->retries + call->resends + 1;
	call->input.compresses =
	        sbx__http_options_compresses(call->config->http, call->input.operation->model && !call->stream);
	if (!sbx__request_make_headers(&call->request, &call->input, call->retries)) {
		sbx__outcome_fail(call, sbx__error_new(SBX_ERROR_OUT_OF_MEMORY, "Out of memory"));
		return;
	}
	sbx__call_fill_exchange(call);
	sbx__call_log_request(call);
	sbx__attempt_begin(call);
	call->last_activity = call->stepped;
	call->state = SBX__CALL_SENDING;
	if (!call->transport->type->start(call->transport, &call->exchange)) {
		call->attempt.out_of_memory = true;
		sbx__call_end_attempt(call, SBX__NOT_CONNECTED, "");
	}
}

/* The wait that the attempt is in, and what it is called. */
static double phase_timeout(const sbx__call *call, const char **name)
{
	const sbx__timeouts *timeouts = &call->input.timeouts;
	*name = "";
	/* The caller's own delay is not the server's. */
	if (call->held_back || call->source_waits)
		return SBX_FOREVER;
	*name = "no connection was made";
	if (!call->attempt.connected)
		return timeouts->connect;
	*name = "the server did not take the request";
	if (call->exchange.has_body && !call->exchange.body && !call->attempt.body_sent && !call->attempt.refused_early)
		return timeouts->write;
	*name = "the server did not answer";
	return timeouts->read;
}

static int64_t phase_end(const sbx__call *call, const char **name, double *seconds)
{
	*seconds = phase_timeout(call, name);
	return *seconds == SBX_FOREVER ? SBX__NEVER : call->last_activity + sbx__nanoseconds(*seconds);
}

static void time_out(sbx__call *call, const char *what, double seconds)
{
	sbx__buffer detail = {0};
	sbx__buffer_text(&detail, what);
	sbx__buffer_text(&detail, " within ");
	sbx__buffer_number(&detail, seconds, false);
	sbx__buffer_text(&detail, " s");
	call->transport->type->stop(call->transport);
	call->attempt.timed_out = true;
	sbx__call_end_attempt(call, call->attempt.connected ? SBX__TIMED_OUT : SBX__NOT_CONNECTED,
	                      detail.failed ? "" : detail.data);
	sbx__buffer_free(&detail);
}

static void end_early(sbx__call *call)
{
	call->transport->type->stop(call->transport);
	sbx__call_end_attempt(call, SBX__ANSWERED, "");
}

static void check_time(sbx__call *call)
{
	const char *phase;
	double seconds;
	int64_t time = call->stepped;
	if (call->attempt.active) {
		call->attempt.active = false;
		call->last_activity = time;
	}
	if (time >= call->deadline) {
		time_out(call, "the call was not done", (double)(call->deadline - call->started) / 1e9);
		sbx__call_log_answer(call);
		sbx__outcome_fail_attempt(call);
		sbx__call_log_end(call, "the deadline has passed");
		sbx__attempt_tell(call);
	} else if (time >= phase_end(call, &phase, &seconds)) {
		time_out(call, phase, seconds);
	}
}

bool sbx__call_step(sbx__call *call)
{
	call->stepped = sbx__call_now(call);
	for (;;) {
		sbx__call_state before = call->state;
		switch (call->state) {
		case SBX__CALL_READY:
			begin_attempt(call);
			break;
		case SBX__CALL_SENDING:
			if (call->attempt.whole_early)
				end_early(call);
			else
				check_time(call);
			if (call->state == SBX__CALL_SENDING && call->opened && !call->response)
				sbx__outcome_open(call);
			break;
		case SBX__CALL_ENDED:
			judge(call);
			/* It may have called functions of the caller. */
			if (call->state != SBX__CALL_DONE)
				call->stepped = sbx__call_now(call);
			break;
		case SBX__CALL_WAITING:
			if (call->stepped >= call->wake_at)
				call->state = SBX__CALL_READY;
			break;
		case SBX__CALL_DONE:
			return true;
		}
		if (call->state == before)
			return false;
	}
}

void sbx__call_resume(sbx__call *call)
{
	call->last_activity = sbx__call_now(call);
	call->held_back = false;
	call->source_waits = false;
	if (call->state == SBX__CALL_SENDING)
		call->transport->type->resume(call->transport);
}

int64_t sbx__call_pool_until(const sbx__call *call)
{
	double seconds = call->input.timeouts.pool;
	int64_t until = seconds == SBX_FOREVER ? SBX__NEVER : call->started + sbx__nanoseconds(seconds);
	return until < call->deadline ? until : call->deadline;
}

void sbx__call_end_wait(sbx__call *call)
{
	bool too_late = sbx__call_now(call) >= call->deadline;
	sbx__call_abort(call, SBX_ERROR_TIMEOUT,
	                too_late ? "Request timed out: the call's deadline was over before it had a connection"
	                         : "Request timed out: none of the client's connections became free");
}

int64_t sbx__call_wake_at(const sbx__call *call)
{
	const char *phase;
	double seconds;
	int64_t wake_at = SBX__NEVER;
	if (call->state == SBX__CALL_WAITING)
		wake_at = call->wake_at;
	else if (call->state == SBX__CALL_SENDING)
		wake_at = phase_end(call, &phase, &seconds);
	return wake_at < call->deadline ? wake_at : call->deadline;
}

void sbx__call_abort(sbx__call *call, sbx_status code, const char *message)
{
	if (call->state == SBX__CALL_DONE)
		return;
	bool may_have_left = call->state == SBX__CALL_SENDING && call->attempt.connected;
	if (call->state == SBX__CALL_SENDING)
		call->transport->type->stop(call->transport);
	call->attempt.end = may_have_left ? SBX__LOST : SBX__NOT_CONNECTED;
	sbx__outcome_fail(call, sbx__error_new(code, "%s", message));
	sbx__attempt_tell(call);
}

sbx_status sbx__call_take(sbx__call *call, sbx_response **response, sbx_error **error)
{
	if (call->error) {
		sbx_error *given = call->error;
		call->error = NULL;
		return sbx__error_give(error, given);
	}
	*response = call->response;
	call->response = NULL;
	return SBX_OK;
}

void sbx__call_free(sbx__call *call)
{
	if (call->state == SBX__CALL_SENDING && call->transport)
		call->transport->type->stop(call->transport);
	free(call->attempt.detail);
	sbx__content_decoder_free(call->attempt.decoder);
	sbx__attempt_forget(call);
	sbx__headers_free(&call->attempt.headers);
	sbx__request_free(&call->request);
	sbx__source_close(&call->source);
	sbx__sink_close(&call->sink);
	sbx__buffer_free(&call->body);
	sbx_response_free(call->response);
	sbx_response_free(call->previous);
	sbx_error_free(call->error);
	free(call->kept);
	sbx__config_unref(call->config);
}
