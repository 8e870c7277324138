#include "request_store.h"

#include "sandbox.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA_VERSION 1

#define LIFETIME_MS ((int64_t)24 * 3600 * 1000)
/* Of all answers together, and of one. */
#define BUDGET ((int64_t)256 * 1024 * 1024)

/* How many old rows go when one is added, and when the server starts. */
#define EXPIRE_STEP 2
#define EXPIRE_START 10000

/* Room that the database and its log have from their beginning on, so that a disk that is full does not stop at once
 * what would free it. The log begins anew when it has these many pages, which is within that room. */
#define RESERVE "524288"
#define BOOT_ID_SIZE 40
#define LOG_PAGES "100"

enum statement { FIND, CLEAR, INSERT, ANSWER, FORGET, OLDEST_KEPT, READ, REMOVE, EXPIRE, TOTAL, STATEMENTS };

static const char *const statement_text[STATEMENTS] = {
        [FIND] = "SELECT number, digest, state FROM requests WHERE key = ? AND created_ms BETWEEN ? AND ?",
        [CLEAR] = "DELETE FROM requests WHERE key = ? RETURNING size",
        [INSERT] = "INSERT INTO requests (key, digest, created_ms, state) VALUES (?, ?, ?, 0)",
        [ANSWER] = "UPDATE requests SET state = 1, status = ?, type = ?, body = ?, out = ?, err = ?, has_output = ?, "
                   "cut = ?, size = ? WHERE number = ?",
        [FORGET] = "UPDATE requests SET state = 2, body = NULL, out = NULL, err = NULL, size = 0 WHERE number = ?",
        [OLDEST_KEPT] = "SELECT number, size FROM requests WHERE size > 0 ORDER BY number LIMIT 1",
        [READ] = "SELECT status, type, body, out, err, has_output, cut FROM requests WHERE number = ?",
        [REMOVE] = "DELETE FROM requests WHERE number = ?",
        [EXPIRE] = "DELETE FROM requests WHERE number = (SELECT min(number) FROM requests) "
                   "AND created_ms NOT BETWEEN ? AND ? RETURNING size",
        [TOTAL] = "SELECT coalesce(sum(size), 0) FROM requests WHERE size > 0",
};

/* A number is never used twice: a run whose row has expired must not find another one's under it. */
static const char schema[] = "CREATE TABLE requests ("
                             " number INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " key TEXT NOT NULL UNIQUE,"
                             " digest BLOB NOT NULL,"
                             " created_ms INTEGER NOT NULL,"
                             " state INTEGER NOT NULL,"
                             " status INTEGER,"
                             " type TEXT,"
                             " has_output INTEGER,"
                             " cut INTEGER,"
                             " size INTEGER NOT NULL DEFAULT 0,"
                             " body BLOB,"
                             " out BLOB,"
                             " err BLOB);"
                             "CREATE INDEX requests_kept ON requests (number, size) WHERE size > 0;"
                             "CREATE TABLE opened (boot TEXT NOT NULL);"
                             "INSERT INTO requests (key, digest, created_ms, state, body) VALUES ('', x'', 0, 2,"
                             " zeroblob(" RESERVE "));"
                             "DELETE FROM requests;"
                             "PRAGMA user_version = 1;"
                             "PRAGMA wal_checkpoint(PASSIVE);";

struct request_store {
	sqlite3 *database;
	sqlite3_stmt *statements[STATEMENTS];
	int64_t total; /* bytes of all answers */
	bool torn;
};

/* ---- one statement ---- */

static enum request_store_result result_of(struct request_store *store, int code)
{
	if (code == SQLITE_DONE || code == SQLITE_ROW)
		return REQUEST_STORE_OK;
	if ((code & 0xFF) == SQLITE_FULL)
		return REQUEST_STORE_FULL;
	log_line("the database requests.db failed: %s; see its disk", sqlite3_errmsg(store->database));
	return REQUEST_STORE_FAILED;
}

static void end(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

static void bind_lifetime(sqlite3_stmt *statement, int index)
{
	/* A clock that was put back must not keep a row for ever. */
	sqlite3_bind_int64(statement, index, now_ms() - LIFETIME_MS);
	sqlite3_bind_int64(statement, index + 1, now_ms() + LIFETIME_MS);
}

static void expire(struct request_store *store, int most)
{
	sqlite3_stmt *statement = store->statements[EXPIRE];
	int code = SQLITE_ROW;

	while (most-- > 0 && code == SQLITE_ROW) {
		bind_lifetime(statement, 1);
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW)
			store->total -= sqlite3_column_int64(statement, 0);
		end(statement);
	}
}

/* ---- open and close ---- */

