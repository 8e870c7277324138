/* What a key is told from others by that tells nothing of the key itself. */
#ifndef MCP_FINGERPRINT_H
#define MCP_FINGERPRINT_H

#include <stdbool.h>

#define FINGERPRINT_SIZE 17

/* Writes the same for the same key, always. False where memory has run out. */
bool fingerprint_of_key(char fingerprint[FINGERPRINT_SIZE], const char *key);

#endif
