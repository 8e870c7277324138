#include "ledger.h"

#include "fingerprint.h"
#include "mcp.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "sandbox-sdk-mcp-"
#define DIGITS 16
#define NAME_LENGTH (sizeof(PREFIX) - 1 + DIGITS)

/* A file for each server, locked as long as it lives, whose name is what its sandboxes' names begin with. It has the
 * API's address, and in a second line whose key it was: another account at that address sees nothing of them. */
struct ledger {
	char name[NAME_LENGTH + 1];
	char another[NAME_LENGTH + 24];
	struct text account; /* what the file has */
	unsigned others;
	int file; /* -1: there is none */
	struct cleaning *cleanings;
};

/* What is left of one server, on its way out. */
struct cleaning {
	struct cleaning *next;
	char name[NAME_LENGTH + 1];
	int file;
	sbx_call *call;
};

/* ---- the folder ---- */

static void make_folder(const char *path, bool makes)
{
	if (makes)
		mkdir(path, 0700);
}

/* Returns its descriptor, or -1: then what a kill leaves stays. */
static int open_folder(bool makes)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char path[PATH_MAX];
	int length = state && *state == '/' ? snprintf(path, sizeof(path), "%s", state)
	             : home && *home == '/' ? snprintf(path, sizeof(path), "%s/.local/state", home)
	                                    : -1;

	if (length < 0 || (size_t)length + sizeof("/sandbox-sdk-mcp") > sizeof(path))
		return -1;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		make_folder(path, makes);
		*slash = '/';
	}
	make_folder(path, makes);
	strcat(path, "/sandbox-sdk-mcp");
	make_folder(path, makes);
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The whole name: a shorter one would be the beginning of others'. */
static bool is_own_name(const char *name)
{
	return strlen(name) == NAME_LENGTH && strncmp(name, PREFIX, sizeof(PREFIX) - 1) == 0 &&
	       strspn(name + sizeof(PREFIX) - 1, "0123456789abcdef") == DIGITS;
}

static void forget(const char *name)
{
	int folder = open_folder(false);

	if (folder < 0)
		return;
	unlinkat(folder, name, 0);
	close(folder);
}

/* ---- this server's ---- */

static void write_account(struct text *account, const sbx_client *client)
{
	const char *key = sbx_client_api_key(client);
	char fingerprint[FINGERPRINT_SIZE];

	if (fingerprint_of_key(fingerprint, key ? key : ""))
		text_format(account, "%s\n%s\n", sbx_client_base_url(client), fingerprint);
	else
		account->failed = true;
}

/* The client is there. */
static struct ledger *ledger_of(struct mcp *mcp)
{
	struct ledger *ledger = mcp->ledger ? mcp->ledger : calloc(1, sizeof(*ledger));

	if (ledger && !mcp->ledger) {
		ledger->file = -1;
		write_account(&ledger->account, mcp->client);
	}
	return mcp->ledger = ledger;
}

static int write_file(const char *name, const struct text *account)
{
	int folder = open_folder(true);
	int file = folder < 0 ? -1 : openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (folder >= 0)
		close(folder);
	if (file < 0 || flock(file, LOCK_EX | LOCK_NB) < 0 || account->failed ||
	    write(file, account->data, account->length) != (ssize_t)account->length)
		fprintf(stderr,
		        "sandbox-sdk-mcp: nothing can be written down in $XDG_STATE_HOME (%s): a kill would leave "
		        "the sandbox %s\n",
		        strerror(errno), name);
	return file;
}

const char *ledger_own_name(struct mcp *mcp)
{
	struct ledger *ledger = mcp->client ? ledger_of(mcp) : NULL;
	uint64_t random;

	if (!ledger || ledger->name[0])
		return ledger ? ledger->name : NULL;
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return NULL;
	snprintf(ledger->name, sizeof(ledger->name), PREFIX "%016llx", (unsigned long long)random);
	ledger->file = write_file(ledger->name, &ledger->account);
	return ledger->name;
}

