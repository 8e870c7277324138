#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int64_t fake_now(void *context)
{
	return ((fake_platform *)context)->now;
}

static double fake_wall_clock(void *context)
{
	return ((fake_platform *)context)->wall_clock;
}

static bool fake_random(void *context, void *bytes, size_t length)
{
	memset(bytes, ((fake_platform *)context)->random, length);
	return true;
}

void fake_platform_init(fake_platform *fake)
{
	*fake = (fake_platform){.now = 1000 * SBX__SECOND, .wall_clock = 1700000000};
	fake->platform = (sbx__platform){fake_now, fake_wall_clock, fake_random, fake};
}

static void record(fake_transport *fake, const sbx__exchange *exchange)
{
	size_t attempt = fake->attempts;
	sbx__buffer lines = {0};
	assert_true(attempt < FAKE_ATTEMPTS);
	for (size_t index = 0; index < exchange->headers_count; index++) {
		const sbx_pair *header = &exchange->headers[index];
		if (header->value)
			sbx__buffer_format(&lines, "%s: %s\n", header->name, header->value);
		else
			sbx__buffer_format(&lines, "%s!\n", header->name);
	}
	fake->started_at[attempt] = fake->platform->now;
	fake->urls[attempt] = strdup(exchange->url);
	fake->methods[attempt] = strdup(exchange->method);
	fake->headers[attempt] = sbx__buffer_take(&lines);
}

static bool start(sbx__transport *base, sbx__exchange *exchange)
{
	fake_transport *fake = (fake_transport *)base;
	assert_null(fake->exchange);
	record(fake, exchange);
	fake->exchange = exchange;
	fake->begun = false;
	fake->answering = false;
	fake->attempts++;
	return true;
}

static void stop(sbx__transport *base)
{
	((fake_transport *)base)->exchange = NULL;
}

static void take_body(fake_transport *fake, sbx__buffer *body)
{
	const sbx__exchange *exchange = fake->exchange;
	char bytes[7];
	int64_t got;
	sbx__buffer_clear(body);
	if (exchange->has_body && exchange->body)
		sbx__buffer_append(body, exchange->body, (size_t)exchange->body_length);
	bool exact = fake->answers[fake->attempts - 1].exact;
	while (exchange->has_body && !exchange->body && (!exact || (int64_t)body->length < exchange->body_length) &&
	       (got = exchange->read(exchange->user_data, bytes, sizeof bytes)) > 0)
		sbx__buffer_append(body, bytes, (size_t)got);
}

static void done(fake_transport *fake, sbx__attempt_end end, const char *detail)
{
	sbx__exchange *exchange = fake->exchange;
	fake->exchange = NULL;
	if (end == SBX__ANSWERED)
		exchange->facts = (sbx__facts){.http_version = 11,
		                               .name_lookup = 0.5,
		                               .connect = 1,
		                               .tls = 1.5,
		                               .request_sent = 2,
		                               .first_byte = 2.5,
		                               .total = 3};
	exchange->events->done(exchange->user_data, end, detail);
}

/* False: the call has forbidden it, and the exchange is over. */
static bool connect_and_send(fake_transport *fake)
{
	const sbx__exchange *exchange = fake->exchange;
	if (!exchange->events->connected(exchange->user_data)) {
		done(fake, SBX__LOST, "aborted");
		return false;
	}
	fake->connects++;
	if (!fake->answers[fake->attempts - 1].early)
		take_body(fake, &fake->bodies[fake->attempts - 1]);
	return true;
}

/* Tells the body as far as it is taken and comes now, and then the end. */
static void give_body(fake_transport *fake)
{
	const fake_answer *answer = &fake->answers[fake->attempts - 1];
	const sbx__exchange *exchange = fake->exchange;
	const char *body = answer->body ? answer->body : "";
	size_t length = answer->body_length ? answer->body_length : strlen(body);
	while (fake->given < length) {
		size_t left = length - fake->given;
		size_t piece = answer->piece && answer->piece < left ? answer->piece : left;
		switch (exchange->events->body(exchange->user_data, body + fake->given, piece)) {
		case SBX__TAKEN:
			fake->given += piece;
			if (answer->slow)
				return;
			break;
		case SBX__LATER:
			return;
		case SBX__NOT_TAKEN:
			done(fake, SBX__LOST, "aborted");
			return;
		}
	}
	if (answer->cut)
		done(fake, SBX__LOST, "cut");
	else if (!answer->early)
		done(fake, SBX__ANSWERED, "");
}

static void give_answer(fake_transport *fake, const fake_answer *answer)
{
	const sbx__exchange *exchange = fake->exchange;
	exchange->events->status(exchange->user_data, answer->status);
	for (size_t index = 0; index < 8 && answer->headers[index]; index++)
		if (!exchange->events->header(exchange->user_data, answer->headers[index],
		                              strlen(answer->headers[index]))) {
			done(fake, SBX__LOST, "aborted");
			return;
		}
	fake->given = 0;
	fake->answering = exchange->events->head(exchange->user_data);
	if (!fake->answering)
		done(fake, SBX__LOST, "aborted");
	else if (!answer->slow)
		give_body(fake);
}

