/* The Model Context Protocol's revisions, and how a message is told to be of one. */
#ifndef MCP_PROTOCOL_H
#define MCP_PROTOCOL_H

#include "job.h"

#define META_PREFIX "io.modelcontextprotocol/"

#define MODERN_VERSION "2026-07-28"
#define BATCH_VERSION "2025-03-26"  /* the only one in which messages may come as arrays */
#define LEGACY_VERSION "2025-11-25" /* the newest of those that begin with a handshake */

#define SERVER_NAME "sandbox-sdk-mcp"
#define SERVER_INFO "{\"name\":\"" SERVER_NAME "\",\"title\":\"Sandboxes\",\"version\":\"" MCP_SERVER_VERSION "\"}"

/* What a result has in the stateless revision that is the same for everybody until the server ends. */
#define CACHED ",\"ttlMs\":3600000,\"cacheScope\":\"public\""

/* Says whether a request is of the stateless revision. Returns -1 with the error where it is broken. */
int protocol_era(const struct message *message, bool *modern, struct rpc_error *error);

/* Whether a revision is the stateless one that is served. Returns -1 with the error. */
int protocol_check_version(const char *version, struct rpc_error *error);
/* The same of a request of that era. */
int protocol_version(const struct message *message, struct rpc_error *error);
/* Whether messages may come as arrays in a revision; NULL: none was agreed on. */
bool protocol_has_batches(const char *version);
/* Whether a result may link to a resource in one of the older revisions; NULL: none was agreed on. */
bool protocol_has_links(const char *version);
/* Whether this is one of the older revisions. */
bool protocol_is_legacy(const char *version);

/* Methods. */
void protocol_initialize(struct job *job);
void protocol_discover(struct job *job);

#endif
