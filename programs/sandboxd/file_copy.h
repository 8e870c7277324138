/* Copying what is in one file, or about it, into another one that is empty. */
#ifndef SANDBOXD_FILE_COPY_H
#define SANDBOXD_FILE_COPY_H

#include <stdbool.h>
#include <sys/stat.h>

struct file_copy {
	bool (*stopped)(void *context); /* asked now and then: whether to give up */
	void *context;
	char *buffer;      /* of FILE_COPY_BUFFER bytes */
	bool cannot_clone; /* the file system has told so: what it cannot do is not tried for each file */
	bool cannot_range;
};

#define FILE_COPY_BUFFER ((size_t)128 * 1024)

/* The first `size` bytes: by sharing them with the other file where the file system can (FICLONE), else by copying what
 * is not a hole. A file that is shorter by now ends in zeros. These return 0, or -1 with errno; ECANCELED when it was
 * stopped. */
int file_copy_content(struct file_copy *copy, int from, int to, off_t size);
/* The attributes of users ("user."): none of them has a meaning to the kernel. Of directories, too. */
int file_copy_attributes(struct file_copy *copy, int from, int to);

#endif
