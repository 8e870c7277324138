/* Brings the database and the files of sandboxes and volumes into agreement after a server that was killed. */
#ifndef SANDBOXD_RECONCILE_H
#define SANDBOXD_RECONCILE_H

#include "engine.h"
#include "failure.h"
#include "store.h"

int reconcile(struct engine *engine, struct store *store, struct failure *failure);

#endif
