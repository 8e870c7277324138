/*
 * Tar archives of a test's own making: whatever their headers shall say.
 */
#ifndef SBX_TESTS_UNIT_TAR_H
#define SBX_TESTS_UNIT_TAR_H

#include "buffer.h"

/* Appends an entry. `type` is the flag of its header ('0' file, '1' hard link, '2' symbolic link, '3' and '4' devices,
 * '5' directory, '6' pipe, 'x' and 'L' what describes the next entry); `link` may be NULL. */
void tar_add(sbx__buffer *tar, char type, const char *name, const char *link, unsigned mode, const char *content);
/* The same with a content of any length. The header says `size`. */
void tar_add_sized(sbx__buffer *tar, char type, const char *name, const char *link, unsigned mode, const void *content,
                   size_t length, unsigned long long size);
/* Appends the two empty blocks at the end. */
void tar_end(sbx__buffer *tar);

#endif
