/* The stems of English words: "searches" and "searching" are both "search". */
#ifndef MCP_STEM_H
#define MCP_STEM_H

#include <stddef.h>

/* Takes the ending from a word in small letters, which has room for one letter more. Returns how long its stem is. */
size_t stem(char *word, size_t length);

#endif
