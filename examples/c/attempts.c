/*
 * Prints a span for each attempt of each call, with the names of OpenTelemetry's conventions for HTTP clients. A
 * program with a tracer would make the span here instead, with the times that it is given.
 */
#include <sandbox_sdk.h>
#include <stdio.h>

/* What a program's own span would be; each call is given the one that it is part of. */
typedef struct span {
	const char *name;
	int children;
} span;

static void print_phase(FILE *out, const char *name, double from, double to)
{
	if (to > 0)
		fprintf(out, "    %s: %.3f ms\n", name, (to - from) * 1000);
}

static void on_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	static const char *const outcomes[] = {"succeeded", "redirected", "retried", "failed"};
	const sbx_times *times = attempt->times;
	span *parent = call_user_data;
	FILE *out = user_data;
	fprintf(out, "%s/%d %s: %s\n", parent->name, ++parent->children, attempt->operation,
	        outcomes[attempt->outcome]);
	fprintf(out, "    start %.6f, end %.6f\n", attempt->started, attempt->started + times->total);
	fprintf(out, "    http.request.method=%s url.full=%s\n", attempt->method, attempt->url);
	fprintf(out, "    http.request.resend_count=%d http.request.body.size=%lld\n", attempt->number - 1,
	        (long long)attempt->bytes_sent);
	if (attempt->http_status)
		fprintf(out, "    http.response.status_code=%d http.response.body.size=%lld\n", attempt->http_status,
		        (long long)attempt->bytes_received);
	if (attempt->status < 0)
		fprintf(out, "    error.type=%s %s\n", sbx_status_name(attempt->status), attempt->detail);
	if (attempt->wait >= 0)
		fprintf(out, "    next in %.3f s\n", attempt->wait);
	print_phase(out, "name lookup", 0, times->name_lookup);
	print_phase(out, "connect", times->name_lookup, times->connect);
	print_phase(out, "TLS", times->connect, times->tls);
	print_phase(out, "answer", times->request_sent, times->first_byte);
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_error *error = NULL;
	span list = {"list", 0}, elsewhere = {"elsewhere", 0};
	int exit_code = 1;

	sbx_client_options client_options = SBX_CLIENT_OPTIONS_INIT;
	client_options.on_attempt = on_attempt;
	client_options.on_attempt_user_data = stdout;
	client_options.max_retries = 1;
	if (sbx_client_new_local(&client, &client_options, &error) < 0)
		goto done;

	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.attempt_user_data = &list;
	if (sbx_sandboxes_list(client, NULL, &options, NULL, &error) < 0)
		goto done;

	/* Nobody listens there: two attempts, and an error. */
	sbx_request request = SBX_REQUEST_INIT;
	request.url = "http://user:password@127.0.0.1:9/";
	options.attempt_user_data = &elsewhere;
	exit_code = sbx_client_send(client, &request, &options, NULL, NULL) == SBX_ERROR_CONNECTION ? 0 : 1;
done:
	if (error)
		fprintf(stderr, "attempts: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_client_free(client);
	return exit_code;
}
