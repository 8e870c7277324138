/*
 * The names of the API's fields as texts that stay, so that a document does not need a copy of each.
 */
#ifndef SBX_LIB_KNOWN_NAMES_H
#define SBX_LIB_KNOWN_NAMES_H

#include <stddef.h>

/* The same name, with a NUL; NULL: the API has no such field. */
const char *sbx__known_name(const char *text, size_t length);

#endif
