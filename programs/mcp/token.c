#include "token.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "sandbox-sdk-mcp: the token file %s %s; give another by --token-file\n", path, what);
	return -1;
}

static int make(const char *path)
{
	uint64_t random[4];
	char text[TOKEN_SIZE];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return complain(path, strerror(errno));
	bool made = getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random);
	int length =
	        snprintf(text, sizeof(text), "%016llx%016llx%016llx%016llx\n", (unsigned long long)random[0],
		         (unsigned long long)random[1], (unsigned long long)random[2], (unsigned long long)random[3]);
	made = made && write(fd, text, (size_t)length) == length;
	close(fd);
	return made ? 0 : complain(path, "cannot be written");
}

/* Returns why the file is none for a token; NULL: it is one. */
static const char *find_fault(int fd)
{
	struct stat info;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
		return "is no file";
	if (info.st_uid != geteuid())
		return "belongs to another user";
	return (info.st_mode & 07777) == 0600 ? NULL : "has another mode than 0600 (chmod 600 it)";
}

int token_load(char token[TOKEN_SIZE], const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		if (make(path) < 0)
			return -1;
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (fd < 0)
		return complain(path, strerror(errno));
	const char *fault = find_fault(fd);
	ssize_t got = fault ? 0 : read(fd, token, TOKEN_SIZE - 1);
	close(fd);
	if (fault)
		return complain(path, fault);
	token[got > 0 ? got : 0] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	return *token ? 0 : complain(path, "is empty");
}

bool token_equals(const char *token, const char *candidate)
{
	size_t length = strlen(token), given = strlen(candidate);
	unsigned char differs = length != given;

	for (size_t i = 0; i < given; i++)
		differs |= (unsigned char)(candidate[i] ^ token[i < length ? i : 0]);
	return !differs;
}
