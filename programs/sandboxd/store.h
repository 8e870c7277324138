/* The database: which sandboxes there are. Every change is on disk when its call returns. Safe from any thread. */
#ifndef SANDBOXD_STORE_H
#define SANDBOXD_STORE_H

#include "failure.h"
#include "problem.h"
#include "sandbox.h"

struct store;

/* Opens or creates the database in the state directory. `lasting` is false when the state need not outlive a power
 * failure. */
int store_open(struct store **out, const char *state, bool lasting, struct failure *failure);
/* A new database has no rows; that it lost them is seen by what else there is. It stays new, also at later starts,
 * until store_settle says that all is well. */
bool store_is_new(const struct store *store);
int store_settle(struct store *store, struct problem *problem);
void store_close(struct store *store);

/* Fails with a conflict when the name is taken. */
int store_insert(struct store *store, const struct sandbox *sandbox, struct problem *problem);
/* Fails with "not found". The result is freed with sandbox_free. */
int store_find(struct store *store, const char *id, struct sandbox *out, struct problem *problem);
/* Oldest first. Calls `each` for at most `limit` sandboxes from `offset` on. */
int store_list(struct store *store, int64_t offset, int64_t limit,
               void (*each)(void *context, const struct sandbox *sandbox), void *context, int64_t *total,
               struct problem *problem);
/* Hides the sandbox and frees its name; its row, and with it its uid, stays until store_remove. */
int store_hide(struct store *store, const char *id, struct problem *problem);
int store_remove(struct store *store, const char *id, struct problem *problem);
/* Calls `each` for every row, hidden ones included. */
int store_each(struct store *store, void (*each)(void *context, const char *id, uid_t uid, bool hidden), void *context,
               struct problem *problem);
bool store_uid_in_use(struct store *store, uid_t uid);

#endif
