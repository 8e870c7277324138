/*
 * Keeping secrets out of what people and programs get to read.
 */
#ifndef SBX_LIB_REDACT_H
#define SBX_LIB_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a header's value is a secret: keys, passwords and cookies. */
bool sbx__redact_is_secret(const char *header_name);

/* Replaces every occurrence of a secret in a text by as many asterisks. NULL, or what is shorter than eight
 * bytes, changes nothing. */
void sbx__redact_text(char *text, const char *secret);

/* The same for bytes, NULs among them. */
void sbx__redact_bytes(char *bytes, size_t length, const char *secret);
/* Whether that would change anything. */
bool sbx__redact_finds(const char *bytes, size_t length, const char *secret);

/* A copy of a URL without user, password and a secret, which a server may have put into it, which the caller frees;
 * NULL: no memory. */
char *sbx__redact_url(const char *url, const char *secret);

#endif
