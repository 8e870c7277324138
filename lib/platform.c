#include "platform.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

static int64_t system_now(void *context)
{
	(void)context;
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * SBX__SECOND + time.tv_nsec;
}

static double system_wall_clock(void *context)
{
	(void)context;
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool system_random(void *context, void *bytes, size_t length)
{
	(void)context;
	char *at = bytes;
	while (length) {
		ssize_t got = getrandom(at, length, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

const sbx__platform sbx__platform_system = {system_now, system_wall_clock, system_random, NULL};

static atomic_uint forks;
static pthread_once_t forks_once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
	atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
}

static void count_forks(void)
{
	/* Without memory for the handler a fork is not noticed, as in most libraries. */
	(void)!pthread_atfork(NULL, NULL, count_fork);
}

/* Asked with each call: a counter, since getpid() is a system call. */
void sbx__platform_watch_forks(void)
{
	pthread_once(&forks_once, count_forks);
}

unsigned sbx__platform_forks(void)
{
	return atomic_load_explicit(&forks, memory_order_relaxed);
}

const char *sbx__platform_os(void)
{
#if defined(__ANDROID__)
	return "Android";
#elif defined(__linux__)
	return "Linux";
#elif defined(__APPLE__)
	return "MacOS";
#elif defined(__FreeBSD__)
	return "FreeBSD";
#elif defined(__OpenBSD__)
	return "OpenBSD";
#else
	return "Unknown";
#endif
}

const char *sbx__platform_arch(void)
{
#if defined(__x86_64__)
	return "x64";
#elif defined(__aarch64__)
	return "arm64";
#elif defined(__arm__)
	return "arm";
#elif defined(__i386__)
	return "x32";
#elif defined(__riscv)
	return "other:riscv64";
#elif defined(__powerpc64__)
	return "other:ppc64le";
#elif defined(__s390x__)
	return "other:s390x";
#else
	return "unknown";
#endif
}

bool sbx__platform_uuid(const sbx__platform *platform, char text[37])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	if (!platform->random(platform->context, bytes, sizeof bytes))
		return false;
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	char *at = text;
	for (size_t index = 0; index < sizeof bytes; index++) {
		if (index == 4 || index == 6 || index == 8 || index == 10)
			*at++ = '-';
		*at++ = digits[bytes[index] >> 4];
		*at++ = digits[bytes[index] & 15];
	}
	*at = '\0';
	return true;
}

int64_t sbx__nanoseconds(double seconds)
{
	if (!(seconds > 0))
		return 0;
	/* Half of what fits, so that a sum with a clock's reading does not overflow. */
	if (seconds >= 4e9)
		return SBX__NEVER / 2;
	return (int64_t)(seconds * 1e9);
}
