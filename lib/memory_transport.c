#include <pthread.h>
#include <sandbox_sdk/memory_transport.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "buffer.h"
#include "error.h"
#include "headers.h"
#include "secret.h"

/* An answer, owned. */
typedef struct stored_answer {
	struct stored_answer *next;
	sbx_memory_answer answer;
	sbx_pair *headers;
	char *body;
	char *detail;
} stored_answer;

/* A request, owned, and where its answer has come to. */
typedef struct stored_request {
	struct stored_request *next;
	sbx_memory_request seen;
	sbx_pair *headers;
	sbx__buffer body;
	stored_answer *answer; /* NULL: none was left, or it is not yet that far */
	size_t given;          /* bytes of the answer's body */
	bool kept;             /* it is in the list */
} stored_request;

struct sbx_memory_transport {
	sbx_transport table;
	pthread_mutex_t mutex; /* of the next ones */
	stored_answer *answers;
	stored_request *requests;
	stored_request *last_request;
};

/* ---- answers ---- */

static void free_pairs(sbx_pair *pairs, size_t count)
{
	for (size_t index = 0; pairs && index < count; index++) {
		free((char *)(uintptr_t)pairs[index].name);
		sbx__secret_free((char *)(uintptr_t)pairs[index].value);
	}
	free(pairs);
}

static sbx_pair *copy_pairs(const sbx_pair *pairs, size_t count)
{
	sbx_pair *copies = calloc(count + 1, sizeof *copies);
	for (size_t index = 0; copies && index < count; index++) {
		copies[index].name = strdup(pairs[index].name);
		copies[index].value = pairs[index].value ? strdup(pairs[index].value) : NULL;
		if (!copies[index].name || (pairs[index].value && !copies[index].value)) {
			free_pairs(copies, count);
			return NULL;
		}
	}
	return copies;
}

static void free_answer(stored_answer *stored)
{
	if (!stored)
		return;
	free_pairs(stored->headers, stored->answer.headers_count);
	free(stored->body);
	free(stored->detail);
	free(stored);
}

static stored_answer *store_answer(const sbx_memory_answer *answer)
{
	stored_answer *stored = calloc(1, sizeof *stored);
	if (!stored)
		return NULL;
	stored->answer = *answer;
	stored->headers = copy_pairs(answer->headers, answer->headers_count);
	stored->body = malloc(answer->length + 1);
	stored->detail = answer->detail ? strdup(answer->detail) : NULL;
	if (!stored->headers || !stored->body || (answer->detail && !stored->detail)) {
		free_answer(stored);
		return NULL;
	}
	if (answer->length)
		memcpy(stored->body, answer->body, answer->length);
	stored->answer.headers = stored->headers;
	return stored;
}

static sbx_status check_answer(const sbx_memory_answer *answer, sbx_error **error)
{
	if (answer->http_status && (answer->http_status < 200 || answer->http_status > 599))
		return sbx__fail_argument(error, "http_status", "must be 200 to 599, or 0");
	if (!answer->body && answer->length && answer->length != SBX_TO_NUL)
		return sbx__fail_argument(error, "body", "a length without bytes");
	if (answer->headers_count && !answer->headers)
		return sbx__fail_argument(error, "headers", "a count without pairs");
	for (size_t index = 0; index < answer->headers_count; index++)
		if (!answer->headers[index].name || !sbx__header_name_valid(answer->headers[index].name) ||
		    !answer->headers[index].value || !sbx__header_value_valid(answer->headers[index].value))
			return sbx__fail_argument(error, "headers", "a name or a value that no header can have");
	return sbx__flag_check(answer->cut, "cut", error);
}

sbx_status sbx_memory_transport_add(sbx_memory_transport *memory, const sbx_memory_answer *answer, sbx_error **error)
{
	static const sbx_pair json = {"Content-Type", "application/json"};
	sbx_memory_answer known = SBX_MEMORY_ANSWER_INIT;
	if (!memory)
		return sbx__fail_argument(error, "memory", "must not be NULL");
	sbx_status status = sbx__struct_read(&known, sizeof known, answer, "answer", error);
	if (status < 0 || (status = check_answer(&known, error)) < 0)
		return status;
	if (known.length == SBX_TO_NUL)
		known.length = known.body ? strlen(known.body) : 0;
	if (!known.headers_count) {
		known.headers = &json;
		known.headers_count = 1;
	}
	stored_answer *stored = store_answer(&known);
	if (!stored)
		return sbx__fail_memory(error);
	pthread_mutex_lock(&memory->mutex);
	stored_answer **end = &memory->answers;
	while (*end)
		end = &(*end)->next;
	*end = stored;
	pthread_mutex_unlock(&memory->mutex);
	return SBX_OK;
}

/* ---- requests ---- */

static void free_request(stored_request *stored)
{
	free((char *)(uintptr_t)stored->seen.method);
	free((char *)(uintptr_t)stored->seen.url);
	free_pairs(stored->headers, stored->seen.headers_count);
	sbx__buffer_free(&stored->body);
	free_answer(stored->answer);
	free(stored);
}

static sbx_pair *copy_request_headers(const sbx_exchange *exchange, size_t count)
{
	sbx_pair *headers = calloc(count + 1, sizeof *headers);
	for (size_t index = 0; headers && index < count; index++)
		headers[index] = sbx_exchange_header_at(exchange, index);
	sbx_pair *copies = headers ? copy_pairs(headers, count) : NULL;
	free(headers);
	return copies;
}

