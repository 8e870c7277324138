/*
 * Many calls at once on one thread by the library: the next begins where one is done.
 *
 * sdk_in_flight BASE_URL IN_FLIGHT WARMUP CALLS
 */
#include "in_flight.h"

#include <sandbox_sdk.h>

struct run {
	struct bench_flight flight;
	sbx_client *client;
	const sbx_operation *operation;
};

static void on_done(void *user_data, sbx_call *call);

/* Says why, once. */
static void fail(struct run *run, const sbx_error *error)
{
	if (run->flight.failed++ == 0)
		fprintf(stderr, "sdk_in_flight: %s\n", error ? sbx_error_message(error) : "not the answer");
}

static void start(struct run *run)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_json *arguments = sbx_json_new_object();
	sbx_call *call = NULL;
	sbx_error *error = NULL;

	if (!bench_flight_next(&run->flight))
		return;
	options.idempotency_key = BENCH_IDEMPOTENCY_KEY;
	request.operation = run->operation;
	request.arguments = arguments;
	if (sbx_json_set(arguments, "id", sbx_json_new_string(BENCH_SANDBOX, strlen(BENCH_SANDBOX))) < 0 ||
	    sbx_json_set(arguments, "command", sbx_json_new_string(BENCH_COMMAND, strlen(BENCH_COMMAND))) < 0 ||
	    sbx_client_start(run->client, &request, &options, on_done, run, &call, &error) < 0)
		fail(run, error);
	sbx_error_free(error);
	sbx_json_free(arguments);
}

static void on_done(void *user_data, sbx_call *call)
{
	struct run *run = user_data;
	sbx_response *response = NULL;
	sbx_error *error = NULL;

	run->flight.done++;
	if (sbx_call_result(call, &response, &error) < 0 ||
	    sbx_json_integer(sbx_json_get(sbx_response_json(response), "exit_code")) != 0)
		fail(run, error);
	sbx_error_free(error);
	sbx_response_free(response);
	sbx_call_free(call);
	start(run);
}

static sbx_status make_client(struct run *run, const char *base_url, sbx_error **error)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;

	http.max_connections = (int)run->flight.at_once;
	http.max_idle_connections = (int)run->flight.at_once;
	options.api_key = BENCH_API_KEY;
	options.base_url = base_url;
	options.http = &http;
	return sbx_client_new(&run->client, &options, error);
}

int main(int argc, char **argv)
{
	static struct run run;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (argc != 5) {
		fprintf(stderr, "usage: %s BASE_URL IN_FLIGHT WARMUP CALLS\n", argv[0]);
		return 2;
	}
	bench_flight_init(&run.flight, argv + 2);
	run.operation = sbx_operation_find("sandboxes.execute");
	if (make_client(&run, argv[1], &error) < 0)
		goto done;
	for (long i = 0; i < run.flight.at_once; i++)
		start(&run);
	while (sbx_client_poll(run.client, SBX_FOREVER, &error) == SBX_OK)
		;
	if (!error && bench_flight_report(&run.flight))
		exit_code = 0;
done:
	if (error)
		fprintf(stderr, "sdk_in_flight: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_client_free(run.client);
	return exit_code;
}
