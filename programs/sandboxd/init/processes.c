#include "init.h"

#include "../clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often the processes are looked at until all of them have died. */
#define PASSES_MAX 2000
#define PASS_NANOSECONDS 1000000

/* How long, in seconds, all of them may take to stop. */
#define STOP_SECONDS 5
/* For how many passes one may go on that another one waits for. */
#define GO_ON_PASSES 10

struct process {
	pid_t pid;
	pid_t parent;
	long threads;
	bool dead;
	bool stopped;
	bool traced; /* and stopped by who traces it, not by a signal */
	bool waits;  /* for the kernel, or for a child to begin its program (vfork) */
	bool chosen;
};

static struct process processes[PROCESSES_MAX];
static size_t process_count;
/* One of them was gone before it could be looked at. */
static bool process_missed;

/* The descendants that were dead in the last pass, by ascending ids, as /proc tells them. */
static pid_t ended[PROCESSES_MAX];
static size_t ended_count;

/* Those that had stopped before all were. */
static pid_t stopped[PROCESSES_MAX];
static size_t stopped_count;
static bool frozen;

/* Skips the rest of one field, and as many more. */
static const char *skip_fields(const char *text, int count)
{
	for (; count > 0 && text; count--)
		text = strchr(text, ' ') ? strchr(text, ' ') + 1 : NULL;
	return text;
}

/* Between the state and the number of threads. */
#define FIELDS_TO_THREADS 17

static bool is_end(char state)
{
	return state == 'Z' || state == 'X';
}

bool process_read(int folder, const char *process, const char *file, char *text, size_t size)
{
	char path[64] = "";

	if (strlen(process) + strlen(file) >= sizeof(path))
		return false;
	strcat(strcat(path, process), file);
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* "<pid> (<name>) <state> <parent> …", where the name may hold anything. */
static bool look_at_process(int folder, const char *name, struct process *process)
{
	char text[512];

	if (!process_read(folder, name, "/stat", text, sizeof(text)))
		return false;
	const char *behind = strrchr(text, ')');
	if (!behind || strlen(behind) < 4)
		return false;
	const char *threads = skip_fields(behind + 2, FIELDS_TO_THREADS);
	const char state = behind[2];
	*process = (struct process){
	        .pid = (pid_t)strtol(text, NULL, 10),
	        .parent = (pid_t)strtol(behind + 3, NULL, 10),
	        .threads = threads ? strtol(threads, NULL, 10) : 1,
	        .stopped = state == 'T' || state == 't' || is_end(state),
	        .traced = state == 't',
	        .waits = state == 'D',
	};
	/* One whose first thread has ended is told as a zombie, while its other threads may run on. */
	process->dead = is_end(state) && process->threads <= 1;
	return process->pid > 1;
}

struct each_number {
	void (*each)(int folder, const char *name);
	int folder;
};

static bool give_number(void *context, const char *name, int64_t next)
{
	const struct each_number *given = context;

	(void)next;
	given->each(given->folder, name);
	return true;
}

/* Calls `each` for everything in a folder whose name is a number, and closes it. */
static void each_number(int folder, void (*each)(int folder, const char *name))
{
	struct each_number given = {.each = each, .folder = folder};

	if (folder < 0)
		return;
	directory_each_number(folder, give_number, &given);
	close(folder);
}

void processes_each(void (*each)(int folder, const char *name))
{
	each_number(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), each);
}

static void add_process(int folder, const char *name)
{
	if (process_count < PROCESSES_MAX && look_at_process(folder, name, &processes[process_count]))
		process_count++;
	else
		process_missed |= strcmp(name, "1") != 0;
}

static void read_processes(void)
{
	process_count = 0;
	process_missed = false;
	processes_each(add_process);
}

static void pass(void)
{
	const struct timespec time = {.tv_nsec = PASS_NANOSECONDS};
	nanosleep(&time, NULL);
}

static bool is_chosen(pid_t pid)
{
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].pid == pid)
			return processes[i].chosen;
	return false;
}

static void choose_descendants(pid_t root)
{
	bool more = true;

	read_processes();
	while (more) {
		more = false;
		for (size_t i = 0; i < process_count; i++) {
			struct process *process = &processes[i];
			if (process->chosen || process->pid == root)
				continue;
			process->chosen = process->parent == root || is_chosen(process->parent);
			more |= process->chosen;
		}
	}
}

