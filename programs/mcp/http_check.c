#include "http_check.h"

#include "base64.h"
#include "channel.h"
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RPC_HEADERS (-32020)

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

struct counted {
	const char *name;
	unsigned int count;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct counted *counted = context;

	(void)kind;
	(void)value;
	counted->count += strcasecmp(name, counted->name) == 0;
	return MHD_YES;
}

static unsigned int count(struct MHD_Connection *connection, const char *name)
{
	struct counted counted = {name, 0};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &counted);
	return counted.count;
}

/* ---- who asks ---- */

/* This machine, by the names that no other one has: a page of elsewhere that has its own name lead here says its own.
 */
static bool is_own_host(const struct http_rules *rules, const char *host)
{
	const char *const names[] = {"localhost", "127.0.0.1", "[::1]", rules->host};
	char port[8];

	snprintf(port, sizeof(port), ":%u", rules->port);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i]);
		if (length > 0 && strncasecmp(host, names[i], length) == 0 &&
		    (!host[length] || strcmp(host + length, port) == 0))
			return true;
	}
	return false;
}

/* With any port: what stands before the server has one of its own. */
static bool is_named(const char *host, const char *name)
{
	size_t length = strlen(name);
	const char *rest = host + length;

	if (strncasecmp(host, name, length) != 0)
		return false;
	return !*rest || (rest[0] == ':' && rest[1] && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

static bool is_allowed_host(const struct http_rules *rules, const char *host)
{
	for (size_t i = 0; i < rules->hosts->count; i++)
		if (is_named(host, rules->hosts->words[i]))
			return true;
	return false;
}

static bool is_known_host(const struct http_rules *rules, const char *host)
{
	return host && (is_own_host(rules, host) || is_allowed_host(rules, host));
}

/* A page that is served with TLS comes by what stands before the server, which has another name than this machine. */
static bool is_known_origin(const struct http_rules *rules, const char *origin)
{
	if (strncasecmp(origin, "https://", 8) == 0)
		return is_allowed_host(rules, origin + 8);
	return strncasecmp(origin, "http://", 7) == 0 && is_known_host(rules, origin + 7);
}

/* Of two headers each reader believes another one. */
static bool has_known_names(const struct http_rules *rules, struct MHD_Connection *connection)
{
	const char *origin = header(connection, MHD_HTTP_HEADER_ORIGIN);

	return count(connection, MHD_HTTP_HEADER_HOST) == 1 && count(connection, MHD_HTTP_HEADER_ORIGIN) <= 1 &&
	       is_known_host(rules, header(connection, MHD_HTTP_HEADER_HOST)) &&
	       (!origin || is_known_origin(rules, origin));
}

static bool has_token(const struct http_rules *rules, struct MHD_Connection *connection)
{
	const char *given = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);

	return !rules->token[0] ||
	       (given && strncasecmp(given, "Bearer ", 7) == 0 && token_equals(rules->token, given + 7));
}

/* ---- what is sent ---- */

static bool is_type(const char *value, const char *type)
{
	size_t length = strlen(type);
	return value && strncasecmp(value, type, length) == 0 && (!value[length] || strchr(" \t;", value[length]));
}

/* What is asked of the lines of a header that names types. */
struct accepting {
	const char *type;
	bool is_said; /* there is such a line */
	bool accepts;
};

/* Whether a range of types, without its parameters, has a type in it. */
static bool is_range_of(const char *range, size_t length, const char *type)
{
	size_t kind = (size_t)(strchr(type, '/') - type) + 1;

	if (length == strlen(type) && strncasecmp(range, type, length) == 0)
		return true;
	return (length == 3 && strncmp(range, "*/*", 3) == 0) ||
	       (length == kind + 1 && strncasecmp(range, type, kind) == 0 && range[kind] == '*');
}

/* A weight of zero says that a range is not taken (RFC 9110, section 12.4.2). */
static bool has_weight(const char *parameters, size_t length)
{
	for (size_t i = 0; i + 3 < length; i++) {
		if (parameters[i] != ';')
			continue;
		size_t name = i + 1 + strspn(parameters + i + 1, " \t");
		if (name + 2 < length && strncasecmp(parameters + name, "q=", 2) == 0)
			return strspn(parameters + name + 2, "0. \t") < length - name - 2;
	}
	return true;
}

static enum MHD_Result look_at_accept(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct accepting *accepting = context;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_ACCEPT) != 0)
		return MHD_YES;
	accepting->is_said = true;
	for (const char *range = value; range && *range; range += strspn(range, ", \t")) {
		size_t all = strcspn(range, ","), length = strcspn(range, ",; \t");
		accepting->accepts |=
		        is_range_of(range, length, accepting->type) && has_weight(range + length, all - length);
		range += all;
	}
	return MHD_YES;
}

/* Its values may be over several lines. Who says nothing takes anything. */
static bool accepts(struct MHD_Connection *connection, const char *type)
{
	struct accepting accepting = {.type = type};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, look_at_accept, &accepting);
	return !accepting.is_said || accepting.accepts;
}

static bool fail(struct http_refusal *refusal, unsigned int status, int code, const char *message)
{
	*refusal = (struct http_refusal){status, code, message};
	return false;
}

