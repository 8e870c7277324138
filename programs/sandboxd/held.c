#include "held.h"

#include "descriptors.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More at once would only take longer, each of them. */
#define MAKINGS_OF_A_PROCESSOR 2

/* Of bubblewrap, which is in the sandbox's group. */
#define BUBBLEWRAP_PROCESSES 1

struct held {
	struct held_table *table;
	char id[SANDBOX_ID_SIZE];
	struct held *next;
	unsigned int users; /* by the table's mutex, as the two above */
	pthread_mutex_t mutex;
	pthread_cond_t thawed;
	_Atomic(enum engine_state) state;
	uint64_t number;
	int control; /* to the init */
	int life;    /* ends with the last process */
	bool frozen;
	bool has_place;       /* among those that can have descriptors */
	bool stopped_by_init; /* not by the cgroup */
};

void held_init(struct held_table *table, struct keeper *keeper, const struct cgroup_tree *groups)
{
	struct rlimit files = {.rlim_cur = RLIM_INFINITY};

	getrlimit(RLIMIT_NOFILE, &files);
	*table = (struct held_table){
	        .keeper = keeper, .groups = groups, .running_max = descriptors_for_sandboxes(files.rlim_cur)};
	turns_init(&table->makings, MAKINGS_OF_A_PROCESSOR, TURN_WHOLE);
	pthread_mutex_init(&table->mutex, NULL);
}

/* ---- the table ---- */

static struct held **find(struct held_table *table, const char *id)
{
	struct held **link = &table->buckets[sandbox_id_hash(id) % HELD_BUCKETS];

	while (*link && strcmp((*link)->id, id) != 0)
		link = &(*link)->next;
	return link;
}

static struct held *held_new(struct held_table *table, const char *id)
{
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return NULL;
	held->table = table;
	snprintf(held->id, sizeof(held->id), "%s", id);
	held->control = held->life = -1;
	pthread_mutex_init(&held->mutex, NULL);
	pthread_cond_init(&held->thawed, NULL);
	return held;
}

static bool take_place(struct held *held)
{
	held->has_place = atomic_fetch_add(&held->table->running, 1) < held->table->running_max;
	if (!held->has_place)
		atomic_fetch_sub(&held->table->running, 1);
	return held->has_place;
}

static void close_both(struct held *held)
{
	if (held->has_place)
		atomic_fetch_sub(&held->table->running, 1);
	held->has_place = false;
	if (held->control >= 0)
		close(held->control);
	if (held->life >= 0)
		close(held->life);
	held->control = held->life = -1;
}

static void held_free(struct held *held)
{
	close_both(held);
	pthread_cond_destroy(&held->thawed);
	pthread_mutex_destroy(&held->mutex);
	free(held);
}

/* Locked; NULL when there is none. */
static struct held *take(struct held_table *table, const char *id, bool make)
{
	pthread_mutex_lock(&table->mutex);
	struct held **link = find(table, id);
	if (!*link && make)
		*link = held_new(table, id);
	struct held *held = *link;
	if (held)
		held->users++;
	pthread_mutex_unlock(&table->mutex);
	if (held)
		pthread_mutex_lock(&held->mutex);
	return held;
}

/* The last user of one that has left the table frees it. */
static void give_back(struct held_table *table, struct held *held)
{
	pthread_mutex_unlock(&held->mutex);
	pthread_mutex_lock(&table->mutex);
	bool unused = --held->users == 0 && *find(table, held->id) != held;
	pthread_mutex_unlock(&table->mutex);
	if (unused)
		held_free(held);
}

static void remove_from(struct held_table *table, struct held *held)
{
	pthread_mutex_lock(&table->mutex);
	struct held **link = find(table, held->id);
	if (*link == held)
		*link = held->next;
	pthread_mutex_unlock(&table->mutex);
}

void held_destroy(struct held_table *table)
{
	for (size_t i = 0; i < HELD_BUCKETS; i++) {
		while (table->buckets[i]) {
			struct held *held = table->buckets[i];
			table->buckets[i] = held->next;
			held_free(held);
		}
	}
	pthread_mutex_destroy(&table->mutex);
	turns_destroy(&table->makings);
}

/* ---- life and death ---- */

/* Once for each; not where all end, with the keeper. */
static void tell_broken(const struct held *held)
{
	struct log_entry entry;

	if (!keeper_lives(held->table->keeper))
		return;
	log_begin(&entry, LOG_LEVEL_WARNING, "sandbox broken");
	log_text(&entry, "sandbox_id", held->id);
	log_text(&entry, "reason", "init-ended");
	log_end(&entry);
}

