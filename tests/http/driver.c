/*
 * Makes a client and its calls as a script on standard input says, and writes what comes of each as a line of JSON.
 *
 * The script is an object: "client" has members of sbx_client_options, "http" (may be left out) those of
 * sbx_http_options, "calls" is an array of {"operation", "arguments", "from", "into"}. "copy" instead of "client" and
 * "http" in a call makes it with a copy of the client that has those options; "local" asks for sbx_client_new_local().
 */
#include <sandbox_sdk.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum member_kind { TEXT, FLAG, WHOLE, LARGE, SECONDS, BYTES, TEXTS } member_kind;

typedef struct member {
	const char *name;
	member_kind kind;
	size_t offset;
} member;

#define HTTP(name, kind) {#name, kind, offsetof(sbx_http_options, name)}
#define CLIENT(name, kind) {#name, kind, offsetof(sbx_client_options, name)}

/* A member of bytes or texts is followed by its count. */
static const member http_members[] = {
        HTTP(proxy, TEXT),
        HTTP(proxy_username, TEXT),
        HTTP(proxy_password, TEXT),
        HTTP(no_proxy, TEXT),
        HTTP(environment_proxies, FLAG),
        HTTP(accept_invalid_certificates, FLAG),
        HTTP(minimum_tls, WHOLE),
        HTTP(version, WHOLE),
        HTTP(ca_file, TEXT),
        HTTP(ca_directory, TEXT),
        HTTP(ca_data, BYTES),
        HTTP(certificate_file, TEXT),
        HTTP(certificate_data, BYTES),
        HTTP(key_file, TEXT),
        HTTP(key_data, BYTES),
        HTTP(key_password, TEXT),
        HTTP(unix_socket, TEXT),
        HTTP(local_address, TEXT),
        HTTP(network_interface, TEXT),
        HTTP(name_overrides, TEXTS),
        HTTP(keep_alive_interval, SECONDS),
        HTTP(compression, WHOLE),
        HTTP(follow_redirects, FLAG),
        HTTP(max_redirects, WHOLE),
        HTTP(max_connections, WHOLE),
        HTTP(max_idle_connections, WHOLE),
        HTTP(idle_expiry, SECONDS),
        HTTP(max_header_bytes, LARGE),
        HTTP(max_document_bytes, LARGE),
        HTTP(max_event_line_bytes, LARGE),
        HTTP(max_body_bytes, LARGE),
        HTTP(crl_file, TEXT),
        {NULL, TEXT, 0},
};

static const member client_members[] = {
        CLIENT(api_key, TEXT),      CLIENT(base_url, TEXT),   CLIENT(connect_timeout, SECONDS),
        CLIENT(deadline, SECONDS),  CLIENT(timeout, SECONDS), CLIENT(max_retries, WHOLE),
        CLIENT(retry_unsafe, FLAG), CLIENT(log_level, WHOLE), {NULL, TEXT, 0},
};

static void die(const char *what)
{
	fprintf(stderr, "http-driver: %s\n", what);
	exit(3);
}

static const char **read_texts(const sbx_json *array)
{
	size_t count = sbx_json_count(array);
	const char **texts = calloc(count + 1, sizeof *texts);
	if (!texts)
		die("no memory");
	for (size_t index = 0; index < count; index++)
		texts[index] = sbx_json_string(sbx_json_at(array, index), NULL);
	return texts;
}

static void read_member(char *target, const member *known, const sbx_json *value)
{
	char *place = target + known->offset;
	size_t length = 0;
	const void *pointer = sbx_json_string(value, &length);
	switch (known->kind) {
	case TEXT:
	case BYTES:
		memcpy(place, &pointer, sizeof pointer);
		break;
	case TEXTS:
		pointer = read_texts(value);
		length = sbx_json_count(value);
		memcpy(place, &pointer, sizeof pointer);
		break;
	case FLAG:
		*(sbx_flag *)(void *)place = sbx_json_boolean(value) ? SBX_FLAG_YES : SBX_FLAG_NO;
		break;
	case WHOLE:
		*(int *)(void *)place = (int)sbx_json_integer(value);
		break;
	case LARGE:
		*(int64_t *)(void *)place = sbx_json_integer(value);
		break;
	case SECONDS:
		*(double *)(void *)place = sbx_json_number(value);
		break;
	}
	if (known->kind == BYTES || known->kind == TEXTS)
		memcpy(place + sizeof pointer, &length, sizeof length);
}

