/*
 * Usage: lua-torture-VERSION [--full] [SCENARIO]...
 * Runs each scenario again and again, with the first, the second, the third ... request of the Lua state for memory
 * failing, until it runs through. Each run may come to what it comes to otherwise, or to an error that tells of memory;
 * none may crash or hang, and what the state has had is all given back. What the library has had LeakSanitizer watches.
 * --full: also the long scenarios, and each run in a state of its own.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario.h"
#include "server.h"

/* How long one run may take, in seconds. */
#define LONGEST_RUN 20

static char place[192]; /* "scenario, mode, request N", for a run that does not come back */
static bool is_full;
static long runs;
static long problems;

static void on_signal(int number)
{
	static const char words[] = ": crashed or hung: signal\n";
	(void)number;
	(void)!write(STDERR_FILENO, place, strlen(place));
	(void)!write(STDERR_FILENO, words, sizeof words - 1);
	_exit(70);
}

static void report(const char *problem, const char *detail)
{
	problems++;
	printf("✗ %s: %s%s\n", place, problem, detail);
}

static bool open_state(scenario *one)
{
	const char *problem = scenario_open(one);
	if (problem)
		report("cannot be prepared: ", problem);
	return !problem;
}

static void close_state(scenario *one)
{
	if (scenario_close(one) != 0)
		report("the state has not given back all memory", "");
}

/* Runs it once. Returns whether so many requests were made that one has failed. */
static bool run_once(scenario *one, hostile_mode mode, long failing)
{
	static const char *const names[] = {"once", "twice", "all"};
	snprintf(place, sizeof place, "%s, %s, request %ld", one->name, names[mode], failing);
	alarm(LONGEST_RUN);
	const char *text = scenario_run(one, mode, failing);
	bool has_failed = failing && one->memory.asked >= failing;
	runs++;
	if (text && !has_failed)
		report("without a failure it ends with ", text);
	/* Of a stack that cannot grow most Luas tell so. */
	else if (text && !strstr(text, "memory") && !strstr(text, "stack overflow"))
		report("the error does not tell of memory: ", text);
	return has_failed;
}

/* With the first, the second ... request failing; returns how many there are. */
static long run_mode(scenario *one, hostile_mode mode)
{
	bool has_failed = true;
	long failing = 0;
	while (has_failed) {
		failing++;
		if (one->is_fresh || is_full) {
			close_state(one);
			if (!open_state(one))
				break;
		}
		has_failed = run_once(one, mode, failing);
		/* As in a program that goes on; not each time, for it takes as long as the scenario. */
		if (failing % 8 == 0)
			lua_gc(one->L, LUA_GCCOLLECT, 0);
		alarm(0);
	}
	return failing - 1;
}

/* Returns whether it was as it should be. */
static bool torture(scenario *one)
{
	long before = problems;
	long asked = 0;
	snprintf(place, sizeof place, "%s", one->name);
	if (open_state(one) && (is_full || !one->is_long)) {
		/* What is kept for good is asked for now. */
		run_once(one, HOSTILE_ONCE, 0);
		for (hostile_mode mode = HOSTILE_ONCE; mode <= HOSTILE_ALL && one->L; mode++)
			asked += run_mode(one, mode);
	}
	close_state(one);
	printf("%-24s %6ld requests for memory\n", one->name, asked);
	fflush(stdout);
	return problems == before;
}

static bool is_chosen(const char *name, int count, char **names)
{
	for (int index = 0; index < count; index++)
		if (strcmp(names[index], name) == 0)
			return true;
	return count == 0;
}

int main(int count, char **names)
{
	int port;
	pid_t server = server_start(&port);
	size_t done = 0;
	size_t failed = 0;
	is_full = count > 1 && strcmp(names[1], "--full") == 0;
	int options = is_full ? 2 : 1;
	/* For the names of functions in what LeakSanitizer reports at the end. */
	if (getenv("SBX_KEEP_MODULE"))
		dlopen(SBX_LUA_TREE "/" SBX_LUA_VERSION "/sandbox_sdk/core.so", RTLD_LAZY | RTLD_NODELETE);
	signal(SIGALRM, on_signal);
	for (char **each = scenario_names(); *each; each++) {
		scenario one = {.name = *each, .port = port};
		if (!is_chosen(*each, count - options, names + options))
			continue;
		failed += !torture(&one);
		done++;
	}
	kill(server, SIGKILL);
	printf("%s: %zu scenarios, %ld runs\n", LUA_VERSION, done, runs);
	printf("%zu passed, %zu failed\n", done - failed, failed);
	return failed || !done;
}
