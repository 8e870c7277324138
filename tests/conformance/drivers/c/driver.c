/* Reads cases, runs them, and says what happened; see ../../README.md for the lines. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CLIENTS 8

/* The clients of a case: the first one, then its copies; calls go through the current one. */
typedef struct run {
	sbx_client *clients[MOST_CLIENTS];
	size_t count;
	sbx_client *current;
	const char *entry; /* dynamic, typed, started or stream */
} run;

static sbx_json *call_dynamic(const run *this_run, const char *name, const sbx_json *arguments,
                              sbx_request_options *options, transfer *bytes)
{
	sbx_request request = SBX_REQUEST_INIT;

	request.operation = sbx_operation_find(name);
	request.arguments = arguments;
	return outcome_through(this_run->current, this_run->entry, &request, options, bytes);
}

static sbx_json *call_custom(const run *this_run, const sbx_json *given, sbx_request_options *options, transfer *bytes)
{
	custom_request custom;
	sbx_json *outcome;

	custom_request_of(given, &custom);
	outcome = outcome_through(this_run->current, this_run->entry, &custom.request, options, bytes);
	custom_request_release(&custom);
	return outcome;
}

static sbx_json *call(const run *this_run, const sbx_json *step)
{
	const sbx_json *arguments = sbx_json_get(step, "arguments");
	const char *operation = text_of(step, "call");
	sbx_request_options options;
	sbx_json *outcome;
	transfer bytes;

	request_options_of(sbx_json_get(step, "options"), &options);
	transfer_init(&bytes, step);
	if (!operation)
		outcome = call_custom(this_run, sbx_json_get(step, "request"), &options, &bytes);
	else if (strcmp(this_run->entry, "typed") == 0)
		outcome = call_typed(this_run->current, operation, arguments, &options, &bytes);
	else
		outcome = call_dynamic(this_run, operation, arguments, &options, &bytes);
	transfer_end(&bytes);
	request_options_release(&options);
	return outcome;
}

/* A step that changes the client has nothing to say unless it fails. */
static sbx_json *nothing_or(sbx_error *error)
{
	sbx_json *outcome = error ? new_error(error) : built(sbx_json_new_object());

	sbx_error_free(error);
	return outcome;
}

static sbx_json *change(run *this_run, const sbx_json *changes, bool as_copy)
{
	sbx_client_options options;
	sbx_client *copy = NULL;
	sbx_error *error = NULL;

	client_options_of(changes, &options);
	if (!as_copy)
		sbx_client_set_options(this_run->current, &options, &error);
	else if (sbx_client_with_options(this_run->current, &options, &copy, &error) == SBX_OK)
		this_run->current = this_run->clients[this_run->count++] = copy;
	client_options_release(&options);
	return nothing_or(error);
}

static sbx_json *do_step(run *this_run, const sbx_json *step)
{
	if (sbx_json_get(step, "call") || sbx_json_get(step, "request"))
		return call(this_run, step);
	if (sbx_json_get(step, "with_options"))
		return change(this_run, sbx_json_get(step, "with_options"), true);
	if (sbx_json_get(step, "set"))
		return change(this_run, sbx_json_get(step, "set"), false);
	if (sbx_json_get(step, "close"))
		sbx_client_close(this_run->current);
	else
		this_run->current = this_run->clients[0];
	return nothing_or(NULL);
}

static sbx_json *new_client_error(const sbx_error *error)
{
	sbx_json *outcome = new_error(error);
	sbx_json *answer = built(sbx_json_new_object());

	set(answer, "client_error", sbx_json_copy(sbx_json_get(outcome, "error")));
	sbx_json_free(outcome);
	return answer;
}

static sbx_json *run_case(const sbx_json *request)
{
	const sbx_json *steps = sbx_json_get(request, "steps");
	sbx_client_options options;
	sbx_error *error = NULL;
	run this_run = {.entry = text_of(request, "entry")};
	sbx_json *answer;
	sbx_json *results;

	client_options_of(sbx_json_get(request, "client"), &options);
	sbx_client_new(&this_run.current, &options, &error);
	client_options_release(&options);
	if (error) {
		answer = new_client_error(error);
		sbx_error_free(error);
		return answer;
	}
	this_run.clients[this_run.count++] = this_run.current;
	answer = built(sbx_json_new_object());
	results = built(sbx_json_new_array());
	for (size_t index = 0; index < sbx_json_count(steps); index++)
		sbx_json_append(results, do_step(&this_run, sbx_json_at(steps, index)));
	set(answer, "results", results);
	while (this_run.count)
		sbx_client_free(this_run.clients[--this_run.count]);
	return answer;
}

static int answer_line(const char *line, size_t length)
{
	sbx_json *request = NULL;
	sbx_json *answer;
	sbx_error *error = NULL;
	char *text = NULL;
	size_t text_length = 0;

	if (sbx_json_parse(line, length, &request, &error) < 0) {
		fprintf(stderr, "the driver cannot read its line: %s\n", sbx_error_message(error));
		sbx_error_free(error);
		return -1;
	}
	answer = run_case(request);
	sbx_json_print(answer, 0, &text, &text_length);
	fwrite(text, 1, text_length, stdout);
	putchar('\n');
	fflush(stdout);
	sbx_string_free(text);
	sbx_json_free(answer);
	sbx_json_free(request);
	return 0;
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;
	int status = 0;

	while (status == 0 && (length = getline(&line, &capacity, stdin)) > 0)
		status = answer_line(line, (size_t)length);
	free(line);
	return status == 0 ? 0 : 3;
}
