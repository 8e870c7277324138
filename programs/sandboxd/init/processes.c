#include "init.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How often the processes are looked at until all of them have died, or stopped. */
#define PASSES_MAX 2000
#define PASS_NANOSECONDS 1000000

struct process {
	pid_t pid;
	pid_t parent;
	bool dead;
	char state;
	bool chosen;
};

/* As getdents64 writes it; the C library's way to read a directory takes memory of its own. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

static struct process processes[PROCESSES_MAX];
static size_t process_count;

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

/* One whose first thread has ended is told as a zombie, while its other threads may run on. */
static bool is_dead(const char *state)
{
	const char *threads = skip_fields(state, FIELDS_TO_THREADS);

	return (*state == 'Z' || *state == 'X') && !(threads && strtol(threads, NULL, 10) > 1);
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
	*process = (struct process){
	        .pid = (pid_t)strtol(text, NULL, 10),
	        .state = behind[2],
	        .parent = (pid_t)strtol(behind + 3, NULL, 10),
	        .dead = is_dead(behind + 2),
	};
	return process->pid > 1;
}

void processes_each(void (*each)(int folder, const char *name))
{
	static _Alignas(8) char bytes[8192];
	long got;
	int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return;
	while ((got = syscall(SYS_getdents64, folder, bytes, sizeof(bytes))) > 0) {
		const struct directory_entry *entry;
		for (long at = 0; at < got; at += entry->length) {
			entry = (const struct directory_entry *)(const void *)(bytes + at);
			if (entry->name[0] >= '1' && entry->name[0] <= '9')
				each(folder, entry->name);
		}
	}
	close(folder);
}

static void add_process(int folder, const char *name)
{
	if (process_count < PROCESSES_MAX && look_at_process(folder, name, &processes[process_count]))
		process_count++;
}

static void read_processes(void)
{
	process_count = 0;
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

/* Chooses the descendants of a process. Returns how many of them live. */
static size_t choose_descendants(pid_t root)
{
	size_t alive = 0;
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
			alive += process->chosen && !process->dead;
		}
	}
	return alive;
}

/* The root takes in what is orphaned on the way, so that nothing leaves the tree; what is born meanwhile is found by
 * the next pass. It is made to stay, which no other process can undo: stopped, it could be continued, find its command
 * killed, and leave. */
void processes_kill_tree(pid_t root)
{
	kill(root, SUPERVISOR_STAY);
	for (int i = 0; i < PASSES_MAX && choose_descendants(root) > 0; i++) {
		for (size_t k = 0; k < process_count; k++)
			if (processes[k].chosen)
				kill(processes[k].pid, SIGKILL);
		if (i > 0)
			pass();
	}
	kill(root, SIGKILL);
}

static bool has_stopped(char state)
{
	return state == 'T' || state == 't' || state == 'Z' || state == 'X';
}

static bool have_all_stopped(void)
{
	read_processes();
	for (size_t i = 0; i < process_count; i++)
		if (!has_stopped(processes[i].state))
			return false;
	return true;
}

/* The kernel lets no process fork that has a signal to take: all at once means all. */
void processes_freeze(void)
{
	stopped_count = 0;
	frozen = true;
	read_processes();
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].state == 'T')
			stopped[stopped_count++] = processes[i].pid;
	kill(-1, SIGSTOP);
	for (int i = 0; i < PASSES_MAX && !have_all_stopped(); i++)
		pass();
}

static bool was_stopped(pid_t pid)
{
	for (size_t i = 0; i < stopped_count; i++)
		if (stopped[i] == pid)
			return true;
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
