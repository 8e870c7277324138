#include "call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "custom_request.h"
#include "error.h"
#include "outcome.h"
#include "redact.h"
#include "redirect.h"

/* How much longer than the command's own timeout the client waits for the answer, in seconds. */
#define COMMAND_MARGIN 15
/* What libcurl sends together with the headers. */
#define LARGEST_AT_ONCE (64 << 10)

/* The safety that decides what may be sent again. */
static sbx__safety retry_safety(const sbx__call *call)
{
	return call->config->retry_unsafe ? SBX__SAFE : call->safety;
}

/* Whether the transport may send the request once more by itself, as libcurl does when a kept connection dies. */
static bool may_resend(const sbx__call *call)
{
	sbx__safety safety = call->request.became_get ? SBX__SAFE : retry_safety(call);
	return safety != SBX__UNSAFE && call->retries + call->resends < call->options.max_retries;
}

/* ---- what the transport tells ---- */

static void notify(const sbx__call *call)
{
	if (call->changed)
		call->changed(call->changed_context);
}

/* Something arrived or left: the next step looks at the clock. */
static void touch(sbx__call *call)
{
	if (call->attempt.active)
		return;
	call->attempt.active = true;
	notify(call);
}

static bool on_connected(void *user_data)
{
	sbx__call *call = user_data;
	if (call->attempt.connected && !may_resend(call)) {
		call->attempt.resend_refused = true;
		return false;
	}
	if (call->attempt.connected) {
		call->resends++;
		call->attempts++;
	}
	call->attempt.connected = true;
	touch(call);
	return true;
}

static bool on_status(void *user_data, int http_status)
{
	sbx__call *call = user_data;
	sbx__headers_clear(&call->attempt.headers);
	call->attempt.http_status = http_status;
	touch(call);
	return true;
}

