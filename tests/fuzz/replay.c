/*
 * The main program of a fuzz target in a build without libFuzzer: every file of the named folders is one input.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static void replay_file(const char *path, off_t size)
{
	uint8_t *data = malloc((size_t)size + 1);
	FILE *file = fopen(path, "rb");
	if (!data || !file || fread(data, 1, (size_t)size, file) != (size_t)size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(2);
	}
	fclose(file);
	/* What crashes is the last one named. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

static int replay_folder(const char *folder)
{
	DIR *open = opendir(folder);
	struct dirent *entry;
	int replayed = 0;
	if (!open)
		return 0;
	while ((entry = readdir(open))) {
		char path[4096];
		struct stat status;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
			replay_file(path, status.st_size);
			replayed++;
		}
	}
	closedir(open);
	return replayed;
}

int main(int argc, char **argv)
{
	int replayed = 0;
	for (int index = 1; index < argc; index++)
		replayed += replay_folder(argv[index]);
	printf("%d inputs\n", replayed);
	return replayed ? 0 : 1;
}
