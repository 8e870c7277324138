/*
 * A folder for a test's files, and what tests do to files.
 */
#ifndef SBX_TESTS_UNIT_FILES_H
#define SBX_TESTS_UNIT_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* A folder of the test's own; folder_remove() takes away all that is in it. */
typedef struct test_folder {
	char path[64];
	char joined[4][160]; /* what folder_file() gave out last */
	int next;
} test_folder;

void folder_make(test_folder *folder);
void folder_remove(test_folder *folder);
/* The path of a name in the folder, valid until it was asked for three more. */
const char *folder_file(test_folder *folder, const char *name);
/* How many entries a folder has. */
size_t folder_count(const char *path);

void file_write(const char *path, const void *data, size_t length);
/* The content followed by a NUL, which the caller frees; NULL: there is no such file. */
char *file_read(const char *path, size_t *length);
/* The permissions, as in 0644. */
unsigned file_mode(const char *path);

/* Runs a function in a child of this process and returns the status that it ends with. */
int in_child(int (*function)(void *argument), void *argument);

#endif
