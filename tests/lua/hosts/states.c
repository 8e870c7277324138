/*
 * Usage: lua-states-VERSION [ROUNDS]
 * Runs the scenarios as hosts do: in states of several threads, each with its own; in states one after the other and
 * side by side, closed with all that is in use; and in a state that goes from thread to thread.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenario.h"
#include "server.h"

#define THREADS 4
#define PARTS 5
/* Of Lua, from one collection to the next. */
#define INSTRUCTIONS 3
#define MOST_SCENARIOS 64
/* How long it may take, in seconds. */
#define LONGEST 300

static int port;
static char **names;
static int rounds = 2;
static atomic_int problems;

static void check(const scenario *one, const char *problem)
{
	if (!problem)
		return;
	atomic_fetch_add(&problems, 1);
	printf("✗ %s: %s\n", one->name, problem);
}

static void close_state(scenario *one)
{
	check(one, scenario_close(one) ? "the state has not given back all memory" : NULL);
}

static void run(scenario *one)
{
	if (one->L)
		check(one, scenario_run(one, HOSTILE_ONCE, 0));
}

static void one_after_the_other(void)
{
	for (char **each = names; *each; each++) {
		scenario one = {.name = *each, .port = port};
		check(&one, scenario_open(&one));
		run(&one);
		run(&one);
		close_state(&one);
	}
}

static void side_by_side(void)
{
	static scenario all[MOST_SCENARIOS];
	int count = 0;
	for (char **each = names; *each; each++, count++) {
		all[count] = (scenario){.name = *each, .port = port};
		check(&all[count], scenario_open(&all[count]));
	}
	for (int round = 0; round < rounds; round++)
		for (int index = 0; index < count; index++)
			run(&all[index]);
	/* Neither in the order of their making nor in the opposite one. */
	for (int index = 0; index < count; index += 2)
		close_state(&all[index]);
	for (int index = 1; index < count; index += 2)
		close_state(&all[index]);
}

static void *in_thread(void *unused)
{
	for (int round = 0; round < rounds; round++)
		one_after_the_other();
	return unused;
}

/* TSan does not see the loader's lock: for it the module is loaded once, and nothing of it done yet. */
static void load_module(void)
{
#ifdef __SANITIZE_THREAD__
	if (!dlopen(SBX_LUA_TREE "/" SBX_LUA_VERSION "/sandbox_sdk/core.so", RTLD_LAZY))
		abort();
#endif
}

static void in_threads(void)
{
	pthread_t threads[THREADS];
	for (int index = 0; index < THREADS; index++)
		if (pthread_create(&threads[index], NULL, in_thread, NULL) != 0)
			abort();
	for (int index = 0; index < THREADS; index++)
		pthread_join(threads[index], NULL);
}

static void *run_moved(void *one)
{
	run(one);
	return NULL;
}

static void *close_moved(void *one)
{
	close_state(one);
	return NULL;
}

static void elsewhere(void *(*function)(void *), scenario *one)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, function, one) != 0)
		abort();
	pthread_join(thread, NULL);
}

static void from_thread_to_thread(void)
{
	for (char **each = names; *each; each++) {
		scenario one = {.name = *each, .port = port};
		check(&one, scenario_open(&one));
		elsewhere(run_moved, &one);
		run(&one);
		elsewhere(run_moved, &one);
		elsewhere(close_moved, &one);
	}
}

static void collect_all(lua_State *L, lua_Debug *unused)
{
	(void)unused;
	lua_gc(L, LUA_GCCOLLECT, 0);
}

/* Everything is collected again and again, wherever the program is. */
static void collect_by_hook(lua_State *L)
{
	lua_sethook(L, collect_all, LUA_MASKCOUNT, INSTRUCTIONS);
}

/* A cycle begins when the one before has ended, and each step does much. */
static void collect_without_pause(lua_State *L)
{
#ifdef LUA_GCSETPAUSE
	lua_gc(L, LUA_GCSETPAUSE, 0);
	lua_gc(L, LUA_GCSETSTEPMUL, 1000);
#else
	lua_gc(L, LUA_GCPARAM, LUA_GCPPAUSE, 0);
	lua_gc(L, LUA_GCPARAM, LUA_GCPSTEPMUL, 1000);
#endif
}

static void collect_by_generation(lua_State *L)
{
#if LUA_VERSION_NUM >= 504
	lua_gc(L, LUA_GCGEN, 0, 0);
#elif defined(LUA_GCGEN)
	lua_gc(L, LUA_GCGEN, 0);
#else
	(void)L;
#endif
}

static void under_collectors(void)
{
	static void (*const collectors[])(lua_State *L) = {collect_by_hook, collect_without_pause,
	                                                   collect_by_generation};
	for (char **each = names; *each; each++)
		for (size_t index = 0; index < sizeof collectors / sizeof collectors[0]; index++) {
			scenario one = {.name = *each, .port = port};
			check(&one, scenario_open(&one));
			if (one.L)
				collectors[index](one.L);
			for (int round = 0; round < rounds; round++)
				run(&one);
			close_state(&one);
		}
}

/* Returns whether it was as it should be. */
static bool part(const char *name, void (*function)(void))
{
	int before = atomic_load(&problems);
	function();
	bool is_good = atomic_load(&problems) == before;
	printf("%s %s\n", is_good ? "✓" : "✗", name);
	fflush(stdout);
	return is_good;
}

int main(int count, char **arguments)
{
	pid_t server = server_start(&port);
	int passed = 0;
	if (count > 1)
		rounds = atoi(arguments[1]);
	names = scenario_names();
	alarm(LONGEST);
	load_module();
	/* First, so that the threads also do for the first time what is done once. */
	passed += part("in several threads", in_threads);
	passed += part("one after the other", one_after_the_other);
	passed += part("side by side", side_by_side);
	passed += part("from thread to thread", from_thread_to_thread);
	passed += part("under collectors that never rest", under_collectors);
	kill(server, SIGKILL);
	printf("%s: %d passed, %d failed\n", LUA_VERSION, passed, PARTS - passed);
	return passed != PARTS;
}
