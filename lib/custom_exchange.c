#include "custom_exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "headers.h"

#define CHUNK ((size_t)16 << 10)
/* How many chunks one exchange takes before others have their turn. */
#define MOST_CHUNKS 64

struct sbx_exchange {
	const sbx_transport *table;
	sbx__exchange *inner;
	sbx__notify notify;
	void *context;
	void *data;

	pthread_mutex_t mutex; /* of what is told from any thread: the next ones */
	int http_status;       /* 0: no answer was told */
	sbx__buffer lines;     /* the answer's headers: "name: value" NUL, again and again */
	bool failed;
	sbx_exchange_failure failure;
	char *detail;
	bool ready;

	/* the driver's */
	bool started;
	bool request_waits; /* the source has nothing yet */
	bool goes_on;       /* it has now */
	bool head_told;
	bool held; /* the call takes no more for now */
	int64_t received;
	int64_t announced; /* by Content-Length; -1: not */
	sbx__attempt_end end;
	const char *words; /* of the end */
	size_t chunk_length;
	char chunk[CHUNK];
};

sbx_exchange *sbx__custom_exchange_new(const sbx_transport *table, sbx__exchange *inner, sbx__notify notify,
                                       void *context)
{
	sbx_exchange *exchange = calloc(1, sizeof *exchange);
	if (!exchange)
		return NULL;
	pthread_mutex_init(&exchange->mutex, NULL);
	exchange->table = table;
	exchange->inner = inner;
	exchange->notify = notify;
	exchange->context = context;
	exchange->announced = -1;
	return exchange;
}

static void tell_stop(sbx_exchange *exchange)
{
	if (exchange->started && exchange->table->stop)
		exchange->table->stop(exchange->table->user_data, exchange);
}

static void free_exchange(sbx_exchange *exchange)
{
	pthread_mutex_destroy(&exchange->mutex);
	sbx__buffer_free(&exchange->lines);
	free(exchange->detail);
	free(exchange);
}

void sbx__custom_exchange_stop(sbx_exchange *exchange)
{
	tell_stop(exchange);
	free_exchange(exchange);
}

void sbx__custom_exchange_finish(sbx_exchange *exchange)
{
	sbx__exchange *inner = exchange->inner;
	tell_stop(exchange);
	inner->facts = (sbx__facts){.bytes_received = exchange->received};
	inner->events->done(inner->user_data, exchange->end, exchange->words);
	free_exchange(exchange);
}

void sbx__custom_exchange_resume(sbx_exchange *exchange)
{
	exchange->held = false;
	exchange->goes_on = exchange->request_waits;
	exchange->request_waits = false;
	exchange->notify(exchange->context);
}

/* ---- telling the call ---- */

/* True, so that it can be returned: the exchange is over. */
static bool end_with(sbx_exchange *exchange, sbx__attempt_end end, const char *words)
{
	exchange->end = end;
	exchange->words = words;
	return true;
}

/* The length that the answer says its body has; -1: none, or one that is not told by a body. */
static int64_t announced_length(const sbx__exchange *inner, int http_status, const char *lines, size_t length)
{
	static const char name[] = "content-length:";
	if (strcmp(inner->method, "HEAD") == 0 || http_status == 204 || http_status == 304)
		return -1;
	for (const char *line = lines; line < lines + length; line += strlen(line) + 1)
		if (strncasecmp(line, name, sizeof name - 1) == 0)
			return strtoll(line + sizeof name - 1, NULL, 10);
	return -1;
}

static bool tell_head(const sbx__exchange *inner, int http_status, const char *lines, size_t length)
{
	if (!inner->events->status(inner->user_data, http_status))
		return false;
	for (const char *line = lines; line < lines + length; line += strlen(line) + 1)
		if (!inner->events->header(inner->user_data, line, strlen(line)))
			return false;
	return inner->events->head(inner->user_data);
}

/* Asks for bytes where there are none. True: the exchange is over. */
static bool fill_chunk(sbx_exchange *exchange)
{
	while (!exchange->chunk_length) {
		int64_t got = exchange->table->read(exchange->table->user_data, exchange, exchange->chunk, CHUNK);
		if (got > 0 && got <= (int64_t)CHUNK) {
			exchange->chunk_length = (size_t)got;
		} else if (got == SBX_TRANSPORT_LATER) {
			pthread_mutex_lock(&exchange->mutex);
			bool again = exchange->ready;
			exchange->ready = false;
			pthread_mutex_unlock(&exchange->mutex);
			if (!again)
				return false;
		} else if (got == SBX_TRANSPORT_END &&
		           (exchange->announced < 0 || exchange->announced == exchange->received)) {
			return end_with(exchange, SBX__ANSWERED, "");
		} else {
			return end_with(exchange, SBX__LOST, "the body of the answer is cut short");
		}
	}
	return false;
}

