/* How many commands run at once. Who comes when they are that many waits in a queue, first come, first served. */
#ifndef SANDBOXD_ADMISSION_H
#define SANDBOXD_ADMISSION_H

#include "problem.h"

struct admission;

/* NULL when there is no memory. */
struct admission *admission_new(unsigned int running_max, int wait_seconds);
void admission_free(struct admission *admission);

/* Waits for a place. Fails with "rate limited" when the queue is too long or the wait was, and with "unavailable" when
 * the client has gone away or the server stops. */
int admission_enter(struct admission *admission, int client, struct problem *problem);
void admission_leave(struct admission *admission);
/* Ends all waiting, now and later. */
void admission_stop(struct admission *admission);

void admission_count(struct admission *admission, unsigned int *running, unsigned int *waiting);

#endif
