/* The images that sandboxes can be made of: root file systems in the engine's folder, each with what is known of it. */
#ifndef SANDBOXD_IMAGE_H
#define SANDBOXD_IMAGE_H

#include "failure.h"
#include "image_name.h"
#include "image_unpack.h"
#include "lib/buffer.h"
#include "problem.h"

#include <stdbool.h>
#include <stdint.h>

struct image {
	char name[IMAGE_NAME_SIZE];     /* with its tag */
	char folder[IMAGE_FOLDER_SIZE]; /* its name in the folder of images; the root file system is `rootfs` in it */
	bool is_host;                   /* it stands for this machine's /usr and has no root file system */
	char digest[80];                /* of the manifest; empty when there is none */
	sbx__buffer environment;        /* NAME NUL VALUE NUL, one pair after the other */
	char *working_dir;              /* NULL: none was given */
	int64_t size;                   /* bytes of all its files */
	int64_t imported_ms;
};

/* Where the images are in the engine's folder. */
#define IMAGES "images"

/* `folder` is the engine's folder. Fails with "not found" when the name is not one of an image that is there. The
 * result is freed with image_free. */
int image_find(int folder, const char *name, struct image *out, struct problem *problem);
/* Only whether it is there; NULL, the default, always is. */
int image_check(int folder, const char *name, struct problem *problem);
void image_free(struct image *image);
/* Calls `each` for every image that can be read, in no order. Returns -1 with errno. */
int image_each(int folder, void (*each)(void *context, const struct image *image), void *context);

/* Imports the source under this name: a tar of a root file system, an OCI layout or what `docker save` writes, "-" for
 * standard input, or "host". Only a whole image is ever found; one that would leave less of the disk than `floor`
 * fails.
 */
int image_import(int folder, const char *name, const char *source, const struct disk_floor *floor,
                 struct image_unpacked *counts, struct failure *failure);
int image_remove(int folder, const char *name, struct failure *failure);

/* What a killed import or removal has left begins with this. */
#define IMAGE_UNFINISHED ".unfinished-"
/* Calls `each` for everything of that kind that no process works on. */
int image_each_unfinished(int folder, void (*each)(void *context, int images, const char *name), void *context);
/* Removes it. */
void image_clean(int folder);

#endif
