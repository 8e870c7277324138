#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS \
	"volumes.id, volumes.name, volumes.kind, volumes.size, volumes.created_ms, volumes.sandbox, sandboxes.name," \
	" volumes.source_id, volumes.source_name"
#define WITH_SANDBOXES " FROM volumes LEFT JOIN sandboxes ON sandboxes.id = volumes.sandbox"

/* ---- changes ---- */

static void bind_text(sqlite3_stmt *statement, int number, const char *text)
{
	sqlite3_bind_text(statement, number, text && *text ? text : NULL, -1, SQLITE_STATIC);
}

int store_volume_insert_within(struct store *store, const struct volume *volume, struct problem *problem)
{
	static const char text[] = "INSERT INTO volumes (id, name, kind, size, created_ms, sandbox, source_id,"
	                           " source_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *statement = store_statement(store, text);
	int result = 0;

	bind_text(statement, 1, volume->id);
	bind_text(statement, 2, volume->name);
	bind_text(statement, 3, volume_type(volume));
	bind_text(statement, 4, volume->size);
	sqlite3_bind_int64(statement, 5, volume->created_ms);
	bind_text(statement, 6, volume->sandbox_id);
	bind_text(statement, 7, volume->source_id);
	bind_text(statement, 8, volume->source_name);
	int code = sqlite3_step(statement);
	if (code == SQLITE_CONSTRAINT_UNIQUE)
		result = problem_set(problem, PROBLEM_CONFLICT, "name",
		                     "a volume or snapshot named \"%s\" exists already", volume->name);
	else if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_reset(statement);
	return result;
}

int store_volume_insert(struct store *store, const struct volume *volume, struct problem *problem)
{
	if (store_transaction_begin(store, problem) < 0)
		return -1;
	return store_transaction_end(store, store_volume_insert_within(store, volume, problem), problem);
}

/* None is as good: a row is all that a sandbox's volume has of its own. */
int store_volume_remove_of_sandbox_within(struct store *store, const char *sandbox, struct problem *problem)
{
	static const char text[] = "DELETE FROM volumes WHERE sandbox = ?";
	sqlite3_stmt *statement = store_statement(store, text);

	bind_text(statement, 1, sandbox);
	int code = sqlite3_step(statement);
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_reset(statement);
	return result;
}

static int not_found(const char *id, struct problem *problem)
{
	return problem_set(problem, PROBLEM_NOT_FOUND, NULL, "there is no volume or snapshot \"%.64s\"", id);
}

static int change_one(struct store *store, const char *text, const char *id, struct problem *problem)
{
	sqlite3_stmt *statement = store_begin(store, text);
	int result = store_check_place(store, problem);

	bind_text(statement, 1, id);
	int code = result < 0 ? SQLITE_DONE : sqlite3_step(statement);
	if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	else if (result == 0 && store_changes(store) == 0)
		result = not_found(id, problem);
	store_end(store, statement);
	return result;
}

int store_volume_hide(struct store *store, const char *id, struct problem *problem)
{
	static const char text[] = "UPDATE volumes SET hidden = 1, name = NULL"
	                           " WHERE id = ? AND hidden = 0 AND sandbox IS NULL";
	return change_one(store, text, id, problem);
}

