#include "bwrap_arguments.h"

#include "argument_list.h"
#include "keeper.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(sbx__buffer *arguments, const char *first, const char *second, const char *third)
{
	argument_list_append(arguments, first);
	if (second)
		argument_list_append(arguments, second);
	if (third)
		argument_list_append(arguments, third);
}

/* /bin, /lib and the like: a link where the host has a link, else the host's directory. */
static void add_usr_links(sbx__buffer *arguments)
{
	static const char *const names[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
	char target[PATH_MAX];
	struct stat info;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ssize_t length = readlink(names[i], target, sizeof(target) - 1);
		if (length > 0) {
			target[length] = '\0';
			add(arguments, "--symlink", target, names[i]);
		} else if (stat(names[i], &info) == 0 && S_ISDIR(info.st_mode)) {
			add(arguments, "--ro-bind", names[i], names[i]);
		}
	}
}

static void add_environment(sbx__buffer *arguments, const sbx__buffer *pairs)
{
	for (size_t at = 0; at < pairs->length;) {
		const char *name = pairs->data + at;
		const char *value = name + strlen(name) + 1;
		add(arguments, "--setenv", name, value);
		at += strlen(name) + strlen(value) + 2;
	}
}

void bwrap_arguments_common(sbx__buffer *arguments, bool disable_userns)
{
	static const char *const flags[] = {"--unshare-all", "--unshare-user", "--new-session", "--die-with-parent",
	                                    "--clearenv"};
	static const char *const environment[][2] = {
	        {"HOME", "/home/sandbox"},
	        {"USER", "sandbox"},
	        {"LOGNAME", "sandbox"},
	        {"LANG", "C.UTF-8"},
	        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	};

	sbx__buffer_free(arguments);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		add(arguments, flags[i], NULL, NULL);
	if (disable_userns)
		add(arguments, "--disable-userns", NULL, NULL);
	add(arguments, "--cap-drop", "ALL", NULL);
	add(arguments, "--uid", "1000", NULL);
	add(arguments, "--gid", "1000", NULL);
	add(arguments, "--hostname", "sandbox", NULL);
	/* The numbers are those that the keeper's init gives. */
	add(arguments, "--seccomp", "4", NULL);
	add(arguments, "--json-status-fd", "5", NULL);
	add(arguments, "--ro-bind", "/usr", "/usr");
	add_usr_links(arguments);
	add(arguments, "--ro-bind", KEEPER_FOLDER "/etc", "/etc");
	add(arguments, "--proc", "/proc", NULL);
	add(arguments, "--dev", "/dev", NULL);
	add(arguments, "--size", "67108864", NULL);
	add(arguments, "--tmpfs", "/dev/shm", NULL);
	add(arguments, "--remount-ro", "/dev", NULL);
	add(arguments, "--symlink", "/tmp", "/var/tmp");
	add(arguments, "--dir", "/run", NULL);
	for (size_t i = 0; i < sizeof(environment) / sizeof(environment[0]); i++)
		add(arguments, "--setenv", environment[i][0], environment[i][1]);
}

static void add_bind(sbx__buffer *arguments, const struct sandbox *sandbox, const char *place)
{
	char source[128];
	snprintf(source, sizeof(source), KEEPER_FOLDER "/sandboxes/%s/root%s", sandbox->id, place);
	add(arguments, "--bind", source, place);
}

/* Bubblewrap reads its arguments from a descriptor: on its command line they would show inside the sandbox, where
 * bubblewrap is process 1. */
int bwrap_arguments_open(const sbx__buffer *common, const struct sandbox *sandbox, const struct command *command)
{
	sbx__buffer arguments = {0};

	sbx__buffer_append(&arguments, common->data, common->length);
	add_bind(&arguments, sandbox, "/data");
	add_bind(&arguments, sandbox, "/tmp");
	add_bind(&arguments, sandbox, "/home/sandbox");
	add(&arguments, "--remount-ro", "/", NULL);
	add_environment(&arguments, &sandbox->environment);
	add_environment(&arguments, &command->environment);
	add(&arguments, "--chdir", command->working_dir ? command->working_dir : "/home/sandbox", NULL);
	int fd = arguments.failed ? -1 : memfd_create("arguments", MFD_CLOEXEC);
	if (fd >= 0 &&
	    (write(fd, arguments.data, arguments.length) != (ssize_t)arguments.length || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	sbx__buffer_free(&arguments);
	return fd;
}
