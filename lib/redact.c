#include "redact.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A shorter one is no secret, and hiding it would garble the text that it happens to occur in. */
#define SHORTEST_SECRET 8

bool sbx__redact_is_secret(const char *header_name)
{
	static const char *const names[] = {"x-api-key", "authorization", "proxy-authorization", "cookie",
	                                    "set-cookie"};
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		if (strcasecmp(header_name, names[index]) == 0)
			return true;
	return false;
}

static char *find(const char *bytes, size_t length, const char *secret)
{
	size_t secret_length = secret ? strlen(secret) : 0;
	return length && secret_length >= SHORTEST_SECRET ? memmem(bytes, length, secret, secret_length) : NULL;
}

bool sbx__redact_finds(const char *bytes, size_t length, const char *secret)
{
	return find(bytes, length, secret) != NULL;
}

void sbx__redact_bytes(char *bytes, size_t length, const char *secret)
{
	char *end = bytes + length;
	char *at = bytes;
	while ((at = find(at, (size_t)(end - at), secret))) {
		memset(at, '*', strlen(secret));
		at += strlen(secret);
	}
}

void sbx__redact_text(char *text, const char *secret)
{
	if (text)
		sbx__redact_bytes(text, strlen(text), secret);
}

/* Where user and password would stand. */
static const char *find_authority(const char *url)
{
	/* A reference may leave out the scheme. */
	if (strncmp(url, "//", 2) == 0)
		return url + 2;
	const char *found = strstr(url, "://");
	return found ? found + 3 : url;
}

char *sbx__redact_url(const char *url, const char *secret)
{
	const char *authority = find_authority(url);
	size_t length = strcspn(authority, "/?#");
	const char *rest = authority;
	for (size_t index = 0; index < length; index++)
		if (authority[index] == '@')
			rest = authority + index + 1;
	size_t kept = (size_t)(authority - url);
	size_t size = kept + strlen(rest) + 1;
	char *copy = malloc(size);
	if (copy) {
		memcpy(copy, url, kept);
		memcpy(copy + kept, rest, size - kept);
		sbx__redact_text(copy, secret);
	}
	return copy;
}