/* Whether nothing of the chosen lives, nor can have a child that lives and was not told of: one that died after the
 * pass before, when it had been told of or while it was, can have left one. */
static bool are_all_ended(void)
{
	bool all = !process_missed;
	size_t before = 0;

	for (size_t i = 0; i < process_count; i++) {
		const struct process *process = &processes[i];
		if (!process->chosen)
			continue;
		while (before < ended_count && ended[before] < process->pid)
			before++;
		all &= process->dead && before < ended_count && ended[before] == process->pid;
	}
	return all;
}

static void kill_chosen(void)
{
	ended_count = 0;
	for (size_t i = 0; i < process_count; i++) {
		if (!processes[i].chosen)
			continue;
		if (processes[i].dead)
			ended[ended_count++] = processes[i].pid;
		kill(processes[i].pid, SIGKILL);
	}
}

/* The root takes in what is orphaned on the way, so that nothing leaves the tree; what is born meanwhile is found by
 * the next pass. It is made to stay, which no other process can undo: stopped, it could be continued, find its command
 * killed, and leave. */
void processes_kill_tree(pid_t root)
{
	kill(root, SUPERVISOR_STAY);
	ended_count = 0;
	for (int i = 0; i < PASSES_MAX; i++) {
		choose_descendants(root);
		if (are_all_ended())
			break;
		kill_chosen();
		if (i > 0)
			pass();
	}
	kill(root, SIGKILL);
}

/* ---- stopping all ---- */

static void look_at_thread(int folder, const char *name)
{
	struct process thread, *process = &processes[process_count - 1];

	if (!look_at_process(folder, name, &thread))
		return;
	process->stopped &= thread.stopped;
	process->traced |= thread.traced;
	process->waits |= thread.waits;
}

/* Each thread of a process stops when its own turn comes. */
static void add_with_threads(int folder, const char *name)
{
	const size_t before = process_count;
	char path[64] = "";

	add_process(folder, name);
	if (process_count == before || processes[before].threads <= 1)
		return;
	strcat(strcat(path, name), "/task");
	each_number(openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), look_at_thread);
}

static void read_with_threads(void)
{
	process_count = 0;
	processes_each(add_with_threads);
}

static bool was_stopped(pid_t pid)
{
	for (size_t i = 0; i < stopped_count; i++)
		if (stopped[i] == pid)
			return true;
	return false;
}

/* The sandbox itself has continued it: it is to go on. */
static void forget_stopped(pid_t pid)
{
	for (size_t i = 0; i < stopped_count; i++)
		if (stopped[i] == pid)
			stopped[i] = stopped[--stopped_count];
}

static void note_stopped(void)
{
	stopped_count = 0;
	read_with_threads();
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].stopped && !processes[i].traced && !processes[i].dead)
			stopped[stopped_count++] = processes[i].pid;
}

static bool have_all_stopped(void)
{
	bool all = true;

	read_with_threads();
	for (size_t i = 0; i < process_count; i++) {
		if (processes[i].stopped)
			continue;
		forget_stopped(processes[i].pid);
		all = false;
	}
	return all;
}

/* Who waits for a child to begin its program (vfork) stops only when that has. */
static void let_awaited_go_on(void)
{
	bool any = false;

	for (size_t i = 0; i < process_count; i++)
		for (size_t k = 0; processes[i].waits && k < process_count; k++)
			if (processes[k].parent == processes[i].pid && !was_stopped(processes[k].pid))
				any |= kill(processes[k].pid, SIGCONT) == 0;
	for (int i = 0; any && i < GO_ON_PASSES; i++)
		pass();
}

/* What one of them continues is stopped again. Two looks without a signal in between: one that the first look found
 * stopped can have been continued before it came to who did that. */
bool processes_freeze(void)
{
	const int64_t end = monotonic_ms() + STOP_SECONDS * 1000;

	frozen = true;
	note_stopped();
	do {
		kill(-1, SIGSTOP);
		if (have_all_stopped() && have_all_stopped())
			return true;
		pass();
		let_awaited_go_on();
	} while (monotonic_ms() < end);
	return false;
}

void processes_thaw(void)
{
	read_processes();
	for (size_t i = 0; i < process_count; i++)
		if (!was_stopped(processes[i].pid))
			kill(processes[i].pid, SIGCONT);
	stopped_count = 0;
	frozen = false;
}

bool processes_are_frozen(void)
{
	return frozen;
}
