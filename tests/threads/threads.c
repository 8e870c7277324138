/*
 * Sixteen threads and one client: synchronous calls, started calls, streams, copies, changes of options, cancels from
 * another thread, and at the end of each round a close in the middle of all that.
 *
 *     threads-driver URL ROUNDS STEPS
 *
 * Every call must end in one of the ways that its step allows. What the sanitizer thinks of it is the test.
 */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 16
#define PATIENCE 30

typedef struct round_state {
	sbx_client *client;
	int steps;
	atomic_bool over;
	pthread_mutex_t mutex; /* of the next two: what is under way and may be ended by anybody */
	sbx_cancel *cancels[THREADS];
	sbx_stream *streams[THREADS];
	sbx_sandbox_list *shared; /* a model that every thread reads */
} round_state;

typedef struct threads_worker {
	round_state *round;
	int number;
	unsigned random;
} threads_worker;

static atomic_int ended_well;
static atomic_int ended_early;
static atomic_int wrong;

static unsigned draw(threads_worker *worker, unsigned below)
{
	worker->random = worker->random * 1103515245u + 12345u;
	return (worker->random >> 16) % below;
}

/* Counts how a call ended: well, by one of the ends that somebody here brings about, or wrongly. */
static void judge(const char *step, sbx_status status, sbx_error *error)
{
	switch ((int)status) {
	case SBX_OK:
	case SBX_DONE:
		atomic_fetch_add(&ended_well, 1);
		break;
	case SBX_ERROR_CANCELLED:
	case SBX_ERROR_CLOSED:
		atomic_fetch_add(&ended_early, 1);
		break;
	default:
		atomic_fetch_add(&wrong, 1);
		fprintf(stderr, "%s ended with %s: %s\n", step, sbx_status_name(status), sbx_error_message(error));
	}
	sbx_error_free(error);
}

static sbx_request list_request(void)
{
	sbx_request request = SBX_REQUEST_INIT;
	request.operation = sbx_operation_find("sandboxes.list");
	return request;
}

static sbx_request_options patient_options(void)
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = PATIENCE;
	return options;
}

static void call_list(threads_worker *worker)
{
	sbx_request_options options = patient_options();
	sbx_sandbox_list *list = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_sandboxes_list(worker->round->client, NULL, &options, &list, &error);
	judge("a synchronous list", status, error);
	sbx_sandbox_list_free(list);
}

/* A call that another thread may end. */
static void call_cancellable(threads_worker *worker)
{
	sbx_sandboxes_execute_params params = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_request_options options = patient_options();
	sbx_cancel *cancel = NULL;
	sbx_execution *execution = NULL;
	sbx_error *error = NULL;
	params.command = "make";
	if (sbx_cancel_new(&cancel, NULL) < 0)
		abort();
	options.cancel = cancel;
	pthread_mutex_lock(&worker->round->mutex);
	worker->round->cancels[worker->number] = cancel;
	pthread_mutex_unlock(&worker->round->mutex);
	sbx_status status = sbx_sandboxes_execute(worker->round->client, "sb-1", &params, &options, &execution, &error);
	judge("an execute that may be cancelled", status, error);
	sbx_execution_free(execution);
	pthread_mutex_lock(&worker->round->mutex);
	worker->round->cancels[worker->number] = NULL;
	pthread_mutex_unlock(&worker->round->mutex);
	sbx_cancel_free(cancel);
}

static void end_another(threads_worker *worker)
{
	unsigned which = draw(worker, THREADS);
	pthread_mutex_lock(&worker->round->mutex);
	sbx_cancel_fire(worker->round->cancels[which]);
	sbx_stream_cancel(worker->round->streams[which]);
	pthread_mutex_unlock(&worker->round->mutex);
}

static sbx_call *start(threads_worker *worker, sbx_call_callback on_done)
{
	sbx_request request = list_request();
	sbx_request_options options = patient_options();
	sbx_call *call = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_client_start(worker->round->client, &request, &options, on_done, worker, &call, &error);
	if (status < 0)
		judge("starting a call", status, error);
	return status < 0 ? NULL : call;
}

