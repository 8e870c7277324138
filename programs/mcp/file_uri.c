#include "file_uri.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void file_uri_write(struct text *text, const char *id, const char *path)
{
	text_format(text, FILE_URI "%s%s", id, *path == '/' ? "" : "/");
	for (; *path; path++)
		if (isascii((unsigned char)*path) && (isalnum((unsigned char)*path) || strchr("-._~/", *path)))
			text_append(text, path, 1);
		else
			text_format(text, "%%%02X", (unsigned char)*path);
}

static void decode(struct text *text, const char *encoded, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned int byte;
		bool is_byte = encoded[i] == '%' && i + 2 < length && isxdigit((unsigned char)encoded[i + 1]) &&
		               isxdigit((unsigned char)encoded[i + 2]) && sscanf(encoded + i + 1, "%2x", &byte) == 1 &&
		               byte > 0;
		char one = is_byte ? (char)byte : encoded[i];
		text_append(text, &one, 1);
		i += is_byte ? 2 : 0;
	}
}

bool file_uri_read(const char *uri, struct text *id, struct text *path)
{
	bool is_one = strncmp(uri, FILE_URI, strlen(FILE_URI)) == 0;
	const char *begin = is_one ? uri + strlen(FILE_URI) : NULL, *slash = is_one ? strchr(begin, '/') : NULL;

	if (!slash || slash == begin || !slash[1])
		return false;
	decode(id, begin, (size_t)(slash - begin));
	decode(path, slash, strlen(slash));
	return !id->failed && !path->failed;
}
