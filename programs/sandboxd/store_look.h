/* A look into the database from another process than the server's, which may be running. */
#ifndef SANDBOXD_STORE_LOOK_H
#define SANDBOXD_STORE_LOOK_H

#include "failure.h"

#include <stdbool.h>
#include <stdint.h>

struct store_look {
	bool exists;
	bool sound;
	int version; /* of the schema; 0: nothing was ever stored */
	int64_t sandboxes;
};

/* Fails only when the database is there and cannot be read. */
int store_look(const char *state, struct store_look *out, struct failure *failure);
/* How many sandboxes were created with this image, by its complete name. */
int store_look_image(const char *state, const char *image, int64_t *sandboxes, struct failure *failure);

#endif
