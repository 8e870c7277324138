#include "cgroup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The mount point of the hierarchy whose root is the whole one (a line of mountinfo ends "… - cgroup2 SOURCE OPTIONS").
 */
static bool find_mount(char out[PATH_MAX], char root[PATH_MAX])
{
	char line[3 * PATH_MAX];
	bool found = false;
	FILE *file = fopen("/proc/self/mountinfo", "re");

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, " - cgroup2 ") && sscanf(line, "%*s %*s %*s %4095s %4095s", root, out) == 2;
	if (file)
		fclose(file);
	return found;
}

/* The line of /proc/self/cgroup that begins with "0::". */
static bool find_place(char out[PATH_MAX])
{
	char line[PATH_MAX + 16];
	bool found = false;
	FILE *file = fopen("/proc/self/cgroup", "re");

	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		found = strncmp(line, "0::", 3) == 0;
		if (found)
			snprintf(out, PATH_MAX, "%.*s", PATH_MAX - 1, line + 3);
	}
	if (file)
		fclose(file);
	return found;
}

static bool join(char out[PATH_MAX], const char *first, const char *second)
{
	return snprintf(out, PATH_MAX, "%s%s", first, second) < PATH_MAX;
}

static void read_controllers(struct cgroup *cgroup)
{
	char path[PATH_MAX], text[1024] = " ";

	if (!join(path, cgroup->path, "/cgroup.controllers"))
		return;
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text + 1, sizeof(text) - 2, file)) {
		text[strcspn(text, "\n")] = '\0';
		strcat(text, " ");
		cgroup->cpu = strstr(text, " cpu ");
		cgroup->memory = strstr(text, " memory ");
		cgroup->pids = strstr(text, " pids ");
	}
	fclose(file);
}

void cgroup_find(struct cgroup *out)
{
	struct cgroup cgroup = {0};
	char mount[PATH_MAX], root[PATH_MAX], place[PATH_MAX], file[PATH_MAX];

	if (find_mount(mount, root) && find_place(place)) {
		/* In a container the mount begins below the hierarchy's root, and so may the place. */
		size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
		const char *below = strncmp(place, root, length) == 0 ? place + length : place;
		cgroup.mounted = join(cgroup.path, mount, strcmp(below, "/") == 0 ? "" : below) &&
		                 access(cgroup.path, F_OK) == 0;
	}
	if (cgroup.mounted) {
		cgroup.delegated = access(cgroup.path, W_OK) == 0 && join(file, cgroup.path, "/cgroup.procs") &&
		                   access(file, W_OK) == 0 && join(file, cgroup.path, "/cgroup.subtree_control") &&
		                   access(file, W_OK) == 0;
		read_controllers(&cgroup);
	}
	*out = cgroup;
}
