/**
 * @file measure.h
 * What both sides of a comparison share, so that they differ in nothing but what is compared: arguments, clocks,
 * report.
 */
#ifndef SANDBOX_SDK_BENCH_MEASURE_H
#define SANDBOX_SDK_BENCH_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_API_KEY "bench-key"
#define BENCH_IDEMPOTENCY_KEY "bench-idempotency-key"
#define BENCH_SANDBOX "sandbox-1"
#define BENCH_COMMAND "echo hello | tr a-z A-Z"

static inline int64_t bench_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline long bench_count(const char *text)
{
	char *end = NULL;
	long count = strtol(text, &end, 10);

	if (count < 0 || end == text || *end != '\0') {
		fprintf(stderr, "not a count: %s\n", text);
		exit(2);
	}
	return count;
}

/** What the kernel says of a process's memory in its status, such as "VmRSS" or "VmHWM", in KiB; 0: nothing. */
static inline long bench_memory_of(const char *status, const char *name)
{
	char line[256];
	long kib = 0;
	FILE *file = fopen(status, "r");

	while (file && !kib && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			kib = strtol(line + strlen(name) + 1, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

/** The same of this process. */
static inline long bench_memory(const char *name)
{
	return bench_memory_of("/proc/self/status", name);
}

/** Runs `call` as often as asked, without and then with the clocks, and prints what that took as one line of JSON, with
 * the memory at the peak above that before the first. */
static inline int bench_run(int (*call)(void *state), void *state, const char *warmup, const char *count)
{
	long calls = bench_count(count);
	long memory = bench_memory("VmRSS");
	int64_t cpu, wall;

	for (long i = bench_count(warmup); i > 0; i--)
		if (call(state) < 0)
			return -1;
	wall = bench_clock(CLOCK_MONOTONIC);
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	for (long i = 0; i < calls; i++)
		if (call(state) < 0)
			return -1;
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = bench_clock(CLOCK_MONOTONIC) - wall;
	printf("{\"calls\": %ld, \"cpu_ns\": %lld, \"wall_ns\": %lld, \"memory_kib\": %ld}\n", calls, (long long)cpu,
	       (long long)wall, bench_memory("VmHWM") - memory);
	return 0;
}

#endif
