/* The time that only goes forward, for how long something takes. */
#ifndef SANDBOXD_CLOCK_H
#define SANDBOXD_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64_t monotonic_ms(void)
{
	return monotonic_us() / 1000;
}

/* A condition whose waits end by this clock. */
static inline void monotonic_cond_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* Waits for such a condition until a time in milliseconds. Returns what pthread_cond_timedwait does. */
static inline int monotonic_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ms)
{
	const struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = (long)(until_ms % 1000) * 1000000};
	return pthread_cond_timedwait(condition, mutex, &until);
}

#endif
