/*
 * The call of sdk_call.c by many threads with one client.
 *
 * sdk_threads BASE_URL THREADS WARMUP CALLS, where each thread makes WARMUP calls, and all of them CALLS in turn.
 */
#include "measure.h"

#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>

struct run {
	sbx_client *client;
	long threads;
	long warmup;
	long calls;
	atomic_long taken;
	atomic_bool failed;
	pthread_barrier_t warm;
	pthread_barrier_t measured;
};

static void call(struct run *run)
{
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_execution *execution = NULL;
	sbx_error *error = NULL;

	options.idempotency_key = BENCH_IDEMPOTENCY_KEY;
	execute.command = BENCH_COMMAND;
	if (sbx_sandboxes_execute(run->client, BENCH_SANDBOX, &execute, &options, &execution, &error) < 0 ||
	    sbx_execution_exit_code(execution) != 0) {
		if (!atomic_exchange(&run->failed, true))
			fprintf(stderr, "sdk_threads: %s\n", error ? sbx_error_message(error) : "not the answer");
	}
	sbx_error_free(error);
	sbx_execution_free(execution);
}

static void *work(void *user_data)
{
	struct run *run = user_data;

	for (long i = 0; i < run->warmup; i++)
		call(run);
	pthread_barrier_wait(&run->warm);
	pthread_barrier_wait(&run->measured);
	while (atomic_fetch_add(&run->taken, 1) < run->calls)
		call(run);
	return NULL;
}

static long waits(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

static int measure(struct run *run)
{
	pthread_t *threads = calloc((size_t)run->threads + 1, sizeof(*threads));
	int64_t cpu, wall;
	long waited;

	if (!threads)
		return -1;
	for (long i = 0; i < run->threads; i++)
		if (pthread_create(&threads[i], NULL, work, run) != 0)
			abort();
	pthread_barrier_wait(&run->warm);
	waited = waits();
	wall = bench_clock(CLOCK_MONOTONIC);
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	pthread_barrier_wait(&run->measured);
	for (long i = 0; i < run->threads; i++)
		pthread_join(threads[i], NULL);
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = bench_clock(CLOCK_MONOTONIC) - wall;
	free(threads);
	if (run->failed)
		return -1;
	printf("{\"calls\": %ld, \"cpu_ns\": %lld, \"wall_ns\": %lld, \"waits\": %ld}\n", run->calls, (long long)cpu,
	       (long long)wall, waits() - waited);
	return 0;
}

int main(int argc, char **argv)
{
	static struct run run;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (argc != 5) {
		fprintf(stderr, "usage: %s BASE_URL THREADS WARMUP CALLS\n", argv[0]);
		return 2;
	}
	options.api_key = BENCH_API_KEY;
	options.base_url = argv[1];
	run.threads = bench_count(argv[2]);
	run.warmup = bench_count(argv[3]);
	run.calls = bench_count(argv[4]);
	pthread_barrier_init(&run.warm, NULL, (unsigned)run.threads + 1);
	pthread_barrier_init(&run.measured, NULL, (unsigned)run.threads + 1);
	if (sbx_client_new(&run.client, &options, &error) < 0) {
		fprintf(stderr, "sdk_threads: %s\n", sbx_error_message(error));
		goto done;
	}
	if (measure(&run) == 0)
		exit_code = 0;
done:
	sbx_error_free(error);
	sbx_client_free(run.client);
	return exit_code;
}
