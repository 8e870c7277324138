#include "cgroup_tree.h"

#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "sandboxd-"
#define SERVER "server"

/* A period of the processors' time, and what one of the API's `cpus` is of it: a quarter of a processor. */
#define PERIOD 100000
#define PERIOD_PART 25000

/* How often what takes the kernel a moment is looked at again, a millisecond apart. */
#define PASSES 2000

static void pass(void)
{
	const struct timespec time = {.tv_nsec = 1000000};
	nanosleep(&time, NULL);
}

static int open_group(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int put(int group, const char *name, const char *text)
{
	int fd = openat(group, name, O_WRONLY | O_CLOEXEC);
	int result = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return result;
}

static bool get(int group, const char *name, char *text, size_t size)
{
	int fd = openat(group, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got >= 0;
}

/* Whether a line of the group's events says so: "populated 0", "frozen 1". */
static bool has_event(int group, const char *line)
{
	char text[256];
	return get(group, "cgroup.events", text, sizeof(text)) && strstr(text, line);
}

/* ---- removal ---- */

/* A process that has ended can be in its group a moment longer. */
static void remove_group(int parent, const char *name)
{
	int group = open_group(parent, name);

	if (group < 0)
		return;
	if (has_event(group, "populated 1"))
		put(group, "cgroup.kill", "1");
	for (int i = 0; i < PASSES && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno == EBUSY; i++)
		pass();
	close(group);
}

static void each_group(int folder, void (*each)(int folder, const char *name))
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			each(folder, entry->d_name);
	if (stream)
		closedir(stream);
}

/* A server that lives is in its group. */
static void remove_left(int folder, const char *name)
{
	int left = strncmp(name, PREFIX, strlen(PREFIX)) == 0 ? open_group(folder, name) : -1;
	int server = left < 0 ? -1 : open_group(left, SERVER);

	if (left >= 0 && (server < 0 || has_event(server, "populated 0"))) {
		each_group(left, remove_group);
		unlinkat(folder, name, AT_REMOVEDIR);
	}
	if (server >= 0)
		close(server);
	if (left >= 0)
		close(left);
}

/* ---- this server's place ---- */

static void set_name(char name[32])
{
	snprintf(name, 32, PREFIX "%ld", (long)getpid());
}

static int open_own(void)
{
	struct cgroup cgroup;

	cgroup_find(&cgroup);
	return cgroup.mounted && cgroup.delegated && (cgroup.memory || cgroup.cpu || cgroup.pids)
	               ? open(cgroup.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		       : -1;
}

/* On both levels: for the server's groups, and for those in them. Each by itself, for some may not be there. */
static bool enable(int own, int folder, const char *controller)
{
	return put(own, "cgroup.subtree_control", controller) == 0 &&
	       put(folder, "cgroup.subtree_control", controller) == 0;
}

static bool move_to(int group)
{
	return put(group, "cgroup.procs", "0") == 0;
}

/* Other processes in the same place keep it from being divided; then all is as it was. */
void cgroup_tree_open(struct cgroup_tree *tree)
{
	char name[32];
	int server = -1;

	*tree = (struct cgroup_tree){.folder = -1};
	int own = open_own();
	if (own < 0)
		return;
	set_name(name);
	each_group(own, remove_left);
	if (mkdirat(own, name, 0755) == 0)
		tree->folder = open_group(own, name);
	if (tree->folder >= 0 && mkdirat(tree->folder, SERVER, 0755) == 0)
		server = open_group(tree->folder, SERVER);
	if (server >= 0 && move_to(server)) {
		tree->memory = enable(own, tree->folder, "+memory");
		tree->cpu = enable(own, tree->folder, "+cpu");
		tree->pids = enable(own, tree->folder, "+pids");
	}
	if (!tree->memory && !tree->cpu && !tree->pids) {
		move_to(own);
		if (tree->folder >= 0)
			unlinkat(tree->folder, SERVER, AT_REMOVEDIR);
		unlinkat(own, name, AT_REMOVEDIR);
		if (tree->folder >= 0)
			close(tree->folder);
		tree->folder = -1;
	}
	if (server >= 0)
		close(server);
	close(own);
}

/* Where the place is divided no process can go back into it, unless it is the hierarchy's root. What is left of that
 * goes with the service, or at the next start. */
void cgroup_tree_close(struct cgroup_tree *tree)
{
	char name[32];
	int own = tree->folder < 0 ? -1 : openat(tree->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (own >= 0) {
		static const char *const controllers[] = {"-memory", "-cpu", "-pids"};
		for (int i = 0; i < 3; i++)
			put(tree->folder, "cgroup.subtree_control", controllers[i]);
		if (!move_to(own)) {
			for (int i = 0; i < 3; i++)
				put(own, "cgroup.subtree_control", controllers[i]);
			move_to(own);
		}
		each_group(tree->folder, remove_group);
		set_name(name);
		unlinkat(own, name, AT_REMOVEDIR);
		close(own);
	}
	if (tree->folder >= 0)
		close(tree->folder);
	tree->folder = -1;
}

/* ---- the sandboxes' ---- */

static int bound(const struct cgroup_tree *tree, int group, const struct sandbox *sandbox, rlim_t processes)
{
	char text[64];

	if (tree->memory) {
		snprintf(text, sizeof(text), "%" PRId64, sandbox->memory << 20);
		if (put(group, "memory.max", text) < 0)
			return -1;
		/* These two are missing where there is no swap, and before Linux 4.19. */
		put(group, "memory.swap.max", "0");
		put(group, "memory.oom.group", "0");
	}
	if (tree->cpu) {
		snprintf(text, sizeof(text), "%" PRId64 " %d", sandbox->cpus * PERIOD_PART, PERIOD);
		if (put(group, "cpu.max", text) < 0)
			return -1;
	}
	if (tree->pids) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)processes);
		if (put(group, "pids.max", text) < 0)
			return -1;
	}
	return 0;
}

int cgroup_tree_make(const struct cgroup_tree *tree, const struct sandbox *sandbox, rlim_t processes)
{
	if (mkdirat(tree->folder, sandbox->id, 0755) < 0 && errno != EEXIST)
		return -1;
	int group = open_group(tree->folder, sandbox->id);
	if (group >= 0 && bound(tree, group, sandbox, processes) == 0)
		return group;
	int saved = errno;
	if (group >= 0)
		close(group);
	cgroup_tree_remove(tree, sandbox->id);
	errno = saved;
	return -1;
}

void cgroup_tree_remove(const struct cgroup_tree *tree, const char *id)
{
	if (tree->folder >= 0)
		remove_group(tree->folder, id);
}

int cgroup_tree_freeze(const struct cgroup_tree *tree, const char *id, bool frozen)
{
	int group = tree->folder < 0 ? -1 : open_group(tree->folder, id);
	int result = -1;

	if (group < 0)
		return -1;
	if (put(group, "cgroup.freeze", frozen ? "1" : "0") == 0)
		for (int i = 0; i < PASSES && result < 0; i++) {
			if (has_event(group, frozen ? "frozen 1" : "frozen 0"))
				result = 0;
			else
				pass();
		}
	/* Neither half: what cannot be stopped goes on. */
	if (result < 0 && frozen)
		put(group, "cgroup.freeze", "0");
	close(group);
	return result;
}
