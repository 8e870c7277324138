/* The API key: a file only its owner can read. */
#ifndef SANDBOXD_KEY_H
#define SANDBOXD_KEY_H

#include "failure.h"

#include <stdbool.h>
#include <stddef.h>

#define KEY_SIZE 1024
/* How long it is at least where strangers can try: 128 bits in hexadecimal. */
#define KEY_NETWORK_MIN 32

struct key {
	char text[KEY_SIZE];
	size_t length;
};

/* Reads the key, which has to be that long at least, and makes the file with a random one first when it is missing. */
int key_load(struct key *out, const char *path, size_t least, struct failure *failure);
/* In a time that does not depend on where the two differ. */
bool key_equals(const struct key *key, const char *candidate);

#endif
