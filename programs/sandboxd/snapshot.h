/* Taking a snapshot of a volume, step by step: its files; its row is its caller's to write. */
#ifndef SANDBOXD_SNAPSHOT_H
#define SANDBOXD_SNAPSHOT_H

#include "request.h"

/* Stops the processes of the sandbox that uses the volume, if one does. Once it has succeeded snapshot_continue is due,
 * whatever else fails. */
int snapshot_stop(struct service *service, const struct volume *source, struct problem *problem);
void snapshot_continue(struct service *service, const struct volume *source);

/* Writes what the sandbox has written to the disk, unless it is to be quick, and copies the volume. Gives up, and
 * leaves nothing, when the use is cancelled. */
int snapshot_copy(struct service *service, const struct volume *source, const struct volume *snapshot, bool quick,
                  struct use *use, struct problem *problem);
/* The copy is on the disk when this returns. */
int snapshot_settle(struct service *service, struct problem *problem);
/* Removes the copy again. */
void snapshot_discard(struct service *service, const struct volume *snapshot);
/* The problem of one that was given up. */
int snapshot_cancelled(struct problem *problem);

#endif
