#include "gc.h"

#include "argument_list.h"
#include "gc_report.h"
#include "image.h"
#include "sandbox.h"
#include "state.h"
#include "store_look.h"
#include "tree.h"
#include "tree_size.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
/* An ephemeral state that is younger may be of a server that has not come to its lock yet. */
#define TEMPORARY_MIN_SECONDS 60

struct collector {
	const struct options *options;
	struct state *state;
	struct gc_report report;
	struct failure *failure;
	unsigned int held; /* things that could not be removed */
};

/* Of each the folder has one folder for every row that is not hidden. */
static const struct {
	const char *kind;
	const char *folder;
	const char *table;
	bool has_uploads; /* a volume's folder is what is in the volume, and nothing else */
} owners[] = {
        {"sandbox", "bwrap/sandboxes", "sandboxes", true},
        {"volume", "bwrap/volumes", "volumes", false},
};

static int join(char out[PATH_MAX], const char *first, const char *second)
{
	return snprintf(out, PATH_MAX, "%s/%s", first, second) < PATH_MAX ? 0 : -1;
}

/* One that cannot be removed keeps nothing else from it. */
static void say_held(struct collector *gc, const char *path)
{
	static const char format[] =
	        "%.300s cannot be removed (%s); look for what holds it (an immutable file, a mount, "
	        "a failing disk), and run sandboxd gc again";

	/* The first one is how all ends; each has a line of its own. */
	if (gc->held++ == 0)
		failure_set(gc->failure, FAILURE_STATE, format, path, strerror(errno));
	else
		log_line(format, path, strerror(errno));
}

/* Removes one thing and tells of it. */
static int take(struct collector *gc, const char *kind, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (join(path, folder, name) < 0)
		return 0;
	uint64_t bytes = tree_size(path);
	if (!gc->report.dry && tree_remove(AT_FDCWD, path) < 0)
		say_held(gc, path);
	else
		gc_report_found(&gc->report, kind, name, bytes);
	return 0;
}