static int query_version(sqlite3 *database)
{
	sqlite3_stmt *statement = NULL;
	int version = -1;

	if (sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

/* Of the machine's run; empty when nobody can say. */
static void read_boot_id(char id[BOOT_ID_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(id, BOOT_ID_SIZE, file))
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* What was not closed when the machine went down may be torn in places that nobody would notice. */
static bool is_whole(sqlite3 *database, const char *boot)
{
	sqlite3_stmt *statement = NULL;
	bool whole = true;

	if (sqlite3_prepare_v2(database, "SELECT boot FROM opened", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		whole = strcmp((const char *)sqlite3_column_text(statement, 0), boot) == 0;
	sqlite3_finalize(statement);
	return whole;
}

/* A full disk does not stop the server: whoever deletes something needs it. */
static bool note_open(sqlite3 *database, const char *boot)
{
	char text[128];

	snprintf(text, sizeof(text), "DELETE FROM opened; INSERT INTO opened VALUES ('%s')", boot);
	int code = sqlite3_exec(database, text, NULL, NULL, NULL);
	return code == SQLITE_OK || (code & 0xFF) == SQLITE_FULL;
}

static bool prepare(struct request_store *store)
{
	sqlite3 *database = store->database;
	char boot[BOOT_ID_SIZE];

	/* First of all: to change the journal's mode waits for the disk, too. */
	if (sqlite3_exec(database, "PRAGMA synchronous = OFF", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(database, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(database, "PRAGMA wal_autocheckpoint = " LOG_PAGES, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	if (query_version(database) == 0 && sqlite3_exec(database, schema, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	if (query_version(database) != SCHEMA_VERSION)
		return false;
	read_boot_id(boot);
	store->torn = !is_whole(database, boot);
	if (store->torn || !note_open(database, boot))
		return false;
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(database, statement_text[i], -1, SQLITE_PREPARE_PERSISTENT,
		                       &store->statements[i], NULL) != SQLITE_OK)
			return false;
	if (sqlite3_step(store->statements[TOTAL]) != SQLITE_ROW)
		return false;
	store->total = sqlite3_column_int64(store->statements[TOTAL], 0);
	sqlite3_reset(store->statements[TOTAL]);
	return true;
}

static bool try_open(struct request_store *store, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

	return sqlite3_open_v2(path, &store->database, flags, NULL) == SQLITE_OK && prepare(store);
}

static void close_database(struct request_store *store)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->database);
	store->database = NULL;
}

static void remove_database(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char name[4300];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}

int request_store_open(struct request_store **out, const char *state, struct failure *failure)
{
	struct request_store *store = calloc(1, sizeof(*store));
	char path[4200];

	if (!store)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	snprintf(path, sizeof(path), "%s/requests.db", state);
	if (!try_open(store, path)) {
		int code = sqlite3_errcode(store->database) & 0xFF;
		int version = store->database ? query_version(store->database) : -1;
		bool damaged =
		        store->torn || code == SQLITE_CORRUPT || code == SQLITE_NOTADB || version > SCHEMA_VERSION;
		close_database(store);
		if (damaged) {
			log_line(
			        "the database %s is damaged, or may be since the machine went down; a new one is made, "
			        "and the Idempotency-Keys of earlier requests are not known any more",
			        path);
			remove_database(path);
		}
		if (!damaged || !try_open(store, path)) {
			failure_set(
			        failure, FAILURE_STATE,
			        "the database %s cannot be used; see its disk, or remove it: it holds answers of the "
			        "last day only",
			        path);
			request_store_close(store);
			return -1;
		}
	}
	expire(store, EXPIRE_START);
	*out = store;
	return 0;
}

/* Only here it is worth a wait for the disk: an orderly stop is not forgotten when the machine is started again. */
void request_store_close(struct request_store *store)
{
	if (!store)
		return;
	if (store->database)
		sqlite3_exec(store->database,
		             "PRAGMA synchronous = FULL; DELETE FROM opened; PRAGMA wal_checkpoint(RESTART)", NULL,
		             NULL, NULL);
	close_database(store);
	free(store);
}

/* ---- requests ---- */

enum request_store_result request_store_find(struct request_store *store, const char *key, struct kept_request *out)
{
	sqlite3_stmt *statement = store->statements[FIND];

	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	bind_lifetime(statement, 2);
	int code = sqlite3_step(statement);
	enum request_store_result result = result_of(store, code);
	if (code == SQLITE_DONE)
		result = REQUEST_STORE_NONE;
	if (code == SQLITE_ROW) {
		out->number = sqlite3_column_int64(statement, 0);
		out->state = (enum request_state)sqlite3_column_int(statement, 2);
		memset(out->digest, 0, sizeof(out->digest));
		if (sqlite3_column_bytes(statement, 1) == sizeof(out->digest))
			memcpy(out->digest, sqlite3_column_blob(statement, 1), sizeof(out->digest));
	}
	end(statement);
	return result;
}

/* One that has expired and is still there. */
static void clear(struct request_store *store, const char *key)
{
	sqlite3_stmt *statement = store->statements[CLEAR];

	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		store->total -= sqlite3_column_int64(statement, 0);
	end(statement);
}

enum request_store_result request_store_insert(struct request_store *store, const char *key,
                                               const unsigned char digest[REQUEST_DIGEST_SIZE], int64_t *number)
{
	sqlite3_stmt *statement = store->statements[INSERT];

	expire(store, EXPIRE_STEP);
	clear(store, key);
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_blob(statement, 2, digest, REQUEST_DIGEST_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, now_ms());
	enum request_store_result result = result_of(store, sqlite3_step(statement));
	*number = sqlite3_last_insert_rowid(store->database);
	end(statement);
	return result;
}

static enum request_store_result step_number(struct request_store *store, enum statement which, int64_t number)
{
	sqlite3_stmt *statement = store->statements[which];

	sqlite3_bind_int64(statement, 1, number);
	enum request_store_result result = result_of(store, sqlite3_step(statement));
	end(statement);
	return result;
}

static bool forget_oldest(struct request_store *store)
{
	sqlite3_stmt *statement = store->statements[OLDEST_KEPT];
	bool found = sqlite3_step(statement) == SQLITE_ROW;
	int64_t number = found ? sqlite3_column_int64(statement, 0) : 0;
	int64_t size = found ? sqlite3_column_int64(statement, 1) : 0;

	end(statement);
	if (!found || step_number(store, FORGET, number) != REQUEST_STORE_OK)
		return false;
	store->total -= size;
	return true;
}

static bool make_room(struct request_store *store, int64_t size)
{
	if (size > KEPT_ANSWER_MAX)
		return false;
	while (store->total + size > BUDGET)
		if (!forget_oldest(store))
			return false;
	return true;
}

static void bind_bytes(sqlite3_stmt *statement, int index, const sbx__buffer *bytes)
{
	sqlite3_bind_blob(statement, index, bytes->length ? bytes->data : "", (int)bytes->length, SQLITE_STATIC);
}

enum request_store_result request_store_answer(struct request_store *store, int64_t number,
                                               const struct kept_answer *answer)
{
	sqlite3_stmt *statement = store->statements[ANSWER];
	int64_t size = (int64_t)(answer->body.length + answer->out.length + answer->err.length);

	if (answer->body.failed || answer->out.failed || answer->err.failed || !make_room(store, size))
		return step_number(store, FORGET, number);
	sqlite3_bind_int(statement, 1, (int)answer->status);
	sqlite3_bind_text(statement, 2, answer->type, -1, SQLITE_STATIC);
	bind_bytes(statement, 3, &answer->body);
	bind_bytes(statement, 4, &answer->out);
	bind_bytes(statement, 5, &answer->err);
	sqlite3_bind_int(statement, 6, answer->has_output);
	sqlite3_bind_int(statement, 7, answer->cut);
	sqlite3_bind_int64(statement, 8, size);
	sqlite3_bind_int64(statement, 9, number);
	enum request_store_result result = result_of(store, sqlite3_step(statement));
	end(statement);
	/* One that has run for longer than a row is kept has none. */
	if (result == REQUEST_STORE_OK)
		store->total += sqlite3_changes(store->database) ? size : 0;
	else
		step_number(store, FORGET, number);
	return result;
}

static void column_bytes(sqlite3_stmt *statement, int column, sbx__buffer *out)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	sbx__buffer_append(out, bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, column));
}

enum request_store_result request_store_read(struct request_store *store, int64_t number, struct kept_answer *out)
{
	sqlite3_stmt *statement = store->statements[READ];

	sqlite3_bind_int64(statement, 1, number);
	int code = sqlite3_step(statement);
	enum request_store_result result = code == SQLITE_DONE ? REQUEST_STORE_NONE : result_of(store, code);
	if (code == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(statement, 1);
		out->status = (unsigned int)sqlite3_column_int(statement, 0);
		snprintf(out->type, sizeof(out->type), "%s", type ? type : "");
		column_bytes(statement, 2, &out->body);
		column_bytes(statement, 3, &out->out);
		column_bytes(statement, 4, &out->err);
		out->has_output = sqlite3_column_int(statement, 5) != 0;
		out->cut = sqlite3_column_int(statement, 6) != 0;
	}
	end(statement);
	return result;
}

/* Only of one that runs: it has no answer. */
enum request_store_result request_store_remove(struct request_store *store, int64_t number)
{
	return step_number(store, REMOVE, number);
}

void kept_answer_free(struct kept_answer *answer)
{
	sbx__buffer_free(&answer->body);
	sbx__buffer_free(&answer->out);
	sbx__buffer_free(&answer->err);
	if (answer->budget)
		output_budget_give(answer->budget, answer->taken);
	answer->budget = NULL;
}
