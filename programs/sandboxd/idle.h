/* Deletes sandboxes that nobody has used for long. Used is one while a request is about it; what runs in its background
 * does not count. After a restart of the server each has its whole time again. */
#ifndef SANDBOXD_IDLE_H
#define SANDBOXD_IDLE_H

#include <stdint.h>

struct idle;
struct service;

/* NULL when its thread cannot be started. */
struct idle *idle_start(struct service *service, int64_t seconds);
/* Returns when nothing is deleted any more. NULL is ignored, as it is by the other two. */
void idle_stop(struct idle *idle);

/* A request that is about this sandbox, or one that is not there, has begun and has ended. */
void idle_begin(struct idle *idle, const char *id);
void idle_end(struct idle *idle, const char *id);

#endif
