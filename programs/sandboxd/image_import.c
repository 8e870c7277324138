#include "image.h"
#include "image_files.h"
#include "image_layout.h"
#include "image_unpack.h"
#include "sandbox.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* An import on its way: everything goes into a folder that is no image until it gets its name. */
struct importing {
	int images;
	int folder;
	char unfinished[64];
	const char *source;
	struct image image;
	struct image_unpacked counts;
	struct failure *failure;
};

/* Like the engine's other folders: everyone may pass, once the keeper shows it; nobody but its owner may list it. */
static int open_or_make(int parent, const char *name, mode_t mode)
{
	if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
		return -1;
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int write_failure(struct importing *work)
{
	return image_write_failure(work->source, "its folder", work->failure);
}

static int begin(struct importing *work, int folder)
{
	work->images = open_or_make(folder, IMAGES, 0711);
	image_unfinished_name(work->unfinished);
	if (work->images >= 0)
		work->folder = open_or_make(work->images, work->unfinished, 0755);
	/* Whoever cleans up leaves it alone as long as this process is there. */
	return work->folder < 0 || flock(work->folder, LOCK_SH | LOCK_NB) < 0 ? write_failure(work) : 0;
}

static int unpack_layout(struct importing *work, int layout)
{
	int root = open_or_make(work->folder, IMAGE_ROOT, 0755);
	int result = root < 0 ? write_failure(work)
	                      : image_layout_unpack(layout, root, &work->image, &work->counts, work->failure);
	if (root >= 0)
		close(root);
	return result;
}

/* A layout that comes as a tar is unpacked first; that it was one is seen then. */
static int import_tar(struct importing *work, int archive)
{
	int root = open_or_make(work->folder, IMAGE_ROOT, 0755);
	int result = root < 0 ? write_failure(work)
	                      : image_unpack(root, archive, work->source, &work->counts, work->failure);

	if (result == 0 && image_layout_is(root)) {
		work->counts = (struct image_unpacked){.floor = work->counts.floor};
		if (renameat(work->folder, IMAGE_ROOT, work->folder, "layout") < 0)
			result = write_failure(work);
		else
			result = unpack_layout(work, root);
		if (result == 0 && tree_remove(work->folder, "layout") < 0)
			result = write_failure(work);
	}
	if (root >= 0)
		close(root);
	return result;
}

static int import_source(struct importing *work)
{
	struct stat info;
	bool is_input = strcmp(work->source, "-") == 0;
	int result = -1;
	int fd = is_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(work->source, O_RDONLY | O_CLOEXEC);

	if (is_input)
		work->source = "standard input";
	if (fd < 0 || fstat(fd, &info) < 0)
		failure_set(work->failure, FAILURE_IMAGE,
		            "%.300s cannot be opened (%s); give a file, or - for standard "
		            "input",
		            work->source, strerror(errno));
	else if (!S_ISDIR(info.st_mode))
		result = import_tar(work, fd);
	else if (image_layout_is(fd))
		result = unpack_layout(work, fd);
	else
		failure_set(work->failure, FAILURE_IMAGE, "the directory %.300s is not an OCI image; give a tar of it",
		            work->source);
	if (fd >= 0)
		close(fd);
	if (result == 0 && work->counts.entries == 0)
		return failure_set(work->failure, FAILURE_IMAGE, "%.300s has no files in it; give a root file system",
		                   work->source);
	return result;
}

static int finish_root(struct importing *work)
{
	int root = openat(work->folder, IMAGE_ROOT, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int result = root < 0 || image_prepare_root(root) < 0 ? write_failure(work) : 0;

	if (root >= 0)
		close(root);
	return result;
}

/* It has its name only once all of it is on the disk. */
static int finish(struct importing *work)
{
	work->image.size = (int64_t)work->counts.bytes;
	work->image.imported_ms = now_ms();
	if (image_write_document(work->folder, &work->image) < 0 || syncfs(work->folder) < 0)
		return write_failure(work);
	if (syscall(SYS_renameat2, work->images, work->unfinished, work->images, work->image.folder, RENAME_NOREPLACE) <
	    0)
		return errno == EEXIST ? failure_set(work->failure, FAILURE_IMAGE,
		                                     "there is an image %s already; remove it first: sandboxd image "
		                                     "remove %s",
		                                     work->image.name, work->image.name)
		                       : write_failure(work);
	fsync(work->images);
	return 0;
}

static int check_new(struct importing *work, int folder, const char *name)
{
	struct image there;
	struct problem problem;

	if (image_name_complete(name, work->image.name) < 0)
		return failure_set(work->failure, FAILURE_IMAGE,
		                   "\"%.200s\" is no name of an image; give one such as python:3.12 or "
		                   "registry.example/team/tools",
		                   name);
	image_name_encode(work->image.name, work->image.folder);
	if (image_find(folder, name, &there, &problem) < 0)
		return 0;
	failure_set(work->failure, FAILURE_IMAGE,
	            "there is an image %s already; remove it first: sandboxd image remove %s", there.name, there.name);
	image_free(&there);
	return -1;
}

int image_import(int folder, const char *name, const char *source, const struct disk_floor *floor,
                 struct image_unpacked *counts, struct failure *failure)
{
	struct importing work = {
	        .images = -1, .folder = -1, .source = source, .counts.floor = *floor, .failure = failure};
	mode_t mask = umask(022);
	int result = -1;

	work.image.is_host = strcmp(source, "host") == 0;
	if (check_new(&work, folder, name) == 0 && begin(&work, folder) == 0 &&
	    (work.image.is_host || (import_source(&work) == 0 && finish_root(&work) == 0)))
		result = finish(&work);
	if (result < 0 && work.folder >= 0)
		tree_remove(work.images, work.unfinished);
	if (result == 0)
		*counts = work.counts;
	umask(mask);
	if (work.folder >= 0)
		close(work.folder);
	if (work.images >= 0)
		close(work.images);
	image_free(&work.image);
	return result;
}
