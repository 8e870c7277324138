/* One message of JSON-RPC 2.0 (https://www.jsonrpc.org/specification) as the Model Context Protocol uses it. */
#ifndef MCP_MESSAGE_H
#define MCP_MESSAGE_H

#include <sandbox_sdk/json.h>

#include <stdbool.h>
#include <stddef.h>

/* What an error is called: JSON-RPC's, section 5.1, and the protocol's. */
enum {
	RPC_PARSE = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL = -32603,
	RPC_NO_RESOURCE = -32002, /* of the older revisions */
	RPC_UNSUPPORTED_VERSION = -32022,
	RPC_BATCH = 1, /* never sent */
};

/* Why a request is answered by an error. */
struct rpc_error {
	int code;
	char message[400];
	sbx_json *data; /* NULL: none */
};

struct message {
	sbx_json *document; /* that all the others are parts of */
	const sbx_json *id; /* a string or an integer; NULL: a notification */
	const char *method;
	const sbx_json *params; /* an object; NULL: none */
};

/* Reads a message that is a part of a document, which is taken over; the rest is as for message_read(). */
int message_read_document(struct message *message, sbx_json *document, struct rpc_error *error);
/* Reads a message. Returns 0, or -1 with the error; where the message has an id that can be answered it is there even
 * then. One that is an array has the code RPC_BATCH, and is in the
 * document. To be cleared in any case. */
int message_read(struct message *message, const char *text, size_t length, struct rpc_error *error);
/* Puts others in the place of the arguments of a call, which are taken over. Returns false where memory has run out. */
bool message_set_arguments(struct message *message, sbx_json *arguments);
void message_clear(struct message *message);

/* Returns -1. */
int rpc_error_set(struct rpc_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void rpc_error_clear(struct rpc_error *error);

/* A member of an object that is a string, without NULs; NULL: it is none. */
const char *member_string(const sbx_json *object, const char *name);
const sbx_json *member_object(const sbx_json *object, const char *name);
/* Sets a member of an object, and gives that on; NULL: memory has run out, and nothing is left of either. */
sbx_json *member_put(sbx_json *object, const char *name, sbx_json *value);

#endif