static size_t skip_blanks(const char *text, size_t at, size_t length)
{
	while (at < length && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

/* The number of bytes that a Content-Length says: digits, or a list of the same ones (RFC 9110, section 8.6); -1: it
 * says none. */
static int64_t parse_length(const char *text, size_t length)
{
	int64_t number = -1;
	size_t at = 0;
	while (at < length) {
		int64_t next = 0;
		at = skip_blanks(text, at, length);
		size_t first = at;
		for (; at < length && text[at] >= '0' && text[at] <= '9'; at++)
			if (__builtin_mul_overflow(next, 10, &next) ||
			    __builtin_add_overflow(next, text[at] - '0', &next))
				return -1;
		bool digits = at > first;
		at = skip_blanks(text, at, length);
		if (!digits || (number >= 0 && next != number) || (at < length && text[at] != ','))
			return -1;
		number = next;
		/* A comma wants another number. */
		if (at < length && ++at == length)
			return -1;
	}
	return number;
}

/* What the answer's headers say of its length; SBX_DEFAULT: nothing. */
static int64_t content_length(const sbx__headers *headers)
{
	const char *text = sbx__headers_get(headers, "content-length");
	return text ? parse_length(text, strlen(text)) : SBX_DEFAULT;
}

/* Whether a line makes the answer's length something else than one number. */
static bool contradicts(const sbx__headers *headers, const char *line, size_t length)
{
	static const char name[] = "content-length:";
	size_t start = sizeof name - 1;
	/* Most lines have another first letter, and this is asked of each. */
	if (length < start || (*line | 0x20) != *name || strncasecmp(line, name, start) != 0)
		return false;
	int64_t number = parse_length(line + start, length - start);
	int64_t before = content_length(headers);
	return number < 0 || (before >= 0 && before != number);
}

static bool on_header(void *user_data, const char *line, size_t length)
{
	sbx__call *call = user_data;
	touch(call);
	sbx__headers *headers = &call->attempt.headers;
	size_t most = call->config->http->max_header_bytes;
	if (headers->text.length >= most || length >= most - headers->text.length) {
		call->attempt.too_large = true;
		return false;
	}
	call->attempt.contradictory = contradicts(headers, line, length);
	call->attempt.out_of_memory = !sbx__headers_add_line(headers, line, length);
	return !call->attempt.out_of_memory && !call->attempt.contradictory;
}

static bool keep_in_memory(sbx__call *call, const void *data, size_t length)
{
	if (length > call->config->http->max_document_bytes - call->body.length) {
		call->attempt.too_large = true;
		return false;
	}
	sbx__buffer_append(&call->body, data, length);
	call->attempt.out_of_memory = call->body.failed;
	return !call->body.failed;
}

static void tell_progress(const sbx__call *call, int64_t done, int64_t total)
{
	if (call->options.progress)
		call->options.progress(call->options.progress_user_data, done, total >= done ? total : SBX_DEFAULT);
}

/* A length is that of the body as it is decoded only where nothing is to be decoded. */
static void tell_received(const sbx__call *call, size_t length)
{
	const sbx__headers *headers = &call->attempt.headers;
	if (!call->options.progress)
		return;
	bool decoded = sbx__headers_get(headers, "content-encoding") != NULL;
	tell_progress(call, call->attempt.received + (int64_t)length, decoded ? SBX_DEFAULT : content_length(headers));
}

/* Few bytes that came compressed may become any number of them. */
static int64_t largest_body(const sbx__call *call)
{
	const sbx__http_options *http = call->config->http;
	if (call->attempt.decoder)
		return http->max_compressed_body_bytes;
	bool in_memory = !call->opened && !call->input.operation->model && call->sink.sink.kind == SBX_SINK_MEMORY;
	return in_memory ? http->max_memory_body_bytes : http->max_body_bytes;
}

/* Some servers answer before they have read the request, and read no more of it: once that answer is whole, the rest of
 * the request is not sent. */
static void check_early_answer(sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	if (!attempt->refused_early)
		return;
	if (content_length(&attempt->headers) == attempt->came) {
		call->attempt.whole_early = true;
		notify(call);
	}
}

/* Whether nothing says how long a file or a stream is that comes over TLS. */
static bool is_unframed(const sbx__call *call)
{
	const sbx__headers *headers = &call->attempt.headers;
	bool whole = call->input.operation->model && !call->stream;
	return !whole && strncasecmp(call->request.url, "https:", 6) == 0 &&
	       !sbx__headers_get(headers, "content-length") && !sbx__headers_get(headers, "transfer-encoding");
}

/* Keeps what the head says of the body: the headers of a stream are its reader's from then on. */
static void expect_body(sbx__call *call)
{
	sbx__attempt *attempt = &call->attempt;
	attempt->unframed = is_unframed(call);
	if (call->input.compresses)
		attempt->coding = sbx__content_coding_of(&attempt->headers);
}

static bool on_head(void *user_data)
{
	sbx__call *call = user_data;
	bool sending = call->exchange.has_body && !call->exchange.body && !call->attempt.body_sent;
	call->attempt.refused_early = sending && call->attempt.http_status >= 300;
	expect_body(call);
	check_early_answer(call);
	if (call->stream && sbx__is_success(call->attempt.http_status)) {
		call->opened = true;
		if (call->patient && !call->input.timeouts.read_given)
			call->input.timeouts.read = SBX_FOREVER;
		notify(call);
	}
	return true;
}

static sbx__taken give_to_stream(sbx__call *call, const void *data, size_t length)
{
	bool tell;
	sbx__taken taken = sbx__stream_buffer_put(call->stream, data, length, &tell);
	call->attempt.out_of_memory = taken == SBX__NOT_TAKEN;
	call->held_back = taken == SBX__LATER;
	if (tell) {
		call->readable = true;
		notify(call);
	}
	return taken;
}

static sbx__taken take_body(sbx__call *call, const void *data, size_t length)
{
	if (call->opened)
		return give_to_stream(call, data, length);
	if (call->input.operation->model || !sbx__is_success(call->attempt.http_status))
		return keep_in_memory(call, data, length) ? SBX__TAKEN : SBX__NOT_TAKEN;
	call->attempt.sink_failed = !sbx__sink_write(&call->sink, data, length);
	if (call->attempt.sink_failed)
		return SBX__NOT_TAKEN;
	tell_received(call, length);
	return SBX__TAKEN;
}

/* Takes bytes of the body as the caller is to have it. */
static sbx__taken take_decoded(void *user_data, const void *data, size_t length)
{
	sbx__call *call = user_data;
	if (call->attempt.received + (int64_t)length > largest_body(call)) {
		call->attempt.too_large = true;
		return SBX__NOT_TAKEN;
	}
	sbx__taken taken = take_body(call, data, length);
	if (taken == SBX__TAKEN)
		call->attempt.received += (int64_t)length;
	return taken;
}

/* At the first bytes of a body that came compressed. False: it cannot be decoded. */
static bool begin_decoding(sbx__call *call)
{
	sbx__attempt *attempt = &call->attempt;
	if (attempt->coding == SBX__CODING_FOREIGN) {
		attempt->undecodable = "the body of the answer came in an encoding that was not asked for";
		return false;
	}
	attempt->decoder = sbx__content_decoder_new(attempt->coding, take_decoded, call);
	attempt->out_of_memory = !attempt->decoder;
	return attempt->decoder != NULL;
}

/* Takes bytes of a body that came compressed. */
static sbx__taken take_coded(sbx__call *call, const void *data, size_t length)
{
	sbx__attempt *attempt = &call->attempt;
	if (!attempt->decoder && !begin_decoding(call))
		return SBX__NOT_TAKEN;
	sbx__taken taken = sbx__content_decoder_feed(attempt->decoder, data, length);
	attempt->undecodable = sbx__content_decoder_problem(attempt->decoder);
	attempt->out_of_memory = attempt->out_of_memory || sbx__content_decoder_starved(attempt->decoder);
	return taken;
}

static sbx__taken on_body(void *user_data, const void *data, size_t length)
{
	sbx__call *call = user_data;
	touch(call);
	bool coded = call->attempt.coding != SBX__CODING_IDENTITY && length;
	sbx__taken taken = coded ? take_coded(call, data, length) : take_decoded(call, data, length);
	if (taken == SBX__TAKEN)
		call->attempt.came += (int64_t)length;
	check_early_answer(call);
	return taken;
}

static void end_attempt(sbx__call *call, sbx__attempt_end end, const char *detail)
{
	call->attempt.end = end;
	call->attempt.detail = *detail ? strdup(detail) : NULL;
	sbx__redact_text(call->attempt.detail, call->config->api_key);
	sbx__content_decoder_free(call->attempt.decoder);
	call->attempt.decoder = NULL;
	call->state = SBX__CALL_ENDED;
	notify(call);
}

/*
 * Whether a body could have been cut without a trace: whoever is on the way can end TCP, and TLS libraries do not tell
 * that from the end of TLS (RFC 9112, section 9.8). JSON has an end of its own.
 */
static bool has_no_end(const sbx__call *call)
{
	int http_status = call->attempt.http_status;
	int version = call->exchange.facts.http_version;
	return call->attempt.unframed && sbx__is_success(http_status) && http_status != 204 && version > 0 &&
	       version < 20 && strcmp(call->request.method, "HEAD") != 0;
}

/* Why a body that came compressed is not what was compressed; NULL: it is. */
static const char *decoding_problem(const sbx__call *call, sbx__attempt_end end)
{
	const sbx__attempt *attempt = &call->attempt;
	if (attempt->undecodable)
		return attempt->undecodable;
	/* Whole by its length or its chunks, and cut before it was sent. */
	if (end == SBX__ANSWERED && attempt->decoder && !sbx__content_decoder_whole(attempt->decoder))
		return "the compressed body of the answer is cut short";
	return NULL;
}

static void on_done(void *user_data, sbx__attempt_end end, const char *detail)
{
	sbx__call *call = user_data;
	const char *problem = decoding_problem(call, end);
	if (call->exchange.too_large)
		call->attempt.too_large = true;
	if (call->exchange.out_of_memory)
		call->attempt.out_of_memory = true;
	if (problem) {
		end = SBX__LOST;
		detail = problem;
	}
	/* What becomes of the rest of the request does not matter to an answer that did not wait for it. */
	if (end == SBX__LOST && call->attempt.refused_early)
		end = SBX__ANSWERED;
	if (end == SBX__ANSWERED && has_no_end(call)) {
		end = SBX__LOST;
		detail = "the answer has neither a length nor chunks, so that its end cannot be trusted";
	}
	end_attempt(call, end, detail);
}

static const sbx__exchange_events events = {on_connected, on_status, on_header, on_head, on_body, on_done};

static int64_t on_read(void *user_data, void *buffer, size_t capacity)
{
	sbx__call *call = user_data;
	sbx__body *body = &call->request.body;
	int64_t total;
	int64_t before = sbx__body_sources_done(body, &total);
	int64_t got = sbx__body_read(body, buffer, capacity);
	touch(call);
	call->source_waits = got == SBX__READ_LATER;
	if (call->source_waits)
		return got;
	call->attempt.source_failed = got < 0;
	if (got > 0)
		call->attempt.body_given += got;
	call->attempt.body_sent = got == 0 || call->attempt.body_given == call->exchange.body_length;
	int64_t done = sbx__body_sources_done(body, &total);
	if (done > before)
		tell_progress(call, done, total);
	return got;
}

static bool on_rewind(void *user_data)
{
	sbx__call *call = user_data;
	call->attempt.body_given = 0;
	call->attempt.body_sent = false;
	return sbx__body_rewind(&call->request.body);
}

/* ---- preparing ---- */

static sbx_status check_options(const sbx_request_options *options, sbx_error **error)
{
	if (options->max_retries < SBX_DEFAULT)
		return sbx__fail_argument(error, "max_retries", "must not be negative");
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

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *keep_text(char **at, const char *text)
{
	if (!text)
		return NULL;
	char *copy = *at;
	*at = stpcpy(copy, text) + 1;
	return copy;
}

bool sbx__call_keep(sbx__call *call)
{
	sbx_request_options *options = &call->options;
	size_t count = options->headers_count;
	size_t size = count * sizeof(sbx_pair) + text_size(options->idempotency_key) + text_size(call->sink.sink.path);
	for (size_t index = 0; index < count; index++)
		size += text_size(options->headers[index].name) + text_size(options->headers[index].value);
	sbx_pair *pairs = malloc(size ? size : 1);
	if (!pairs)
		return false;
	call->kept = pairs;
	char *at = (char *)(pairs + count);
	for (size_t index = 0; index < count; index++) {
		pairs[index].name = keep_text(&at, options->headers[index].name);
		pairs[index].value = keep_text(&at, options->headers[index].value);
	}
	options->headers = pairs;
	options->idempotency_key = keep_text(&at, options->idempotency_key);
	call->sink.sink.path = keep_text(&at, call->sink.sink.path);
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
	       sbx__retry_wanted(retry_safety(call), attempt->end, attempt->http_status, &attempt->headers);
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

static void log_retry(const sbx__call *call, double wait)
{
	if (!sbx__log_wants(&call->config->log, SBX_LOG_INFO))
		return;
	char *url = sbx__redact_url(call->request.url, call->config->api_key);
	sbx__log_write(&call->config->log, SBX_LOG_INFO, "Retrying request to %s in %f seconds", url ? url : "", wait);
	free(url);
}

static void wait_or_fail(sbx__call *call)
{
	double wait;
	if (call->opened || !retry_wanted(call) || (call->wake_at = next_attempt_at(call, &wait)) >= call->deadline ||
	    !take_back(call)) {
		sbx__outcome_fail_attempt(call);
		return;
	}
	call->doubtful = call->doubtful || sbx__outcome_unknown(call);
	call->retries++;
	call->redirects = 0;
	sbx__request_restart(&call->request);
	call->state = SBX__CALL_WAITING;
	log_retry(call, wait);
}

static void log_end(const sbx__call *call)
{
	const sbx__attempt *attempt = &call->attempt;
	const sbx__log *log = &call->config->log;
	if (!sbx__log_wants(log, SBX_LOG_DEBUG))
		return;
	if (attempt->end != SBX__ANSWERED) {
		sbx__log_write(log, SBX_LOG_DEBUG, "No answer to %s: %s", call->request.method,
		               attempt->detail ? attempt->detail : "");
		return;
	}
	sbx__buffer headers = {0};
	for (size_t index = 0; index < sbx__headers_count(&attempt->headers); index++) {
		sbx_pair pair = sbx__headers_at(&attempt->headers, index);
		sbx__buffer_format(&headers, " %s: %s;", pair.name,
		                   sbx__redact_is_secret(pair.name) ? "***" : pair.value);
	}
	if (!headers.failed)
		sbx__redact_text(headers.data, call->config->api_key);
	sbx__log_write(log, SBX_LOG_DEBUG, "HTTP Response: %d, %lld bytes;%s", attempt->http_status,
	               (long long)attempt->received, headers.data && !headers.failed ? headers.data : "");
	sbx__buffer_free(&headers);
}

static void judge(sbx__call *call)
{
	sbx__attempt *attempt = &call->attempt;
	sbx_error *error = NULL;
	log_end(call);
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
		wait_or_fail(call);
	sbx__attempt_tell(call);
}

/* ---- one attempt ---- */

static void fill_exchange(sbx__call *call)
{
	sbx__request *request = &call->request;
	int64_t length = sbx__body_length(&request->body);
	double connect = call->input.timeouts.connect;
	call->exchange = (sbx__exchange){
	        .method = request->method,
	        .url = request->url,
	        .headers = request->headers.pairs,
	        .header_lines = request->headers.lines,
	        .headers_count = request->headers.count,
	        .has_body = sbx__request_sends_body(request),
	        /* What is read is timed while it leaves; what is small leaves at once. */
	        .body = length <= LARGEST_AT_ONCE ? sbx__body_bytes(&request->body) : NULL,
	        .body_length = length,
	        .read = on_read,
	        .rewind = on_rewind,
	        .connect_timeout = connect == SBX_FOREVER ? SBX__NEVER : sbx__nanoseconds(connect),
	        .measured = !call->model_alone || call->config->on_attempt,
	        .large = call->stream || !call->input.operation->model,
	        .events = &events,
	        .user_data = call,
	};
}

static void clear_attempt(sbx__call *call)
{
	sbx__headers headers = call->attempt.headers;
	sbx__headers_clear(&headers);
	free(call->attempt.detail);
	call->attempt = (sbx__attempt){.headers = headers};
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
	fill_exchange(call);
	if (sbx__log_wants(&call->config->log, SBX_LOG_DEBUG)) {
		char *url = sbx__redact_url(call->request.url, call->config->api_key);
		sbx__log_write(&call->config->log, SBX_LOG_DEBUG, "Sending HTTP Request: %s %s, attempt %d",
		               call->request.method, url ? url : "", call->attempts);
		free(url);
	}
	sbx__attempt_begin(call);
	call->last_activity = call->stepped;
	call->state = SBX__CALL_SENDING;
	if (!call->transport->type->start(call->transport, &call->exchange)) {
		call->attempt.out_of_memory = true;
		end_attempt(call, SBX__NOT_CONNECTED, "");
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
	end_attempt(call, call->attempt.connected ? SBX__TIMED_OUT : SBX__NOT_CONNECTED,
	            detail.failed ? "" : detail.data);
	sbx__buffer_free(&detail);
}

static void end_early(sbx__call *call)
{
	call->transport->type->stop(call->transport);
	end_attempt(call, SBX__ANSWERED, "");
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
		log_end(call);
		sbx__outcome_fail_attempt(call);
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
	sbx_error_free(call->error);
	free(call->kept);
	sbx__config_unref(call->config);
}
