/*
 * A case is a client, a call that something happens to, and a call to a server in good health over the same client.
 *
 * Cases come as lines on standard input, since a command line shows the key to everybody.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a call may take that nothing happens to, in seconds. */
#define PATIENCE 20

static void keep_line(void *user_data, sbx_log_level level, const char *message)
{
	(void)level;
	sbx_json_append(user_data, new_text(message));
}

static void keep_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	(void)call_user_data;
	sbx_json_append(user_data, new_text(attempt->operation));
	sbx_json_append(user_data, new_text(attempt->method));
	sbx_json_append(user_data, new_text(attempt->url));
	sbx_json_append(user_data, new_text(attempt->detail));
}

/* The log goes into the answer, or to standard error where the environment asks for one. */
static sbx_client *new_client(const sbx_json *given, sbx_json *log, sbx_error **error)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_client *client = NULL;
	http.ca_file = text_of(given, "ca_file");
	http.crl_file = text_of(given, "crl_file");
	http.certificate_file = text_of(given, "certificate_file");
	http.compression = sbx_json_get(given, "compression") ? SBX_COMPRESSION_ALL : SBX_COMPRESSION_DEFAULT;
	http.max_document_bytes = (int64_t)number_of(given, "max_document_bytes", SBX_DEFAULT);
	http.max_body_bytes = (int64_t)number_of(given, "max_body_bytes", SBX_DEFAULT);
	options.http = &http;
	options.on_attempt = keep_attempt;
	options.on_attempt_user_data = log;
	if (sbx_json_get(given, "log")) {
		options.log_level = SBX_LOG_DEBUG;
		options.log = keep_line;
		options.log_user_data = log;
	}
	options.api_key = text_of(given, "api_key");
	options.base_url = text_of(given, "base_url");
	sbx_client_new(&client, &options, error);
	return client;
}

/* All that an error says of itself, as for a log. */
static sbx_json *new_error(const sbx_error *error)
{
	sbx_json *json = NULL;
	return error && sbx_error_to_json(error, &json) == SBX_OK ? json : sbx_json_new_null();
}

static void describe(sbx_json *said, const fault_result *result)
{
	const sbx_error *error = result->error;
	set(said, "code", new_text(sbx_status_name(result->status)));
	set(said, "error_code", new_text(sbx_error_name(error)));
	set(said, "elapsed", sbx_json_new_number(result->elapsed));
	set(said, "http_status", sbx_json_new_integer(error ? sbx_error_http_status(error) : result->http_status));
	set(said, "attempts", sbx_json_new_integer(error ? sbx_error_attempts(error) : result->attempts));
	set(said, "outcome_unknown", sbx_json_new_boolean(sbx_error_outcome_unknown(error)));
	set(said, "retryable", sbx_json_new_boolean(sbx_error_retryable(error)));
	set(said, "message", new_text(sbx_error_message(error)));
	set(said, "detail", new_text(sbx_error_detail(error)));
	set(said, "method", new_text(sbx_error_method(error)));
	set(said, "url", new_text(sbx_error_url(error)));
	set(said, "error", new_error(error));
	set(said, "outputs_touched", sbx_json_new_boolean(result->touched));
	set(said, "answer", result->answer ? sbx_json_copy(result->answer) : sbx_json_new_null());
}

/* A call that must succeed; what it failed with is said under `name`. */
static void call_plainly(sbx_json *said, const char *name, sbx_client *client, const sbx_json *given)
{
	fault_subject subject;
	fault_result result;
	const char *mode = text_of(given, "mode");
	subject_init(&subject, given, "list");
	subject.options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	subject.options.max_retries = 0;
	subject.options.deadline = PATIENCE;
	/* The events of a command are no way to make a list. */
	call_in_mode(strstr(mode, "events") ? "sync" : mode, client, &subject, &result);
	set(said, name, new_text(result.error ? sbx_error_message(result.error) : "ok"));
	sbx_json_free(result.answer);
	sbx_error_free(result.error);
	subject_release(&subject);
}

/* Over the connection that it leaves the call comes that something happens to. */
static void call_before(sbx_json *said, sbx_client *client, const sbx_json *given)
{
	call_plainly(said, "before", client, given);
	usleep((useconds_t)(number_of(given, "before", 0) * 1e6));
}

static void call_healthy(sbx_json *said, sbx_client *client, const sbx_json *given)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.base_url = text_of(given, "healthy_url");
	sbx_client_set_options(client, &options, NULL);
	call_plainly(said, "afterwards", client, given);
}

static void run(const sbx_json *given, sbx_json *said)
{
	sbx_error *error = NULL;
	sbx_json *log = sbx_json_new_array();
	sbx_client *client = new_client(given, log, &error);
	fault_subject subject;
	fault_result result;
	set(said, "log", log);
	if (!client) {
		set(said, "client_error", new_text(sbx_error_message(error)));
		sbx_error_free(error);
		return;
	}
	if (sbx_json_get(given, "before"))
		call_before(said, client, given);
	subject_init(&subject, given, text_of(given, "operation"));
	call_in_mode(text_of(given, "mode"), client, &subject, &result);
	describe(said, &result);
	call_healthy(said, client, given);
	sbx_json_free(result.answer);
	sbx_error_free(result.error);
	subject_release(&subject);
	double started = now();
	sbx_client_free(client);
	set(said, "closing", sbx_json_new_number(now() - started));
}

/* One line in, one line out. False: the line is no case. */
static bool answer_line(const char *line, size_t length)
{
	char *text = NULL;
	sbx_json *given = NULL;
	if (sbx_json_parse(line, length, &given, NULL) < 0)
		return false;
	sbx_json *said = sbx_json_new_object();
	int descriptors = count_own("fd");
	int threads = count_own("task");
	run(given, said);
	set(said, "descriptors_left", sbx_json_new_integer(count_own("fd") - descriptors));
	set(said, "threads_left", sbx_json_new_integer(count_own("task") - threads));
	sbx_json_print(said, 0, &text, NULL);
	puts(text);
	fflush(stdout);
	sbx_string_free(text);
	sbx_json_free(said);
	sbx_json_free(given);
	return true;
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;
	int status = 0;
	while (status == 0 && (length = getline(&line, &capacity, stdin)) > 0)
		status = answer_line(line, (size_t)length) ? 0 : 3;
	free(line);
	if (status)
		fputs("the driver cannot read its line\n", stderr);
	return status;
}
