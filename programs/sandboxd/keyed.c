#include "keyed.h"

#include "accept.h"
#include "answer.h"
#include "execute.h"
#include "sha256.h"

#include <string.h>
#include <strings.h>

#define KEY_HEADER "Idempotency-Key"

_Static_assert(REQUEST_DIGEST_SIZE == SHA256_SIZE, "requests are compared by their SHA-256");

/* ---- the key ---- */

struct found_keys {
	const char *value;
	unsigned int count;
};

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct found_keys *found = context;

	(void)kind;
	if (strcasecmp(name, KEY_HEADER) == 0) {
		found->value = value ? value : "";
		found->count++;
	}
	return MHD_YES;
}

static bool is_usable(const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++)
		if (key[i] < ' ' || key[i] > '~')
			return false;
	return length > 0 && length < REQUEST_KEY_SIZE;
}

int keyed_check(struct request *request)
{
	const char *method = request->route->method;
	struct found_keys found = {0};

	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0 && strcmp(method, MHD_HTTP_METHOD_DELETE) != 0)
		return 0;
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &found);
	if (found.count == 0)
		return 0;
	if (found.count > 1 || !is_usable(found.value))
		return problem_set(&request->problem, PROBLEM_VALIDATION, KEY_HEADER,
		                   KEY_HEADER " has to be given once, with 1 to %d printable ASCII characters",
		                   REQUEST_KEY_SIZE - 1);
	memcpy(request->key, found.value, strlen(found.value) + 1);
	request->key_known = idempotency_knows(request->service->idempotency, request->key);
	return 0;
}

/* ---- whether two requests are the same ---- */

/* With its length before it, so that no two lists of texts give the same bytes. */
static void add(struct sha256 *hash, const void *bytes, size_t length)
{
	uint64_t size = length;

	sha256_add(hash, &size, sizeof(size));
	sha256_add(hash, bytes, length);
}

static enum MHD_Result add_argument(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                    const char *value, size_t value_size)
{
	(void)kind;
	add(context, name, name_size);
	add(context, value ? value : "", value ? value_size : 0);
	return MHD_YES;
}

/* The id is a part of the path; everything else in it is the route's. */
static int make_digest(struct request *request, unsigned char digest[REQUEST_DIGEST_SIZE])
{
	unsigned char file[REQUEST_DIGEST_SIZE];
	struct sha256 hash;
	bool is_upload = request->route->body == BODY_FORM;
	const char *path = NULL;

	if (is_upload && upload_digest(request, &path, file) < 0)
		return -1;
	sha256_begin(&hash);
	add(&hash, request->route->method, strlen(request->route->method));
	add(&hash, request->route->path, strlen(request->route->path));
	add(&hash, request->id, strlen(request->id));
	MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, add_argument, &hash);
	if (is_upload) {
		add(&hash, path, strlen(path));
		add(&hash, file, sizeof(file));
	} else {
		add(&hash, request->body.length ? request->body.data : "", request->body.length);
	}
	return sha256_end(&hash, digest) ? 0 : problem_memory(&request->problem);
}

/* ---- the answer ---- */

/* Of an answer that is given again as events there are the parsed document and the events, too. */
#define EVENTS_PARTS 5

static int take_room(struct request *request, const struct kept_answer *kept, bool wants_events,
                     struct answer_hold *hold)
{
	uint64_t size = kept->body.length + kept->out.length + kept->err.length;
	uint64_t wanted = size * (wants_events ? EVENTS_PARTS : 1);

	hold->budget = &request->service->outputs;
	if (size <= ANSWER_TEXT_MAX)
		return 0;
	hold->taken = output_budget_take(hold->budget, wanted, true);
	return hold->taken ? 0
	                   : problem_set(&request->problem, PROBLEM_UNAVAILABLE, NULL,
	                                 "too many long answers are being sent; ask again later");
}