static void read_members(void *target, const member *known, const sbx_json *given)
{
	sbx_json_cursor cursor = {0};
	const char *name;
	const sbx_json *value;
	while (sbx_json_next(given, &cursor, &name, &value)) {
		const member *at = known;
		while (at->name && strcmp(at->name, name) != 0)
			at++;
		if (!at->name)
			die(name);
		read_member(target, at, value);
	}
}

static void set(sbx_json *object, const char *name, sbx_json *value)
{
	if (!value || sbx_json_set(object, name, value) < 0)
		die("no memory");
}

static sbx_json *text(const char *value)
{
	return value ? sbx_json_new_string(value, strlen(value)) : sbx_json_new_null();
}

static void report(sbx_status status, const sbx_response *response, const sbx_error *error)
{
	char *line = NULL;
	size_t length = 0;
	const char *body = response ? sbx_response_body(response, &length) : NULL;
	sbx_json *object = sbx_json_new_object();
	set(object, "status", text(sbx_status_name(status)));
	set(object, "message", text(sbx_error_message(error)));
	set(object, "argument", text(sbx_error_argument(error)));
	set(object, "attempts", sbx_json_new_integer(sbx_error_attempts(error)));
	set(object, "http_status", sbx_json_new_integer(sbx_error_http_status(error)));
	set(object, "retryable", sbx_json_new_boolean(sbx_error_retryable(error)));
	set(object, "outcome_unknown", sbx_json_new_boolean(sbx_error_outcome_unknown(error)));
	set(object, "body", body ? sbx_json_new_string(body, length) : sbx_json_new_null());
	set(object, "encoding", text(response ? sbx_response_header(response, "content-encoding") : NULL));
	if (sbx_json_print(object, 0, &line, NULL) < 0)
		die("no memory");
	puts(line);
	fflush(stdout);
	sbx_string_free(line);
	sbx_json_free(object);
}

static sbx_status make_client(sbx_client **client, sbx_client *original, const sbx_json *script, sbx_error **error)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	const sbx_json *given = sbx_json_get(script, "http");
	read_members(&options, client_members, sbx_json_get(script, "client"));
	read_members(&http, http_members, given);
	options.http = given ? &http : NULL;
	sbx_status status;
	if (original)
		status = sbx_client_with_options(original, &options, client, error);
	else if (sbx_json_boolean(sbx_json_get(script, "local")))
		status = sbx_client_new_local(client, &options, error);
	else
		status = sbx_client_new(client, &options, error);
	free((void *)(uintptr_t)http.name_overrides);
	return status;
}

static void make_call(sbx_client *original, const sbx_json *step)
{
	sbx_client *copy = NULL;
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	const sbx_operation *operation = sbx_operation_find(sbx_json_string(sbx_json_get(step, "operation"), NULL));
	const sbx_json *into = sbx_json_get(step, "into");
	sink.kind = SBX_SINK_PATH;
	sink.path = sbx_json_string(into, NULL);
	options.sink = into ? &sink : NULL;
	sbx_source source = SBX_SOURCE_INIT;
	const sbx_json *from = sbx_json_get(step, "from");
	source.kind = SBX_SOURCE_PATH;
	source.path = sbx_json_string(from, NULL);
	options.source = from ? &source : NULL;
	if (!operation)
		die("no such operation");
	sbx_status status = SBX_OK;
	if (sbx_json_get(step, "copy"))
		status = make_client(&copy, original, sbx_json_get(step, "copy"), &error);
	if (status == SBX_OK)
		status = sbx_client_invoke(copy ? copy : original, operation, sbx_json_get(step, "arguments"), &options,
		                           &response, &error);
	report(status, response, error);
	sbx_response_free(response);
	sbx_error_free(error);
	sbx_client_free(copy);
}

static sbx_json *read_script(void)
{
	static char buffer[1 << 20];
	sbx_json *script = NULL;
	size_t length = fread(buffer, 1, sizeof buffer, stdin);
	if (sbx_json_parse(buffer, length, &script, NULL) < 0)
		die("the script is not JSON");
	return script;
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	sbx_json *script = read_script();
	const sbx_json *calls = sbx_json_get(script, "calls");
	sbx_status status = make_client(&client, NULL, script, &error);
	if (status < 0)
		report(status, NULL, error);
	for (size_t index = 0; client && index < sbx_json_count(calls); index++)
		make_call(client, sbx_json_at(calls, index));
	sbx_error_free(error);
	sbx_client_free(client);
	sbx_json_free(script);
	return 0;
}
