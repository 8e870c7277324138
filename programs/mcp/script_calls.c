#include "script_calls.h"

#include "offer.h"
#include "operation.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

/* In all, and at a time. */
#define CALLS_MAX 1000
#define CALLS_AT_ONCE 8
/* While the calls under way hold so much no other is taken. */
#define HELD_MAX ((size_t)8 << 20)

struct script_calls {
	struct mcp *mcp;
	script_answer *answer;
	void (*on_ended)(void *context);
	void *context;
	struct script_call *first;
	size_t under_way;
	size_t held;
	int64_t count;
};

struct script_call {
	struct script_call *next;
	struct script_calls *calls;
	sbx_json *json; /* the message */
	char *bytes;    /* its file */
	size_t weight;  /* of both */
	struct operation_file file;
	struct operation *operation;
};

/* ---- answers ---- */

static void set_text(sbx_json *object, const char *name, const char *text)
{
	if (text)
		sbx_json_set(object, name, sbx_json_new_string(text, strlen(text)));
}

static sbx_json *json_of_refusal(const char *code, const char *words)
{
	sbx_json *error = sbx_json_new_object();

	set_text(error, "code", code);
	set_text(error, "message", words);
	return error;
}

static void answer_with(const struct script_calls *calls, const sbx_json *message, const char *name, sbx_json *value,
                        const char *bytes, size_t length)
{
	sbx_json *json = sbx_json_new_object();

	sbx_json_set(json, "call", sbx_json_copy(sbx_json_get(message, "call")));
	if (name)
		sbx_json_set(json, name, value);
	if (!calls->answer(calls->context, json, bytes, length)) {
		value = json_of_refusal("too_large",
		                        "the answer is larger than 4 MiB, or 32,768 values; ask for a part "
		                        "of it, or leave it in a file of the sandbox");
		answer_with(calls, message, "error", value, NULL, 0);
	}
	sbx_json_free(json);
}

static void refuse(const struct script_calls *calls, const sbx_json *message, const char *words)
{
	answer_with(calls, message, "error", json_of_refusal("invalid_argument", words), NULL, 0);
}

/* What a script can look at. Frees the error. */
static sbx_json *json_of_error(sbx_error *given)
{
	sbx_json *error = given ? json_of_refusal(sbx_error_name(given), result_error_words(given))
	                        : json_of_refusal("out_of_memory", "out of memory");

	if (sbx_error_http_status(given) > 0)
		sbx_json_set(error, "status", sbx_json_new_integer(sbx_error_http_status(given)));
	sbx_json_set(error, "retryable", sbx_json_new_boolean(sbx_error_retryable(given)));
	sbx_json_set(error, "outcome_unknown", sbx_json_new_boolean(sbx_error_outcome_unknown(given)));
	sbx_error_free(given);
	return error;
}

/* ---- one call ---- */

static void call_free(struct script_call *call)
{
	struct script_call **link = &call->calls->first;

	while (*link && *link != call)
		link = &(*link)->next;
	if (*link) {
		*link = call->next;
		call->calls->under_way--;
		call->calls->held -= call->weight;
	}
	operation_free(call->operation);
	sbx_json_free(call->json);
	free(call->bytes);
	free(call);
}

static void on_end(void *context, const struct operation_end *end)
{
	struct script_call *call = context;
	struct script_calls *calls = call->calls;

	if (end->answer)
		answer_with(calls, call->json, "value", sbx_json_copy(end->answer), NULL, 0);
	else if (end->bytes)
		answer_with(calls, call->json, NULL, NULL, end->bytes, end->length);
	else if (end->refusal)
		refuse(calls, call->json, end->refusal);
	else
		answer_with(calls, call->json, "error", json_of_error(end->error), NULL, 0);
	call_free(call);
	calls->on_ended(calls->context);
}

static struct script_call *call_new(struct script_calls *calls, struct frame *frame)
{
	struct script_call *call = calloc(1, sizeof(*call));
	char *bytes = malloc(frame->length + 1);

