#include "host_etc.h"

#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* What programs of /usr need to start and to find each other; none of it tells who uses the machine. */
static const char *const copied[] = {
        "alternatives", "debian_version", "fedora-release", "host.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "localtime",    "mime.types",     "os-release",     "protocols", "services",    "shells",     "timezone",
};

static const struct {
	const char *name;
	const char *text;
} synthetic[] = {
        {"passwd", "root:x:0:0:root:/:/usr/sbin/nologin\n"
	           "sandbox:x:1000:1000:sandbox:/home/sandbox:/bin/sh\n"
	           "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"},
        {"group", "root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n"},
        {"hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"},
        {"hostname", "sandbox\n"},
        {"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n"},
};

static int write_text(int directory, const char *name, const char *text)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	int result = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? fchmod(fd, 0644) : -1;
	close(fd);
	return result;
}

static int copy_file(int from, int to, const char *name)
{
	struct stat info;
	int in = openat(from, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	/* What this user cannot read is not for a sandbox either. */
	if (in < 0)
		return 0;
	int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int result = out < 0 || fstat(in, &info) < 0 ? -1 : fchmod(out, 0644);
	for (off_t left = result == 0 ? info.st_size : 0; left > 0;) {
		ssize_t sent = sendfile(out, in, NULL, (size_t)left);
		if (sent <= 0) {
			result = sent < 0 ? -1 : 0;
			break;
		}
		left -= sent;
	}
	close(in);
	if (out >= 0)
		close(out);
	return result;
}

static int copy_link(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(from, name, target, sizeof(target) - 1);
	if (length < 0)
		return -1;
	target[length] = '\0';
	return symlinkat(target, to, name);
}

static int copy_entry(int from, int to, const char *name);

/* Most of Debian's alternatives are those of manual pages; without them a start takes a fraction of the time. */
static bool is_manual(const char *name)
{
	size_t length = strlen(name);
	return length > 3 && strcmp(name + length - 3, ".gz") == 0;
}

static int copy_directory(int from, int to, const char *name)
{
	struct dirent *entry;
	int result = 0;
	int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = in < 0 ? NULL : fdopendir(in);
	if (!stream)
		return in < 0 ? 0 : -1;
	int out = mkdirat(to, name, 0755) < 0 ? -1 : openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out < 0 || fchmod(out, 0755) < 0)
		result = -1;
	while (result == 0 && (entry = readdir(stream)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && !is_manual(entry->d_name))
			result = copy_entry(in, out, entry->d_name);
	closedir(stream);
	if (out >= 0)
		close(out);
	return result;
}

static int copy_entry(int from, int to, const char *name)
{
	struct stat info;
	if (fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISLNK(info.st_mode))
		return copy_link(from, to, name);
	if (S_ISDIR(info.st_mode))
		return copy_directory(from, to, name);
	return S_ISREG(info.st_mode) ? copy_file(from, to, name) : 0;
}

static int fill(int host, int etc)
{
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		if (copy_entry(host, etc, copied[i]) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(synthetic) / sizeof(synthetic[0]); i++)
		if (write_text(etc, synthetic[i].name, synthetic[i].text) < 0)
			return -1;
	return 0;
}

int host_etc_make(int folder, struct failure *failure)
{
	int host = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int etc = -1;
	int result = -1;

	if (tree_remove(folder, "etc") == 0 && mkdirat(folder, "etc", 0755) == 0)
		etc = openat(folder, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host >= 0 && etc >= 0 && fchmod(etc, 0755) == 0)
		result = fill(host, etc);
	if (result < 0)
		failure_set(failure, FAILURE_STATE,
		            "the sandboxes' /etc cannot be written into the state directory (%s); see its disk",
		            strerror(errno));
	if (host >= 0)
		close(host);
	if (etc >= 0)
		close(etc);
	return result;
}
