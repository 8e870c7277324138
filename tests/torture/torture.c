/*
 * Usage: torture [NAME]...
 * Runs each scenario again and again, with the first, the second, the third ... allocation failing, until it runs
 * through: allocations of this program and of every library in it. Each run may come to what it comes to otherwise, or
 * to an error; it must not crash, hang, leak, or give what the server did not send.
 */
#include <dirent.h>
#include <ftw.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenarios.h"
#include "server.h"
#include "starvation.h"

/* How long one run may take, in seconds. */
#define LONGEST_RUN 20

static char place[128]; /* "scenario, allocation N", for a run that does not come back */
static long runs;
static long excuses;
static bool problems_count;

/* What a run says that may be in a process of its own. */
static struct {
	long problems;
	long asked;
	sbx_status status;
} *shared;

static void on_signal(int number)
{
	static const char words[] = ": crashed or hung: signal\n";
	(void)number;
	(void)!write(STDERR_FILENO, place, strlen(place));
	(void)!write(STDERR_FILENO, words, sizeof words - 1);
	_exit(70);
}

static size_t count_descriptors(void)
{
	size_t count = 0;
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* libcurl leaves a lookup that it does not wait for any more to its thread. */
static void wait_for_threads(void)
{
	const struct timespec moment = {.tv_nsec = 100000};
	struct stat tasks;
	/* Its links are those of any directory, and one for each thread. */
	while (stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 3)
		nanosleep(&moment, NULL);
}

static void report(const char *problem, const char *detail)
{
	if (!problems_count)
		return;
	shared->problems++;
	printf("✗ %s: %s%s\n", place, problem, detail);
}

/* Runs a scenario once and gives the allocations that it asked for. */
static long run_once(const scenario *one, long failing, sbx_status *status)
{
	size_t before = count_descriptors();
	snprintf(place, sizeof place, "%s, allocation %ld", one->name, failing);
	lie = NULL;
	alarm(LONGEST_RUN);
	starvation_begin(failing);
	*status = one->run();
	wait_for_threads();
	long asked = starvation_end();
	alarm(0);
	long left = starvation_left();
	char number[32];
	snprintf(number, sizeof number, "%ld", left);
	runs++;
	if (lie)
		report("what came is not what was sent: ", lie);
	if (left > 0)
		report("blocks of memory left: ", number);
	if (count_descriptors() != before)
		report("descriptors left", "");
	return asked;
}

static void *look_up(void *unused)
{
	struct addrinfo *addresses = NULL;
	if (getaddrinfo("127.0.0.1", "80", NULL, &addresses) == 0)
		freeaddrinfo(addresses);
	return unused;
}

/* What the C library keeps for good once it has had a thread and a lookup, it allocates now. */
static void prepare_lookups(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, look_up, NULL) != 0)
		abort();
	pthread_join(thread, NULL);
}

/* What libarchive says when it ends the process. */
static bool libarchive_gave_up(int words)
{
	char said[256] = {0};
	(void)!read(words, said, sizeof said - 1);
	return strstr(said, "Fatal Internal Error in libarchive") != NULL;
}

/* The same in a process of its own. */
static long run_apart(const scenario *one, long failing, sbx_status *status)
{
	int words[2];
	int ended = -1;
	fflush(stdout);
	if (pipe(words) != 0)
		abort();
	pid_t child = fork();
	if (child == 0) {
		dup2(words[1], STDERR_FILENO);
		close(words[0]);
		close(words[1]);
		shared->asked = failing;
		shared->asked = run_once(one, failing, &shared->status);
		fflush(stdout);
		_exit(0);
	}
	close(words[1]);
	waitpid(child, &ended, 0);
	runs++;
	*status = ended == 0 ? shared->status : SBX_ERROR_OUT_OF_MEMORY;
	if (ended != 0) {
		snprintf(place, sizeof place, "%s, allocation %ld", one->name, failing);
		if (WIFEXITED(ended) && WEXITSTATUS(ended) == 1 && libarchive_gave_up(words[0]))
			excuses++;
		else
			report("crashed or hung", "");
	}
	close(words[0]);
	return shared->asked;
}

static void torture(const scenario *one)
{
	sbx_status status;
	long rounds = 0;
	long asked;
	/* What a library keeps for good it allocates now. */
	problems_count = false;
	run_once(one, 0, &status);
	problems_count = true;
	run_once(one, 0, &status);
	if (status != one->wanted)
		report("without a failure it comes to ", sbx_status_name(status));
	do {
		rounds++;
		asked = one->ends_process ? run_apart(one, rounds, &status) : run_once(one, rounds, &status);
		if (status == SBX_OK && one->wanted != SBX_OK)
			report("a success that is none", "");
	} while (asked >= rounds);
	if (status != one->wanted)
		report("without a failure it comes to ", sbx_status_name(status));
	printf("%-42s %5ld allocations\n", one->name, rounds - 1);
	fflush(stdout);
}

static bool is_chosen(const char *name, int count, char **names)
{
	for (int index = 1; index < count; index++)
		if (strcmp(names[index], name) == 0)
			return true;
	return count == 1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static void write_file(const char *folder, const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs("bytes", file) < 0 || fclose(file) != 0)
		abort();
}

int main(int count, char **names)
{
	static char folder[] = "/tmp/sandbox-sdk-torture-XXXXXX";
	char tree[64];
	if (!mkdtemp(folder))
		return 70;
	snprintf(tree, sizeof tree, "%s/tree", folder);
	if (mkdir(tree, 0700) != 0)
		return 70;
	write_file(folder, "file");
	write_file(tree, "one");
	write_file(tree, "two");
	directory = folder;
	pid_t server = server_start(&server_port);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 70;
	prepare_lookups();
	signal(SIGALRM, on_signal);
	signal(SIGSEGV, on_signal);
	signal(SIGABRT, on_signal);
	size_t done = 0;
	size_t failed = 0;
	for (size_t index = 0; index < scenarios_count; index++) {
		if (!is_chosen(scenarios[index].name, count, names))
			continue;
		long before = shared->problems;
		torture(&scenarios[index]);
		failed += shared->problems != before;
		done++;
	}
	kill(server, SIGKILL);
	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	printf("%zu scenarios, %ld runs, json-c %s\n", done, runs, SBX_JSON_C_VERSION);
	printf("%ld excuses: libarchive has ended the process\n", excuses);
	printf("%zu passed, %zu failed\n", done - failed, failed);
	return failed || !done;
}