static stored_request *store_request(const sbx_exchange *exchange)
{
	stored_request *stored = calloc(1, sizeof *stored);
	if (!stored)
		return NULL;
	size_t count = sbx_exchange_headers_count(exchange);
	stored->seen = (sbx_memory_request){.method = strdup(sbx_exchange_method(exchange)),
	                                    .url = strdup(sbx_exchange_url(exchange)),
	                                    .headers_count = count};
	stored->headers = copy_request_headers(exchange, count);
	sbx__buffer_append(&stored->body, "", 0);
	if (!stored->seen.method || !stored->seen.url || !stored->headers || stored->body.failed) {
		free_request(stored);
		return NULL;
	}
	stored->seen.headers = stored->headers;
	return stored;
}

/* Puts a request that came whole among those that were made, and takes its answer. */
static void keep_request(sbx_memory_transport *memory, stored_request *request)
{
	request->seen.body = request->body.data ? request->body.data : "";
	request->seen.length = request->body.length;
	pthread_mutex_lock(&memory->mutex);
	*(memory->last_request ? &memory->last_request->next : &memory->requests) = request;
	memory->last_request = request;
	request->kept = true;
	request->answer = memory->answers;
	if (memory->answers)
		memory->answers = memory->answers->next;
	pthread_mutex_unlock(&memory->mutex);
}

/* ---- the transport's functions ---- */

static void give_answer(sbx_memory_transport *memory, sbx_exchange *exchange, stored_request *request)
{
	keep_request(memory, request);
	if (!request->answer) {
		sbx_exchange_fail(exchange, SBX_EXCHANGE_REFUSED, "the memory transport has no answer left");
		return;
	}
	const sbx_memory_answer *answer = &request->answer->answer;
	if (!answer->http_status)
		sbx_exchange_fail(exchange, answer->failure, request->answer->detail);
	else if (sbx_exchange_answer(exchange, answer->http_status, answer->headers, answer->headers_count) < 0)
		sbx_exchange_fail(exchange, SBX_EXCHANGE_LOST, "out of memory");
}

/* Reads on in the request; the answer comes when it is whole. */
static void go_on(void *user_data, sbx_exchange *exchange)
{
	char bytes[4096];
	stored_request *request = sbx_exchange_data(exchange);
	int64_t got;
	while ((got = sbx_exchange_read(exchange, bytes, sizeof bytes)) > 0)
		sbx__buffer_append(&request->body, bytes, (size_t)got);
	if (got < 0)
		return;
	if (request->body.failed)
		sbx_exchange_fail(exchange, SBX_EXCHANGE_LOST, "out of memory");
	else
		give_answer(user_data, exchange, request);
}

static void start(void *user_data, sbx_exchange *exchange)
{
	stored_request *request = store_request(exchange);
	if (!request) {
		sbx_exchange_fail(exchange, SBX_EXCHANGE_NOT_SENT, "out of memory");
		return;
	}
	sbx_exchange_set_data(exchange, request);
	go_on(user_data, exchange);
}

static int64_t read_answer(void *user_data, sbx_exchange *exchange, void *buffer, size_t capacity)
{
	(void)user_data;
	stored_request *request = sbx_exchange_data(exchange);
	const stored_answer *answer = request->answer;
	size_t left = answer->answer.length - request->given;
	if (!left && answer->answer.cut == SBX_FLAG_YES) {
		sbx_exchange_fail(exchange, answer->answer.failure, answer->detail);
		return SBX_TRANSPORT_LATER;
	}
	size_t given = left < capacity ? left : capacity;
	memcpy(buffer, answer->body + request->given, given);
	request->given += given;
	return (int64_t)given;
}

/* A request that was not whole when its exchange ended is in no list. */
static void stop(void *user_data, sbx_exchange *exchange)
{
	(void)user_data;
	stored_request *request = sbx_exchange_data(exchange);
	if (request && !request->kept)
		free_request(request);
}

/* ---- the whole ---- */

sbx_status sbx_memory_transport_new(sbx_memory_transport **memory, sbx_error **error)
{
	if (!memory)
		return sbx__fail_argument(error, "memory", "must not be NULL");
	sbx_memory_transport *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	made->table = (sbx_transport)SBX_TRANSPORT_INIT;
	made->table.start = start;
	made->table.read = read_answer;
	made->table.resume = go_on;
	made->table.stop = stop;
	made->table.user_data = made;
	pthread_mutex_init(&made->mutex, NULL);
	*memory = made;
	return SBX_OK;
}

size_t sbx_memory_transport_requests(const sbx_memory_transport *memory, size_t *answers_left)
{
	size_t requests = 0;
	size_t answers = 0;
	if (!memory)
		return 0;
	pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&memory->mutex;
	pthread_mutex_lock(mutex);
	for (const stored_request *at = memory->requests; at; at = at->next)
		requests++;
	for (const stored_answer *at = memory->answers; at; at = at->next)
		answers++;
	pthread_mutex_unlock(mutex);
	if (answers_left)
		*answers_left = answers;
	return requests;
}

const sbx_memory_request *sbx_memory_transport_request_at(const sbx_memory_transport *memory, size_t index)
{
	if (!memory)
		return NULL;
	pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&memory->mutex;
	pthread_mutex_lock(mutex);
	const stored_request *at = memory->requests;
	while (at && index--)
		at = at->next;
	pthread_mutex_unlock(mutex);
	return at ? &at->seen : NULL;
}

const sbx_transport *sbx_memory_transport_transport(const sbx_memory_transport *memory)
{
	return memory ? &memory->table : NULL;
}

void sbx_memory_transport_free(sbx_memory_transport *memory)
{
	if (!memory)
		return;
	while (memory->answers) {
		stored_answer *next = memory->answers->next;
		free_answer(memory->answers);
		memory->answers = next;
	}
	while (memory->requests) {
		stored_request *next = memory->requests->next;
		free_request(memory->requests);
		memory->requests = next;
	}
	pthread_mutex_destroy(&memory->mutex);
	free(memory);
}
