/*
 * The exchange of an attempt: what the call asks of its transport, and what becomes of what the transport tells.
 */
#include "call_exchange.h"

#include <sandbox_sdk/transport.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "redact.h"

/* What libcurl sends together with the headers. */
#define LARGEST_AT_ONCE (64 << 10)

/* Whether the transport may send the request once more by itself, as libcurl does when a kept connection dies. */
static bool may_resend(const sbx__call *call)
{
	sbx__safety safety = call->request.became_get ? SBX__SAFE : sbx__call_retry_safety(call);
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
	call->attempt.announced = SBX_DEFAULT;
	call->attempt.encoded = false;
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

/* Notes what a value says of the answer's length, and whether that is something else than one number. */
static void note_length(sbx__attempt *attempt, const char *value, size_t length)
{
	int64_t number = parse_length(value, length);
	attempt->contradictory = number < 0 || (attempt->announced >= 0 && attempt->announced != number);
	attempt->announced = number;
}

/* Notes what a line says of the body. */
static void note_body(sbx__attempt *attempt, const char *line, size_t length)
{
	static const char length_name[] = "content-length:";
	static const char encoding_name[] = "content-encoding:";
	const size_t length_size = sizeof length_name - 1;
	const size_t encoding_size = sizeof encoding_name - 1;
	/* This is asked of each line, and most have other letters in these two places. */
	if (length < length_size || (*line | 0x20) != 'c')
		return;
	char ninth = line[8] | 0x20;
	if (ninth == 'l' && strncasecmp(line, length_name, length_size) == 0)
		note_length(attempt, line + length_size, length - length_size);
	else if (ninth == 'e' && length >= encoding_size && strncasecmp(line, encoding_name, encoding_size) == 0)
		attempt->encoded = true;
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
	note_body(&call->attempt, line, length);
	call->attempt.out_of_memory = !sbx__headers_add_line(headers, line, length);
	return !call->attempt.out_of_memory && !call->attempt.contradictory;
}

static bool keep_in_memory(sbx__call *call, const void *data, size_t length)
{
	if (length > call->config->http->max_document_bytes - call->redirected_bytes - call->body.length) {
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
	tell_progress(call, call->attempt.received + (int64_t)length, decoded ? SBX_DEFAULT : call->attempt.announced);
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
	if (attempt->announced == attempt->came) {
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
	if (!attempt->encoded || call->config->http->compression == SBX_COMPRESSION_NONE)
		return;
	sbx__content_coding coding = sbx__content_coding_of(&attempt->headers);
	/* One that nobody asked for and the library does not know is the caller's. */
	if (call->input.compresses || coding != SBX__CODING_FOREIGN)
		attempt->coding = coding;
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

void sbx__call_end_attempt(sbx__call *call, sbx__attempt_end end, const char *detail)
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
	if (call->exchange.timed_out)
		call->attempt.timed_out = true;
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
	sbx__call_end_attempt(call, end, detail);
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

/* ---- what is asked of it ---- */

/* A transport that blocks cannot be ended by the deadline: it is told of it. */
static void fill_timeouts(sbx__call *call)
{
	const sbx__timeouts *timeouts = &call->input.timeouts;
	double *seconds = call->exchange_timeouts;
	seconds[SBX_EXCHANGE_WAIT_CONNECT] = timeouts->connect;
	seconds[SBX_EXCHANGE_WAIT_READ] = timeouts->read;
	seconds[SBX_EXCHANGE_WAIT_WRITE] = timeouts->write;
	seconds[SBX_EXCHANGE_WAIT_POOL] = timeouts->pool;
	if (call->deadline == SBX__NEVER)
		return;
	double left = (double)(call->deadline - call->stepped) / (double)SBX__SECOND;
	for (int wait = 0; wait < 4; wait++)
		if (seconds[wait] == SBX_FOREVER || seconds[wait] > left)
			seconds[wait] = left > 0 ? left : 0;
}

void sbx__call_fill_exchange(sbx__call *call)
{
	sbx__request *request = &call->request;
	int64_t length = sbx__body_length(&request->body);
	double connect = call->input.timeouts.connect;
	fill_timeouts(call);
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
	        .timeouts = call->exchange_timeouts,
	        .call_user_data = call->options.attempt_user_data,
	        .measured = !call->model_alone || call->config->on_attempt,
	        .large = call->stream || !call->input.operation->model,
	        .events = &events,
	        .user_data = call,
	};
}
