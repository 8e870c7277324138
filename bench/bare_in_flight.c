/*
 * The floor: many calls at once on one thread with libcurl's multi interface, epoll and json-c and nothing else.
 *
 * bare_in_flight BASE_URL HEADERS IN_FLIGHT WARMUP CALLS, where HEADERS is a file with the header lines to send, as the
 * other side of the comparison was seen to send them.
 */
#include "bare.h"
#include "in_flight.h"

#include <json-c/json.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 64

struct run {
	struct bench_flight flight;
	CURLM *multi;
	int epoll;
	int64_t due_at; /* when libcurl wants to be called; -1: it does not */
	struct curl_slist *headers;
	json_tokener *tokener;
	char url[512];
};

struct call {
	struct run *run;
	CURL *easy;
	json_object *body;
	char *answer;
	size_t length;
	size_t capacity;
};

static size_t receive(char *bytes, size_t size, size_t count, void *user_data)
{
	struct call *call = user_data;
	size_t added = size * count;

	if (added > call->capacity - call->length) {
		size_t capacity = call->length + added;
		char *answer = realloc(call->answer, capacity);

		if (!answer)
			return 0;
		call->answer = answer;
		call->capacity = capacity;
	}
	memcpy(call->answer + call->length, bytes, added);
	call->length += added;
	return added;
}

static int on_socket(CURL *easy, curl_socket_t descriptor, int what, void *user_data, void *known)
{
	struct run *run = user_data;
	struct epoll_event event = {.data.fd = descriptor};

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(run->epoll, EPOLL_CTL_DEL, descriptor, &event);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
	if (known)
		return epoll_ctl(run->epoll, EPOLL_CTL_MOD, descriptor, &event);
	curl_multi_assign(run->multi, descriptor, run);
	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static int on_timer(CURLM *multi, long milliseconds, void *user_data)
{
	struct run *run = user_data;

	(void)multi;
	run->due_at = milliseconds < 0 ? -1 : bench_clock(CLOCK_MONOTONIC) + milliseconds * 1000000;
	return 0;
}

static struct call *make_call(struct run *run)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call || !(call->easy = curl_easy_init()))
		return NULL;
	call->run = run;
	curl_easy_setopt(call->easy, CURLOPT_URL, run->url);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, run->headers);
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	return call;
}

static void free_call(struct call *call)
{
	curl_easy_cleanup(call->easy);
	json_object_put(call->body);
	free(call->answer);
	free(call);
}

/* Begins the next call with what the last one has used, or ends it. */
static void start(struct run *run, struct call *call)
{
	const char *text;
	size_t length = 0;

	if (!bench_flight_next(&run->flight)) {
		free_call(call);
		return;
	}
	call->body = json_object_new_object();
	json_object_object_add(call->body, "command", json_object_new_string(BENCH_COMMAND));
	text = json_object_to_json_string_length(call->body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
	                                         &length);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, text);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)length);
	call->length = 0;
	curl_multi_add_handle(run->multi, call->easy);
}

static bool succeeded(struct call *call, CURLcode code)
{
	json_tokener *tokener = call->run->tokener;
	json_object *answer;
	json_object *field = NULL;
	long status = 0;
	bool ok;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	json_tokener_reset(tokener);
	answer = json_tokener_parse_ex(tokener, call->answer, (int)call->length);
	ok = code == CURLE_OK && status == 200 && json_object_object_get_ex(answer, "exit_code", &field) &&
	     json_object_get_int64(field) == 0;
	json_object_put(answer);
	return ok;
}

static void finish_calls(struct run *run)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(run->multi, &left))) {
		CURLcode code = message->data.result;
		struct call *call = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		curl_multi_remove_handle(run->multi, call->easy);
		run->flight.done++;
		if (!succeeded(call, code) && run->flight.failed++ == 0)
			fprintf(stderr, "bare_in_flight: %s, %.*s\n", curl_easy_strerror(code), (int)call->length,
			        call->answer ? call->answer : "");
		json_object_put(call->body);
		call->body = NULL;
		start(run, call);
	}
}

static int wait_time(const struct run *run)
{
	int64_t left;

	if (run->due_at < 0)
		return -1;
	left = run->due_at - bench_clock(CLOCK_MONOTONIC);
	return left <= 0 ? 0 : (int)((left - 1) / 1000000 + 1);
}

static void loop(struct run *run)
{
	struct epoll_event events[BATCH];
	int running = 0;

	while (run->flight.done < bench_flight_total(&run->flight)) {
		int count = epoll_wait(run->epoll, events, BATCH, wait_time(run));

		for (int i = 0; i < count; i++) {
			int action = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			             (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			             (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

			curl_multi_socket_action(run->multi, events[i].data.fd, action, &running);
		}
		if (run->due_at >= 0 && run->due_at <= bench_clock(CLOCK_MONOTONIC)) {
			run->due_at = -1;
			curl_multi_socket_action(run->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		}
		finish_calls(run);
	}
}

int main(int argc, char **argv)
{
	static struct run run;
	int exit_code = 1;

	if (argc != 6) {
		fprintf(stderr, "usage: %s BASE_URL HEADERS IN_FLIGHT WARMUP CALLS\n", argv[0]);
		return 2;
	}
	bench_flight_init(&run.flight, argv + 3);
	snprintf(run.url, sizeof(run.url), "%s/v1/sandboxes/%s/execute", argv[1], BENCH_SANDBOX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	run.multi = curl_multi_init();
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	run.due_at = -1;
	run.tokener = json_tokener_new();
	run.headers = bench_read_headers(argv[2]);
	if (!run.multi || run.epoll < 0 || !run.tokener || !run.headers)
		goto done;
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETDATA, &run);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERDATA, &run);
	curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, run.flight.at_once);
	for (long i = 0; i < run.flight.at_once; i++) {
		struct call *call = make_call(&run);

		if (!call)
			goto done;
		start(&run, call);
	}
	loop(&run);
	if (bench_flight_report(&run.flight))
		exit_code = 0;
done:
	curl_multi_cleanup(run.multi);
	curl_slist_free_all(run.headers);
	json_tokener_free(run.tokener);
	curl_global_cleanup();
	return exit_code;
}
