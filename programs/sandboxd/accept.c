#include "accept.h"

#include "header_parameter.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The longest media range that is looked at; nothing that matters here comes near. */
#define RANGE_SIZE 256

/* Of the ranges that fit JSON the more specific one counts (RFC 9110, section 12.5.1). Events and archives have to be
 * named. */
enum { EVENTS, JSON, ANY_APPLICATION, ANYTHING, TAR, RANGES };

static const char *const names[RANGES] = {
        [EVENTS] = "text/event-stream",      [JSON] = "application/json",
        [ANY_APPLICATION] = "application/*", [ANYTHING] = "*/*",
        [TAR] = "application/x-tar",
};

struct accepted {
	int quality[RANGES]; /* in thousandths; -1 where there is no such range */
};

/* A weight of RFC 9110, section 12.4.2, in thousandths; -1 when it is none. */
static int read_quality(const char *text)
{
	int value = 0, digits = 0;

	if (text[0] != '0' && text[0] != '1')
		return -1;
	if (text[1] == '.')
		for (; digits < 3 && text[2 + digits] >= '0' && text[2 + digits] <= '9'; digits++)
			value = value * 10 + (text[2 + digits] - '0');
	if (text[1] != '\0' && (text[1] != '.' || text[2 + digits] != '\0'))
		return -1;
	for (; digits < 3; digits++)
		value *= 10;
	value += text[0] == '1' ? 1000 : 0;
	return value > 1000 ? -1 : value;
}

static void take_range(struct accepted *accepted, const char *range)
{
	char text[8];
	int quality = 1000;

	/* One that is not understood asks for nothing. */
	if (header_parameter(range, "q", text, sizeof(text)))
		quality = read_quality(text);
	for (int i = 0; i < RANGES; i++)
		if (header_is(range, names[i]) && quality > accepted->quality[i])
			accepted->quality[i] = quality;
}

/* The length up to the comma that ends a range; one in quotes does not. */
static size_t range_length(const char *text)
{
	size_t length = 0;

	for (bool quoted = false; text[length] && (quoted || text[length] != ','); length++) {
		if (text[length] == '"')
			quoted = !quoted;
		else if (quoted && text[length] == '\\' && text[length + 1])
			length++;
	}
	return length;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_ACCEPT) != 0 || !value)
		return MHD_YES;
	while (*value) {
		char range[RANGE_SIZE];
		size_t length = range_length(value);
		if (length < sizeof(range)) {
			snprintf(range, sizeof(range), "%.*s", (int)length, value);
			take_range(context, range);
		}
		value += length + (value[length] == ',');
	}
	return MHD_YES;
}

bool accept_events(struct MHD_Connection *connection)
{
	struct accepted accepted = {{-1, -1, -1, -1, -1}};
	int json = 0;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &accepted);
	for (int i = ANYTHING; i >= JSON; i--)
		if (accepted.quality[i] >= 0)
			json = accepted.quality[i];
	return accepted.quality[EVENTS] > 0 && accepted.quality[EVENTS] >= json;
}

bool accept_tar(struct MHD_Connection *connection)
{
	struct accepted accepted = {{-1, -1, -1, -1, -1}};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &accepted);
	return accepted.quality[TAR] > 0;
}
