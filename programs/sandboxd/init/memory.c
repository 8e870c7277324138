#include "memory.h"

#include "../clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How fast memory is expected to be taken at most: the next look is due before what is left could be used up so. */
#define BYTES_PER_MILLISECOND (2LL * 1024 * 1024)
#define WAIT_MIN 20
#define WAIT_MAX 500

/* Looking takes no more than one of this many parts of the time. */
#define WORK_PART 20

/* How often is looked again before something is killed, at most. */
#define LOOKS_MAX 4

static int64_t limit;
static int64_t next_look; /* in microseconds */

static struct memory_user users[PROCESSES_MAX];
static size_t user_count;

void memory_limit(uint64_t bytes)
{
	limit = bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}

/* ---- one process ---- */

/* The number in the line that begins with a name; 0 without such a line. The process's own name is in the text, too,
 * with its line feeds written as "\n". */
static int64_t number_of(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	return line ? strtoll(line + strlen(name), NULL, 10) : 0;
}

char *memory_name(pid_t pid, char name[MEMORY_NAME_SIZE])
{
	char *at = name + MEMORY_NAME_SIZE;
	unsigned int number = (unsigned int)pid;

	*--at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return at;
}

#define STATUS_SIZE 4096

struct finding {
	int folder;
	char *text;
	pid_t thread; /* 0: none was found */
};

/* The kernel knows every thread by its number as it does a process. */
static bool look_at_thread(void *context, const char *name, int64_t next)
{
	struct finding *finding = context;

	(void)next;
	if (process_read(finding->folder, name, "/status", finding->text, STATUS_SIZE) &&
	    strstr(finding->text, "\nVmSize:"))
		finding->thread = (pid_t)strtol(name, NULL, 10);
	return finding->thread == 0;
}

/* A process whose first thread has ended is told of as if it had no memory, while its other threads have all of it.
 * Reads the status of one of those. */
static pid_t find_thread(int folder, const char *name, char text[STATUS_SIZE])
{
	struct finding finding = {.folder = folder, .text = text};
	char path[MEMORY_NAME_SIZE + 8] = "";

	strcat(strcat(path, name), "/task");
	int threads = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (threads < 0)
		return 0;
	directory_each_number(threads, look_at_thread, &finding);
	close(threads);
	return finding.thread;
}

static void read_user(int folder, const char *name)
{
	char text[STATUS_SIZE];

	if (user_count == PROCESSES_MAX || !process_read(folder, name, "/status", text, sizeof(text)))
		return;
	const char *state = strstr(text, "\nState:\t");
	struct memory_user user = {
	        .pid = (pid_t)strtol(name, NULL, 10),
	        .parent = (pid_t)number_of(text, "\nPPid:"),
	        .state = state ? state[strlen("\nState:\t")] : '\0',
	};
	user.thread = user.pid;
	if (!strstr(text, "\nVmSize:") && number_of(text, "\nThreads:") > 1)
		user.thread = find_thread(folder, name, text);
	user.bytes = 1024 * (number_of(text, "\nRssAnon:") + number_of(text, "\nVmSwap:"));
	user.mapped = 1024 * number_of(text, "\nRssShmem:");
	user.virtual_bytes = 1024 * number_of(text, "\nVmSize:");
	if (user.pid > 1)
		users[user_count++] = user;
}

/* What is used by several processes counts in parts. That takes the kernel a while, and is not told of a process that
 * has made itself unreadable: all of its own counts. */
static void read_share(int folder, struct memory_user *user)
{
	char text[4096], name[MEMORY_NAME_SIZE];

	if (!process_read(folder, memory_name(user->thread, name), "/smaps_rollup", text, sizeof(text)))
		return;
	user->bytes = 1024 * (number_of(text, "\nPss_Anon:") + number_of(text, "\nSwapPss:"));
	user->mapped = 1024 * number_of(text, "\nPss_Shmem:");
}

/* ---- all of them ---- */

static struct memory_user *find(pid_t pid)
{
	for (size_t i = 0; i < user_count; i++)
		if (users[i].pid == pid)
			return &users[i];
	return NULL;
}

/* A process that waits for a child of its vfork has one such child, and both have the same memory. */
static void find_sharers(void)
{
	for (size_t i = 0; i < user_count; i++) {
		struct memory_user *user = &users[i], *parent = user->bytes ? find(user->parent) : NULL;
		if (!parent || parent->state != 'D' || parent->has_sharer || parent->bytes != user->bytes ||
		    parent->mapped != user->mapped || parent->virtual_bytes != user->virtual_bytes)
			continue;
		parent->has_sharer = true;
		user->shares = true;
	}
}

