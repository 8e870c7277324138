#include "init.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How fast memory is expected to be taken at most: the next look is due before what is left could be used up so. */
#define BYTES_PER_MILLISECOND (2LL * 1024 * 1024)
#define WAIT_MIN 20
#define WAIT_MAX 500

/* Looking takes no more than one of this many parts of the time. */
#define WORK_PART 20

struct user {
	pid_t pid;
	pid_t parent;
	char state;
	bool shares; /* its memory is its parent's, which waits for it (vfork) */
	bool has_sharer;
	int64_t bytes;
	int64_t virtual_bytes;
};

static int64_t limit;
static int64_t next_look; /* in nanoseconds */

static struct user users[PROCESSES_MAX];
static size_t user_count;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

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

static void read_user(int folder, const char *name)
{
	char text[4096];

	if (user_count == PROCESSES_MAX || !process_read(folder, name, "/status", text, sizeof(text)))
		return;
	const char *state = strstr(text, "\nState:\t");
	struct user user = {
	        .pid = (pid_t)strtol(name, NULL, 10),
	        .parent = (pid_t)number_of(text, "\nPPid:"),
	        .state = state ? state[strlen("\nState:\t")] : '\0',
	        .bytes = 1024 * (number_of(text, "\nRssAnon:") + number_of(text, "\nRssShmem:") +
		                 number_of(text, "\nVmSwap:")),
	        .virtual_bytes = 1024 * number_of(text, "\nVmSize:"),
	};
	if (user.pid > 1)
		users[user_count++] = user;
}

/* What is used by several processes counts in parts. That takes the kernel a while, and is not told of a process that
 * has made itself unreadable: all of its own counts. */
static void read_share(int folder, struct user *user)
{
	char text[4096], name[16], *at = name + sizeof(name);
	unsigned int number = (unsigned int)user->pid;

	*--at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	if (process_read(folder, at, "/smaps_rollup", text, sizeof(text)))
		user->bytes = 1024 * (number_of(text, "\nPss_Anon:") + number_of(text, "\nPss_Shmem:") +
		                      number_of(text, "\nSwapPss:"));
}

/* ---- all of them ---- */

static struct user *find(pid_t pid)
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
		struct user *user = &users[i], *parent = user->bytes ? find(user->parent) : NULL;
		if (!parent || parent->state != 'D' || parent->has_sharer || parent->bytes != user->bytes ||
		    parent->virtual_bytes != user->virtual_bytes)
			continue;
		parent->has_sharer = true;
		user->shares = true;
	}
}

static int64_t sum(void)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < user_count; i++)
		bytes += users[i].shares ? 0 : users[i].bytes;
	return bytes;
}

static int64_t measure(void)
{
	user_count = 0;
	processes_each(read_user);
	int64_t bytes = sum();
	if (bytes <= limit)
		return bytes;
	find_sharers();
	bytes = sum();
	if (bytes <= limit)
		return bytes;
	int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; folder >= 0 && i < user_count; i++)
		if (users[i].bytes)
			read_share(folder, &users[i]);
	if (folder >= 0)
		close(folder);
	return sum();
}

static void tell_command(const struct user *user)
{
	static const struct init_report report = {.event = INIT_MEMORY};

	for (pid_t pid = user->pid; user; user = find(pid)) {
		for (size_t i = 0; i < command_count; i++)
			if (commands[i].supervisor == pid && commands[i].channel >= 0)
				report_send(commands[i].channel, &report);
		pid = user->parent;
	}
}

/* Told first: whoever waits for the command learns why it ends before it does. Returns what it had. */
static int64_t kill_largest(void)
{
	struct user *largest = &users[0];

	for (size_t i = 1; i < user_count; i++)
		if (users[i].bytes > largest->bytes)
			largest = &users[i];
	int64_t bytes = largest->bytes;
	tell_command(largest);
	kill(largest->pid, SIGKILL);
	largest->bytes = 0;
	return bytes;
}

/* As many as it takes: one at a time would not keep up with many that grow. One that was killed before and is not gone
 * yet is among the first again. */
static void make_room(int64_t used)
{
	for (int64_t bytes = 1; used > limit && user_count > 0 && bytes > 0; used -= bytes)
		bytes = kill_largest();
}

/* ---- the watch ---- */

static bool is_watching(void)
{
	return limit > 0 && commands_have_processes() && !processes_are_frozen();
}

int memory_wait(void)
{
	if (!is_watching())
		return -1;
	int64_t left = (next_look - now()) / 1000000;
	return left < 0 ? 0 : (int)left + 1;
}

/* Twice: between two processes' turns one of them may have taken the other's place. */
void memory_look(void)
{
	int64_t begun = now();

	if (!is_watching() || begun < next_look)
		return;
	int64_t used = measure();
	if (used > limit && (used = measure()) > limit)
		make_room(used);
	int64_t ended = now();
	int64_t wait = (limit - used) / BYTES_PER_MILLISECOND;
	wait = 1000000 * (wait < WAIT_MIN ? WAIT_MIN : wait > WAIT_MAX ? WAIT_MAX : wait);
	/* Killing is worth more than that. */
	if (used <= limit && wait < (ended - begun) * WORK_PART)
		wait = (ended - begun) * WORK_PART;
	next_look = ended + wait;
}
