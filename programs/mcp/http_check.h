/* Who may ask over HTTP, and how a request has to look. */
#ifndef MCP_HTTP_CHECK_H
#define MCP_HTTP_CHECK_H

#include "listener.h"
#include "message.h"
#include "options.h"
#include "token.h"

#include <microhttpd.h>

#define MCP_VERSION_HEADER "MCP-Protocol-Version"
#define MCP_SESSION_HEADER "Mcp-Session-Id"

struct http_rules {
	char token[TOKEN_SIZE]; /* "": none is asked for */
	unsigned int port;
	char host[LISTENER_HOST_SIZE]; /* the address that is listened on; "": all of them */
	const struct names *hosts;     /* that may be named beside this machine's own */
};

struct http_refusal {
	unsigned int status;
	int code;
	const char *message;
};

/* Before the body is read: who asks, and where. False with the refusal. */
bool http_check_sender(const struct http_rules *rules, struct MHD_Connection *connection, const char *url,
                       struct http_refusal *refusal);
/* Then how it is sent. */
bool http_check_form(struct MHD_Connection *connection, const char *method, struct http_refusal *refusal);
/* Whether the headers name one of the older revisions, or none. */
bool http_is_legacy(struct MHD_Connection *connection);
/* The id of the session that it says it is of; NULL: of none, as all of the stateless revision. */
const char *http_session(struct MHD_Connection *connection);
/* Whether the headers say what the message says. Returns -1 with the error. */
int http_check_headers(struct MHD_Connection *connection, const struct message *message, bool modern,
                       struct rpc_error *error);
/* The status of an answer with this code; 0: no error. */
unsigned int http_status(int code, bool modern);

#endif
