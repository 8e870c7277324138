/* What the server has done, counted. Safe from any thread. */
#ifndef SANDBOXD_METRICS_H
#define SANDBOXD_METRICS_H

#include "problem.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Routes that can be told apart, with one for what has none. */
#define METRICS_ROUTES 64
#define METRICS_STATUSES 24
#define METRICS_BUCKETS 14

typedef _Atomic uint64_t metrics_counter;

struct metrics {
	metrics_counter requests[METRICS_ROUTES][METRICS_STATUSES];
	/* Not cumulative; the last one has what is slower than every bound. */
	metrics_counter durations[METRICS_ROUTES][METRICS_BUCKETS + 1];
	metrics_counter microseconds[METRICS_ROUTES];
	metrics_counter refused[PROBLEM_TYPES];
	metrics_counter received;
	metrics_counter sent;
	metrics_counter replayed;
};

static inline void metrics_add(metrics_counter *counter, uint64_t value)
{
	atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

/* `route` counts from 0; whatever has none is METRICS_ROUTES - 1. */
void metrics_count_request(struct metrics *metrics, size_t route, unsigned int status, uint64_t microseconds);

#endif
