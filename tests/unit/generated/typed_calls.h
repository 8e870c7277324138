/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * A table of all typed functions, for tests that call each.
 */
#ifndef SBX_TESTS_UNIT_TYPED_CALLS_H
#define SBX_TESTS_UNIT_TYPED_CALLS_H

#include <sandbox_sdk.h>

/* What is wrong with the arguments. */
typedef enum typed_lie {
	TYPED_TRUTH,
	TYPED_PARAMS,  /* a params struct, where there is one, of no size */
	TYPED_MEMBERS, /* a struct within it, where there is one, of no size */
} typed_lie;

typedef struct typed_call {
	const char *name; /* of the operation */
	int has_params;
	int has_members;
	/* Each gives what the function returned, and frees what it gave out. */
	sbx_status (*call)(sbx_client *client, typed_lie lie, int taken, sbx_error **error);
	sbx_status (*start)(sbx_client *client, typed_lie lie, sbx_call **call, sbx_error **error);
	sbx_status (*result)(const sbx_call *call, int taken, sbx_error **error);
} typed_call;

extern const typed_call typed_calls[];
extern const size_t typed_calls_count;

#endif
