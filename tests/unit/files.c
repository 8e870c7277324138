#include "files.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

void folder_make(test_folder *folder)
{
	*folder = (test_folder){0};
	snprintf(folder->path, sizeof folder->path, "/tmp/sandbox-sdk-unit-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status, (void)kind, (void)place;
	return remove(path);
}

void folder_remove(test_folder *folder)
{
	assert_int_equal(nftw(folder->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *folder_file(test_folder *folder, const char *name)
{
	char *joined = folder->joined[folder->next++ % 4];
	size_t length = strlen(folder->path);
	memcpy(joined, folder->path, length);
	snprintf(joined + length, sizeof folder->joined[0] - length, "/%s", name);
	return joined;
}

size_t folder_count(const char *path)
{
	size_t count = 0;
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return count;
}

void file_write(const char *path, const void *data, size_t length)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, data, length), length);
	close(descriptor);
}

char *file_read(const char *path, size_t *length)
{
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return NULL;
	assert_int_equal(fstat(descriptor, &status), 0);
	char *content = malloc((size_t)status.st_size + 1);
	assert_non_null(content);
	assert_int_equal(read(descriptor, content, (size_t)status.st_size), status.st_size);
	content[status.st_size] = '\0';
	close(descriptor);
	if (length)
		*length = (size_t)status.st_size;
	return content;
}

unsigned file_mode(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

int in_child(int (*function)(void *argument), void *argument)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	/* _exit(): what the parent still holds is no leak of the child's. */
	if (child == 0)
		_exit(function(argument));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
