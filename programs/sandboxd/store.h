/* The database: which sandboxes, volumes and snapshots there are. Every change is on disk when its call returns. Safe
 * from any thread. */
#ifndef SANDBOXD_STORE_H
#define SANDBOXD_STORE_H

#include "failure.h"
#include "problem.h"
#include "sandbox.h"
#include "volume.h"

struct store;

/* Opens or creates the database in the state directory. `lasting` is false when the state need not outlive a power
 * failure. */
int store_open(struct store **out, const char *state, bool lasting, struct failure *failure);
/* A new database has no rows; that it lost them is seen by what else there is. It stays new, also at later starts,
 * until store_settle says that all is well. */
bool store_is_new(const struct store *store);
int store_settle(struct store *store, struct problem *problem);
void store_close(struct store *store);

/* Together with the volume that is the sandbox's /data. Fails with a conflict when the name is taken. */
int store_insert(struct store *store, const struct sandbox *sandbox, const struct volume *volume,
                 struct problem *problem);
/* Fails with a conflict when a sandbox has the name. */
int store_check_name(struct store *store, const char *name, struct problem *problem);
/* Fails with "not found". The result is freed with sandbox_free. */
int store_find(struct store *store, const char *id, struct sandbox *out, struct problem *problem);
/* How many there are that can be found. */
int store_count(struct store *store, int64_t *total, struct problem *problem);
/* Oldest first. Calls `each` for at most `limit` sandboxes from `offset` on. */
int store_list(struct store *store, int64_t offset, int64_t limit,
               void (*each)(void *context, const struct sandbox *sandbox), void *context, int64_t *total,
               struct problem *problem);
/* Hides the sandbox, frees its name and removes its volume; its row, and with it its uid, stays until store_remove. The
 * snapshot is what is left of the volume, or NULL: it is there from the moment on at which the sandbox is not. */
int store_hide(struct store *store, const char *id, const struct volume *snapshot, struct problem *problem);
/* Undoes store_hide, but for the snapshot, with what it was of: the sandbox could not be removed. When another one has
 * taken its name meanwhile it is called by its id. */
int store_show(struct store *store, const struct sandbox *sandbox, const struct volume *volume,
               struct problem *problem);
int store_remove(struct store *store, const char *id, struct problem *problem);
/* Calls `each` for every row, hidden ones included. */
int store_each(struct store *store, void (*each)(void *context, const char *id, uid_t uid, bool hidden), void *context,
               struct problem *problem);
bool store_uid_in_use(struct store *store, uid_t uid);

/* A volume of its own, or a snapshot. Fails with a conflict when the name is taken. */
int store_volume_insert(struct store *store, const struct volume *volume, struct problem *problem);
/* Fails with "not found". The result is freed with volume_free. */
int store_volume_find(struct store *store, const char *id, struct volume *out, struct problem *problem);
/* The volume that is a sandbox's /data; "not found" speaks of the sandbox. */
int store_volume_find_of_sandbox(struct store *store, const char *sandbox, struct volume *out, struct problem *problem);
/* Fails with a conflict when a volume or snapshot has the name. */
int store_volume_check_name(struct store *store, const char *name, struct problem *problem);
/* As store_list. */
int store_volume_list(struct store *store, int64_t offset, int64_t limit,
                      void (*each)(void *context, const struct volume *volume), void *context, int64_t *total,
                      struct problem *problem);
/* As for sandboxes. A sandbox's volume is not hidden on its own: that fails with "not found". */
int store_volume_hide(struct store *store, const char *id, struct problem *problem);
int store_volume_show(struct store *store, const struct volume *volume, struct problem *problem);
int store_volume_remove(struct store *store, const char *id, struct problem *problem);
/* Calls `each` for every volume and snapshot with files of its own, hidden ones included. */
int store_volume_each(struct store *store, void (*each)(void *context, const char *id, bool hidden), void *context,
                      struct problem *problem);

#endif
