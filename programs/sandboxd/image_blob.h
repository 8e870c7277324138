/* The files of an image's layout (OCI, or `docker save`), each looked at before it is believed. */
#ifndef SANDBOXD_IMAGE_BLOB_H
#define SANDBOXD_IMAGE_BLOB_H

#include "failure.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Opens a regular file of the layout. Links lead nowhere out of it. -1 with errno. */
int image_blob_open(int layout, const char *path);
/* Sets the path of what has this digest; only SHA-256 is understood. */
#define IMAGE_BLOB_PATH_SIZE 96
int image_blob_path(const char *digest, char out[IMAGE_BLOB_PATH_SIZE], struct failure *failure);
/* Reads a JSON document. A digest that is not NULL has to be its own. The caller puts the result. */
int image_blob_document(int layout, const char *path, const char *digest, struct json_object **out,
                        struct failure *failure);
/* Reads a whole file and compares. With `unpacked` the digest is that of what is in it once it is decompressed. */
int image_blob_check(int fd, const char *path, const char *digest, bool unpacked, struct failure *failure);

#endif
