/* What an image's folder consists of while it is made. */
#ifndef SANDBOXD_IMAGE_FILES_H
#define SANDBOXD_IMAGE_FILES_H

#include "image.h"

#define IMAGE_DOCUMENT "image.json"
#define IMAGE_ROOT "rootfs"

/* A new name for what is not an image yet, or no longer. */
void image_unfinished_name(char out[64]);
/* Gives a root file system the places that every sandbox mounts something on, and its user. */
int image_prepare_root(int root);
/* Writes what is known of an image into its folder. */
int image_write_document(int folder, const struct image *image);

#endif
