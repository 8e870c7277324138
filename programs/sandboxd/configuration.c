#include "configuration.h"

#include "lib/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANKS " \t\r"
#define FILE_MAX_SIZE (64 * 1024)

static int unusable(const char *path, const char *what, struct failure *failure)
{
	return failure_set(failure, FAILURE_OPTION,
	                   "the configuration file %s %s; repair it or name another with --config", path, what);
}

/* The first of the usual files that is there. */
static bool find_usual(char path[PATH_MAX])
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int length = -1;

	if (base && base[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/sandboxd/sandboxd.conf", base);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/.config/sandboxd/sandboxd.conf", home);
	if (length > 0 && length < PATH_MAX && access(path, F_OK) == 0)
		return true;
	snprintf(path, PATH_MAX, "/etc/sandboxd.conf");
	return access(path, F_OK) == 0;
}

/* Who can write to it decides where the key lies and who may ask. */
static int check_file(const char *path, int fd, struct failure *failure)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return unusable(path, strerror(errno), failure);
	/* /dev/null is the usual way to say "none". */
	if (S_ISCHR(info.st_mode))
		return 0;
	if (!S_ISREG(info.st_mode))
		return unusable(path, "is not a regular file", failure);
	if ((info.st_uid != 0 && info.st_uid != geteuid()) || (info.st_mode & 022))
		return unusable(path, "can be written by other users", failure);
	return 0;
}

static int read_text(const char *path, char **out, struct failure *failure)
{
	sbx__buffer text = {0};
	char piece[4096];
	ssize_t got = -1;
	int result = -1;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		char why[128];
		snprintf(why, sizeof(why), "cannot be opened (%s)", strerror(errno));
		return unusable(path, why, failure);
	}
	if (check_file(path, fd, failure) < 0)
		goto done;
	while (text.length <= FILE_MAX_SIZE && (got = read(fd, piece, sizeof(piece))) > 0)
		sbx__buffer_append(&text, piece, (size_t)got);
	if (got < 0)
		unusable(path, strerror(errno), failure);
	else if (text.length > FILE_MAX_SIZE)
		unusable(path, "is longer than 64 KiB", failure);
	else if (text.length > 0 && memchr(text.data, '\0', text.length))
		unusable(path, "is not text", failure);
	else if (!(*out = sbx__buffer_take(&text)))
		failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	else
		result = 0;
done:
	close(fd);
	sbx__buffer_free(&text);
	return result;
}

static char *trim(char *text)
{
	text += strspn(text, BLANKS);
	size_t length = strlen(text);
	while (length > 0 && strchr(BLANKS, text[length - 1]))
		text[--length] = '\0';
	return text;
}

static int read_line(struct options *options, const char *path, char *line, int number, struct failure *failure)
{
	char place[PATH_MAX + 128];

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	char *equals = strchr(line, '=');
	if (equals)
		*equals = '\0';
	char *name = trim(line);
	size_t index = option_find(name, strlen(name));
	if (!equals)
		return failure_set(failure, FAILURE_OPTION, "%s:%d: \"%s\" is no setting; write name = value", path,
		                   number, name);
	if (index == option_count)
		return failure_set(failure, FAILURE_OPTION,
		                   "%s:%d: there is no option \"%s\"; sandboxd --help names them", path, number, name);
	if (option_table[index].reach != REACH_ALL)
		return failure_set(failure, FAILURE_OPTION, "%s:%d: %s cannot be set in a file; give it as --%s", path,
		                   number, name, name);
	if (options->origins[index].source == SOURCE_FILE)
		return failure_set(failure, FAILURE_OPTION, "%s:%d: %s is set in line %d already; remove one", path,
		                   number, name, options->origins[index].line);
	snprintf(place, sizeof(place), "%s:%d: %s", path, number, name);
	return option_set(options, index, trim(equals + 1), (struct option_origin){SOURCE_FILE, number}, place,
	                  failure);
}

int configuration_read(struct options *options, struct failure *failure)
{
	char usual[PATH_MAX];
	const char *path = options->config;
	int number = 0;

	if (path && path[0] == '\0')
		return 0;
	if (!path && !find_usual(usual))
		return 0;
	path = path ? path : usual;
	options->config_found = strdup(path);
	if (!options->config_found)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	if (read_text(path, &options->config_text, failure) < 0)
		return -1;
	for (char *line = options->config_text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (read_line(options, path, line, ++number, failure) < 0)
			return -1;
	}
	return 0;
}
