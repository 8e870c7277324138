#include "doctor.h"

#include "engine.h"
#include "facts.h"
#include "key.h"
#include "machine_facts.h"
#include "state.h"
#include "store_look.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A failure is a fact whose message has both halves, "<cause>; <cure>". The first one's code is the command's. */
static void add_failure(struct facts *facts, const char *name, const struct failure *failed, struct failure *first)
{
	const char *cure = strrchr(failed->message, ';');

	facts_add(facts, name, FACT_FAILURE, cure && cure[1] ? cure + 2 : NULL, "%.*s",
	          cure ? (int)(cure - failed->message) : (int)strlen(failed->message), failed->message);
	if (first->code == FAILURE_NONE)
		*first = *failed;
}

/* Makes a sandbox the way the server does, in a state of its own. */
static void look_at_engine(struct facts *facts, struct health_facts *limits, bool network, struct failure *first)
{
	const struct options ephemeral = {.ephemeral = true};
	struct state state;
	struct engine *engine = NULL;
	struct failure failed = {0};

	if (state_open(&state, &ephemeral, &failed) < 0 ||
	    engine_bwrap_start(&engine, state.path, network, &failed) < 0)
		add_failure(facts, "sandbox", &failed, first);
	else
		facts_add(facts, "sandbox", FACT_OK, NULL,
		          "one was made and ran a command: user namespaces, /proc and the seccomp filter work");
	if (engine) {
		facts_add(facts, "isolation", FACT_OK, NULL,
		          "%s: those of the kernel that this machine runs, with a seccomp filter; no virtual machine",
		          engine->isolation);
		engine->limits(engine, limits);
		engine->stop(engine);
	}
	state_close(&state);
}

/* The nearest directory that is there. */
static void existing(char path[PATH_MAX])
{
	while (access(path, F_OK) < 0 && strcmp(path, "/") != 0 && strcmp(path, ".") != 0) {
		char *parent = dirname(path);
		memmove(path, parent, strlen(parent) + 1);
	}
}

static void look_at_database(struct facts *facts, const char *state, struct failure *first)
{
	struct store_look look;
	struct failure failed = {0};

	if (store_look(state, &look, &failed) < 0)
		add_failure(facts, "database", &failed, first);
	else if (!look.exists)
		facts_add(facts, "database", FACT_OK, NULL, "the first start makes it");
	else if (!look.sound) {
		failure_set(&failed, FAILURE_STATE, "%s/state.db is damaged; restore it from a copy", state);
		add_failure(facts, "database", &failed, first);
	} else
		facts_add(facts, "database", FACT_OK, NULL, "sound, schema version %d, %lld sandboxes", look.version,
		          (long long)look.sandboxes);
}

static void look_at_key(struct facts *facts, const char *path, size_t least, struct failure *first)
{
	struct key key;
	struct failure failed = {0};

	if (access(path, F_OK) < 0 && errno == ENOENT)
		facts_add(facts, "key file", FACT_OK, NULL, "%.400s: the first start makes it", path);
	else if (key_load(&key, path, least, &failed) < 0)
		add_failure(facts, "key file", &failed, first);
	else
		facts_add(facts, "key file", FACT_OK, NULL, "%.400s, closed to other users", path);
	explicit_bzero(&key, sizeof(key));
}

static void look_at_state(struct facts *facts, const struct options *options, struct failure *first)
{
	char path[PATH_MAX], key[PATH_MAX + 8];
	struct state state = {.fd = -1, .lock_fd = -1};
	struct failure failed = {0};

	if (state_path(options, path, &failed) < 0) {
		add_failure(facts, "state directory", &failed, first);
		return;
	}
	snprintf(key, sizeof(key), "%s/key", path);
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		facts_add(facts, "state directory", FACT_OK, NULL, "%.400s: the first start makes it", path);
	} else if (state_visit(&state, options, false, &failed) < 0) {
		add_failure(facts, "state directory", &failed, first);
	} else {
		facts_add(facts, "state directory", FACT_OK, NULL, "%.400s, closed to other users", path);
		look_at_database(facts, path, first);
	}
	state_close(&state);
	look_at_key(facts, options->key_file ? options->key_file : key,
	            options_open_to_network(options) ? KEY_NETWORK_MIN : 0, first);
	existing(path);
	machine_facts_disk(facts, path);
}

static int print(const struct facts *facts, bool usable, bool json)
{
	struct json_writer writer = {0};

	if (!json) {
		facts_print(facts);
		return 0;
	}
	json_open(&writer, '{');
	json_boolean(&writer, "usable", usable);
	json_key(&writer, "facts");
	facts_write(facts, &writer);
	json_close(&writer, '}');
	int result = writer.text.failed ? -1 : puts(writer.text.data);
	sbx__buffer_free(&writer.text);
	return result < 0 ? -1 : 0;
}

int doctor(const struct options *options, struct failure *failure)
{
	static struct facts facts;
	static struct health_facts limits;
	struct failure first = {0};
	struct options lasting = *options;

	lasting.ephemeral = false;
	machine_facts_kernel(&facts);
	machine_facts_bubblewrap(&facts);
	machine_facts_users(&facts);
	look_at_engine(&facts, &limits, options->network, &first);
	machine_facts_cgroup(&facts);
	machine_facts_limits(&facts, &limits);
	machine_facts_open_files(&facts, options->max_sandboxes);
	machine_facts_network(&facts, options->network);
	look_at_state(&facts, &lasting, &first);
	/* A fact of the machine alone may say it, too. */
	if (first.code == FAILURE_NONE && facts_have(&facts, FACT_FAILURE))
		failure_set(&first, FAILURE_ENGINE_REFUSED, "sandboxd does not start here; see the table above");
	if (print(&facts, first.code == FAILURE_NONE, options->json) < 0)
		return failure_set(failure, FAILURE_INTERNAL,
		                   "the findings cannot be printed; redirect them to a file");
	if (first.code == FAILURE_NONE)
		return 0;
	*failure = first;
	return -1;
}