static enum engine_state look(struct held *held)
{
	struct pollfd life = {.fd = held->life, .events = POLLIN};

	if (held->state == ENGINE_RUNNING && poll(&life, 1, 0) > 0) {
		held->state = ENGINE_BROKEN;
		close_both(held);
		tell_broken(held);
	}
	return held->state;
}

static void await_death(struct held *held)
{
	char byte;

	while (held->life >= 0 && read(held->life, &byte, 1) < 0 && errno == EINTR)
		;
}

static bool await_ready(const struct held *held, int *error)
{
	struct pollfd fds[] = {{.fd = held->control, .events = POLLIN}, {.fd = held->life, .events = POLLIN}};
	struct init_report report;
	int ready;

	do
		ready = poll(fds, 2, HELD_PATIENCE);
	while (ready < 0 && errno == EINTR);
	*error = ready == 0 ? ETIMEDOUT : 0;
	return ready > 0 && fds[0].revents && init_channel_receive(held->control, &report) &&
	       report.event == INIT_READY;
}

static void read_complaint(int errors, char *complaint, size_t size)
{
	ssize_t got = read(errors, complaint, size - 1);
	complaint[got > 0 ? got : 0] = '\0';
}

/* The other ends of what the server keeps. */
struct ends {
	int errors;                          /* where complaints are read from */
	int descriptors[KEEPER_DESCRIPTORS]; /* the keeper's */
};

static const struct ends no_ends = {.errors = -1, .descriptors = {-1, -1, -1, -1, -1}};

static void ends_close(struct ends *ends)
{
	if (ends->errors >= 0)
		close(ends->errors);
	for (int i = 0; i < KEEPER_DESCRIPTORS; i++)
		if (ends->descriptors[i] >= 0)
			close(ends->descriptors[i]);
	*ends = no_ends;
}

