#include "secret.h"

#include <stdlib.h>
#include <string.h>

void sbx__secret_free_bytes(void *bytes, size_t length)
{
	if (bytes)
		explicit_bzero(bytes, length);
	free(bytes);
}

void sbx__secret_free(char *text)
{
	sbx__secret_free_bytes(text, text ? strlen(text) : 0);
}