static int64_t larger(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

/* What of its memory files it has mapped, nobody knows: the larger one counts, for the other may be a part of it. */
static int64_t all_of(const struct memory_user *user)
{
	return (user->shares ? 0 : user->bytes) + larger(user->shares ? 0 : user->mapped, user->files);
}

static int64_t sum(void)
{
	int64_t bytes = 0, mapped = 0, files = memory_files_rest() + shared_memory_bytes();

	for (size_t i = 0; i < user_count; i++) {
		bytes += users[i].shares ? 0 : users[i].bytes;
		mapped += users[i].shares ? 0 : users[i].mapped;
		files += users[i].files;
	}
	return bytes + larger(mapped, files);
}

static void read_shares(int folder)
{
	for (size_t i = 0; i < user_count; i++)
		if (users[i].bytes || users[i].mapped)
			read_share(folder, &users[i]);
}

/* The first look is a quick one, which can tell of too much; `sure` is for what is killed for. */
static int64_t measure(bool sure)
{
	int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	user_count = 0;
	processes_each(read_user);
	memory_files_look(folder, users, user_count, sure);
	int64_t bytes = sum();
	if (bytes > limit) {
		find_sharers();
		bytes = sum();
	}
	if (bytes > limit) {
		read_shares(folder);
		bytes = sum();
	}
	if (folder >= 0)
		close(folder);
	return bytes;
}

static void tell_command(const struct memory_user *user)
{
	static const struct init_report report = {.event = INIT_MEMORY};

	for (pid_t pid = user->pid; user; user = find(pid)) {
		for (size_t i = 0; i < command_count; i++)
			if (commands[i].supervisor == pid && commands[i].channel >= 0)
				report_send(commands[i].channel, &report);
		pid = user->parent;
	}
}

static struct memory_user *find_largest(void)
{
	struct memory_user *largest = &users[0];

	for (size_t i = 1; i < user_count; i++)
		if (all_of(&users[i]) > all_of(largest))
			largest = &users[i];
	return largest;
}

/* Told first: whoever waits for the command learns why it ends before it does. Returns what it had. */
static int64_t kill_largest(void)
{
	struct memory_user *largest = find_largest();
	int64_t bytes = all_of(largest);

	tell_command(largest);
	kill(largest->pid, SIGKILL);
	largest->bytes = largest->mapped = largest->files = 0;
	return bytes;
}

/* As many as it takes: one at a time would not keep up with many that grow. One that was killed before and is not gone
 * yet is among the first again. What no process has is removed where it is more than any of them has; the next look
 * sees what that was worth. */
static void make_room(int64_t used)
{
	int64_t largest = user_count > 0 ? all_of(find_largest()) : 0;

	if (shared_memory_bytes() > largest && shared_memory_remove())
		return;
	for (int64_t bytes = 1; used > limit && user_count > 0 && bytes > 0; used -= bytes)
		bytes = kill_largest();
}

/* ---- the watch ---- */

static bool is_watching(void)
{
	return limit > 0 && (commands_have_processes() || user_count > 0) && !processes_are_frozen();
}

/* What the last processes have left is looked at once more, at once. */
static bool is_due(void)
{
	return is_watching() && (!commands_have_processes() || monotonic_us() >= next_look);
}

int memory_wait(void)
{
	if (!is_watching())
		return -1;
	int64_t left = is_due() ? 0 : (next_look - monotonic_us()) / 1000 + 1;
	return left < 0 ? 0 : (int)left;
}

/* Who has memory, as a number that others do not have. */
static uint64_t who_has(void)
{
	uint64_t who = 0;

	for (size_t i = 0; i < user_count; i++)
		if (users[i].virtual_bytes)
			who += (uint64_t)users[i].pid * 0x9E3779B97F4A7C15U;
	return who;
}

/* Again until two looks have seen the same processes: what several share counts more than once while one after the
 * other of them ends, and one may have taken another's place between their turns. Processes that never stop to come
 * and go are no way out. */
static int64_t measure_surely(void)
{
	int64_t used = measure(false);
	uint64_t before;
	int looks = 0;

	if (used <= limit)
		return used;
	do {
		before = who_has();
		used = measure(true);
	} while (used > limit && who_has() != before && ++looks < LOOKS_MAX);
	return used;
}

void memory_look(void)
{
	int64_t begun = monotonic_us();

	if (!is_due())
		return;
	int64_t used = measure_surely();
	if (used > limit)
		make_room(used);
	int64_t ended = monotonic_us();
	int64_t wait = (limit - used) / BYTES_PER_MILLISECOND;
	wait = 1000 * (wait < WAIT_MIN ? WAIT_MIN : wait > WAIT_MAX ? WAIT_MAX : wait);
	/* Killing is worth more than that. */
	if (used <= limit && wait < (ended - begun) * WORK_PART)
		wait = (ended - begun) * WORK_PART;
	next_look = ended + wait;
}
