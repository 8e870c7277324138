/*
 * Whether and when a request is sent again. Pure functions: no clock, no state.
 */
#ifndef SBX_LIB_RETRY_H
#define SBX_LIB_RETRY_H

#include <stdbool.h>

#include "headers.h"
#include "operation.h"

/* How an attempt ended. */
typedef enum sbx__attempt_end {
	SBX__ANSWERED,      /* a whole answer came */
	SBX__NOT_CONNECTED, /* no connection was made, or nothing can have left over it */
	SBX__LOST,          /* the connection was lost when something may have left */
	SBX__TIMED_OUT,     /* a wait took too long when something may have left */
	SBX__REFUSED, /* nothing of it was read, and nothing would be another time: a certificate is not trusted */
} sbx__attempt_end;

/* Whether the request should be sent again after an attempt that failed. `http_status` and `headers` are of the
 * answer. */
bool sbx__retry_wanted(sbx__safety safety, sbx__attempt_end end, int http_status, const sbx__headers *headers);

/* Whether the request may have been carried out although nothing says so. */
bool sbx__retry_outcome_unknown(sbx__safety safety, sbx__attempt_end end, int http_status);

/* What the server says of the wait, in seconds: `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110,
 * section 10.2.3), seen from `wall_clock`. SBX_DEFAULT: it says nothing. */
double sbx__retry_after(const sbx__headers *headers, double wall_clock);

/* The wait before the next attempt, in seconds. `retries` were made before; `random` is in [0, 1). */
double sbx__retry_wait(double retry_after, int retries, double random);

#endif