static void act(fake_transport *fake)
{
	const fake_answer *answer = &fake->answers[fake->attempts - 1];
	assert_true(fake->attempts <= fake->answers_count);
	if (answer->refuse) {
		done(fake, SBX__NOT_CONNECTED, "refused");
		return;
	}
	if (answer->never_connects || !connect_and_send(fake) || answer->hang)
		return;
	if (answer->connect_twice && (!fake->exchange->rewind(fake->exchange->user_data) || !connect_and_send(fake)))
		return;
	if (answer->lose)
		done(fake, SBX__LOST, "lost");
	else
		give_answer(fake, answer);
}

static void wait_for(sbx__transport *base, int64_t nanoseconds)
{
	fake_transport *fake = (fake_transport *)base;
	if (fake->exchange && !fake->begun) {
		fake->begun = true;
		act(fake);
		return;
	}
	if (fake->exchange && fake->answering && fake->answers[fake->attempts - 1].slow) {
		give_body(fake);
		return;
	}
	/* Nothing will happen: the time passes. A call that waits for ever would hang. */
	assert_true(nanoseconds < SBX__NEVER / 2);
	fake->platform->now += nanoseconds;
	fake->platform->wall_clock += (double)nanoseconds / 1e9;
}

static void wake(sbx__transport *base)
{
	((fake_transport *)base)->wakes++;
}

static void resume(sbx__transport *base)
{
	give_body((fake_transport *)base);
}

static void release(sbx__transport *base)
{
	(void)base;
}

static const sbx__transport_class fake_class = {start, stop, wait_for, wake, resume, release};

void fake_transport_init(fake_transport *fake, fake_platform *platform, const fake_answer *answers, size_t count)
{
	*fake = (fake_transport){
	        .base.type = &fake_class, .platform = platform, .answers = answers, .answers_count = count};
}

void fake_transport_clear(fake_transport *fake)
{
	for (size_t attempt = 0; attempt < fake->attempts; attempt++) {
		free(fake->urls[attempt]);
		free(fake->methods[attempt]);
		free(fake->headers[attempt]);
		sbx__buffer_free(&fake->bodies[attempt]);
	}
}

char *fake_header(const fake_transport *fake, size_t attempt, const char *name)
{
	size_t length = strlen(name);
	assert_true(attempt < fake->attempts);
	for (const char *line = fake->headers[attempt]; *line; line = strchr(line, '\n') + 1)
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return strndup(line + length + 2, strcspn(line + length + 2, "\n"));
	return NULL;
}

void fake_drive(sbx__call *call, fake_transport *fake)
{
	sbx__call_set_transport(call, &fake->base);
	while (!sbx__call_step(call))
		call->transport->type->wait(call->transport, sbx__call_wake_at(call) - fake->platform->now);
}

sbx_request request_of(const char *operation, const sbx_json *arguments)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.operation = sbx_operation_find(operation);
	request.arguments = arguments;
	return request;
}

sbx_response *answer_error(sbx_error *error, int http_status)
{
	sbx_response *response = calloc(1, sizeof *response);
	if (!response)
		return NULL;
	atomic_init(&response->references, 1);
	response->status = http_status;
	error->response = response;
	error->answered = true;
	return response;
}

sbx_json *json_of(const char *text)
{
	sbx_json *json = NULL;
	assert_int_equal(sbx_json_parse(text, strlen(text), &json, NULL), SBX_OK);
	return json;
}

sbx__config *test_config(const sbx_client_options *options)
{
	sbx_client_options known = SBX_CLIENT_OPTIONS_INIT;
	if (options)
		known = *options;
	known.api_key = "test-key-0123456789";
	known.base_url = "http://server.test/";
	sbx__config *config = NULL;
	assert_int_equal(sbx__config_new(&config, NULL, &known, NULL), SBX_OK);
	return config;
}

int test_environment(void **state)
{
	static const char *const names[] = {
	        "SANDBOX_SDK_API_KEY",
	        "SANDBOX_SDK_BASE_URL",
	        "SANDBOX_SDK_LOG",
	        "http_proxy",
	        "HTTP_PROXY",
	        "https_proxy",
	        "HTTPS_PROXY",
	        "all_proxy",
	        "ALL_PROXY",
	        "no_proxy",
	        "NO_PROXY",
	        "REQUEST_METHOD",
	};
	(void)state;
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		unsetenv(names[index]);
	return 0;
}

void run_request(run_result *result, sbx__config *config, const sbx_request *request,
                 const sbx_request_options *options, const fake_answer *answers, size_t count)
{
	sbx__call call;
	*result = (run_result){0};
	fake_platform_init(&result->platform);
	fake_transport_init(&result->transport, &result->platform, answers, count);
	int64_t before = result->platform.now;
	result->status = sbx__call_init(&call, config, &result->platform.platform, request, NULL, options, before,
	                                &result->error);
	if (result->status == SBX_OK) {
		fake_drive(&call, &result->transport);
		result->status = sbx__call_take(&call, &result->response, &result->error);
	}
	result->took = result->platform.now - before;
	sbx__call_free(&call);
	sbx__config_unref(config);
}

void run_clear(run_result *result)
{
	sbx_response_free(result->response);
	sbx_error_free(result->error);
	fake_transport_clear(&result->transport);
}

void sleep_ms(long milliseconds)
{
	nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}, NULL);
}