/* Calls `each` for the names in a folder; one that is not there has none. */
static int each_name(struct collector *gc, const char *folder,
                     int (*each)(struct collector *gc, const char *folder, const char *name, const void *context),
                     const void *context)
{
	struct dirent *entry;
	int result = 0;
	DIR *stream = opendir(folder);

	while (stream && result == 0 && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = each(gc, folder, entry->d_name, context);
	if (stream)
		closedir(stream);
	return result;
}

/* ---- the database ---- */

static int database_failure(struct collector *gc, sqlite3 *database)
{
	return failure_set(gc->failure, FAILURE_STATE, "the database of %s cannot be used (%s); see sandboxd doctor",
	                   gc->state->path, database ? sqlite3_errmsg(database) : "out of memory");
}

/* -1 when there is no such table, or it cannot be read. */
static int64_t count_rows(sqlite3 *database, const char *table, const char *condition)
{
	sqlite3_stmt *statement = NULL;
	char *text = sqlite3_mprintf("SELECT count(*) FROM \"%w\" WHERE %s", table, condition);
	int64_t count = -1;

	if (text && sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_free(text);
	return count;
}

static int remove_rows(struct collector *gc, sqlite3 *database, const char *table, const char *condition,
                       const char *kind)
{
	int64_t count = count_rows(database, table, condition);
	char *text = sqlite3_mprintf("DELETE FROM \"%w\" WHERE %s", table, condition);
	int result = 0;

	if (count > 0 && !gc->report.dry && (!text || sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK))
		result = database_failure(gc, database);
	else if (count > 0)
		gc_report_rows(&gc->report, kind, count);
	sqlite3_free(text);
	return result;
}

/* The ids of a table's rows that are not hidden. False when there is no such table. */
static bool read_ids(sqlite3 *database, const char *table, sbx__buffer *ids)
{
	sqlite3_stmt *statement = NULL;
	char *text = sqlite3_mprintf("SELECT id FROM \"%w\" WHERE hidden = 0", table);
	int code = SQLITE_ERROR;

	if (text && sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK)
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
			argument_list_append(ids, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_free(text);
	return code == SQLITE_DONE && !ids->failed;
}

static sqlite3 *open_database(const struct collector *gc, const char *name)
{
	char path[PATH_MAX];
	sqlite3 *database = NULL;

	if (join(path, gc->state->path, name) < 0 || access(path, F_OK) < 0)
		return NULL;
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		return database;
	sqlite3_close(database);
	return NULL;
}

/* ---- folders ---- */

static bool is_listed(const sbx__buffer *ids, const char *id)
{
	for (size_t at = 0; at < ids->length; at += strlen(ids->data + at) + 1)
		if (strcmp(ids->data + at, id) == 0)
			return true;
	return false;
}

static int take_upload(struct collector *gc, const char *folder, const char *name, const void *context)
{
	(void)context;
	return take(gc, "unfinished upload", folder, name);
}

struct owned {
	const char *kind;
	const sbx__buffer *ids;
	bool has_uploads;
};

static int look_at_owned(struct collector *gc, const char *folder, const char *name, const void *context)
{
	const struct owned *owned = context;
	char path[PATH_MAX];

	if (!is_listed(owned->ids, name))
		return take(gc, owned->kind, folder, name);
	if (!owned->has_uploads || snprintf(path, PATH_MAX, "%s/%s/incoming", folder, name) >= PATH_MAX)
		return 0;
	return each_name(gc, path, take_upload, NULL);
}

static int collect_owned(struct collector *gc, sqlite3 *database)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(owners) / sizeof(owners[0]); i++) {
		sbx__buffer ids = {0};
		const struct owned owned = {.kind = owners[i].kind, .ids = &ids, .has_uploads = owners[i].has_uploads};
		char folder[PATH_MAX];
		unsigned int held = gc->held;
		/* Where nothing says what belongs to whom, nothing is removed. */
		if (read_ids(database, owners[i].table, &ids) && join(folder, gc->state->path, owners[i].folder) == 0)
			result = each_name(gc, folder, look_at_owned, &owned);
		sbx__buffer_free(&ids);
		/* The folders first: a row without one is found again, and one whose folder is held keeps its uid. */
		if (result == 0 && gc->held == held)
			result = remove_rows(gc, database, owners[i].table, "hidden <> 0", "deletions that were begun");
	}
	return result;
}

/* ---- answers that are kept for repeated requests ---- */

static int collect_answers(struct collector *gc)
{
	char condition[64];
	sqlite3 *database = open_database(gc, "requests.db");
	int result = 0;

	snprintf(condition, sizeof(condition), "created_ms < %lld", (long long)(now_ms() - DAY_MS));
	if (database)
		result = remove_rows(gc, database, "requests", condition, "answers older than a day");
	sqlite3_close(database);
	return result;
}

/* ---- images ---- */

/* Its name, followed by that of its folder. */
static void note_image(void *context, const struct image *image)
{
	argument_list_append(context, image->name);
	argument_list_append(context, image->folder);
}

static void note_unfinished(void *context, int images, const char *name)
{
	(void)images;
	argument_list_append(context, name);
}

static int take_unused(struct collector *gc, const char *folder, const sbx__buffer *names)
{
	int result = 0;

	for (size_t at = 0; result == 0 && at < names->length;) {
		const char *name = names->data + at;
		const char *encoded = name + strlen(name) + 1;
		int64_t sandboxes = 0;
		result = store_look_image(gc->state->path, name, &sandboxes, gc->failure);
		if (result == 0 && sandboxes == 0)
			result = take(gc, "image", folder, encoded);
		at += strlen(name) + strlen(encoded) + 2;
	}
	return result;
}

static int collect_images(struct collector *gc)
{
	sbx__buffer images = {0};
	sbx__buffer unfinished = {0};
	char folder[PATH_MAX];
	int result = 0;
	int engine = openat(gc->state->fd, "bwrap", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (engine < 0 || join(folder, gc->state->path, "bwrap/" IMAGES) < 0)
		goto done;
	image_each_unfinished(engine, note_unfinished, &unfinished);
	for (size_t at = 0; result == 0 && at < unfinished.length; at += strlen(unfinished.data + at) + 1)
		result = take(gc, "unfinished image", folder, unfinished.data + at);
	if (result == 0 && gc->options->images && image_each(engine, note_image, &images) == 0)
		result = take_unused(gc, folder, &images);
done:
	if (engine >= 0)
		close(engine);
	sbx__buffer_free(&unfinished);
	sbx__buffer_free(&images);
	return result;
}

/* ---- ephemeral states of servers that were killed ---- */

/* Whether it is the state of a server of this user, and that server is dead: nobody holds its lock, which has been
 * there for a while. The lock is kept until it is removed. */
static int lock_dead(const char *path)
{
	struct stat info;
	int lock = -1;
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder >= 0 && fstat(folder, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 0777) == 0700)
		lock = openat(folder, "lock", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (lock >= 0 && (fstat(lock, &info) < 0 || !S_ISREG(info.st_mode) ||
	                  info.st_mtime > time(NULL) - TEMPORARY_MIN_SECONDS || flock(lock, LOCK_EX | LOCK_NB) < 0)) {
		close(lock);
		lock = -1;
	}
	if (folder >= 0)
		close(folder);
	return lock;
}

static int look_at_temporary(struct collector *gc, const char *folder, const char *name, const void *context)
{
	char path[PATH_MAX];
	int result = 0;

	(void)context;
	/* As mkdtemp names them. */
	if (strncmp(name, "sandboxd-", 9) != 0 || strlen(name) != 15 || join(path, folder, name) < 0 ||
	    strcmp(path, gc->state->path) == 0)
		return 0;
	int lock = lock_dead(path);
	if (lock >= 0) {
		result = take(gc, "state of a killed server", folder, name);
		close(lock);
	}
	return result;
}

static int collect_temporary(struct collector *gc)
{
	const char *base = getenv("TMPDIR");
	return each_name(gc, base && base[0] == '/' ? base : "/tmp", look_at_temporary, NULL);
}

/* ---- all of it ---- */

static int stop_at_first(struct collector *gc, const char *folder, const char *name, const void *context)
{
	(void)gc;
	(void)folder;
	(void)name;
	(void)context;
	return 1;
}

static bool has_entries(struct collector *gc, const char *folder)
{
	char path[PATH_MAX];
	return join(path, gc->state->path, folder) == 0 && each_name(gc, path, stop_at_first, NULL) != 0;
}

/* Without their rows all files look like what belongs to nothing. */
static int check_database(struct collector *gc)
{
	struct store_look look;

	if (store_look(gc->state->path, &look, gc->failure) < 0)
		return -1;
	if (look.exists && !look.sound)
		return failure_set(gc->failure, FAILURE_STATE,
		                   "the database %s/state.db is damaged; restore it from a copy", gc->state->path);
	for (size_t i = 0; look.version == 0 && i < sizeof(owners) / sizeof(owners[0]); i++)
		if (has_entries(gc, owners[i].folder))
			return failure_set(
			        gc->failure, FAILURE_STATE,
			        "the database %s/state.db is missing or empty, but there are files; restore it "
			        "from a copy",
			        gc->state->path);
	return 0;
}

static int collect_state(struct collector *gc)
{
	if (state_lock(gc->state, gc->failure) < 0 || check_database(gc) < 0)
		return -1;
	sqlite3 *database = open_database(gc, "state.db");
	int result = database ? collect_owned(gc, database) : 0;
	sqlite3_close(database);
	if (result == 0)
		result = collect_answers(gc);
	return result == 0 ? collect_images(gc) : result;
}

int gc(const struct options *options, struct failure *failure)
{
	char path[PATH_MAX];
	struct state state = {.fd = -1, .lock_fd = -1};
	struct collector gc = {.options = options, .state = &state, .failure = failure};
	int result = state_path(options, path, failure);

	gc_report_begin(&gc.report, options->dry_run, options->json);
	if (result == 0 && (access(path, F_OK) == 0 || errno != ENOENT)) {
		result = state_visit(&state, options, false, failure);
		if (result == 0)
			result = collect_state(&gc);
	}
	if (result == 0)
		result = collect_temporary(&gc);
	if (result == 0)
		result = gc_report_end(&gc.report, failure);
	else
		sbx__buffer_free(&gc.report.writer.text);
	state_close(&state);
	return result;
}
