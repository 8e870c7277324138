#include "image.h"

#include "image_files.h"
#include "json_body.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOCUMENT_MAX (1024 * 1024)

void image_free(struct image *image)
{
	sbx__buffer_free(&image->environment);
	free(image->working_dir);
	*image = (struct image){0};
}

static int read_document(int folder, sbx__buffer *text)
{
	char piece[8192];
	ssize_t got = -1;
	int fd = openat(folder, IMAGE_DOCUMENT, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while (text->length < DOCUMENT_MAX && (got = read(fd, piece, sizeof(piece))) > 0)
		sbx__buffer_append(text, piece, (size_t)got);
	close(fd);
	return got < 0 || text->failed ? -1 : 0;
}

static int read_members(struct json_body *document, struct image *image, struct problem *problem)
{
	const char *name = "", *digest = "", *working_dir = NULL;

	if (json_body_string(document, "name", &name, problem) < 0 ||
	    json_body_boolean(document, "host", &image->is_host, problem) < 0 ||
	    json_body_string(document, "digest", &digest, problem) < 0 ||
	    json_body_string(document, "working_dir", &working_dir, problem) < 0 ||
	    json_body_integer(document, "size", 0, INT64_MAX, &image->size, problem) < 0 ||
	    json_body_integer(document, "imported_ms", 0, INT64_MAX, &image->imported_ms, problem) < 0 ||
	    json_body_environment(document, "env", &image->environment, problem) < 0)
		return -1;
	snprintf(image->name, sizeof(image->name), "%s", name);
	snprintf(image->digest, sizeof(image->digest), "%s", digest);
	if (working_dir && !(image->working_dir = strdup(working_dir)))
		return problem_memory(problem);
	return 0;
}

/* Reads one image by its folder's name. */
static int read_image(int images, const char *encoded, struct image *out, struct problem *problem)
{
	struct image image = {0};
	struct json_body *document = NULL;
	sbx__buffer text = {0};
	int result = -1;
	int folder = openat(images, encoded, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	snprintf(image.folder, sizeof(image.folder), "%s", encoded);
	if (folder < 0 || read_document(folder, &text) < 0)
		problem_set(problem, PROBLEM_NOT_FOUND, "image", "the image cannot be read: %s", strerror(errno));
	else if (json_body_parse(text.data, text.length, &document, problem) == 0 &&
	         read_members(document, &image, problem) == 0)
		result = 0;
	if (folder >= 0)
		close(folder);
	json_body_free(document);
	sbx__buffer_free(&text);
	if (result < 0)
		image_free(&image);
	else
		*out = image;
	return result;
}

static int open_images(int folder)
{
	return openat(folder, IMAGES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int image_find(int folder, const char *name, struct image *out, struct problem *problem)
{
	char complete[IMAGE_NAME_SIZE], encoded[IMAGE_FOLDER_SIZE];
	struct problem unreadable;
	int images = -1;
	int result = -1;

	if (image_name_complete(name, complete) < 0)
		return problem_set(problem, PROBLEM_NOT_FOUND, "image",
		                   "\"%.200s\" is no name of an image; see sandboxd image list", name);
	image_name_encode(complete, encoded);
	images = open_images(folder);
	if (images >= 0)
		result = read_image(images, encoded, out, &unreadable);
	if (images >= 0)
		close(images);
	if (result < 0)
		problem_set(problem, PROBLEM_NOT_FOUND, "image",
		            "there is no image \"%.200s\" here: import it with sandboxd image import %.200s FILE", name,
		            name);
	return result;
}

int image_check(int folder, const char *name, struct problem *problem)
{
	struct image image;

	if (!name)
		return 0;
	if (image_find(folder, name, &image, problem) < 0)
		return -1;
	image_free(&image);
	return 0;
}

/* The descriptor is the listing's, and ends with it. */
static DIR *list_images(int folder, int *images)
{
	*images = open_images(folder);
	DIR *stream = *images < 0 ? NULL : fdopendir(*images);

	if (!stream && *images >= 0)
		close(*images);
	return stream;
}

int image_each(int folder, void (*each)(void *context, const struct image *image), void *context)
{
	struct problem unreadable;
	struct dirent *entry;
	int images;
	DIR *stream = list_images(folder, &images);

	if (!stream)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(stream))) {
		struct image image;
		if (entry->d_name[0] == '.' || read_image(images, entry->d_name, &image, &unreadable) < 0)
			continue;
		each(context, &image);
		image_free(&image);
	}
	closedir(stream);
	return 0;
}

int image_remove(int folder, const char *name, struct failure *failure)
{
	char unfinished[64];
	struct image image;
	struct problem problem;
	int result = -1;

	if (image_find(folder, name, &image, &problem) < 0)
		return failure_set(failure, FAILURE_IMAGE, "there is no image \"%.200s\"; see sandboxd image list",
		                   name);
	int images = open_images(folder);
	image_unfinished_name(unfinished);
	/* By a rename first: it is there whole or not at all. */
	if (images >= 0 && renameat(images, image.folder, images, unfinished) == 0)
		result = tree_remove(images, unfinished);
	if (result < 0)
		failure_set(failure, FAILURE_STATE,
		            "the image %s cannot be removed (%s); see the state directory's disk", image.name,
		            strerror(errno));
	if (images >= 0)
		close(images);
	image_free(&image);
	return result;
}

int image_each_unfinished(int folder, void (*each)(void *context, int images, const char *name), void *context)
{
	struct dirent *entry;
	int images;
	DIR *stream = list_images(folder, &images);

	if (!stream)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(stream))) {
		if (strncmp(entry->d_name, IMAGE_UNFINISHED, strlen(IMAGE_UNFINISHED)) != 0)
			continue;
		/* An import that is running holds its folder's lock. */
		int fd = openat(images, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			each(context, images, entry->d_name);
		if (fd >= 0)
			close(fd);
	}
	closedir(stream);
	return 0;
}

static void remove_unfinished(void *context, int images, const char *name)
{
	(void)context;
	if (tree_remove(images, name) < 0)
		log_line("an unfinished image %s cannot be removed (%s); remove it by hand", name, strerror(errno));
}

void image_clean(int folder)
{
	image_each_unfinished(folder, remove_unfinished, NULL);
}
