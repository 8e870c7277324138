#include "image_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Lower case letters and digits, with one '.', one or two '_' or any number of '-' between them. */
static bool is_part(const char *text, size_t length)
{
	size_t at = strspn(text, LOWER DIGITS);

	while (at > 0 && at < length) {
		size_t dashes = strspn(text + at, "-"), underscores = strspn(text + at, "_");
		size_t separator = dashes ? dashes : underscores ? underscores : text[at] == '.';
		size_t more = strspn(text + at + separator, LOWER DIGITS);
		if (separator == 0 || underscores > 2 || more == 0)
			return false;
		at += separator + more;
	}
	return at == length && length > 0;
}

/* A host can be told from a part of the path by its '.', its port, or its being localhost. */
static bool is_host(const char *text, size_t length)
{
	size_t name = strspn(text, LOWER UPPER DIGITS ".-");
	size_t port = name < length && text[name] == ':' ? strspn(text + name + 1, DIGITS) : 0;

	if (name == 0 || strchr(".-", text[0]) || name + (port ? port + 1 : 0) != length)
		return false;
	return port > 0 || memchr(text, '.', name) || (name == 9 && strncmp(text, "localhost", 9) == 0);
}

static bool is_tag(const char *text)
{
	size_t length = strspn(text, LOWER UPPER DIGITS "_.-");
	return length > 0 && length <= 128 && text[length] == '\0' && !strchr(".-", text[0]);
}

int image_name_complete(const char *name, char out[IMAGE_NAME_SIZE])
{
	const char *last = strrchr(name, '/');
	const char *colon = strchr(last ? last : name, ':');
	const char *end = colon ? colon : name + strlen(name);
	bool first = true;
	size_t encoded = strlen(name);

	/* Slashes and colons are longer in the folder's name. */
	for (const char *c = name; *c; c++)
		encoded += *c == '/' || *c == ':' ? 2 : 0;
	if (encoded > 180 || (colon && !is_tag(colon + 1)))
		return -1;
	for (const char *part = name;; first = false) {
		size_t length = strcspn(part, "/");
		if (part + length > end)
			length = (size_t)(end - part);
		if (!is_part(part, length) && !(first && last && is_host(part, length)))
			return -1;
		if (part + length >= end)
			break;
		part += length + 1;
	}
	snprintf(out, IMAGE_NAME_SIZE, "%s%s", name, colon ? "" : ":latest");
	return 0;
}

void image_name_encode(const char *name, char out[IMAGE_FOLDER_SIZE])
{
	size_t length = 0;

	for (; *name && length + 4 < IMAGE_FOLDER_SIZE; name++) {
		if (*name == '/' || *name == ':')
			length += (size_t)snprintf(out + length, 4, "%%%02X", (unsigned int)*name);
		else
			out[length++] = *name;
	}
	out[length] = '\0';
}
