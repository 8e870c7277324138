#include "store_private.h"

#include "disk_reserve.h"
#include "store_schema.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than there are. */
#define STATEMENTS_MAX 64

struct statement {
	const char *text;
	sqlite3_stmt *prepared;
};

struct store {
	sqlite3 *database;
	struct statement statements[STATEMENTS_MAX];
	pthread_mutex_t mutex;
	bool is_new;
	char state[PATH_MAX];
};

/* ---- open and close ---- */

int store_open(struct store **out, const char *state, bool lasting, struct failure *failure)
{
	char path[4200];
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	pthread_mutex_init(&store->mutex, NULL);
	snprintf(path, sizeof(path), "%s/state.db", state);
	snprintf(store->state, sizeof(store->state), "%s", state);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK) {
		store_schema_failure(store->database, path, failure);
		store_close(store);
		return -1;
	}
	if (store_schema_prepare(store->database, path, lasting, &store->is_new, failure) < 0) {
		store_close(store);
		return -1;
	}
	*out = store;
	return 0;
}

bool store_is_new(const struct store *store)
{
	return store->is_new;
}

int store_settle(struct store *store, struct problem *problem)
{
	if (!store->is_new)
		return 0;
	int code = store_schema_settle(store->database);
	if (code != SQLITE_OK)
		return store_problem(store, code, problem);
	store->is_new = false;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (int i = 0; i < STATEMENTS_MAX; i++)
		sqlite3_finalize(store->statements[i].prepared);
	sqlite3_close(store->database);
	pthread_mutex_destroy(&store->mutex);
	free(store);
}

/* ---- statements ---- */

sqlite3_stmt *store_statement(struct store *store, const char *text)
{
	struct statement *statement = store->statements;

	while (statement->text && statement->text != text)
		if (++statement == store->statements + STATEMENTS_MAX)
			return NULL;
	if (!statement->prepared && sqlite3_prepare_v3(store->database, text, -1, SQLITE_PREPARE_PERSISTENT,
	                                               &statement->prepared, NULL) == SQLITE_OK)
		statement->text = text;
	return statement->prepared;
}

void store_reset(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

sqlite3_stmt *store_begin(struct store *store, const char *text)
{
	pthread_mutex_lock(&store->mutex);
	return store_statement(store, text);
}

void store_end(struct store *store, sqlite3_stmt *statement)
{
	store_reset(statement);
	pthread_mutex_unlock(&store->mutex);
}

int store_changes(const struct store *store)
{
	return sqlite3_changes(store->database);
}

int store_query_count(struct store *store, const char *text, int64_t *count, struct problem *problem)
{
	sqlite3_stmt *statement = store_begin(store, text);
	int code = sqlite3_step(statement);
	int result = code == SQLITE_ROW ? 0 : store_problem(store, code, problem);
	if (result == 0)
		*count = sqlite3_column_int64(statement, 0);
	store_end(store, statement);
	return result;
}

char *store_copy_column(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? strdup((const char *)text) : NULL;
}

void store_read_column(sqlite3_stmt *statement, int column, char *text, size_t size)
{
	const unsigned char *found = sqlite3_column_text(statement, column);
	snprintf(text, size, "%s", found ? (const char *)found : "");
}

/* ---- changes ---- */

int store_problem(struct store *store, int code, struct problem *problem)
{
	if ((code & 0xFF) == SQLITE_FULL) {
		/* For what is tried again: a deletion. */
		disk_reserve_give_up(store->state);
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	}
	log_line("the database failed: %s; see its disk", sqlite3_errmsg(store->database));
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server's database failed");
}

int store_check_place(struct store *store, struct problem *problem)
{
	int moved = 0;

	if (sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
		return 0;
	log_line("the database state.db was removed or replaced; put it back and start sandboxd again");
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server's database was removed");
}

static int run(struct store *store, const char *text)
{
	sqlite3_stmt *statement = store_statement(store, text);
	int code = sqlite3_step(statement);
	sqlite3_reset(statement);
	return code;
}

int store_transaction_begin(struct store *store, struct problem *problem)
{
	static const char begin[] = "BEGIN IMMEDIATE";

	pthread_mutex_lock(&store->mutex);
	if (store_check_place(store, problem) < 0) {
		pthread_mutex_unlock(&store->mutex);
		return -1;
	}
	int code = run(store, begin);
	if (code == SQLITE_DONE)
		return 0;
	store_problem(store, code, problem);
	pthread_mutex_unlock(&store->mutex);
	return -1;
}

int store_transaction_end(struct store *store, int result, struct problem *problem)
{
	static const char commit[] = "COMMIT", rollback[] = "ROLLBACK";

	if (result == 0) {
		int code = run(store, commit);
		if (code != SQLITE_DONE)
			result = store_problem(store, code, problem);
	}
	/* Some failures, such as a full disk, have undone the transaction already. */
	if (!sqlite3_get_autocommit(store->database))
		run(store, rollback);
	pthread_mutex_unlock(&store->mutex);
	return result;
}
