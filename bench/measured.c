/*
 * Runs a program to its end and prints what it took, as one line of JSON.
 *
 * measured COMMAND ARGUMENTS… It is a small program of its own because a process inherits the peak of the memory of
 * the one that starts it.
 */
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "measure.h"

extern char **environ;

static long long nanoseconds(struct timeval time)
{
	return (long long)time.tv_sec * 1000000000 + (long long)time.tv_usec * 1000;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int64_t wall;
	pid_t child;
	int status;

	if (argc < 2) {
		fprintf(stderr, "usage: %s COMMAND ARGUMENTS...\n", argv[0]);
		return 2;
	}
	wall = bench_clock(CLOCK_MONOTONIC);
	if (posix_spawnp(&child, argv[1], NULL, NULL, argv + 1, environ) != 0 || wait4(child, &status, 0, &usage) < 0) {
		perror(argv[1]);
		return 1;
	}
	wall = bench_clock(CLOCK_MONOTONIC) - wall;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return 1;
	printf("{\"cpu_ns\": %lld, \"wall_ns\": %lld, \"rss_kib\": %ld}\n",
	       nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), (long long)wall, usage.ru_maxrss);
	return 0;
}
