#include "bwrap_arguments.h"

#include "argument_list.h"
#include "image_files.h"
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

static void add_host_root(sbx__buffer *arguments)
{
	add(arguments, "--ro-bind", "/usr", "/usr");
	add_usr_links(arguments);
	add(arguments, "--ro-bind", KEEPER_FOLDER "/etc", "/etc");
	add(arguments, "--symlink", "/tmp", "/var/tmp");
	add(arguments, "--dir", "/run", NULL);
}

/* It has what is mounted on, and an /etc of its own: see image_prepare_root. */
static void add_image_root(sbx__buffer *arguments, const struct image *image, bool network)
{
	char source[sizeof(KEEPER_FOLDER "/" IMAGES "/") + IMAGE_FOLDER_SIZE + sizeof("/" IMAGE_ROOT)];
	snprintf(source, sizeof(source), KEEPER_FOLDER "/" IMAGES "/%s/" IMAGE_ROOT, image->folder);
	add(arguments, "--ro-bind", source, "/");
	if (network)
		add(arguments, "--ro-bind", KEEPER_FOLDER "/etc/resolv.conf", "/etc/resolv.conf");
}

/* What Linux shows of the machine to every user, and no sandbox has a use for: keys, which no namespace separates, the
 * kernel's memory map, timers and devices. They are there only as far as the kernel has them. */
static void add_proc(sbx__buffer *arguments)
{
	static const char *const names[] = {"/proc/acpi",        "/proc/asound",      "/proc/bus",
	                                    "/proc/fs",          "/proc/interrupts",  "/proc/irq",
	                                    "/proc/kallsyms",    "/proc/kcore",       "/proc/key-users",
	                                    "/proc/keys",        "/proc/kmsg",        "/proc/latency_stats",
	                                    "/proc/sched_debug", "/proc/scsi",        "/proc/sysrq-trigger",
	                                    "/proc/timer_list",  "/proc/timer_stats", "/proc/vmallocinfo"};
	struct stat info;

	add(arguments, "--proc", "/proc", NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (stat(names[i], &info) < 0)
			continue;
		if (S_ISDIR(info.st_mode))
			add(arguments, "--ro-bind", KEEPER_FOLDER "/empty", names[i]);
		else
			add(arguments, "--ro-bind", "/dev/null", names[i]);
	}
}

void bwrap_arguments_common(sbx__buffer *arguments, bool disable_userns, bool network, const struct image *image)
{
	static const char *const flags[] = {"--unshare-all", "--unshare-user", "--new-session", "--die-with-parent",
	                                    "--as-pid-1"};

	sbx__buffer_free(arguments);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		add(arguments, flags[i], NULL, NULL);
	/* What it is to share is no other's: the keeper's child has made it. */
	if (network)
		add(arguments, "--share-net", NULL, NULL);
	if (disable_userns)
		add(arguments, "--disable-userns", NULL, NULL);
	add(arguments, "--cap-drop", "ALL", NULL);
	add(arguments, "--uid", "1000", NULL);
	add(arguments, "--gid", "1000", NULL);
	add(arguments, "--hostname", "sandbox", NULL);
	/* The number is that which the keeper's child gives. */
	add(arguments, "--seccomp", "4", NULL);
	if (image && !image->is_host)
		add_image_root(arguments, image, network);
	else
		add_host_root(arguments);
	add_proc(arguments);
	add(arguments, "--dev", "/dev", NULL);
	add(arguments, "--size", "67108864", NULL);
	add(arguments, "--tmpfs", "/dev/shm", NULL);
	add(arguments, "--remount-ro", "/dev", NULL);
}

static void add_bind(sbx__buffer *arguments, const struct sandbox *sandbox, const char *place)
{
	char source[128];
	snprintf(source, sizeof(source), KEEPER_FOLDER "/sandboxes/%s/root%s", sandbox->id, place);
	add(arguments, "--bind", source, place);
}

/* Bubblewrap reads its arguments from a descriptor: on its command line every user of the host could read them. */
int bwrap_arguments_open(const sbx__buffer *common, const struct sandbox *sandbox)
{
	sbx__buffer arguments = {0};

	sbx__buffer_append(&arguments, common->data, common->length);
	add_bind(&arguments, sandbox, "/data");
	add_bind(&arguments, sandbox, "/tmp");
	add_bind(&arguments, sandbox, "/home/sandbox");
	add(&arguments, "--remount-ro", "/", NULL);
	add(&arguments, "--chdir", "/", NULL);
	int fd = arguments.failed ? -1 : memfd_create("arguments", MFD_CLOEXEC);
	if (fd >= 0 &&
	    (write(fd, arguments.data, arguments.length) != (ssize_t)arguments.length || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	sbx__buffer_free(&arguments);
	return fd;
}
