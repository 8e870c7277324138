#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int unusable(const char *path, const char *what, struct failure *failure)
{
	return failure_set(failure, FAILURE_KEY, "the key file %s cannot be %s (%s); give another with --key-file",
	                   path, what, strerror(errno));
}

/* Written under another name and linked into place: a key file is never seen half-written, and of two servers that make
 * it at once one wins for both. */
static int make(const char *path, struct failure *failure)
{
	unsigned char random[32];
	char text[2 * sizeof(random) + 2], temporary[PATH_MAX];

	if (snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >= (int)sizeof(temporary))
		return failure_set(failure, FAILURE_KEY, "the path of the key file is too long; give --key-file");
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return unusable(path, "made", failure);
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(text + 2 * i, 3, "%02x", random[i]);
	strcat(text, "\n");
	unlink(temporary);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return unusable(path, "made", failure);
	int result = 0;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fsync(fd) < 0 ||
	    (link(temporary, path) < 0 && errno != EEXIST))
		result = unusable(path, "made", failure);
	close(fd);
	unlink(temporary);
	explicit_bzero(text, sizeof(text));
	return result;
}

static int check(const char *path, int fd, struct failure *failure)
{
	struct stat info;
	if (fstat(fd, &info) < 0)
		return unusable(path, "read", failure);
	if (!S_ISREG(info.st_mode))
		return failure_set(failure, FAILURE_KEY,
		                   "the key file %s is not a regular file; give another with --key-file", path);
	if (info.st_uid != 0 && info.st_uid != geteuid())
		return failure_set(failure, FAILURE_KEY,
		                   "the key file %s belongs to another user, who knows the key; chown it to the "
		                   "server's user or give another with --key-file",
		                   path);
	if (info.st_mode & 077)
		return failure_set(failure, FAILURE_KEY, "the key file %s can be read by other users; chmod 600 it",
		                   path);
	return 0;
}

/* One line of printable ASCII without spaces: what a header carries unchanged. */
static bool is_usable(const struct key *key)
{
	for (size_t i = 0; i < key->length; i++)
		if (key->text[i] <= ' ' || key->text[i] > '~')
			return false;
	return key->length > 0;
}

int key_load(struct key *out, const char *path, size_t least, struct failure *failure)
{
	struct key key = {.length = 0};
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		if (make(path, failure) < 0)
			return -1;
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd < 0)
		return unusable(path, "read", failure);
	ssize_t got = -1;
	int result = check(path, fd, failure);
	if (result == 0 && (got = read(fd, key.text, sizeof(key.text) - 1)) < 0)
		result = unusable(path, "read", failure);
	close(fd);
	if (result < 0)
		return -1;
	key.length = (size_t)got;
	while (key.length > 0 && (key.text[key.length - 1] == '\n' || key.text[key.length - 1] == '\r'))
		key.text[--key.length] = '\0';
	if (!is_usable(&key))
		return failure_set(
		        failure, FAILURE_KEY,
		        "the key file %s does not hold one line of printable characters; remove it to get a new key",
		        path);
	if (key.length < least)
		return failure_set(
		        failure, FAILURE_KEY,
		        "the key in %s is too short for the network, with less than %zu characters; remove the "
		        "file to get a new key",
		        path, least);
	*out = key;
	return 0;
}

bool key_equals(const struct key *key, const char *candidate)
{
	size_t length = strlen(candidate);
	volatile unsigned char difference = length != key->length;

	for (size_t i = 0; i < length; i++)
		difference |= (unsigned char)(candidate[i] ^ key->text[i % key->length]);
	return difference == 0;
}
