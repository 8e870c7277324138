#include "kept_text.h"

#include <string.h>

size_t sbx__text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

const char *sbx__text_keep(char **at, const char *text)
{
	if (!text)
		return NULL;
	char *copy = *at;
	*at = stpcpy(copy, text) + 1;
	return copy;
}

size_t sbx__pairs_size(const sbx_pair *pairs, size_t count)
{
	size_t size = count * sizeof *pairs;
	for (size_t index = 0; index < count; index++)
		size += sbx__text_size(pairs[index].name) + sbx__text_size(pairs[index].value);
	return size;
}

void sbx__pairs_keep(sbx_pair *kept, const sbx_pair *pairs, size_t count, char **at)
{
	for (size_t index = 0; index < count; index++) {
		kept[index].name = sbx__text_keep(at, pairs[index].name);
		kept[index].value = sbx__text_keep(at, pairs[index].value);
	}
}
