/* What the store's own files share: the connection, its statements, and the order in which they are used. */
#ifndef SANDBOXD_STORE_PRIVATE_H
#define SANDBOXD_STORE_PRIVATE_H

#include "store.h"

#include <sqlite3.h>

/* Runs of one statement are between these two, which hold the store. The text has static storage: its address stands
 * for the statement, which is prepared once. NULL, when it cannot be, is what SQLite's functions refuse. */
sqlite3_stmt *store_begin(struct store *store, const char *text);
void store_end(struct store *store, sqlite3_stmt *statement);

/* Changes that happen together, and are on disk after one write, are between these two, which hold the store. When the
 * first one fails the second one is not due. */
int store_transaction_begin(struct store *store, struct problem *problem);
/* Keeps the changes when `result` is 0 and undoes them otherwise. Returns `result`, or -1 when they could not be kept.
 */
int store_transaction_end(struct store *store, int result, struct problem *problem);
/* A statement within a transaction; store_reset when it has run. */
sqlite3_stmt *store_statement(struct store *store, const char *text);
void store_reset(sqlite3_stmt *statement);

/* How many rows the last change has touched. */
int store_changes(const struct store *store);
/* A change to a database file that has no name any more would be lost with the server. Not needed in a transaction,
 * which asks by itself. */
int store_check_place(struct store *store, struct problem *problem);
/* The one number that a query gives. */
int store_query_count(struct store *store, const char *text, int64_t *count, struct problem *problem);
/* The problem of a statement that ended with this code. */
int store_problem(struct store *store, int code, struct problem *problem);
/* NULL where the column is, or when there is no memory. */
char *store_copy_column(sqlite3_stmt *statement, int column);
/* The same into an array, cut to its size; empty where the column is NULL. */
void store_read_column(sqlite3_stmt *statement, int column, char *text, size_t size);

/* Within the transaction that makes or hides a sandbox. */
int store_volume_insert_within(struct store *store, const struct volume *volume, struct problem *problem);
int store_volume_remove_of_sandbox_within(struct store *store, const char *sandbox, struct problem *problem);

#endif