	if (!call || !bytes) {
		free(call);
		free(bytes);
		return NULL;
	}
	memcpy(bytes, frame->bytes, frame->length);
	*call = (struct script_call){.next = calls->first,
	                             .calls = calls,
	                             .json = frame->json,
	                             .bytes = bytes,
	                             .weight = frame->weight,
	                             .file = {bytes, frame->length}};
	frame->json = NULL;
	calls->first = call;
	calls->under_way++;
	calls->held += call->weight;
	return call;
}

static void start(struct script_call *call, const struct operation_tool *tool)
{
	static const struct operation_events events = {NULL, on_end};
	const struct script_calls *calls = call->calls;
	const struct operation_file *file = sbx_json_boolean(sbx_json_get(call->json, "has_file")) ? &call->file : NULL;
	const char *complaint;
	sbx_error *error = NULL;

	call->operation = operation_start(calls->mcp, tool, member_object(call->json, "arguments"), file, &events, call,
	                                  &complaint, &error);
	if (call->operation)
		return;
	if (complaint)
		refuse(calls, call->json, complaint);
	else
		answer_with(calls, call->json, "error", json_of_error(error), NULL, 0);
	call_free(call);
}

/* ---- all of them ---- */

sbx_json *script_calls_offered(const struct mcp *mcp)
{
	sbx_json *names = sbx_json_new_array();

	for (size_t i = 0; i < operation_tools_count; i++) {
		const char *name = operation_tools[i].operation;
		if (offer_allows(mcp->options, &operation_tools[i]))
			sbx_json_append(names, sbx_json_new_string(name, strlen(name)));
	}
	return names;
}

static const struct operation_tool *find_operation(const struct mcp *mcp, const char *name)
{
	for (size_t i = 0; name && i < operation_tools_count; i++)
		if (strcmp(operation_tools[i].operation, name) == 0 && offer_allows(mcp->options, &operation_tools[i]))
			return &operation_tools[i];
	return NULL;
}

/* A script cuts an answer down by itself, and its strings are bytes. */
static const char *find_foreign(const sbx_json *arguments)
{
	if (sbx_json_get(arguments, "fields"))
		return "fields: a script has no such argument, and all of the answer";
	if (sbx_json_get(arguments, "encoding"))
		return "encoding: a script has no such argument; its file is a string of bytes";
	return NULL;
}

static void take(struct script_calls *calls, struct frame *frame)
{
	const char *complaint = find_foreign(member_object(frame->json, "arguments"));
	const struct operation_tool *tool = find_operation(calls->mcp, member_string(frame->json, "operation"));

	if (calls->count == CALLS_MAX) {
		refuse(calls, frame->json, "a script may make 1000 calls");
		return;
	}
	calls->count++;
	if (!tool) {
		refuse(calls, frame->json, "this operation is not offered by this server");
		return;
	}
	if (complaint) {
		refuse(calls, frame->json, complaint);
		return;
	}
	struct script_call *call = call_new(calls, frame);
	if (call)
		start(call, tool);
	else
		answer_with(calls, frame->json, "error", json_of_error(NULL), NULL, 0);
}

bool script_calls_take(struct script_calls *calls, struct frame *frame)
{
	/* What is said again in each answer has to be short: that it is too long could never be answered. */
	if (sbx_json_type_of(sbx_json_get(frame->json, "call")) != SBX_JSON_INTEGER)
		return false;
	take(calls, frame);
	return true;
}

bool script_calls_take_more(const struct script_calls *calls)
{
	return calls->under_way < CALLS_AT_ONCE && calls->held < HELD_MAX;
}

int64_t script_calls_count(const struct script_calls *calls)
{
	return calls->count;
}

struct script_calls *script_calls_new(struct mcp *mcp, script_answer *answer, void (*on_ended)(void *context),
                                      void *context)
{
	struct script_calls *calls = calloc(1, sizeof(*calls));

	if (calls)
		*calls = (struct script_calls){.mcp = mcp, .answer = answer, .on_ended = on_ended, .context = context};
	return calls;
}

void script_calls_free(struct script_calls *calls)
{
	while (calls && calls->first)
		call_free(calls->first);
	free(calls);
}
