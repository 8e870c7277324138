#include "execute.h"

#include "lib/utf8.h"

#include <string.h>

void execute_keep(const struct execution *execution, struct document *document, uint64_t length,
                  struct kept_answer *kept)
{
	const struct output_text *out = &execution->out.text, *err = &execution->err.text;

	kept->cut = execution->out.dropped || execution->err.dropped;
	kept->has_output =
	        !kept->cut && !(sbx__utf8_valid(out->data, out->length) && sbx__utf8_valid(err->data, err->length));
	uint64_t size = length + (kept->has_output ? out->length + err->length : 0);
	if (length == 0 || size > KEPT_ANSWER_MAX || !output_budget_take(execution->limits.budget, size, true)) {
		kept->body.failed = true;
		return;
	}
	kept->budget = execution->limits.budget;
	kept->taken = size;
	if (kept->has_output) {
		sbx__buffer_append(&kept->out, out->data, out->length);
		sbx__buffer_append(&kept->err, err->data, err->length);
	}
	sbx__buffer_reserve(&kept->body, (size_t)length);
	while (document_read(document, &kept->body))
		;
	document_rewind(document);
}

static void tell_start(struct event_stream *stream, const char *id, const char *created_at)
{
	struct json_writer *writer = event_stream_begin(stream, "started");

	json_open(writer, '{');
	json_string(writer, "id", id);
	json_string(writer, "created_at", created_at);
	json_close(writer, '}');
	event_stream_end(stream);
}

static void tell_output(struct event_stream *stream, enum event_output output, const char *bytes, size_t length)
{
	for (size_t at = 0, piece; at < length; at += piece) {
		piece = length - at < EVENT_OUTPUT_MAX ? length - at : EVENT_OUTPUT_MAX;
		event_stream_output(stream, output, bytes + at, piece);
	}
	event_stream_output_end(stream, output);
}

static void tell_result(struct event_stream *stream, const sbx__buffer *document)
{
	struct json_writer *writer = event_stream_begin(stream, "result");

	sbx__buffer_append(&writer->text, document->data, document->length);
	event_stream_end(stream);
}

static int write_events(struct json_body *body, const struct kept_answer *kept, struct event_stream *stream,
                        struct problem *problem)
{
	const char *id = NULL, *created_at = NULL;
	const char *out = kept->out.data, *err = kept->err.data;
	size_t out_length = kept->out.length, err_length = kept->err.length;

	if (json_body_string(body, "id", &id, problem) < 0 ||
	    json_body_string(body, "created_at", &created_at, problem) < 0)
		return -1;
	if (!kept->has_output) {
		json_body_bytes(body, "stdout", &out, &out_length);
		json_body_bytes(body, "stderr", &err, &err_length);
	}
	tell_start(stream, id, created_at);
	tell_output(stream, EVENT_STDOUT, out, out_length);
	tell_output(stream, EVENT_STDERR, err, err_length);
	tell_result(stream, &kept->body);
	return stream->pending.text.failed ? problem_memory(problem) : 0;
}

int execute_replay(const struct kept_answer *kept, sbx__buffer *events, struct problem *problem)
{
	struct event_stream stream = {.pipe = -1, .collects = true};
	struct json_body *body = NULL;
	int result;

	/* A stream is exact: this one would not be. */
	if (kept->cut) {
		problem_set(problem, PROBLEM_CONFLICT, "Idempotency-Key",
		            "the command has run, but its output was longer than --max-output and is not kept as a "
		            "stream; ask for JSON with the same Idempotency-Key to get what there is of it");
		problem->final = true;
		return -1;
	}
	result = json_body_parse(kept->body.data, kept->body.length, &body, problem);
	if (result == 0)
		result = write_events(body, kept, &stream, problem);
	json_body_free(body);
	if (result == 0)
		*events = stream.pending.text;
	else
		sbx__buffer_free(&stream.pending.text);
	return result;
}
