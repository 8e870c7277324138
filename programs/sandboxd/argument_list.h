/* Texts in one buffer, each with its NUL behind it: the form of an argument list. */
#ifndef SANDBOXD_ARGUMENT_LIST_H
#define SANDBOXD_ARGUMENT_LIST_H

#include "lib/buffer.h"

#include <string.h>

static inline void argument_list_append(sbx__buffer *list, const char *text)
{
	sbx__buffer_append(list, text, strlen(text) + 1);
}

#endif
