/*
 * A program started again and again, each time to its end: bench_spawn COUNT PROGRAM ARGUMENT…
 */
#include "measure.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	char *environment[] = {NULL};
	int count = argc > 2 ? atoi(argv[1]) : 0;
	int status = 0;

	if (count <= 0) {
		fprintf(stderr, "usage: bench_spawn COUNT PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	int64_t begun = bench_clock(CLOCK_MONOTONIC);
	for (int i = 0; i < count; i++) {
		pid_t pid;
		int error = posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environment);
		if (error || waitpid(pid, &status, 0) < 0 || status != 0) {
			fprintf(stderr, "%s: %s\n", argv[2], error ? strerror(error) : "did not succeed");
			return 1;
		}
	}
	printf("{\"calls\": %d, \"wall_ns\": %lld}\n", count, (long long)(bench_clock(CLOCK_MONOTONIC) - begun));
	return 0;
}