const char *ledger_another_name(struct mcp *mcp)
{
	const char *own = ledger_own_name(mcp);

	if (!own)
		return NULL;
	snprintf(mcp->ledger->another, sizeof(mcp->ledger->another), "%s-%u", own, ++mcp->ledger->others);
	return mcp->ledger->another;
}

/* ---- others' ---- */

static void on_cleaned(void *user_data, sbx_call *call)
{
	struct cleaning *cleaning = user_data;
	sbx_leftovers *found = NULL;

	if (sbx_call_result_leftovers(call, &found, NULL) == SBX_OK &&
	    sbx_leftovers_count_of(found, SBX_LEFTOVER_FAILED) + sbx_leftovers_count_of(found, SBX_LEFTOVER_UNDATED) ==
	            0)
		forget(cleaning->name);
	sbx_leftovers_free(found);
}

static void clean(struct mcp *mcp, const char *name, int file)
{
	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	struct cleaning *cleaning = calloc(1, sizeof(*cleaning));

	params.name_prefix = name;
	params.minimum_age = 0;
	if (!cleaning ||
	    sbx_leftovers_delete_start(mcp->client, &params, NULL, on_cleaned, cleaning, &cleaning->call, NULL) < 0) {
		free(cleaning);
		close(file);
		return;
	}
	snprintf(cleaning->name, sizeof(cleaning->name), "%s", name);
	cleaning->file = file;
	cleaning->next = mcp->ledger->cleanings;
	mcp->ledger->cleanings = cleaning;
}

/* Returns the file of a server that is not there any more, or -1. */
static int open_left(int folder, const char *name)
{
	int file = is_own_name(name) ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;

	/* Whoever holds the lock is alive. */
	if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) < 0) {
		close(file);
		return -1;
	}
	return file;
}

static bool is_same(const char *said, size_t length, const char *expected, size_t expected_length)
{
	return length == expected_length && memcmp(said, expected, length) == 0;
}

/* A file that names no key is of before there was a second line. */
static bool is_own_account(const struct mcp *mcp, const char *said, size_t length)
{
	const struct text *account = &mcp->ledger->account;
	const char *address = sbx_client_base_url(mcp->client);

	return is_same(said, length, address, strlen(address)) ||
	       (!account->failed && is_same(said, length, account->data, account->length));
}

static bool look_at(void *context, int folder, const char *name)
{
	struct mcp *mcp = context;
	char said[1024];
	int file = open_left(folder, name);

	if (file < 0)
		return true;
	ssize_t length = read(file, said, sizeof(said));
	if (length >= 0 && is_own_account(mcp, said, (size_t)length))
		clean(mcp, name, file);
	else
		close(file);
	return true;
}

/* Until a look returns false. */
static void look_at_all(bool (*look)(void *context, int folder, const char *name), void *context)
{
	int folder = open_folder(false);
	DIR *listing = folder < 0 ? NULL : fdopendir(folder);
	const struct dirent *entry;

	while (listing && (entry = readdir(listing)) && look(context, dirfd(listing), entry->d_name))
		;
	if (listing)
		closedir(listing);
	else if (folder >= 0)
		close(folder);
}

void ledger_begin(struct mcp *mcp)
{
	if (ledger_of(mcp))
		look_at_all(look_at, mcp);
}

static bool is_left(void *context, int folder, const char *name)
{
	bool *found = context;
	int file = open_left(folder, name);

	*found = file >= 0;
	if (*found)
		close(file);
	return !*found;
}

bool ledger_has_leftovers(void)
{
	bool found = false;

	look_at_all(is_left, &found);
	return found;
}

/* ---- the end ---- */

void ledger_end(struct mcp *mcp, int is_settled)
{
	struct ledger *ledger = mcp->ledger;

	if (!ledger)
		return;
	while (ledger->cleanings) {
		struct cleaning *cleaning = ledger->cleanings;
		ledger->cleanings = cleaning->next;
		sbx_call_free(cleaning->call);
		close(cleaning->file);
		free(cleaning);
	}
	if (ledger->name[0] && is_settled)
		forget(ledger->name);
	if (ledger->file >= 0)
		close(ledger->file);
	text_free(&ledger->account);
	free(ledger);
	mcp->ledger = NULL;
}
