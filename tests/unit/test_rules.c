/* What holds for the whole library: what it leaves alone in the process, and where it can be used. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sandbox_sdk.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "locales.h"
#include "loopback.h"
#include "support.h"

#define LIST "{\"data\": [{\"id\": \"a\", \"cpu\": 1.5}], \"pagination\": {\"page\": 1}}"
#define NUMBER 4711 /* no error of any system */

static sbx_client *early;
static sbx_status early_status = SBX_DONE;

/* Before main(): nothing of the library may need an initialisation that has not been yet. */
__attribute__((constructor)) static void use_before_main(void)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "key";
	options.base_url = "http://127.0.0.1:1";
	options.max_retries = 0;
	if (sbx_client_new(&early, &options, NULL) == SBX_OK)
		early_status = sbx_sandboxes_list(early, NULL, NULL, NULL, NULL);
}

/* After main(): the same at the other end. */
__attribute__((destructor)) static void free_after_main(void)
{
	sbx_client_free(early);
}

static void it_works_before_main(void **state)
{
	(void)state;
	assert_non_null(early);
	assert_int_equal(early_status, SBX_ERROR_CONNECTION);
}

static sbx_client *client_of(const loopback *server)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *client = NULL;
	options.api_key = "key";
	options.base_url = server ? loopback_url(server) : "http://127.0.0.1:1";
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

/* A call of the library that must leave errno as it was. */
#define KEEPS(call) \
	do { \
		errno = NUMBER; \
		(void)(call); \
		if (errno != NUMBER) \
			fail_msg("%s left errno %d", #call, errno); \
	} while (0)

static void errno_is_kept(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server);
	sbx_client *nobody = client_of(NULL);
	sbx_client *copy = NULL;
	sbx_call *call = NULL;
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	int descriptor;
	char bytes[100];
	size_t got;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	const sbx_request request = request_of("sandboxes.list", NULL);
	KEEPS(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL));
	KEEPS(sbx_sandboxes_list(nobody, NULL, NULL, NULL, &error));
	KEEPS(sbx_error_free(error));
	sink.kind = SBX_SINK_PATH;
	sink.path = "/nowhere/at/all";
	download.path = "/x";
	download.into = &sink;
	KEEPS(sbx_sandboxes_download(client, "a", &download, NULL, NULL, NULL));
	KEEPS(sbx_client_with_options(client, NULL, &copy, NULL));
	KEEPS(sbx_client_fd(client, &descriptor, NULL));
	KEEPS(sbx_sandboxes_list_start(nobody, NULL, NULL, NULL, NULL, &call, NULL));
	while (!sbx_call_is_done(call))
		KEEPS(sbx_client_poll(nobody, 1, NULL));
	KEEPS(sbx_client_process(nobody, NULL));
	KEEPS(sbx_call_free(call));
	KEEPS(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, NULL));
	KEEPS(sbx_call_wait(call, 0.001, NULL));
	KEEPS(sbx_call_cancel(call));
	KEEPS(sbx_call_free(call));
	KEEPS(sbx_client_open(client, &request, NULL, &stream, NULL));
	KEEPS(sbx_stream_read(stream, bytes, sizeof bytes, &got, NULL));
	KEEPS(sbx_stream_read(stream, bytes, sizeof bytes, &got, NULL));
	KEEPS(sbx_stream_free(stream));
	KEEPS(sbx_client_close(client));
	KEEPS(sbx_client_free(copy));
	KEEPS(sbx_client_free(client));
	KEEPS(sbx_client_free(nobody));
	loopback_stop(server);
}

static atomic_int alarms; /* the handler runs on any thread */

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

static void signals_do_not_end_calls(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server);
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	struct sigaction action = {.sa_handler = on_alarm};
	struct sigaction before;
	const struct itimerval often = {{0, 5000}, {0, 5000}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	sbx_call *call = NULL;
	options.deadline = 0.2;
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &often, NULL);
	sbx_status status = sbx_sandboxes_list(client, NULL, &options, NULL, NULL);
	sbx_status started = sbx_sandboxes_list_start(client, NULL, &options, NULL, NULL, &call, NULL);
	sbx_status waited = sbx_call_wait(call, SBX_FOREVER, NULL);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(status, SBX_ERROR_TIMEOUT);
	assert_int_equal(started, SBX_OK);
	assert_int_equal(waited, SBX_OK);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_ERROR_TIMEOUT);
	assert_true(alarms > 5);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

static void handlers_and_masks_stay_as_they_are(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	struct sigaction before[NSIG];
	sigset_t mask;
	sigset_t after;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int number = 1; number < NSIG; number++)
		sigaction(number, NULL, &before[number]);
	sbx_client *client = client_of(server);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	sbx_call *call = NULL;
	assert_int_equal(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, NULL), SBX_OK);
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	sbx_call_free(call);
	sbx_client_free(client);
	for (int number = 1; number < NSIG; number++) {
		struct sigaction now = {0};
		if (sigaction(number, NULL, &now) == 0)
			assert_ptr_equal(now.sa_handler, before[number].sa_handler);
	}
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int number = 1; number < NSIG; number++)
		assert_int_equal(sigismember(&mask, number), sigismember(&after, number));
	loopback_stop(server);
}

