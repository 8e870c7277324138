#include "store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_VERSION 1

#define COLUMNS "id, name, image, created_ms, cpus, memory, storage, environment, uid, gid"

enum statement { INSERT, FIND, COUNT, LIST, HIDE, REMOVE, EACH, UID, STATEMENTS };

static const char *const statement_text[STATEMENTS] = {
        [INSERT] = "INSERT INTO sandboxes (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [FIND] = "SELECT " COLUMNS " FROM sandboxes WHERE id = ? AND hidden = 0",
        [COUNT] = "SELECT count(*) FROM sandboxes WHERE hidden = 0",
        [LIST] = "SELECT " COLUMNS " FROM sandboxes WHERE hidden = 0 ORDER BY number LIMIT ? OFFSET ?",
        [HIDE] = "UPDATE sandboxes SET hidden = 1, name = NULL WHERE id = ? AND hidden = 0",
        [REMOVE] = "DELETE FROM sandboxes WHERE id = ?",
        [EACH] = "SELECT id, uid, hidden FROM sandboxes ORDER BY number",
        [UID] = "SELECT 1 FROM sandboxes WHERE uid = ?",
};

/* A name is unique among the sandboxes that are not hidden: hiding one sets its name to NULL. */
static const char schema[] = "CREATE TABLE IF NOT EXISTS sandboxes ("
                             " number INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " id TEXT NOT NULL UNIQUE,"
                             " name TEXT UNIQUE,"
                             " image TEXT,"
                             " created_ms INTEGER NOT NULL,"
                             " cpus INTEGER NOT NULL,"
                             " memory INTEGER NOT NULL,"
                             " storage INTEGER NOT NULL,"
                             " environment BLOB,"
                             " uid INTEGER NOT NULL,"
                             " gid INTEGER NOT NULL,"
                             " hidden INTEGER NOT NULL DEFAULT 0);"
                             "CREATE INDEX IF NOT EXISTS sandboxes_uid ON sandboxes (uid);"
                             "CREATE INDEX IF NOT EXISTS sandboxes_visible ON sandboxes (hidden, number);";

struct store {
	sqlite3 *database;
	sqlite3_stmt *statements[STATEMENTS];
	pthread_mutex_t mutex;
	bool is_new;
};

/* One line on the first row and column of a query; -1 when there is none. */
static int query_integer(sqlite3 *database, const char *text)
{
	sqlite3_stmt *statement = NULL;
	int value = -1;
	if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static bool is_sound(sqlite3 *database)
{
	sqlite3_stmt *statement = NULL;
	bool sound = sqlite3_prepare_v2(database, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
	             sqlite3_step(statement) == SQLITE_ROW &&
	             strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
	sqlite3_finalize(statement);
	return sound;
}

static int broken(sqlite3 *database, const char *path, struct failure *failure)
{
	return failure_set(failure, FAILURE_STATE,
	                   "the database %s cannot be used (%s); restore it from a copy or start with another --state",
	                   path, database ? sqlite3_errmsg(database) : "out of memory");
}

static int prepare(struct store *store, const char *path, bool lasting, struct failure *failure)
{
	sqlite3 *database = store->database;
	/* FULL: a commit is on disk before its answer is sent, so that a power failure loses nothing acknowledged
	 * either. */
	const char *mode = lasting ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	                           : "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;";

	if (sqlite3_exec(database, mode, NULL, NULL, NULL) != SQLITE_OK)
		return broken(database, path, failure);
	int version = query_integer(database, "PRAGMA user_version");
	if (version > SCHEMA_VERSION)
		return failure_set(
		        failure, FAILURE_STATE,
		        "the database %s was written by a newer sandboxd; use that version or another --state", path);
	if (version != 0 && !is_sound(database))
		return failure_set(failure, FAILURE_STATE,
		                   "the database %s is damaged; restore it from a copy or start with another --state",
		                   path);
	store->is_new = version == 0;
	if (store->is_new && sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK)
		return broken(database, path, failure);
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(database, statement_text[i], -1, SQLITE_PREPARE_PERSISTENT,
		                       &store->statements[i], NULL) != SQLITE_OK)
			return broken(database, path, failure);
	return 0;
}

int store_open(struct store **out, const char *state, bool lasting, struct failure *failure)
{
	char path[4200];
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	pthread_mutex_init(&store->mutex, NULL);
	snprintf(path, sizeof(path), "%s/state.db", state);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK) {
		broken(store->database, path, failure);
		store_close(store);
		return -1;
	}
	if (prepare(store, path, lasting, failure) < 0) {
		store_close(store);
		return -1;
	}
	*out = store;
	return 0;
}

static int database_problem(struct store *store, int code, struct problem *problem)
{
	if ((code & 0xFF) == SQLITE_FULL)
		return problem_set(problem, PROBLEM_STORAGE, NULL, "the server's disk is full");
	log_line("the database failed: %s; see its disk", sqlite3_errmsg(store->database));
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server's database failed");
}

bool store_is_new(const struct store *store)
{
	return store->is_new;
}

int store_settle(struct store *store, struct problem *problem)
{
	if (!store->is_new)
		return 0;
	int code = sqlite3_exec(store->database, "PRAGMA user_version = 1", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return database_problem(store, code, problem);
	store->is_new = false;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->database);
	pthread_mutex_destroy(&store->mutex);
	free(store);
}

/* Every operation runs between these two. */
static sqlite3_stmt *begin(struct store *store, enum statement which)
{
	pthread_mutex_lock(&store->mutex);
	return store->statements[which];
}

static void end(struct store *store, sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	pthread_mutex_unlock(&store->mutex);
}

