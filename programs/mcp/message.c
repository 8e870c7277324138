#include "message.h"

#include <sandbox_sdk/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int rpc_error_set(struct rpc_error *error, int code, const char *format, ...)
{
	va_list arguments;

	rpc_error_clear(error);
	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return -1;
}

void rpc_error_clear(struct rpc_error *error)
{
	sbx_json_free(error->data);
	*error = (struct rpc_error){0};
}

const char *member_string(const sbx_json *object, const char *name)
{
	const sbx_json *member = sbx_json_get(object, name);
	size_t length = 0;

	if (sbx_json_type_of(member) != SBX_JSON_STRING)
		return NULL;
	const char *text = sbx_json_string(member, &length);
	return strlen(text) == length ? text : NULL;
}

const sbx_json *member_object(const sbx_json *object, const char *name)
{
	const sbx_json *member = sbx_json_get(object, name);
	return sbx_json_type_of(member) == SBX_JSON_OBJECT ? member : NULL;
}

sbx_json *member_put(sbx_json *object, const char *name, sbx_json *value)
{
	if (sbx_json_set(object, name, value) == SBX_OK)
		return object;
	sbx_json_free(object);
	return NULL;
}

static int parse(struct message *message, const char *text, size_t length, struct rpc_error *error)
{
	sbx_error *failure = NULL;

	if (sbx_json_parse(text, length, &message->document, &failure) == SBX_OK)
		return 0;
	rpc_error_set(error, sbx_error_code(failure) == SBX_ERROR_OUT_OF_MEMORY ? RPC_INTERNAL : RPC_PARSE,
	              "the message is not JSON: %.120s", sbx_error_message(failure));
	sbx_error_free(failure);
	return -1;
}

/* The id is found even in what is no request otherwise, for an error to carry it. */
static int find_id(struct message *message, struct rpc_error *error)
{
	sbx_json_cursor cursor = {NULL};
	const char *name;
	const sbx_json *value;

	while (sbx_json_next(message->document, &cursor, &name, &value)) {
		if (strcmp(name, "id") != 0)
			continue;
		sbx_json_type type = sbx_json_type_of(value);
		if (type != SBX_JSON_STRING && type != SBX_JSON_INTEGER)
			return rpc_error_set(error, RPC_INVALID_REQUEST, "id is neither a string nor an integer");
		message->id = value;
	}
	return 0;
}

static int read_parsed(struct message *message, struct rpc_error *error)
{
	if (sbx_json_type_of(message->document) != SBX_JSON_OBJECT)
		return rpc_error_set(error, RPC_INVALID_REQUEST, "the message is no object");
	if (find_id(message, error) < 0)
		return -1;
	const char *version = member_string(message->document, "jsonrpc");
	if (!version || strcmp(version, "2.0") != 0)
		return rpc_error_set(error, RPC_INVALID_REQUEST, "jsonrpc is not \"2.0\"");
	message->method = member_string(message->document, "method");
	if (!message->method)
		return rpc_error_set(error, RPC_INVALID_REQUEST, "method is missing");
	const sbx_json *params = sbx_json_get(message->document, "params");
	message->params = sbx_json_type_of(params) == SBX_JSON_OBJECT ? params : NULL;
	if (params && !message->params)
		return rpc_error_set(error, RPC_INVALID_PARAMS, "params is no object");
	return 0;
}

int message_read_document(struct message *message, sbx_json *document, struct rpc_error *error)
{
	*message = (struct message){.document = document};
	return document ? read_parsed(message, error) : rpc_error_set(error, RPC_INTERNAL, "out of memory");
}

int message_read(struct message *message, const char *text, size_t length, struct rpc_error *error)
{
	*message = (struct message){0};
	if (parse(message, text, length, error) < 0)
		return -1;
	if (sbx_json_type_of(message->document) == SBX_JSON_ARRAY)
		return rpc_error_set(error, RPC_BATCH, "it is a batch");
	return read_parsed(message, error);
}

bool message_set_arguments(struct message *message, sbx_json *arguments)
{
	sbx_json *params = member_put(sbx_json_copy(message->params), "arguments", arguments);

	if (!params || sbx_json_set(message->document, "params", params) != SBX_OK)
		return false;
	message->params = sbx_json_get(message->document, "params");
	return true;
}

void message_clear(struct message *message)
{
	sbx_json_free(message->document);
	*message = (struct message){0};
}