static int replay(struct request *request, struct kept_answer *kept, struct MHD_Response **response)
{
	bool wants_events = request->route->handle == sandboxes_execute && kept->status == MHD_HTTP_OK &&
	                    accept_events(request->connection);
	struct document document = {0};
	struct answer_hold hold = {0};

	if (take_room(request, kept, wants_events, &hold) < 0)
		return -1;
	if (wants_events && execute_replay(kept, &document.writer.text, &request->problem) < 0) {
		answer_hold_free(&hold);
		return -1;
	}
	if (!wants_events) {
		document.writer.text = kept->body;
		kept->body = (sbx__buffer){0};
	}
	if (answer_document(request, &document, document.writer.text.length, &hold,
	                    wants_events ? "text/event-stream" : kept->type, response) < 0)
		return -1;
	MHD_add_response_header(*response, "Idempotency-Replayed", "true");
	if (wants_events)
		execute_stream_headers(*response);
	if (kept->status >= 400)
		MHD_add_response_header(*response, "X-Should-Retry", "false");
	request->status = kept->status;
	request->replayed = true;
	return 0;
}

/* Whether nothing was done, so that the same request may be tried again. */
static bool may_be_tried_again(enum problem_type type)
{
	switch (type) {
	case PROBLEM_INVALID_REQUEST:
	case PROBLEM_LIMIT:
	case PROBLEM_TOO_LARGE:
	case PROBLEM_MEDIA_TYPE:
	case PROBLEM_VALIDATION:
	case PROBLEM_RATE:
	case PROBLEM_UNAVAILABLE:
	case PROBLEM_STORAGE:
		return true;
	default:
		return false;
	}
}

/* What its handler has not kept by itself is the answer's text, if that is one. */
static void keep_answer(struct request *request, int result, struct kept_answer *kept)
{
	struct json_writer writer = {0};

	if (result == 0 && (kept->body.length > 0 || kept->body.failed))
		return;
	sbx__buffer_free(&kept->body);
	if (result < 0)
		problem_write(&request->problem, &writer);
	else if (request->answer)
		sbx__buffer_append(&writer.text, request->answer, request->sent);
	else
		writer.text.failed = true;
	kept->body = writer.text;
}

/* A stream's run ends with its command. */
static void end_run(struct request *request, int result, struct kept_answer *kept)
{
	if (!request->run)
		return;
	if (result < 0 && may_be_tried_again(request->problem.type)) {
		keyed_run_forget(request->run);
	} else {
		keep_answer(request, result, kept);
		kept->status = result < 0        ? problem_status(&request->problem)
		               : request->status ? request->status
		                                 : MHD_HTTP_OK;
		strcpy(kept->type, "application/json");
		keyed_run_answer(request->run, kept);
	}
	request->run = NULL;
}

static int run(struct request *request, struct kept_answer *kept, struct MHD_Response **response)
{
	/* It was taken for a request that was answered already: its file was read over. */
	if (request->compares) {
		keyed_run_forget(request->run);
		request->run = NULL;
		return problem_set(&request->problem, PROBLEM_UNAVAILABLE, NULL,
		                   "the first request with this key has not been carried out; send it again");
	}
	request->keeps = kept;
	int result = request->route->handle(request, response);
	request->keeps = NULL;
	end_run(request, result, kept);
	return result;
}

int keyed_handle(struct request *request, struct MHD_Response **response)
{
	unsigned char digest[REQUEST_DIGEST_SIZE];
	struct kept_answer kept = {0};
	int result = -1;

	if (make_digest(request, digest) < 0)
		return -1;
	switch (idempotency_begin(request->service->idempotency, request->key, digest, request_client(request),
	                          &request->run, &kept, &request->problem)) {
	case IDEMPOTENCY_RUN:
		result = run(request, &kept, response);
		break;
	case IDEMPOTENCY_REPLAY:
		result = replay(request, &kept, response);
		break;
	case IDEMPOTENCY_REFUSED:
		break;
	}
	kept_answer_free(&kept);
	return result;
}