static void started_and_waited_for(threads_worker *worker)
{
	sbx_error *error = NULL;
	sbx_response *response = NULL;
	sbx_call *call = start(worker, NULL);
	if (!call)
		return;
	sbx_status status = sbx_call_wait(call, PATIENCE, &error);
	if (status == SBX_OK)
		status = sbx_call_result(call, &response, &error);
	judge("a call that was waited for", status, error);
	sbx_response_free(response);
	sbx_call_free(call);
}

static void started_and_ended(threads_worker *worker)
{
	sbx_call *call = start(worker, NULL);
	if (!call)
		return;
	if (draw(worker, 2)) {
		sbx_call_cancel(call);
		sbx_call_wait(call, PATIENCE, NULL);
		judge("a call that was cancelled", sbx_call_result(call, NULL, NULL), NULL);
	}
	sbx_call_free(call);
}

static void free_when_done(void *user_data, sbx_call *call)
{
	(void)user_data;
	judge("a call with a callback", sbx_call_result(call, NULL, NULL), NULL);
	sbx_call_free(call);
}

static void started_with_callback(threads_worker *worker)
{
	start(worker, free_when_done);
}

/* Reads what is there, and gives the stream up at its end, inside its callback. */
static void read_when_ready(void *user_data, sbx_stream *stream)
{
	sbx_error *error = NULL;
	sbx_status status;
	char buffer[16];
	size_t got;
	(void)user_data;
	do {
		status = sbx_stream_read(stream, buffer, sizeof buffer, &got, &error);
	} while (status == SBX_OK);
	if (status == SBX_WOULD_BLOCK)
		return;
	judge("a started stream", status, error);
	sbx_stream_free(stream);
}

static void started_stream(threads_worker *worker)
{
	sbx_request request = list_request();
	sbx_request_options options = patient_options();
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx_client_open_start(worker->round->client, &request, &options, read_when_ready, NULL,
	                                          &stream, &error);
	if (status < 0)
		judge("starting a stream", status, error);
}

/* Started with a cancel that is fired at once or never, and given up before the call is done. */
static void started_with_cancel(threads_worker *worker)
{
	sbx_request request = list_request();
	sbx_request_options options = patient_options();
	sbx_cancel *cancel = NULL;
	sbx_call *call = NULL;
	sbx_error *error = NULL;
	if (sbx_cancel_new(&cancel, NULL) < 0)
		abort();
	options.cancel = cancel;
	sbx_status status =
	        sbx_client_start(worker->round->client, &request, &options, free_when_done, worker, &call, &error);
	if (status < 0)
		judge("starting a call with a cancel", status, error);
	if (draw(worker, 2))
		sbx_cancel_fire(cancel);
	sbx_cancel_free(cancel);
}

static void read_stream(threads_worker *worker)
{
	sbx_request request = list_request();
	sbx_request_options options = patient_options();
	sbx_stream *stream = NULL;
	sbx_error *error = NULL;
	char buffer[16];
	size_t got;
	sbx_status status = sbx_client_open(worker->round->client, &request, &options, &stream, &error);
	if (status < 0) {
		judge("opening a stream", status, error);
		return;
	}
	pthread_mutex_lock(&worker->round->mutex);
	worker->round->streams[worker->number] = stream;
	pthread_mutex_unlock(&worker->round->mutex);
	/* Some are left before their end. */
	int reads = (int)draw(worker, 20);
	do {
		status = sbx_stream_read(stream, buffer, sizeof buffer, &got, &error);
	} while (status == SBX_OK && reads-- > 0);
	judge("a stream", status, error);
	pthread_mutex_lock(&worker->round->mutex);
	worker->round->streams[worker->number] = NULL;
	pthread_mutex_unlock(&worker->round->mutex);
	sbx_stream_free(stream);
}

static void call_through_copy(threads_worker *worker)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_client *copy = NULL;
	sbx_error *error = NULL;
	options.max_retries = 1;
	sbx_status status = sbx_client_with_options(worker->round->client, &options, &copy, &error);
	if (status == SBX_OK)
		status = sbx_volumes_list(copy, NULL, NULL, NULL, &error);
	judge("a call through a copy", status, error);
	sbx_client_free(copy);
}

