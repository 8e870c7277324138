#include "protocol.h"

#include "mcp.h"
#include "tools.h"

#include <string.h>

#define VERSION_KEY META_PREFIX "protocolVersion"
#define CAPABILITIES_KEY META_PREFIX "clientCapabilities"

/* Newest first. */
static const char *const versions[] = {MODERN_VERSION, LEGACY_VERSION, "2025-06-18", BATCH_VERSION, "2024-11-05"};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

#define CAPABILITIES "{\"completions\":{},\"prompts\":{},\"resources\":{},\"tools\":{}}"

/* ---- eras ---- */

static int unsupported(const char *version, struct rpc_error *error)
{
	rpc_error_set(error, RPC_UNSUPPORTED_VERSION, "protocol version %.40s is not served", version);
	error->data = sbx_json_new_object();
	sbx_json *supported = sbx_json_new_array();
	for (size_t i = 0; i < VERSIONS; i++)
		sbx_json_append(supported, sbx_json_new_string(versions[i], strlen(versions[i])));
	sbx_json_set(error->data, "supported", supported);
	sbx_json_set(error->data, "requested", sbx_json_new_string(version, strlen(version)));
	return -1;
}

int protocol_era(const struct message *message, bool *modern, struct rpc_error *error)
{
	const sbx_json *meta = sbx_json_get(message->params, "_meta");

	*modern = sbx_json_get(meta, VERSION_KEY) != NULL;
	if (!*modern)
		return 0;
	if (!member_string(meta, VERSION_KEY))
		return rpc_error_set(error, RPC_INVALID_PARAMS, "_meta: %s is no string", VERSION_KEY);
	if (!member_object(meta, CAPABILITIES_KEY))
		return rpc_error_set(error, RPC_INVALID_PARAMS, "_meta: %s is missing", CAPABILITIES_KEY);
	return 0;
}

int protocol_check_version(const char *version, struct rpc_error *error)
{
	return strcmp(version, MODERN_VERSION) == 0 ? 0 : unsupported(version, error);
}

int protocol_version(const struct message *message, struct rpc_error *error)
{
	return protocol_check_version(member_string(sbx_json_get(message->params, "_meta"), VERSION_KEY), error);
}

bool protocol_is_legacy(const char *version)
{
	for (size_t i = 1; i < VERSIONS; i++)
		if (strcmp(versions[i], version) == 0)
			return true;
	return false;
}

bool protocol_has_batches(const char *version)
{
	return version && strcmp(version, BATCH_VERSION) == 0;
}

/* Revisions are dates. */
bool protocol_has_links(const char *version)
{
	return version && strcmp(version, "2025-06-18") >= 0;
}

/* ---- methods ---- */

/* Another version than those that are known is answered with the newest that begins with a handshake. */
static const char *negotiate(const char *wanted)
{
	for (size_t i = 1; i < VERSIONS; i++)
		if (strcmp(versions[i], wanted) == 0)
			return versions[i];
	return LEGACY_VERSION;
}

/* Of the tools they name one that is offered. */
static void add_instructions(struct text *text, const struct mcp *mcp)
{
	static const struct {
		const char *tool, *words;
	} ways[] = {{"run", " `run` is the shortest way: it makes a sandbox if need be, runs a shell command in it and "
	                    "gives its output. Files that a command leaves are there for the next one."},
	            {"execute_code", " `execute_code` runs a script that calls the operations of their API."},
	            {"list_api_endpoints", " `list_api_endpoints` tells the operations of their API."},
	            {"search_docs", " `search_docs` finds what is written about them."}};
	size_t way = 0, count = sizeof(ways) / sizeof(ways[0]);

	while (way < count && !tools_offer(mcp, ways[way].tool))
		way++;
	text_format(text, ",\"instructions\":\"Sandboxes are isolated machines of their own.%s%s%s\"",
	            way < count ? ways[way].words : "",
	            mcp->options->local ? " All of them, also those with a name, end with this server." : "",
	            tools_reach(mcp, "delete_sandboxes") ? " Delete what is not needed any more." : "");
}

void protocol_initialize(struct job *job)
{
	struct text text = {0};
	const char *wanted = member_string(job->message.params, "protocolVersion");

	if (!wanted) {
		job_fail_with(job, RPC_INVALID_PARAMS, "protocolVersion is missing");
		return;
	}
	job->mcp->initialized = true;
	job->channel->version = negotiate(wanted);
	text_format(&text, "\"protocolVersion\":\"%s\",\"capabilities\":" CAPABILITIES ",\"serverInfo\":%s",
	            job->channel->version, SERVER_INFO);
	add_instructions(&text, job->mcp);
	job_succeed_text(job, text.data, text.length);
	text_free(&text);
}

void protocol_discover(struct job *job)
{
	struct text text = {0};

	text_add(&text, "\"supportedVersions\":[");
	for (size_t i = 0; i < VERSIONS; i++)
		text_format(&text, "%s\"%s\"", i > 0 ? "," : "", versions[i]);
	/* The version and the name are in each result's _meta; clients made before that look for them here. */
	text_add(&text, "],\"protocolVersion\":\"" MODERN_VERSION "\",\"serverInfo\":" SERVER_INFO
	                ",\"capabilities\":" CAPABILITIES);
	add_instructions(&text, job->mcp);
	text_add(&text, CACHED);
	job_succeed_text(job, text.data, text.length);
	text_free(&text);
}