/* A change to a database file that has no name any more would be lost with the server. */
static int check_place(struct store *store, struct problem *problem)
{
	int moved = 0;

	if (sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
		return 0;
	log_line("the database state.db was removed or replaced; put it back and start sandboxd again");
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server's database was removed");
}

int store_insert(struct store *store, const struct sandbox *sandbox, struct problem *problem)
{
	sqlite3_stmt *statement = begin(store, INSERT);
	int result;

	sqlite3_bind_text(statement, 1, sandbox->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, sandbox->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, sandbox->image, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, sandbox->created_ms);
	sqlite3_bind_int64(statement, 5, sandbox->cpus);
	sqlite3_bind_int64(statement, 6, sandbox->memory);
	sqlite3_bind_int64(statement, 7, sandbox->storage);
	sqlite3_bind_blob(statement, 8, sandbox->environment.data, (int)sandbox->environment.length, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 9, sandbox->uid);
	sqlite3_bind_int64(statement, 10, sandbox->gid);
	result = check_place(store, problem);
	int code = result < 0 ? SQLITE_DONE : sqlite3_step(statement);
	if (code == SQLITE_CONSTRAINT_UNIQUE)
		result = problem_set(problem, PROBLEM_CONFLICT, "name", "a sandbox named \"%s\" exists already",
		                     sandbox->name);
	else if (code != SQLITE_DONE)
		result = database_problem(store, code, problem);
	end(store, statement);
	return result;
}

static char *column_copy(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? strdup((const char *)text) : NULL;
}

static void read_row(sqlite3_stmt *row, struct sandbox *sandbox)
{
	*sandbox = (struct sandbox){0};
	snprintf(sandbox->id, sizeof(sandbox->id), "%s", (const char *)sqlite3_column_text(row, 0));
	sandbox->name = column_copy(row, 1);
	sandbox->image = column_copy(row, 2);
	sandbox->created_ms = sqlite3_column_int64(row, 3);
	sandbox->cpus = sqlite3_column_int64(row, 4);
	sandbox->memory = sqlite3_column_int64(row, 5);
	sandbox->storage = sqlite3_column_int64(row, 6);
	sbx__buffer_append(&sandbox->environment, sqlite3_column_blob(row, 7), (size_t)sqlite3_column_bytes(row, 7));
	sandbox->uid = (uid_t)sqlite3_column_int64(row, 8);
	sandbox->gid = (gid_t)sqlite3_column_int64(row, 9);
}

int store_find(struct store *store, const char *id, struct sandbox *out, struct problem *problem)
{
	sqlite3_stmt *statement = begin(store, FIND);
	int result = 0;

	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		struct sandbox sandbox;
		read_row(statement, &sandbox);
		if (!sandbox.name || sandbox.environment.failed) {
			sandbox_free(&sandbox);
			result = problem_memory(problem);
		} else {
			*out = sandbox;
		}
	} else if (code == SQLITE_DONE) {
		result = problem_set(problem, PROBLEM_NOT_FOUND, NULL, "there is no sandbox \"%.64s\"", id);
	} else {
		result = database_problem(store, code, problem);
	}
	end(store, statement);
	return result;
}

static int count(struct store *store, int64_t *total, struct problem *problem)
{
	sqlite3_stmt *statement = begin(store, COUNT);
	int code = sqlite3_step(statement);
	int result = code == SQLITE_ROW ? 0 : database_problem(store, code, problem);
	if (result == 0)
		*total = sqlite3_column_int64(statement, 0);
	end(store, statement);
	return result;
}

int store_list(struct store *store, int64_t offset, int64_t limit,
               void (*each)(void *context, const struct sandbox *sandbox), void *context, int64_t *total,
               struct problem *problem)
{
	int code;
	if (count(store, total, problem) < 0)
		return -1;
	sqlite3_stmt *statement = begin(store, LIST);
	sqlite3_bind_int64(statement, 1, limit);
	sqlite3_bind_int64(statement, 2, offset);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct sandbox sandbox;
		read_row(statement, &sandbox);
		each(context, &sandbox);
		sandbox_free(&sandbox);
	}
	int result = code == SQLITE_DONE ? 0 : database_problem(store, code, problem);
	end(store, statement);
	return result;
}

static int change_one(struct store *store, enum statement which, const char *id, struct problem *problem)
{
	sqlite3_stmt *statement = begin(store, which);
	int result = check_place(store, problem);

	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	int code = result < 0 ? SQLITE_DONE : sqlite3_step(statement);
	if (code != SQLITE_DONE)
		result = database_problem(store, code, problem);
	else if (result == 0 && sqlite3_changes(store->database) == 0)
		result = problem_set(problem, PROBLEM_NOT_FOUND, NULL, "there is no sandbox \"%.64s\"", id);
	end(store, statement);
	return result;
}

int store_hide(struct store *store, const char *id, struct problem *problem)
{
	return change_one(store, HIDE, id, problem);
}

int store_remove(struct store *store, const char *id, struct problem *problem)
{
	return change_one(store, REMOVE, id, problem);
}

int store_each(struct store *store, void (*each)(void *context, const char *id, uid_t uid, bool hidden), void *context,
               struct problem *problem)
{
	sqlite3_stmt *statement = begin(store, EACH);
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		each(context, (const char *)sqlite3_column_text(statement, 0),
		     (uid_t)sqlite3_column_int64(statement, 1), sqlite3_column_int(statement, 2) != 0);
	int result = code == SQLITE_DONE ? 0 : database_problem(store, code, problem);
	end(store, statement);
	return result;
}

bool store_uid_in_use(struct store *store, uid_t uid)
{
	sqlite3_stmt *statement = begin(store, UID);
	sqlite3_bind_int64(statement, 1, uid);
	/* A failing database counts as "in use": an uid is never shared by mistake. */
	bool in_use = sqlite3_step(statement) != SQLITE_DONE;
	end(store, statement);
	return in_use;
}
