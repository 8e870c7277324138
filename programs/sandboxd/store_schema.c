#include "store_schema.h"

#include "disk_reserve.h"

#include <string.h>

#define SCHEMA_VERSION 2

#define TEXT_OF(number) TEXT_OF_VALUE(number)
#define TEXT_OF_VALUE(number) #number

#define SET_VERSION "PRAGMA user_version = " TEXT_OF(SCHEMA_VERSION) ";"

/* A name is unique among the sandboxes that are not hidden: hiding one sets its name to NULL. */
static const char sandboxes[] = "CREATE TABLE IF NOT EXISTS sandboxes ("
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

/* Volumes and snapshots. The same holds for their names. `sandbox` is the id of the one whose /data the volume is; such
 * a row goes when its sandbox is hidden. A snapshot keeps id and name of its source, which may be gone. */
static const char volumes[] = "CREATE TABLE IF NOT EXISTS volumes ("
                              " number INTEGER PRIMARY KEY AUTOINCREMENT,"
                              " id TEXT NOT NULL UNIQUE,"
                              " name TEXT UNIQUE,"
                              " kind TEXT NOT NULL CHECK (kind IN ('volume', 'snapshot')),"
                              " size TEXT NOT NULL,"
                              " created_ms INTEGER NOT NULL,"
                              " sandbox TEXT UNIQUE,"
                              " source_id TEXT,"
                              " source_name TEXT,"
                              " hidden INTEGER NOT NULL DEFAULT 0);"
                              "CREATE INDEX IF NOT EXISTS volumes_visible ON volumes (hidden, number);";

/* Version 1 had no volumes: each sandbox gets the one that it would have been made with. */
static const char volumes_of_sandboxes[] =
        "INSERT INTO volumes (id, name, kind, size, created_ms, sandbox)"
        " SELECT 'vol-' || lower(hex(randomblob(10))), id || '-data', 'volume', storage || 'Gi', created_ms, id"
        " FROM sandboxes WHERE hidden = 0 ORDER BY number;";

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

int store_schema_failure(sqlite3 *database, const char *path, struct failure *failure)
{
	return failure_set(failure, FAILURE_STATE,
	                   "the database %s cannot be used (%s); restore it from a copy or start with another --state",
	                   path, database ? sqlite3_errmsg(database) : "out of memory");
}

static bool run(sqlite3 *database, const char *text)
{
	return sqlite3_exec(database, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* All of it, the version included, or nothing: a server that is killed here migrates again at its next start. */
static int migrate(sqlite3 *database, int version, const char *path, struct failure *failure)
{
	if (version == SCHEMA_VERSION)
		return 0;
	if (run(database, "BEGIN IMMEDIATE") && run(database, volumes) && run(database, volumes_of_sandboxes) &&
	    run(database, SET_VERSION) && run(database, "COMMIT"))
		return 0;
	return store_schema_failure(database, path, failure);
}

int store_schema_prepare(sqlite3 *database, const char *path, bool lasting, bool *is_new, struct failure *failure)
{
	/* FULL: a commit is on disk before its answer is sent, so that a power failure loses nothing acknowledged
	 * either. */
	const char *mode = lasting ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	                           : "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL;";

	if (!run(database, mode) || !run(database, "PRAGMA wal_autocheckpoint = " DISK_RESERVE_STATE_PAGES))
		return store_schema_failure(database, path, failure);
	int version = query_integer(database, "PRAGMA user_version");
	if (version > SCHEMA_VERSION)
		return failure_set(
		        failure, FAILURE_STATE,
		        "the database %s was written by a newer sandboxd; use that version or another --state", path);
	if (version != 0 && !is_sound(database))
		return failure_set(failure, FAILURE_STATE,
		                   "the database %s is damaged; restore it from a copy or start with another --state",
		                   path);
	*is_new = version == 0;
	if (version > 0)
		return migrate(database, version, path, failure);
	/* In one transaction, for each waits for the disk. */
	if (run(database, "BEGIN IMMEDIATE") && run(database, sandboxes) && run(database, volumes) &&
	    run(database, "COMMIT"))
		return 0;
	return store_schema_failure(database, path, failure);
}

int store_schema_settle(sqlite3 *database)
{
	return sqlite3_exec(database, SET_VERSION, NULL, NULL, NULL);
}
