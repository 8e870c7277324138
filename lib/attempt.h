/*
 * Telling the client's hook of the attempts of its calls.
 */
#ifndef SBX_LIB_ATTEMPT_H
#define SBX_LIB_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct sbx__call;

/* What has to be kept of an attempt until it is told: by then a redirect or retry has changed the request. */
typedef struct sbx__attempt_record {
	bool open; /* there is a hook, and it has not been told of the attempt */
	char *url;
	const char *method;
	double started; /* seconds since 1970 */
	int64_t began;
	int redirects;
} sbx__attempt_record;

/* An attempt begins. Nothing to do without a hook. */
void sbx__attempt_begin(struct sbx__call *call);
/* It is over, and the call has decided what follows. Nothing to do when that was told. */
void sbx__attempt_tell(struct sbx__call *call);
void sbx__attempt_forget(struct sbx__call *call);

#endif
