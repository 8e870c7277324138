/*
 * Many calls over one client, of every kind, to a server half of whose connections break; and what the process holds
 * meanwhile.
 *
 *     soak-driver URL CALLS FOLDER
 *
 * Twenty-one times, with nothing under way, a line "calls descriptors threads resident" is printed, resident memory in
 * KiB; then how the calls ended, by name.
 */
#include <dirent.h>
#include <malloc.h>
#include <sandbox_sdk.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLES 20
#define IN_FLIGHT 16
#define UPLOAD 100000
#define ENDS 64

static sbx_client *client;
static char upload[UPLOAD];
static char path[4096];
static struct {
	const char *name;
	long count;
} ends[ENDS];

/* Counts how a call ended. */
static void count_end(sbx_status status, sbx_error *error)
{
	const char *name = status < 0 ? sbx_error_name(error) : "ok";
	size_t index = 0;
	while (index < ENDS - 1 && ends[index].name && strcmp(ends[index].name, name) != 0)
		index++;
	ends[index].name = name;
	ends[index].count++;
	sbx_error_free(error);
}

static int count_own(const char *folder)
{
	int count = -3; /* itself, "." and ".." */
	DIR *directory = opendir(folder);
	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void sample(long calls)
{
	char line[256] = "";
	long pages = 0;
	while (sbx_client_poll(client, SBX_FOREVER, NULL) == SBX_OK)
		;
	malloc_trim(0);
	FILE *file = fopen("/proc/self/statm", "r");
	if (!file || !fgets(line, sizeof line, file) || sscanf(line, "%*d %ld", &pages) != 1)
		abort();
	fclose(file);
	printf("sample %ld %d %d %ld\n", calls, count_own("/proc/self/fd"), count_own("/proc/self/task") + 1,
	       pages * sysconf(_SC_PAGESIZE) / 1024);
	fflush(stdout);
}

/* One of five operations with its arguments, which the caller frees, and options. */
static sbx_request make_request(long number, sbx_request_options *options, const sbx_source *source,
                                const sbx_sink *sink, bool as_stream)
{
	static const char *const names[] = {"sandboxes.list", "sandboxes.execute", "sandboxes.delete",
	                                    "sandboxes.upload", "sandboxes.download"};
	sbx_request request = SBX_REQUEST_INIT;
	long which = number % 5;
	sbx_json *arguments = sbx_json_new_object();
	if (which > 0)
		sbx_json_set(arguments, "id", sbx_json_new_string("sb-1", 4));
	if (which == 1)
		sbx_json_set(arguments, "command", sbx_json_new_string("make", 4));
	if (which > 2)
		sbx_json_set(arguments, "path", sbx_json_new_string("/data/f", 7));
	*options = (sbx_request_options)SBX_REQUEST_OPTIONS_INIT;
	options->source = which == 3 ? source : NULL;
	options->sink = which == 4 && !as_stream ? sink : NULL;
	options->max_retries = 0;
	options->read_timeout = 0.2;
	options->deadline = 5;
	request.operation = sbx_operation_find(names[which]);
	request.arguments = arguments;
	return request;
}

static void call_now(const sbx_request *request, const sbx_request_options *options)
{
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_client_send(client, request, options, &response, &error);
	count_end(status, error);
	sbx_response_free(response);
}

static void read_stream(const sbx_request *request, const sbx_request_options *options, bool to_its_end)
{
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	char buffer[64];
	size_t got;
	sbx_status status = sbx_client_open(client, request, options, &stream, &error);
	if (status == SBX_OK) {
		do {
			status = sbx_stream_read(stream, buffer, sizeof buffer, &got, &error);
		} while (status == SBX_OK && to_its_end);
	}
	count_end(status, error);
	sbx_stream_free(stream);
}

static void take_result(void *user_data, sbx_call *call)
{
	sbx_response *response = NULL;
	sbx_error *error = NULL;
	(void)user_data;
	sbx_status status = sbx_call_result(call, &response, &error);
	count_end(status, error);
	sbx_response_free(response);
	sbx_call_free(call);
}

static void start(const sbx_request *request, sbx_request_options *options, bool cancelled)
{
	sbx_cancel *cancel = NULL;
	sbx_call *call = NULL;
	sbx_error *error = NULL;
	if (cancelled && sbx_cancel_new(&cancel, NULL) < 0)
		abort();
	options->cancel = cancel;
	sbx_status status = sbx_client_start(client, request, options, take_result, NULL, &call, &error);
	if (status < 0)
		count_end(status, error);
	sbx_client_process(client, NULL);
	sbx_cancel_fire(cancel);
	sbx_cancel_free(cancel);
	while (sbx_client_in_flight(client) >= IN_FLIGHT)
		sbx_client_poll(client, SBX_FOREVER, NULL);
}

static void make_call(long number)
{
	sbx_source source = SBX_SOURCE_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_request_options options;
	long kind = number / 5 % 8;
	source.kind = SBX_SOURCE_MEMORY;
	source.data = upload;
	source.length = sizeof upload;
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	sbx_request request = make_request(number, &options, &source, &sink, kind == 2 || kind == 3);
	if (kind < 2)
		call_now(&request, &options);
	else if (kind < 4)
		read_stream(&request, &options, kind == 2);
	else
		start(&request, &options, kind == 7);
	sbx_json_free((sbx_json *)request.arguments);
}

/* What is counted is what stays: how many calls are under way, each with a connection, changes all the time. */
static void end_calls(void)
{
	while (sbx_client_in_flight(client) > 0)
		sbx_client_poll(client, SBX_FOREVER, NULL);
}

int main(int count, char **arguments)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	if (count != 4)
		return 2;
	long calls = atol(arguments[2]);
	snprintf(path, sizeof path, "%s/file", arguments[3]);
	http.max_idle_connections = 4;
	options.http = &http;
	options.api_key = "soak-suite-key";
	options.base_url = arguments[1];
	int before = count_own("/proc/self/fd");
	if (sbx_client_new(&client, &options, NULL) < 0)
		return 2;
	sample(0);
	for (long number = 0; number < calls; number++) {
		make_call(number);
		if ((number + 1) % (calls / SAMPLES) == 0) {
			end_calls();
			sample(number + 1);
		}
	}
	sbx_client_free(client);
	printf("left %d\n", count_own("/proc/self/fd") - before);
	for (size_t index = 0; index < ENDS && ends[index].name; index++)
		printf("end %s %ld\n", ends[index].name, ends[index].count);
	return 0;
}
