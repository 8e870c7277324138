#include "clients.h"

#include <stdio.h>
#include <string.h>

/* What neither refers to another part of a schema nor gives alternatives. */
#define PLAIN " type title description properties required items enum "

/* Where each of these is from. Most hosts put the server's name before that of a tool and count both: as long as
 * "mcp_sandboxes_" is taken off their limit then.
 *
 * claude          64 for both (github.com/sparfenyuk/mcp-proxy/issues/45); arguments that are objects may come as
 *                 text (`validJson` in compat.ts of the servers that Stainless generates)
 * claude-code     the same limit; no union at the root of a schema (github.com/anthropics/claude-code/issues/4886),
 *                 which no tool has
 * cursor          60 for both (github.com/ComposioHQ/composio/issues/2788); neither references, unions nor formats
 *                 (`cursor` in that compat.ts)
 * gemini          64 with its "mcp_" (zuplo.com/learn/mcp/compatibility/clients/gemini-cli); the keywords of
 *                 ai.google.dev/api/caching#Schema, thus no additionalProperties
 *                 (github.com/promptfoo/promptfoo/issues/6902) and no list of types
 *                 (github.com/anomalyco/opencode/pull/14234)
 * openai-agents   64, of letters, digits, _ and - (platform.openai.com/docs/api-reference/responses/create)
 * vscode          64 for both (github.com/microsoft/vscode/issues/243602)
 * zed             to some models it passes no reference and no condition on, and no default or format
 *                 (github.com/zed-industries/zed, crates/language_model/src/tool_schema.rs)
 * strict          what all of these take */
static const struct client clients[] = {
        {"claude", 50, NULL, true, true},
        {"claude-code", 50, NULL, true, false},
        {"cursor", 46, PLAIN "additionalProperties const default minimum maximum minItems maxItems ", false, false},
        {"gemini", 50,
	 PLAIN "format nullable anyOf default minimum maximum minItems maxItems minLength maxLength pattern ", false,
	 false},
        {"openai-agents", 64, NULL, true, false},
        {"vscode", 50, NULL, true, false},
        {"zed", 64,
	 PLAIN "additionalProperties anyOf oneOf allOf const minimum maximum minItems maxItems minLength maxLength ",
	 true, false},
        {"strict", 46, PLAIN, false, true},
};

#define CLIENTS (sizeof(clients) / sizeof(clients[0]))

const struct client *clients_find(const char *name)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (strcmp(clients[i].name, name) == 0)
			return &clients[i];
	return NULL;
}

void clients_list_names(char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < CLIENTS && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", clients[i].name);
}

bool client_takes(const struct client *client, const char *keyword)
{
	size_t length = strlen(keyword);

	for (const char *at = client->keywords; at; at = strchr(at + 1, ' '))
		if (strncmp(at + 1, keyword, length) == 0 && at[1 + length] == ' ')
			return true;
	return !client->keywords;
}