static void no_thread_is_left_or_made(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server);
	/* This process has its own threads, and may not have one more while many calls are under way. */
	size_t before = folder_count("/proc/self/task");
	sbx_call *calls[20];
	for (int index = 0; index < 20; index++)
		assert_int_equal(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &calls[index], NULL), SBX_OK);
	while (sbx_client_poll(client, 10, NULL) == SBX_OK)
		assert_int_equal(folder_count("/proc/self/task"), before);
	for (int index = 0; index < 20; index++)
		sbx_call_free(calls[index]);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(folder_count("/proc/self/task"), before);
	sbx_client_free(client);
	loopback_stop(server);
}

/* In a child: the descriptors of sockets that are open. */
static size_t count_sockets(void)
{
	size_t count = 0;
	for (int descriptor = 3; descriptor < 256; descriptor++) {
		char name[64];
		char target[64] = "";
		snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
		if (readlink(name, target, sizeof target - 1) > 0 && strncmp(target, "socket:", 7) == 0)
			count++;
	}
	return count;
}

static void a_used_client_in_a_child_touches_nothing(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server);
	sbx_call *call = NULL;
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, NULL), SBX_OK);
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	sbx_call_free(call);
	pid_t child = fork();
	if (child == 0) {
		sbx_error *error = NULL;
		size_t before = count_sockets();
		bool refused = sbx_sandboxes_list(client, NULL, NULL, NULL, &error) == SBX_ERROR_CONNECTION &&
		               strstr(sbx_error_message(error), "forked");
		sbx_client_free(client);
		/* Two connections were open: one of each kind of call. */
		_exit(refused && count_sockets() == before - 2 ? 0 : 1);
	}
	int status = -1;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	/* The parent's connections are as they were. */
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, NULL), SBX_OK);
	assert_int_equal(sbx_call_wait(call, 10, NULL), SBX_OK);
	assert_int_equal(sbx_call_result(call, NULL, NULL), SBX_OK);
	assert_int_equal(loopback_connections(server), 2);
	sbx_call_free(call);
	sbx_client_free(client);
	loopback_stop(server);
}

static void numbers_have_a_point_in_every_locale(void **state)
{
	(void)state;
	if (!locale_enter(","))
		skip();
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server);
	sbx_sandbox_list *list = NULL;
	char *text = NULL;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.read_timeout = 7.5;
	sbx_status status = sbx_sandboxes_list(client, NULL, &options, &list, NULL);
	double cpu = sbx_sandbox_cpu(sbx_sandbox_list_data_at(list, 0));
	sbx_status printed = sbx_sandbox_list_to_json(list, 0, &text, NULL, NULL);
	char *last = loopback_last(server);
	locale_leave();
	assert_int_equal(status, SBX_OK);
	assert_int_equal(printed, SBX_OK);
	assert_true(cpu == 1.5);
	assert_non_null(strstr(text, "1.5"));
	assert_non_null(strstr(last, "x-stainless-read-timeout: 7.5"));
	free(last);
	sbx_string_free(text);
	sbx_sandbox_list_free(list);
	sbx_client_free(client);
	loopback_stop(server);
}

static void a_library_that_is_closed_stays(void **state)
{
	(void)state;
	/* The tests link the static library: this is another copy, as a plug-in would load it. */
	void *library = dlopen(UNIT_SHARED_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fail_msg("%s", dlerror());
	const char *(*version)(void) = NULL;
	*(void **)&version = dlsym(library, "sbx_version");
	assert_non_null(version);
	assert_int_equal(dlclose(library), 0);
	/* libcurl's resolver may still be at work: the code has to be there. */
	assert_string_equal(version(), sbx_version());
}

/* As many as there may be, so that the next one is too many. */
static int highest_descriptor(void)
{
	int next = dup(0);
	close(next);
	return next;
}

static void too_few_descriptors_are_an_error(void **state)
{
	(void)state;
	loopback *server = loopback_start_json(LIST);
	sbx_client *client = client_of(server);
	sbx_error *error = NULL;
	struct rlimit before;
	int descriptor = -1;
	getrlimit(RLIMIT_NOFILE, &before);
	const struct rlimit none = {(rlim_t)highest_descriptor(), before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	sbx_status status = sbx_client_fd(client, &descriptor, &error);
	sbx_status called = sbx_sandboxes_list(client, NULL, NULL, NULL, NULL);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(status, SBX_ERROR_SYSTEM);
	assert_int_equal(sbx_error_system_errno(error), EMFILE);
	assert_int_equal(descriptor, -1);
	assert_true(called < 0);
	sbx_error_free(error);
	/* And it works as soon as there are some. */
	assert_int_equal(sbx_client_fd(client, &descriptor, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_list(client, NULL, NULL, NULL, NULL), SBX_OK);
	sbx_client_free(client);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_works_before_main),
	        cmocka_unit_test(errno_is_kept),
	        cmocka_unit_test(signals_do_not_end_calls),
	        cmocka_unit_test(handlers_and_masks_stay_as_they_are),
	        cmocka_unit_test(no_thread_is_left_or_made),
	        cmocka_unit_test(a_used_client_in_a_child_touches_nothing),
	        cmocka_unit_test(numbers_have_a_point_in_every_locale),
	        cmocka_unit_test(a_library_that_is_closed_stays),
	        cmocka_unit_test(too_few_descriptors_are_an_error),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
