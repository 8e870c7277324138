/*
 * A scenario: a Lua file of tests/lua/hosts/scenarios, which finds the URL of a server in the global `server`, and
 * returns the function that is run. Behind it it may return "fresh", to be run in a new state each time, or "long".
 */
#ifndef TESTS_LUA_SCENARIO_H
#define TESTS_LUA_SCENARIO_H

#include "hostile.h"

typedef struct scenario {
	const char *name;
	int port; /* of the server */
	lua_State *L;
	hostile memory;
	int function; /* in the registry */
	bool is_fresh;
	bool is_long;
} scenario;

/* Makes a state in which the scenario can be run. Returns NULL, or what went wrong, which stays until the next call. */
const char *scenario_open(scenario *one);

/* Runs it once, with requests for memory failing. Returns NULL, or what the error says, which stays until the next run.
 */
const char *scenario_run(scenario *one, hostile_mode mode, long failing);

/* Closes the state. Returns how many blocks of memory it has not given back. */
long scenario_close(scenario *one);

/* The names of all scenarios, which stay; NULL behind the last. */
char **scenario_names(void);

#endif
