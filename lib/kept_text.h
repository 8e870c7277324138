/*
 * Copies of a caller's texts and pairs that lie in one piece of memory: first it is asked how large that is, then each
 * is put where the last one has ended.
 */
#ifndef SBX_LIB_KEPT_TEXT_H
#define SBX_LIB_KEPT_TEXT_H

#include <sandbox_sdk/common.h>
#include <stddef.h>

/* How many bytes a text takes; NULL takes none. */
size_t sbx__text_size(const char *text);
/* Puts a text there and moves on behind it. Gives the copy; NULL for NULL. */
const char *sbx__text_keep(char **at, const char *text);
/* How many bytes pairs take with their texts. */
size_t sbx__pairs_size(const sbx_pair *pairs, size_t count);
/* Makes `kept` the same pairs, whose texts are put there. */
void sbx__pairs_keep(sbx_pair *kept, const sbx_pair *pairs, size_t count, char **at);

#endif
