/*
 * Texts that are not left behind in memory which others will be given.
 */
#ifndef SBX_LIB_SECRET_H
#define SBX_LIB_SECRET_H

#include <stddef.h>

/* Overwrites and frees a text; NULL is accepted. */
void sbx__secret_free(char *text);
/* The same for bytes. */
void sbx__secret_free_bytes(void *bytes, size_t length);

#endif