/* One whose name is another's by now is called by its id. */
int store_volume_show(struct store *store, const struct volume *volume, struct problem *problem)
{
	static const char text[] =
	        "UPDATE volumes SET hidden = 0,"
	        " name = CASE WHEN EXISTS (SELECT 1 FROM volumes WHERE name = ?2) THEN id ELSE ?2 END"
	        " WHERE id = ?1 AND hidden <> 0";
	sqlite3_stmt *statement = store_begin(store, text);
	int result = store_check_place(store, problem);

	bind_text(statement, 1, volume->id);
	bind_text(statement, 2, volume->name);
	int code = result < 0 ? SQLITE_DONE : sqlite3_step(statement);
	if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_volume_remove(struct store *store, const char *id, struct problem *problem)
{
	static const char text[] = "DELETE FROM volumes WHERE id = ?";
	return change_one(store, text, id, problem);
}

/* ---- questions ---- */

static int read_row(sqlite3_stmt *row, struct volume *out, struct problem *problem)
{
	struct volume volume = {
	        .name = store_copy_column(row, 1),
	        .is_snapshot = strcmp((const char *)sqlite3_column_text(row, 2), "snapshot") == 0,
	        .created_ms = sqlite3_column_int64(row, 4),
	        .sandbox_name = store_copy_column(row, 6),
	        .source_name = store_copy_column(row, 8),
	};

	store_read_column(row, 0, volume.id, sizeof(volume.id));
	store_read_column(row, 3, volume.size, sizeof(volume.size));
	store_read_column(row, 5, volume.sandbox_id, sizeof(volume.sandbox_id));
	store_read_column(row, 7, volume.source_id, sizeof(volume.source_id));
	if (!volume.name || (volume.sandbox_id[0] && !volume.sandbox_name) ||
	    (volume.source_id[0] && !volume.source_name)) {
		volume_free(&volume);
		return problem_memory(problem);
	}
	*out = volume;
	return 0;
}

static int find(struct store *store, const char *text, const char *id, struct volume *out, struct problem *problem)
{
	sqlite3_stmt *statement = store_begin(store, text);
	int result;

	bind_text(statement, 1, id);
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		result = read_row(statement, out, problem);
	else
		result = code == SQLITE_DONE ? not_found(id, problem) : store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_volume_find(struct store *store, const char *id, struct volume *out, struct problem *problem)
{
	static const char text[] = "SELECT " COLUMNS WITH_SANDBOXES " WHERE volumes.id = ? AND volumes.hidden = 0";
	return find(store, text, id, out, problem);
}

int store_volume_find_of_sandbox(struct store *store, const char *sandbox, struct volume *out, struct problem *problem)
{
	static const char text[] = "SELECT " COLUMNS WITH_SANDBOXES " WHERE volumes.sandbox = ?";
	int result = find(store, text, sandbox, out, problem);
	if (result < 0 && problem->type == PROBLEM_NOT_FOUND)
		problem_set(problem, PROBLEM_NOT_FOUND, NULL, "there is no sandbox \"%.64s\"", sandbox);
	return result;
}

int store_volume_check_name(struct store *store, const char *name, struct problem *problem)
{
	static const char text[] = "SELECT 1 FROM volumes WHERE name = ?";
	sqlite3_stmt *statement = store_begin(store, text);
	int result = 0;

	bind_text(statement, 1, name);
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		result = problem_set(problem, PROBLEM_CONFLICT, "name",
		                     "a volume or snapshot named \"%s\" exists already", name);
	else if (code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_volume_list(struct store *store, int64_t offset, int64_t limit,
                      void (*each)(void *context, const struct volume *volume), void *context, int64_t *total,
                      struct problem *problem)
{
	static const char count[] = "SELECT count(*) FROM volumes WHERE hidden = 0";
	static const char text[] =
	        "SELECT " COLUMNS WITH_SANDBOXES " WHERE volumes.hidden = 0 ORDER BY volumes.number LIMIT ? OFFSET ?";
	int code = SQLITE_DONE, result;

	if (store_query_count(store, count, total, problem) < 0)
		return -1;
	sqlite3_stmt *statement = store_begin(store, text);
	sqlite3_bind_int64(statement, 1, limit);
	sqlite3_bind_int64(statement, 2, offset);
	for (result = 0; result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW;) {
		struct volume volume;
		result = read_row(statement, &volume, problem);
		if (result < 0)
			break;
		each(context, &volume);
		volume_free(&volume);
	}
	if (result == 0 && code != SQLITE_DONE)
		result = store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}

int store_volume_each(struct store *store, void (*each)(void *context, const char *id, bool hidden), void *context,
                      struct problem *problem)
{
	static const char text[] = "SELECT id, hidden FROM volumes WHERE sandbox IS NULL ORDER BY number";
	sqlite3_stmt *statement = store_begin(store, text);
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		each(context, (const char *)sqlite3_column_text(statement, 0), sqlite3_column_int(statement, 1) != 0);
	int result = code == SQLITE_DONE ? 0 : store_problem(store, code, problem);
	store_end(store, statement);
	return result;
}