/* Gives the call what there is of the body. True: the exchange is over. */
static bool pull(sbx_exchange *exchange)
{
	const sbx__exchange *inner = exchange->inner;
	for (int count = 0; count < MOST_CHUNKS; count++) {
		if (fill_chunk(exchange))
			return true;
		if (!exchange->chunk_length)
			return false;
		switch (inner->events->body(inner->user_data, exchange->chunk, exchange->chunk_length)) {
		case SBX__TAKEN:
			exchange->received += (int64_t)exchange->chunk_length;
			exchange->chunk_length = 0;
			break;
		case SBX__LATER:
			exchange->held = true;
			return false;
		case SBX__NOT_TAKEN:
			return end_with(exchange, SBX__LOST, "the answer was not taken");
		}
	}
	exchange->notify(exchange->context);
	return false;
}

/* Whether the transport wants more of the request: it said so before there was an answer. */
static bool wants_more(sbx_exchange *exchange)
{
	pthread_mutex_lock(&exchange->mutex);
	bool wants = exchange->ready && !exchange->http_status && !exchange->failed;
	if (wants)
		exchange->ready = false;
	pthread_mutex_unlock(&exchange->mutex);
	return wants;
}

/* Lets the caller's functions do what they can do now. True: the exchange is over. */
static bool go_on(sbx_exchange *exchange)
{
	const sbx_transport *table = exchange->table;
	if (!exchange->started) {
		if (!exchange->inner->events->connected(exchange->inner->user_data))
			return end_with(exchange, SBX__LOST, "the request was not allowed to leave");
		exchange->started = true;
		table->start(table->user_data, exchange);
	} else if (table->resume && (wants_more(exchange) || exchange->goes_on)) {
		exchange->goes_on = false;
		table->resume(table->user_data, exchange);
	}
	return false;
}

static bool end_failed(sbx_exchange *exchange)
{
	static const sbx__attempt_end ends[] = {[SBX_EXCHANGE_NOT_SENT] = SBX__NOT_CONNECTED,
	                                        [SBX_EXCHANGE_LOST] = SBX__LOST,
	                                        [SBX_EXCHANGE_REFUSED] = SBX__REFUSED,
	                                        [SBX_EXCHANGE_TIMED_OUT] = SBX__TIMED_OUT,
	                                        [SBX_EXCHANGE_CONNECT_TIMED_OUT] = SBX__NOT_CONNECTED};
	sbx__attempt_end end = ends[exchange->failure];
	exchange->inner->timed_out =
	        exchange->failure == SBX_EXCHANGE_TIMED_OUT || exchange->failure == SBX_EXCHANGE_CONNECT_TIMED_OUT;
	/* Once there is an answer the request has arrived, whatever else is said. */
	if (exchange->head_told && end != SBX__TIMED_OUT)
		end = SBX__LOST;
	return end_with(exchange, end, exchange->detail ? exchange->detail : "");
}

bool sbx__custom_exchange_advance(sbx_exchange *exchange)
{
	if (go_on(exchange))
		return true;
	pthread_mutex_lock(&exchange->mutex);
	int http_status = exchange->http_status;
	bool failed = exchange->failed;
	pthread_mutex_unlock(&exchange->mutex);
	/* Once told, an answer and a failure do not change: they can be read without the mutex. */
	if (http_status && !exchange->head_told) {
		const sbx__buffer *lines = &exchange->lines;
		exchange->head_told = true;
		exchange->announced = announced_length(exchange->inner, http_status, lines->data, lines->length);
		if (!tell_head(exchange->inner, http_status, lines->data, lines->length))
			return end_with(exchange, SBX__LOST, "the answer was not taken");
	}
	if (failed)
		return end_failed(exchange);
	return exchange->head_told && !exchange->held && pull(exchange);
}

/* ---- what the caller's functions call ---- */

const char *sbx_exchange_method(const sbx_exchange *exchange)
{
	return exchange ? exchange->inner->method : "";
}

const char *sbx_exchange_url(const sbx_exchange *exchange)
{
	return exchange ? exchange->inner->url : "";
}

size_t sbx_exchange_headers_count(const sbx_exchange *exchange)
{
	return exchange ? exchange->inner->headers_count : 0;
}

