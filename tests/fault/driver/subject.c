/* The operations and custom requests that faults happen to: one or more of each class of safety. */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

/* Less than a request's buffer, so that a callback is asked more than once. */
#define AT_ONCE 10000

static const struct {
	const char *name;
	const char *operation;
	bool has_id;
	const char *argument;
	const char *value;
	const char *method; /* of a custom request, with its URL */
	const char *url;
} known[] = {
        {"list", "sandboxes.list", false, NULL, NULL, NULL, NULL},
        {"execute", "sandboxes.execute", true, "command", "echo " MARK, NULL, NULL},
        {"delete", "sandboxes.delete", true, NULL, NULL, NULL, NULL},
        {"upload", "sandboxes.upload", true, "path", "/data/in", NULL, NULL},
        {"upload_once", "sandboxes.upload", true, "path", "/data/in", NULL, NULL},
        {"download", "sandboxes.download", true, "path", "/data/out", NULL, NULL},
        {"download_once", "sandboxes.download", true, "path", "/data/out", NULL, NULL},
        {"custom_get", NULL, false, NULL, NULL, "GET", "/v1/things/custom_get"},
        {"custom_post", NULL, false, "command", "echo " MARK, "POST", "/v1/things/custom_post"},
        {"custom_put", NULL, false, NULL, NULL, "PUT", "/v1/things/custom_put"},
        {"custom_put_once", NULL, false, NULL, NULL, "PUT", "/v1/things/custom_put"},
};

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	fault_subject *giving = user_data;
	size_t left = giving->length - giving->position;
	size_t given = left < AT_ONCE ? left : AT_ONCE;
	given = given < capacity ? given : capacity;
	memcpy(buffer, giving->bytes + giving->position, given);
	giving->position += given;
	return (int64_t)given;
}

static int take(void *user_data, const void *data, size_t length)
{
	(void)data;
	((fault_subject *)user_data)->taken += (int)length;
	return 0;
}

/* An upload from memory can be sent again, one from a callback cannot. */
static void init_source(fault_subject *subject, bool once, size_t length)
{
	subject->bytes = calloc(length + 1, 1);
	subject->length = subject->bytes ? length : 0;
	for (size_t index = 0; index < subject->length; index++)
		subject->bytes[index] = MARK[index % (sizeof MARK - 1)];
	subject->source.kind = once ? SBX_SOURCE_CALLBACK : SBX_SOURCE_MEMORY;
	subject->source.data = subject->bytes;
	subject->source.length = subject->length;
	subject->source.read = give;
	subject->source.user_data = subject;
}

/* A custom request's body is JSON, bytes that are there, or a source that cannot be rewound. */
static void init_body(fault_subject *subject, const sbx_json *given, const char *wanted)
{
	bool once = strstr(wanted, "_once") != NULL;
	if (strcmp(wanted, "custom_post") == 0)
		subject->request.json = subject->arguments;
	if (strncmp(wanted, "upload", 6) != 0 && strncmp(wanted, "custom_put", 10) != 0)
		return;
	init_source(subject, once, (size_t)number_of(given, "upload_size", 1000));
	if (strcmp(wanted, "custom_put") == 0) {
		subject->request.data = subject->bytes;
		subject->request.length = subject->length;
	} else {
		subject->options.source = &subject->source;
	}
}

static void init_sink(fault_subject *subject, const char *path)
{
	subject->sink.kind = path ? SBX_SINK_PATH : SBX_SINK_CALLBACK;
	subject->sink.path = path;
	subject->sink.write = take;
	subject->sink.user_data = subject;
	subject->options.sink = &subject->sink;
}

static void init_options(fault_subject *subject, const sbx_json *given)
{
	sbx_request_options *options = &subject->options;
	options->deadline = number_of(given, "deadline", SBX_DEFAULT);
	options->connect_timeout = number_of(given, "connect_timeout", SBX_DEFAULT);
	options->read_timeout = number_of(given, "read_timeout", SBX_DEFAULT);
	options->write_timeout = number_of(given, "write_timeout", SBX_DEFAULT);
	options->max_retries = (int)number_of(given, "max_retries", 0);
	subject->header.name = "Expect";
	subject->header.value = text_of(given, "expect");
	options->headers = &subject->header;
	options->headers_count = subject->header.value ? 1 : 0;
}

static void init_session(fault_subject *subject, const sbx_json *given, const char *wanted)
{
	init_options(subject, given);
	init_source(subject, false, (size_t)number_of(given, "upload_size", 1000));
	subject->session_call = wanted;
	subject->from = text_of(given, "from");
	subject->into = text_of(given, "into");
	subject->ready_timeout = number_of(given, "ready_timeout", SBX_DEFAULT);
}

void subject_init(fault_subject *subject, const sbx_json *given, const char *wanted)
{
	size_t index = 0;
	*subject = (fault_subject){
	        .request = SBX_REQUEST_INIT,
	        .options = SBX_REQUEST_OPTIONS_INIT,
	        .source = SBX_SOURCE_INIT,
	        .sink = SBX_SINK_INIT,
	        .arguments = sbx_json_new_object(),
	};
	if (strncmp(wanted, "session_", 8) == 0)
		init_session(subject, given, wanted);
	while (index < sizeof known / sizeof *known && strcmp(known[index].name, wanted) != 0)
		index++;
	if (index == sizeof known / sizeof *known)
		return;
	if (known[index].has_id)
		set(subject->arguments, "id", new_text("sb-1"));
	if (known[index].argument)
		set(subject->arguments, known[index].argument, new_text(known[index].value));
	subject->request.operation = sbx_operation_find(known[index].operation);
	subject->request.arguments = subject->request.operation ? subject->arguments : NULL;
	subject->request.method = known[index].method;
	subject->request.url = known[index].url;
	init_options(subject, given);
	init_body(subject, given, wanted);
	if (strncmp(wanted, "download", 8) == 0)
		init_sink(subject, strcmp(wanted, "download") == 0 ? text_of(given, "into") : NULL);
}

void subject_release(fault_subject *subject)
{
	sbx_json_free(subject->arguments);
	free(subject->bytes);
}
