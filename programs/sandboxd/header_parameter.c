#include "header_parameter.h"

#include <string.h>
#include <strings.h>

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t");
}

/* Reads one value and returns what follows it. A value too long for its place is reported by *fits. */
static const char *read_value(const char *text, char *value, size_t size, bool *fits)
{
	bool quoted = *text == '"';
	size_t length = 0;

	if (quoted)
		text++;
	for (; *text && (quoted ? *text != '"' : !strchr("; \t", *text)); text++) {
		if (quoted && *text == '\\' && text[1])
			text++;
		if (length + 1 < size)
			value[length] = *text;
		length++;
	}
	*fits = length < size;
	value[*fits ? length : 0] = '\0';
	return quoted && *text == '"' ? text + 1 : text;
}

bool header_parameter(const char *header, const char *name, char *value, size_t size)
{
	const char *at = header + strcspn(header, ";");

	while (*at == ';') {
		at = skip_space(at + 1);
		size_t length = strcspn(at, "=; \t");
		bool wanted = length == strlen(name) && strncasecmp(at, name, length) == 0;
		bool fits = true;
		at = skip_space(at + length);
		value[0] = '\0';
		if (*at == '=')
			at = read_value(skip_space(at + 1), value, size, &fits);
		if (wanted)
			return fits;
		at += strcspn(at, ";");
	}
	return false;
}

bool header_is(const char *header, const char *value)
{
	size_t length = strlen(value);
	header = skip_space(header);
	return strncasecmp(header, value, length) == 0 && (header[length] == '\0' || strchr("; \t", header[length]));
}