static void change_options(threads_worker *worker)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_error *error = NULL;
	options.max_retries = (int)draw(worker, 3);
	judge("a change of options", sbx_client_set_options(worker->round->client, &options, &error), error);
	sbx_client_max_retries(worker->round->client);
	sbx_client_is_closed(worker->round->client);
	sbx_client_in_flight(worker->round->client);
}

static void read_shared(threads_worker *worker)
{
	const sbx_sandbox_list *list = worker->round->shared;
	for (size_t index = 0; index < sbx_sandbox_list_data_count(list); index++) {
		const sbx_sandbox *sandbox = sbx_sandbox_list_data_at(list, index);
		sbx_sandbox *kept = sbx_sandbox_ref(sandbox);
		char *text = NULL;
		sbx_sandbox_to_json(kept, 0, &text, NULL, NULL);
		sbx_string_free(text);
		sbx_sandbox_free(kept);
	}
}

static void (*const steps[])(threads_worker *) = {
        call_list,         call_cancellable, end_another,    started_and_waited_for,
        started_and_ended, read_stream,      read_shared,    started_with_callback,
        call_through_copy, change_options,   started_stream, started_with_cancel,
};

static void *work(void *user_data)
{
	threads_worker *worker = user_data;
	for (int step = 0; step < worker->round->steps; step++)
		steps[draw(worker, sizeof steps / sizeof *steps)](worker);
	return NULL;
}

/* The loop, until everything that was started has been told. */
static void *drive(void *user_data)
{
	round_state *round = user_data;
	sbx_status status;
	bool over;
	do {
		/* Looked at first: what was started before is told before the loop ends. */
		over = atomic_load(&round->over);
		status = sbx_client_poll(round->client, 0.01, NULL);
		if (status == SBX_DONE) {
			struct timespec pause = {0, 1000000};
			nanosleep(&pause, NULL);
		}
	} while (!over || status == SBX_OK);
	return NULL;
}

static void run_round(const char *url, int steps_count, unsigned seed)
{
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	round_state round = {.steps = steps_count, .mutex = PTHREAD_MUTEX_INITIALIZER};
	threads_worker workers[THREADS];
	pthread_t threads[THREADS];
	pthread_t loop;
	options.api_key = "threads-suite-key";
	options.base_url = url;
	if (sbx_client_new(&round.client, &options, NULL) < 0 ||
	    sbx_sandboxes_list(round.client, NULL, NULL, &round.shared, NULL) < 0)
		abort();
	pthread_create(&loop, NULL, drive, &round);
	for (int number = 0; number < THREADS; number++) {
		workers[number] = (threads_worker){&round, number, seed * 1000 + (unsigned)number};
		pthread_create(&threads[number], NULL, work, &workers[number]);
	}
	/* Every other round is cut off in the middle. */
	struct timespec pause = {0, 150 * 1000000};
	if (seed % 2) {
		nanosleep(&pause, NULL);
		sbx_client_close(round.client);
	}
	for (int number = 0; number < THREADS; number++)
		pthread_join(threads[number], NULL);
	atomic_store(&round.over, true);
	pthread_join(loop, NULL);
	sbx_sandbox_list_free(round.shared);
	sbx_client_free(round.client);
	pthread_mutex_destroy(&round.mutex);
}

int main(int count, char **arguments)
{
	if (count != 4) {
		fprintf(stderr, "usage: %s URL ROUNDS STEPS\n", arguments[0]);
		return 2;
	}
	for (int round = 0; round < atoi(arguments[2]); round++)
		run_round(arguments[1], atoi(arguments[3]), (unsigned)round + 1);
	printf("%d calls ended well, %d were ended early, %d ended wrongly\n", atomic_load(&ended_well),
	       atomic_load(&ended_early), atomic_load(&wrong));
	return atomic_load(&wrong) || !atomic_load(&ended_well) || !atomic_load(&ended_early);
}
