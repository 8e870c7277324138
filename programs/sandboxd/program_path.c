#include "program_path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool program_path_find(const char *name, char path[PATH_MAX])
{
	const char *search = getenv("PATH");

	for (search = search ? search : "/usr/bin:/bin"; *search;) {
		size_t length = strcspn(search, ":");
		if (search[0] == '/' && snprintf(path, PATH_MAX, "%.*s/%s", (int)length, search, name) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
		search += length + (search[length] == ':');
	}
	return false;
}

void program_path_ask(const char *path, const char *argument, char *out, size_t size)
{
	int ends[2];
	size_t length = 0;
	ssize_t got;

	out[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execl(path, path, argument, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while (pid > 0 && length < size - 1 && (got = read(ends[0], out + length, size - 1 - length)) > 0)
		length += (size_t)got;
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	out[length] = '\0';
}