static int ends_open(struct held *held, struct ends *ends)
{
	int control[2], life[2], errors[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
		return -1;
	held->control = control[0];
	ends->descriptors[KEEPER_CONTROL] = control[1];
	if (pipe2(life, O_CLOEXEC) < 0)
		return -1;
	held->life = life[0];
	ends->descriptors[KEEPER_LIFE] = life[1];
	if (pipe2(errors, O_CLOEXEC) < 0)
		return -1;
	ends->errors = errors[0];
	ends->descriptors[KEEPER_ERRORS] = errors[1];
	return fcntl(errors[0], F_SETFL, O_NONBLOCK);
}

static int make_group(const struct held_table *table, const struct sandbox *sandbox, struct ends *ends)
{
	if (table->groups->folder < 0)
		return 0;
	ends->descriptors[KEEPER_GROUP] =
	        cgroup_tree_make(table->groups, sandbox, HELD_PROCESSES_MAX + BUBBLEWRAP_PROCESSES);
	return ends->descriptors[KEEPER_GROUP] < 0 ? -1 : 0;
}

static int make(struct held_table *table, struct held *held, const struct sandbox *sandbox, struct held_maker *maker)
{
	const struct keeper_limits limits = {
	        .uid = sandbox->uid,
	        .gid = sandbox->gid,
	        .processes = HELD_PROCESSES_MAX,
	        .memory = table->groups->memory ? 0 : (uint64_t)sandbox->memory << 20,
	};
	struct ends ends = no_ends;
	int result = -1;

	if (!take_place(held)) {
		maker->error = EMFILE;
		return -1;
	}
	ends.descriptors[KEEPER_ARGUMENTS] = maker->open_arguments(maker->context, sandbox);
	if (ends.descriptors[KEEPER_ARGUMENTS] >= 0 && ends_open(held, &ends) == 0 &&
	    make_group(table, sandbox, &ends) == 0 &&
	    keeper_hold(table->keeper, held->number, &limits, ends.descriptors) == 0) {
		int errors = ends.errors;
		ends.errors = -1;
		ends_close(&ends);
		if (await_ready(held, &maker->error)) {
			result = 0;
		} else {
			keeper_release(table->keeper, held->number);
			await_death(held);
			read_complaint(errors, maker->complaint, sizeof(maker->complaint));
		}
		close(errors);
	} else {
		maker->error = errno;
		snprintf(maker->complaint, sizeof(maker->complaint), "%s", strerror(errno));
	}
	ends_close(&ends);
	if (result < 0) {
		close_both(held);
		cgroup_tree_remove(table->groups, sandbox->id);
	}
	return result;
}

int held_make(struct held_table *table, const struct sandbox *sandbox, struct held_maker *maker)
{
	struct held *held = take(table, sandbox->id, true);
	struct turn turn;

	maker->complaint[0] = '\0';
	maker->error = 0;
	if (!held)
		return -1;
	enum engine_state state = look(held);
	if (state == ENGINE_SLEEPING) {
		held->number = __atomic_add_fetch(&table->numbers, 1, __ATOMIC_RELAXED);
		turn_begin(&table->makings, &turn);
		int made = make(table, held, sandbox, maker);
		turn_end(&table->makings, &turn);
		if (made == 0) {
			state = ENGINE_RUNNING;
			held->state = state;
		}
	}
	maker->broken = state == ENGINE_BROKEN;
	give_back(table, held);
	return state == ENGINE_RUNNING ? 0 : -1;
}

/* Who makes, stops or ends the processes can take long, and whoever asks may hold what others wait for: then the state
 * is the last one that was seen. One that is in the table is not freed while that is held. */
enum engine_state held_state(struct held_table *table, const char *id)
{
	enum engine_state state = ENGINE_SLEEPING;

	pthread_mutex_lock(&table->mutex);
	struct held *held = *find(table, id);
	if (held && pthread_mutex_trylock(&held->mutex) == 0) {
		look(held);
		pthread_mutex_unlock(&held->mutex);
	}
	if (held)
		state = held->state;
	pthread_mutex_unlock(&table->mutex);
	return state;
}

void held_end(struct held_table *table, const char *id)
{
	struct held *held = take(table, id, false);

	if (!held)
		return;
	if (held->life >= 0) {
		keeper_release(table->keeper, held->number);
		await_death(held);
		close_both(held);
	}
	cgroup_tree_remove(table->groups, id);
	held->state = ENGINE_SLEEPING;
	held->frozen = held->stopped_by_init = false;
	pthread_cond_broadcast(&held->thawed);
	remove_from(table, held);
	give_back(table, held);
}

/* ---- requests ---- */

int held_send(struct held_table *table, const char *id, const struct init_request *request, const int *descriptors,
              size_t count)
{
	struct held *held = take(table, id, false);

	if (!held)
		return -1;
	while (held->frozen)
		pthread_cond_wait(&held->thawed, &held->mutex);
	int result = held->control < 0 ? -1 : init_channel_send(held->control, request, descriptors, count);
	/* The init is gone: what is left of the sandbox's processes goes, too. */
	if (result < 0 && held->control >= 0 && (errno == EPIPE || errno == ECONNRESET)) {
		keeper_release(table->keeper, held->number);
		await_death(held);
		look(held);
	}
	give_back(table, held);
	return result;
}

static int ask_and_wait(const struct held *held, enum init_verb verb)
{
	const struct init_request request = {.verb = verb};
	struct init_report report = {.exit_code = 0};
	int channel[2];
	bool done = false;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return -1;
	struct pollfd fds[] = {{.fd = channel[0], .events = POLLIN}};
	if (init_channel_send(held->control, &request, &channel[1], 1) == 0) {
		close(channel[1]);
		channel[1] = -1;
		done = poll(fds, 1, HELD_PATIENCE) > 0 && init_channel_receive(channel[0], &report) &&
		       report.event == INIT_DONE;
	}
	close(channel[0]);
	if (channel[1] >= 0)
		close(channel[1]);
	return done ? report.exit_code : -1;
}

int held_ask(struct held_table *table, const char *id, enum init_verb verb)
{
	struct held *held = take(table, id, false);

	if (!held)
		return -1;
	int result = !held->frozen && look(held) == ENGINE_RUNNING ? ask_and_wait(held, verb) : -1;
	give_back(table, held);
	return result;
}

/* What the init has stopped only the init lets go on. */
static int change_processes(const struct held_table *table, struct held *held, bool frozen)
{
	if (!held->stopped_by_init && cgroup_tree_freeze(table->groups, held->id, frozen) == 0)
		return 0;
	held->stopped_by_init = frozen;
	return ask_and_wait(held, frozen ? INIT_FREEZE : INIT_THAW) == 0 ? 0 : -1;
}

/* Also one without processes is noted: those that a command makes meanwhile have to wait. */
int held_freeze(struct held_table *table, const char *id, bool frozen)
{
	struct held *held = take(table, id, frozen);
	int result = 0;

	if (!held)
		return frozen ? -1 : 0;
	if (look(held) == ENGINE_RUNNING)
		result = change_processes(table, held, frozen);
	/* What has died meanwhile does not write any more. */
	if (result < 0 && look(held) != ENGINE_RUNNING)
		result = 0;
	held->frozen = frozen && result == 0;
	if (!held->frozen)
		pthread_cond_broadcast(&held->thawed);
	give_back(table, held);
	return result;
}
