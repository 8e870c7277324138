#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "id, name, image, created_ms, cpus, memory, storage, environment, uid, gid"

/* ---- changes ---- */

static int name_taken(const char *name, struct problem *problem)
{
	return problem_set(problem, PROBLEM_CONFLICT, "name", "a sandbox named \"%s\" exists already", name);
}

static int insert_within(struct store *store, const struct sandbox *sandbox, struct problem *problem)
{
	static const char text[] = "INSERT INTO sandboxes (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *statement = store_statement(store, text);
	int result = 0;

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
	int code = sqlite3_step(statement);
	if (code == SQLITE_CONSTRAINT_UNIQUE)
		result = name_taken(sandbox->name, problem);
	else if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_reset(statement);
	return result;
}

int store_insert(struct store *store, const struct sandbox *sandbox, const struct volume *volume,
                 struct problem *problem)
{
	if (store_transaction_begin(store, problem) < 0)
		return -1;
	int result = insert_within(store, sandbox, problem);
	if (result == 0)
		result = store_volume_insert_within(store, volume, problem);
	return store_transaction_end(store, result, problem);
}

static int hide_within(struct store *store, const char *id, struct problem *problem)
{
	/* Without its environment the row becomes smaller: a change that needs no room in the database. */
	static const char text[] = "UPDATE sandboxes SET hidden = 1, name = NULL, environment = NULL"
	                           " WHERE id = ? AND hidden = 0";
	sqlite3_stmt *statement = store_statement(store, text);
	int result = 0;

	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	else if (store_changes(store) == 0)
		result = problem_set(problem, PROBLEM_NOT_FOUND, NULL, "there is no sandbox \"%.64s\"", id);
	store_reset(statement);
	return result;
}

int store_hide(struct store *store, const char *id, const struct volume *snapshot, struct problem *problem)
{
	if (store_transaction_begin(store, problem) < 0)
		return -1;
	int result = hide_within(store, id, problem);
	if (result == 0)
		result = store_volume_remove_of_sandbox_within(store, id, problem);
	if (result == 0 && snapshot)
		result = store_volume_insert_within(store, snapshot, problem);
	return store_transaction_end(store, result, problem);
}

static int show_within(struct store *store, const struct sandbox *sandbox, struct problem *problem)
{
	static const char text[] =
	        "UPDATE sandboxes SET hidden = 0, environment = ?3,"
	        " name = CASE WHEN EXISTS (SELECT 1 FROM sandboxes WHERE name = ?2) THEN id ELSE ?2 END"
	        " WHERE id = ?1 AND hidden <> 0";
	sqlite3_stmt *statement = store_statement(store, text);

	sqlite3_bind_text(statement, 1, sandbox->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, sandbox->name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(statement, 3, sandbox->environment.data, (int)sandbox->environment.length, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_reset(statement);
	return result;
}

int store_show(struct store *store, const struct sandbox *sandbox, const struct volume *volume, struct problem *problem)
{
	if (store_transaction_begin(store, problem) < 0)
		return -1;
	int result = show_within(store, sandbox, problem);
	if (result == 0)
		result = store_volume_insert_within(store, volume, problem);
	return store_transaction_end(store, result, problem);
}

static int remove_within(struct store *store, const char *id, struct problem *problem)
{
	static const char text[] = "DELETE FROM sandboxes WHERE id = ?";
	sqlite3_stmt *statement = store_statement(store, text);

	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_reset(statement);
	return result;
}

int store_remove(struct store *store, const char *id, struct problem *problem)
{
	if (store_transaction_begin(store, problem) < 0)
		return -1;
	int result = remove_within(store, id, problem);
	if (result == 0)
		result = store_volume_remove_of_sandbox_within(store, id, problem);
	return store_transaction_end(store, result, problem);
}

/* ---- questions ---- */

static void read_row(sqlite3_stmt *row, struct sandbox *sandbox)
{
	*sandbox = (struct sandbox){0};
	store_read_column(row, 0, sandbox->id, sizeof(sandbox->id));
	sandbox->name = store_copy_column(row, 1);
	sandbox->image = store_copy_column(row, 2);
	sandbox->created_ms = sqlite3_column_int64(row, 3);
	sandbox->cpus = sqlite3_column_int64(row, 4);
	sandbox->memory = sqlite3_column_int64(row, 5);
	sandbox->storage = sqlite3_column_int64(row, 6);
	sbx__buffer_append(&sandbox->environment, sqlite3_column_blob(row, 7), (size_t)sqlite3_column_bytes(row, 7));
	sandbox->uid = (uid_t)sqlite3_column_int64(row, 8);
	sandbox->gid = (gid_t)sqlite3_column_int64(row, 9);
}

int store_check_name(struct store *store, const char *name, struct problem *problem)
{
	static const char text[] = "SELECT 1 FROM sandboxes WHERE name = ?";
	sqlite3_stmt *statement = store_begin(store, text);
	int result = 0;

	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		result = name_taken(name, problem);
	else if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_find(struct store *store, const char *id, struct sandbox *out, struct problem *problem)
{
	static const char text[] = "SELECT " COLUMNS " FROM sandboxes WHERE id = ? AND hidden = 0";
	sqlite3_stmt *statement = store_begin(store, text);
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
		result = store_problem(store, code, problem);
	}
	store_end(store, statement);
	return result;
}

int store_count(struct store *store, int64_t *total, struct problem *problem)
{
	static const char text[] = "SELECT count(*) FROM sandboxes WHERE hidden = 0";
	return store_query_count(store, text, total, problem);
}

int store_list(struct store *store, int64_t offset, int64_t limit,
               void (*each)(void *context, const struct sandbox *sandbox), void *context, int64_t *total,
               struct problem *problem)
{
	static const char text[] =
	        "SELECT " COLUMNS " FROM sandboxes WHERE hidden = 0 ORDER BY number LIMIT ? OFFSET ?";
	int code;

	if (store_count(store, total, problem) < 0)
		return -1;
	sqlite3_stmt *statement = store_begin(store, text);
	sqlite3_bind_int64(statement, 1, limit);
	sqlite3_bind_int64(statement, 2, offset);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct sandbox sandbox;
		read_row(statement, &sandbox);
		each(context, &sandbox);
		sandbox_free(&sandbox);
	}
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_each(struct store *store, void (*each)(void *context, const char *id, uid_t uid, bool hidden), void *context,
               struct problem *problem)
{
	static const char text[] = "SELECT id, uid, hidden FROM sandboxes ORDER BY number";
	sqlite3_stmt *statement = store_begin(store, text);
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		each(context, (const char *)sqlite3_column_text(statement, 0),
		     (uid_t)sqlite3_column_int64(statement, 1), sqlite3_column_int(statement, 2) != 0);
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

bool store_uid_in_use(struct store *store, uid_t uid)
{
	static const char text[] = "SELECT 1 FROM sandboxes WHERE uid = ?";
	sqlite3_stmt *statement = store_begin(store, text);
	sqlite3_bind_int64(statement, 1, uid);
	/* A failing database counts as "in use": an uid is never shared by mistake. */
	bool in_use = sqlite3_step(statement) != SQLITE_DONE;
	store_end(store, statement);
	return in_use;
}