bool http_check_sender(const struct http_rules *rules, struct MHD_Connection *connection, const char *url,
                       struct http_refusal *refusal)
{
	if (!has_known_names(rules, connection))
		return fail(refusal, MHD_HTTP_FORBIDDEN, RPC_INVALID_REQUEST,
		            "Host and Origin have to name this machine, each once: localhost, 127.0.0.1, [::1], the "
		            "address of --listen or a name of --allow-host");
	if (!has_token(rules, connection))
		return fail(refusal, MHD_HTTP_UNAUTHORIZED, RPC_INVALID_REQUEST,
		            "the token of --token-file is asked for: Authorization: Bearer");
	if (strcmp(url, "/mcp") != 0)
		return fail(refusal, MHD_HTTP_NOT_FOUND, RPC_NO_METHOD, "there is nothing but /mcp");
	return true;
}

bool http_check_form(struct MHD_Connection *connection, const char *method, struct http_refusal *refusal)
{
	const char *encoding = header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);

	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return fail(refusal, MHD_HTTP_METHOD_NOT_ALLOWED, RPC_NO_METHOD, "a message is sent by POST");
	if (!is_type(header(connection, MHD_HTTP_HEADER_CONTENT_TYPE), "application/json"))
		return fail(refusal, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, RPC_INVALID_REQUEST,
		            "the Content-Type of a message is application/json");
	if (encoding && strcasecmp(encoding, "identity") != 0)
		return fail(refusal, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, RPC_INVALID_REQUEST,
		            "a message is sent as it is, without a Content-Encoding");
	if (!accepts(connection, "application/json") || !accepts(connection, "text/event-stream"))
		return fail(refusal, MHD_HTTP_NOT_ACCEPTABLE, RPC_INVALID_REQUEST,
		            "Accept has to take application/json and text/event-stream");
	return true;
}

bool http_is_legacy(struct MHD_Connection *connection)
{
	const char *version = header(connection, MCP_VERSION_HEADER);
	return !version || protocol_is_legacy(version);
}

const char *http_session(struct MHD_Connection *connection)
{
	return http_is_legacy(connection) ? header(connection, MCP_SESSION_HEADER) : NULL;
}

/* ---- headers and the message ---- */

/* `=?base64?…?=` stands for what a header cannot carry. */
static bool says(const char *value, const char *expected)
{
	static const char begin[] = "=?base64?", end[] = "?=";
	size_t before = sizeof(begin) - 1, behind = sizeof(end) - 1;
	struct text decoded = {0};

	/* Blanks around a value are none of it (RFC 9110, section 5.5); libmicrohttpd takes those before it. */
	value += strspn(value, " \t");
	size_t length = strlen(value);
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		length--;
	if (length < before + behind || strncmp(value, begin, before) != 0 ||
	    strncmp(value + length - behind, end, behind) != 0)
		return strlen(expected) == length && strncmp(value, expected, length) == 0;
	bool same = base64_decode(&decoded, value + before, length - before - behind) &&
	            strcmp(decoded.data ? decoded.data : "", expected) == 0;
	text_free(&decoded);
	return same;
}

static int expect(struct MHD_Connection *connection, const char *name, const char *expected, struct rpc_error *error)
{
	const char *value = header(connection, name);

	if (!value || count(connection, name) != 1)
		return rpc_error_set(error, RPC_HEADERS, "the header %s is needed, once", name);
	return says(value, expected)
	               ? 0
		       : rpc_error_set(error, RPC_HEADERS, "the header %s differs from the message", name);
}

/* What the header Mcp-Name repeats. */
static const char *name_of(const struct message *message)
{
	if (strcmp(message->method, "tools/call") == 0 || strcmp(message->method, "prompts/get") == 0)
		return member_string(message->params, "name");
	return strcmp(message->method, "resources/read") == 0 ? member_string(message->params, "uri") : NULL;
}

int http_check_headers(struct MHD_Connection *connection, const struct message *message, bool modern,
                       struct rpc_error *error)
{
	const char *version = header(connection, MCP_VERSION_HEADER);

	if (!modern) {
		if (!version || http_is_legacy(connection))
			return 0;
		/* A notification of the stateless revision need not say more. */
		if (!message->id)
			return protocol_check_version(version, error);
		return rpc_error_set(error, RPC_INVALID_PARAMS,
		                     "params._meta lacks " META_PREFIX "protocolVersion and " META_PREFIX
		                     "clientCapabilities");
	}
	const char *said = member_string(sbx_json_get(message->params, "_meta"), META_PREFIX "protocolVersion");
	const char *name = name_of(message);
	if (expect(connection, MCP_VERSION_HEADER, said, error) < 0 ||
	    expect(connection, "Mcp-Method", message->method, error) < 0)
		return -1;
	return name ? expect(connection, "Mcp-Name", name, error) : 0;
}

unsigned int http_status(int code, bool modern)
{
	if (code == CHANNEL_ANSWER || code == RPC_INTERNAL)
		return MHD_HTTP_OK;
	if (code == RPC_PARSE || code == RPC_INVALID_REQUEST)
		return MHD_HTTP_BAD_REQUEST;
	if (!modern)
		return MHD_HTTP_OK;
	return code == RPC_NO_METHOD ? MHD_HTTP_NOT_FOUND : MHD_HTTP_BAD_REQUEST;
}
