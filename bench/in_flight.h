/**
 * @file in_flight.h
 * What both sides of the comparisons of many calls at once share: what is asked for and what is reported.
 */
#ifndef SANDBOX_SDK_BENCH_IN_FLIGHT_H
#define SANDBOX_SDK_BENCH_IN_FLIGHT_H

#include <stdbool.h>
#include <sys/resource.h>

#include "measure.h"

struct bench_flight {
	long at_once; /* how many calls are under way */
	long warmup;
	long calls;
	long started;
	long done;
	long failed;
	int64_t cpu;
	int64_t wall;
	long memory; /* resident when the measured calls begin, in KiB */
};

/** Reads IN_FLIGHT WARMUP CALLS, and lets this process have a socket for each. */
static inline void bench_flight_init(struct bench_flight *flight, char **arguments)
{
	struct rlimit limit;

	*flight = (struct bench_flight){
	        .at_once = bench_count(arguments[0]),
	        .warmup = bench_count(arguments[1]),
	        .calls = bench_count(arguments[2]),
	};
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static inline long bench_flight_total(const struct bench_flight *flight)
{
	return flight->warmup + flight->calls;
}

/** Before a call is started: whether there is one more to start. The first measured one reads the clocks. */
static inline bool bench_flight_next(struct bench_flight *flight)
{
	if (flight->started == bench_flight_total(flight))
		return false;
	if (flight->started++ == flight->warmup) {
		flight->memory = bench_memory("VmRSS");
		flight->wall = bench_clock(CLOCK_MONOTONIC);
		flight->cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	}
	return true;
}

/** Prints what the measured calls took, as one line of JSON. False: not all succeeded. */
static inline bool bench_flight_report(struct bench_flight *flight)
{
	flight->cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - flight->cpu;
	flight->wall = bench_clock(CLOCK_MONOTONIC) - flight->wall;
	if (flight->failed || flight->done != bench_flight_total(flight)) {
		fprintf(stderr, "%ld of %ld calls were done, %ld failed\n", flight->done, bench_flight_total(flight),
		        flight->failed);
		return false;
	}
	printf("{\"calls\": %ld, \"cpu_ns\": %lld, \"wall_ns\": %lld, \"memory_kib\": %ld}\n", flight->calls,
	       (long long)flight->cpu, (long long)flight->wall, bench_memory("VmHWM") - flight->memory);
	return true;
}

#endif
