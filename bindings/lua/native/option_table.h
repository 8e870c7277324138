/*
 * Tables of options read by a list of their names: where each value goes in a struct, and how it is read.
 *
 * What a struct points to is owned by the table's values or by userdata that are pushed: the stack is left as it is
 * until the struct has been used.
 */
#ifndef SBX_LUA_OPTION_TABLE_H
#define SBX_LUA_OPTION_TABLE_H

#include <sandbox_sdk/common.h>
#include <stdbool.h>
#include <stddef.h>

#include "compat.h"
#include "refusal.h"

/* A reading under way: which option, and where its value lies on the stack. */
typedef struct sbx_lua_reading {
	lua_State *L;
	int value;
	const char *name; /* of the option, for the refusal; "" for a whole table */
	sbx_lua_refusal *refusal;
} sbx_lua_reading;

/* An option's name, how its value is read, and where it goes in the struct. A list of them ends with a name of NULL. */
typedef struct sbx_lua_option {
	const char *name;
	bool (*read)(const sbx_lua_reading *from, void *target);
	size_t offset;
} sbx_lua_option;

/* Reads each member of a table into its place in a struct. The values stay on the stack. */
bool sbx_lua_read_table(const sbx_lua_reading *from, const sbx_lua_option *options, void *target);

/* The same for the table, or nil for none, at an index, as a whole. */
bool sbx_lua_read_option_table(lua_State *L, int index, const sbx_lua_option *options, void *target,
                               sbx_lua_refusal *refusal);

/* Reads the string at an index: an argument of that name. */
bool sbx_lua_read_text(lua_State *L, int index, const char *name, const char **text, sbx_lua_refusal *refusal);

/* All timeouts as one, and each: neighbours in the structs that have them. */
typedef struct sbx_lua_timeouts {
	double all;
	double connect;
	double read;
	double write;
	double pool;
} sbx_lua_timeouts;

/* One number for all phases, or a table with one for each. */
bool sbx_lua_option_timeouts(const sbx_lua_reading *from, void *target); /* sbx_lua_timeouts */

#define SBX_LUA_CHECK_NEIGHBOURS(type, headers_member, count_member) \
	_Static_assert(offsetof(type, count_member) - offsetof(type, headers_member) == \
	                       offsetof(sbx_lua_pairs, count), \
	               "a struct's headers and their number are neighbours"); \
	_Static_assert(offsetof(type, pool_timeout) - offsetof(type, timeout) == offsetof(sbx_lua_timeouts, pool), \
	               "a struct's timeouts are neighbours")

/* One of a few texts, whose list ends with a NULL. */
typedef struct sbx_lua_choice {
	const char *text;
	int number;
} sbx_lua_choice;

/* Reads the number of a choice; `wanted` tells a person of them all. */
bool sbx_lua_option_choice(const sbx_lua_reading *from, int *number, const sbx_lua_choice *choices, const char *wanted);

/* The option of a name; NULL where there is none. */
const sbx_lua_option *sbx_lua_find_option(const sbx_lua_option *options, const char *name);
/* Reads the value at `from` into the option's place in a struct. */
bool sbx_lua_read_one(const sbx_lua_reading *from, const sbx_lua_option *option, void *target);

/* Refuses a value that is not of the type that is wanted, such as "a string". Returns false. */
bool sbx_lua_refuse_option(const sbx_lua_reading *from, const char *wanted);

/* Readers of one value. */
bool sbx_lua_option_text(const sbx_lua_reading *from, void *target);    /* const char * */
bool sbx_lua_option_seconds(const sbx_lua_reading *from, void *target); /* double; false and math.huge: for ever */
bool sbx_lua_option_count(const sbx_lua_reading *from, void *target);   /* int, from 0 */
bool sbx_lua_option_amount(const sbx_lua_reading *from, void *target);  /* int64_t, from 0 */
bool sbx_lua_option_flag(const sbx_lua_reading *from, void *target);    /* sbx_flag */
bool sbx_lua_option_object(const sbx_lua_reading *from, void *target);  /* const sbx_json * */

/* Pairs and how many: neighbours in the structs that have them. */
typedef struct sbx_lua_pairs {
	const sbx_pair *pairs;
	size_t count;
} sbx_lua_pairs;

/* Both read a table of strings into an sbx_lua_pairs. A header may be `false` as well: a pair without a value. */
bool sbx_lua_option_pairs(const sbx_lua_reading *from, void *target);
bool sbx_lua_option_headers(const sbx_lua_reading *from, void *target);

#endif
