/* The token that a client of the HTTP server has to show: a file that only its owner can read. */
#ifndef MCP_TOKEN_H
#define MCP_TOKEN_H

#include <stdbool.h>

#define TOKEN_SIZE 256

/* Reads it, and makes the file with a random one first when it is missing. Returns 0, or -1 after a complaint. */
int token_load(char token[TOKEN_SIZE], const char *path);
/* In a time that does not depend on where the two differ. */
bool token_equals(const char *token, const char *candidate);

#endif