sbx_pair sbx_exchange_header_at(const sbx_exchange *exchange, size_t index)
{
	return index < sbx_exchange_headers_count(exchange) ? exchange->inner->headers[index] : (sbx_pair){NULL, NULL};
}

int64_t sbx_exchange_body_length(const sbx_exchange *exchange)
{
	if (!exchange || !exchange->inner->has_body)
		return 0;
	return exchange->inner->body_length < 0 ? SBX_DEFAULT : exchange->inner->body_length;
}

int64_t sbx_exchange_read(sbx_exchange *exchange, void *buffer, size_t capacity)
{
	if (!exchange || !exchange->inner->has_body || !buffer || !capacity)
		return SBX_TRANSPORT_END;
	int64_t got = exchange->inner->read(exchange->inner->user_data, buffer, capacity);
	if (got >= 0)
		return got;
	if (got != SBX__READ_LATER || !exchange->table->resume) {
		sbx_exchange_fail(exchange, SBX_EXCHANGE_LOST, "the request could not be read");
		return SBX_TRANSPORT_FAILED;
	}
	exchange->request_waits = true;
	return SBX_TRANSPORT_LATER;
}

double sbx_exchange_timeout(const sbx_exchange *exchange, sbx_exchange_wait wait)
{
	if (!exchange || wait < SBX_EXCHANGE_WAIT_CONNECT || wait > SBX_EXCHANGE_WAIT_POOL)
		return SBX_FOREVER;
	return exchange->inner->timeouts ? exchange->inner->timeouts[wait] : SBX_FOREVER;
}

void *sbx_exchange_call_user_data(const sbx_exchange *exchange)
{
	return exchange ? exchange->inner->call_user_data : NULL;
}

void sbx_exchange_set_data(sbx_exchange *exchange, void *data)
{
	if (exchange)
		exchange->data = data;
}

void *sbx_exchange_data(const sbx_exchange *exchange)
{
	return exchange ? exchange->data : NULL;
}

static bool append_lines(sbx__buffer *lines, const sbx_pair *headers, size_t count)
{
	for (size_t index = 0; index < count; index++) {
		sbx__buffer_format(lines, "%s: %s", headers[index].name, headers[index].value);
		sbx__buffer_byte(lines, '\0');
	}
	return !lines->failed;
}

static bool are_headers(const sbx_pair *headers, size_t count)
{
	if (count && !headers)
		return false;
	for (size_t index = 0; index < count; index++)
		if (!headers[index].name || !sbx__header_name_valid(headers[index].name) || !headers[index].value ||
		    !sbx__header_value_valid(headers[index].value))
			return false;
	return true;
}

sbx_status sbx_exchange_answer(sbx_exchange *exchange, int http_status, const sbx_pair *headers, size_t headers_count)
{
	if (!exchange || http_status < 200 || http_status > 599 || !are_headers(headers, headers_count))
		return SBX_ERROR_INVALID_ARGUMENT;
	sbx__buffer lines = {0};
	if (!append_lines(&lines, headers, headers_count)) {
		sbx__buffer_free(&lines);
		return SBX_ERROR_OUT_OF_MEMORY;
	}
	pthread_mutex_lock(&exchange->mutex);
	bool first = !exchange->http_status && !exchange->failed;
	if (first) {
		exchange->http_status = http_status;
		exchange->lines = lines;
	}
	pthread_mutex_unlock(&exchange->mutex);
	if (!first) {
		sbx__buffer_free(&lines);
		return SBX_ERROR_INVALID_ARGUMENT;
	}
	exchange->notify(exchange->context);
	return SBX_OK;
}

void sbx_exchange_fail(sbx_exchange *exchange, sbx_exchange_failure failure, const char *detail)
{
	if (!exchange)
		return;
	char *copy = detail ? strdup(detail) : NULL;
	pthread_mutex_lock(&exchange->mutex);
	bool first = !exchange->failed;
	if (first) {
		exchange->failed = true;
		/* Of what nobody knows the worst is to be expected. */
		exchange->failure = failure >= SBX_EXCHANGE_NOT_SENT && failure <= SBX_EXCHANGE_CONNECT_TIMED_OUT
		                            ? failure
		                            : SBX_EXCHANGE_LOST;
		exchange->detail = copy;
	}
	pthread_mutex_unlock(&exchange->mutex);
	if (first)
		exchange->notify(exchange->context);
	else
		free(copy);
}

void sbx_exchange_ready(sbx_exchange *exchange)
{
	if (!exchange)
		return;
	pthread_mutex_lock(&exchange->mutex);
	exchange->ready = true;
	pthread_mutex_unlock(&exchange->mutex);
	exchange->notify(exchange->context);
}
