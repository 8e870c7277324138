/* What the database looks like, and how one of an earlier version becomes one of this version. */
#ifndef SANDBOXD_STORE_SCHEMA_H
#define SANDBOXD_STORE_SCHEMA_H

#include "failure.h"

#include <sqlite3.h>
#include <stdbool.h>

/* Checks the database and brings it to this version's schema. `is_new` says whether it had none. */
int store_schema_prepare(sqlite3 *database, const char *path, bool lasting, bool *is_new, struct failure *failure);
/* Marks a new database as one that is in use. Returns SQLite's code. */
int store_schema_settle(sqlite3 *database);
/* The failure of a database that cannot be used. Returns -1. */
int store_schema_failure(sqlite3 *database, const char *path, struct failure *failure);

#endif
