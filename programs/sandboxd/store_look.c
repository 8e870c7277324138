#include "store_look.h"

#include "image_name.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int unreadable(sqlite3 *database, const char *path, struct failure *failure)
{
	return failure_set(failure, FAILURE_STATE, "the database %s cannot be read (%s); restore it from a copy", path,
	                   database ? sqlite3_errmsg(database) : "out of memory");
}

/* *database is NULL when there is no file. */
static int open_database(const char *state, sqlite3 **database, char path[PATH_MAX], struct failure *failure)
{
	*database = NULL;
	if (snprintf(path, PATH_MAX, "%s/state.db", state) >= PATH_MAX || access(path, F_OK) < 0)
		return 0;
	if (sqlite3_open_v2(path, database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(*database, 2000) == SQLITE_OK)
		return 0;
	unreadable(*database, path, failure);
	sqlite3_close(*database);
	return -1;
}

/* The first column of a query's first row: a number, or whether its text is "ok". */
static int query(sqlite3 *database, const char *text, int64_t *number, bool *ok)
{
	sqlite3_stmt *statement = NULL;
	int result = -1;

	if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		const char *word = (const char *)sqlite3_column_text(statement, 0);
		if (number)
			*number = sqlite3_column_int64(statement, 0);
		if (ok)
			*ok = word && strcmp(word, "ok") == 0;
		result = 0;
	}
	sqlite3_finalize(statement);
	return result;
}

int store_look(const char *state, struct store_look *out, struct failure *failure)
{
	char path[PATH_MAX];
	sqlite3 *database;
	struct store_look look = {0};
	int64_t version = 0;
	int result = 0;

	if (open_database(state, &database, path, failure) < 0)
		return -1;
	if (database) {
		look.exists = true;
		if (query(database, "PRAGMA user_version", &version, NULL) < 0 ||
		    query(database, "PRAGMA quick_check(1)", NULL, &look.sound) < 0)
			result = unreadable(database, path, failure);
		/* A table that is not there yet has no rows. */
		query(database, "SELECT count(*) FROM sandboxes WHERE hidden = 0", &look.sandboxes, NULL);
		look.version = (int)version;
	}
	sqlite3_close(database);
	if (result == 0)
		*out = look;
	return result;
}

int store_look_image(const char *state, const char *image, int64_t *sandboxes, struct failure *failure)
{
	static const char text[] = "SELECT image FROM sandboxes WHERE hidden = 0 AND image IS NOT NULL";
	char path[PATH_MAX], complete[IMAGE_NAME_SIZE];
	sqlite3 *database;
	sqlite3_stmt *statement = NULL;
	int64_t count = 0;
	int code = SQLITE_DONE;

	if (open_database(state, &database, path, failure) < 0)
		return -1;
	if (database && sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK)
		while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
			const char *name = (const char *)sqlite3_column_text(statement, 0);
			if (name && image_name_complete(name, complete) == 0 && strcmp(complete, image) == 0)
				count++;
		}
	int result = code == SQLITE_DONE ? 0 : unreadable(database, path, failure);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	if (result == 0)
		*sandboxes = count;
	return result;
}
