/*
 * Several requests that are one call to the caller: they share its options and its deadline, and what waits between
 * them can be interrupted as a request can.
 */
#ifndef SBX_LIB_STEPS_H
#define SBX_LIB_STEPS_H

#include <sandbox_sdk/client.h>
#include <sandbox_sdk/request_options.h>
#include <stdint.h>

typedef struct sbx__steps {
	sbx_client *client;
	sbx_request_options options; /* the caller's, without what belongs to one request */
	int64_t deadline;            /* on the client's platform; SBX__NEVER: none */
	void *kept;                  /* copies of what the caller passed; NULL: none */
	void *kept_credentials;
	sbx_json *kept_query;
} sbx__steps;

/* Begins a call of several requests. All pointers in `options` must stay as long as the steps. */
sbx_status sbx__steps_init(sbx__steps *steps, sbx_client *client, const sbx_request_options *options,
                           sbx_error **error);
/* Copies what the options point to and the caller may take away. */
sbx_status sbx__steps_keep(sbx__steps *steps, sbx_error **error);
/* Frees the copies. */
void sbx__steps_let_go(sbx__steps *steps);
/* Begins what cleans up after a call that failed: nothing interrupts it, and it takes so many seconds at most. */
void sbx__steps_init_cleanup(sbx__steps *steps, sbx_client *client, double seconds);
/* The options of the next request, with the time that is left. */
sbx_status sbx__steps_next(const sbx__steps *steps, sbx_request_options *options, sbx_error **error);
/* Waits so many seconds; SBX_ERROR_TIMEOUT, SBX_ERROR_CANCELLED or SBX_ERROR_CLOSED where the call ends first. */
sbx_status sbx__steps_wait(const sbx__steps *steps, double seconds, sbx_error **error);
/* SBX_ERROR_TIMEOUT where the time of the whole call is over. */
sbx_status sbx__steps_check_time(const sbx__steps *steps, sbx_error **error);
/* The time on the client's platform. */
int64_t sbx__steps_now(const sbx__steps *steps);

#endif
