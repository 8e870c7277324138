/*
 * A table of all exported functions that take a pointer, each called without anything. The build makes it of
 * abi/symbols.txt.
 */
#ifndef SBX_TESTS_UNIT_NULL_CALLS_H
#define SBX_TESTS_UNIT_NULL_CALLS_H

#include <sandbox_sdk.h>

typedef struct null_call {
	const char *name;
	int returns_status;
	int has_error; /* as its last argument */
	/* Calls it with `output` for all that receives a result and NULL for any other pointer. */
	sbx_status (*call)(void *output, sbx_error **error);
} null_call;

extern const null_call null_calls[];
extern const size_t null_calls_count;

#endif
