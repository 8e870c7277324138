#include "host_etc.h"

#include "network.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* What programs of /usr need to start and to find each other; none of it tells who uses the machine. */
static const char *const copied[] = {
        "alternatives", "debian_version", "fedora-release", "host.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "localtime",    "mime.types",     "os-release",     "protocols", "services",    "shells",     "timezone",
};

/* Without these nothing that is reached over a network could be trusted: the authorities' certificates, where Debian
 * and Fedora have them. */
static const char *const copied_for_network[] = {
        "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/tls/openssl.cnf", "pki/ca-trust/extracted",
};

struct text {
	const char *name;
	const char *text;
};

static const struct text synthetic[] = {
        {"passwd", "root:x:0:0:root:/:/usr/sbin/nologin\n"
	           "sandbox:x:1000:1000:sandbox:/home/sandbox:/bin/sh\n"
	           "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"},
        {"group", "root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n"},
        {"hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"},
        {"hostname", "sandbox\n"},
};

#define DATABASES "passwd: files\ngroup: files\nservices: files\nprotocols: files\n"

static const struct text without_network[] = {
        {"nsswitch.conf", DATABASES "hosts: files\n"},
};

static const struct text with_network[] = {
        {"nsswitch.conf", DATABASES "hosts: files dns\n"},
        {"resolv.conf", "nameserver " NETWORK_RESOLVER "\n"},
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
	/* What this user cannot read is not for a sandbox either, nor, where this user is root, what others cannot. */
	if (in < 0 || fstat(in, &info) < 0 || !(info.st_mode & S_IROTH)) {
		if (in >= 0)
			close(in);
		return 0;
	}
	int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int result = out < 0 ? -1 : fchmod(out, 0644);
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

/* A path of several names, in directories that are made for it. Each is one of the host's, not a link to one. */
static int copy_path(int from, int to, const char *path)
{
	const char *slash = strchr(path, '/');
	char name[NAME_MAX + 1];

	if (!slash)
		return copy_entry(from, to, path);
	snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
	int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return 0;
	int result = mkdirat(to, name, 0755) < 0 && errno != EEXIST ? -1 : 0;
	int out = result < 0 ? -1 : openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = out < 0 || fchmod(out, 0755) < 0 ? -1 : copy_path(in, out, slash + 1);
	close(in);
	if (out >= 0)
		close(out);
	return result;
}

static int write_texts(int etc, const struct text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (write_text(etc, texts[i].name, texts[i].text) < 0)
			return -1;
	return 0;
}

static int fill(int host, int etc, bool network)
{
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		if (copy_entry(host, etc, copied[i]) < 0)
			return -1;
	if (write_texts(etc, synthetic, sizeof(synthetic) / sizeof(synthetic[0])) < 0)
		return -1;
	for (size_t i = 0; network && i < sizeof(copied_for_network) / sizeof(copied_for_network[0]); i++)
		if (copy_path(host, etc, copied_for_network[i]) < 0)
			return -1;
	if (network)
		return write_texts(etc, with_network, sizeof(with_network) / sizeof(with_network[0]));
	return write_texts(etc, without_network, sizeof(without_network) / sizeof(without_network[0]));
}

int host_etc_make(int folder, bool network, struct failure *failure)
{
	int host = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int etc = -1;
	int result = -1;

	if (tree_remove(folder, "etc") == 0 && mkdirat(folder, "etc", 0755) == 0)
		etc = openat(folder, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host >= 0 && etc >= 0 && fchmod(etc, 0755) == 0)
		result = fill(host, etc, network);
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
