#include "dynamic.h"

#include "mcp.h"
#include "offer.h"
#include "operation_call.h"
#include "operation_tools.h"
#include "result.h"

#include <string.h>

#define ENDPOINT "\"endpoint\":{\"type\":\"string\",\"description\":\"Its name, as list_api_endpoints tells it\"}"

#define LIST_DEFINITION \
	"{\"name\":\"list_api_endpoints\",\"title\":\"List operations\",\"description\":\"Lists the operations of " \
	"the sandbox API\"," \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}," \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"endpoints\":{\"type\":\"array\",\"items\":{\"type\":" \
	"\"object\"," \
	"\"properties\":{\"name\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"}}}}},\"required\":" \
	"[\"endpoints\"]}," TOOL_HINTS("true", "false", "true", "false") "}"

#define SCHEMA_DEFINITION \
	"{\"name\":\"get_api_endpoint_schema\",\"title\":\"Describe an operation\",\"description\":\"Describes an " \
	"operation: its arguments and its " \
	"answer, as " \
	"JSON Schemas\",\"inputSchema\":{\"type\":\"object\",\"properties\":{" ENDPOINT \
	"},\"required\":[\"endpoint\"],\"additionalProperties\":false},\"outputSchema\":{\"type\":\"object\"}" \
	"," TOOL_HINTS("true", "false", "true", "false") "}"

#define INVOKE(description, hints) \
	"{\"name\":\"invoke_api_endpoint\",\"title\":\"Call an operation\",\"description\":\"" description \
	"\",\"inputSchema\":{\"type\":\"object\"," \
	"\"properties\":{" ENDPOINT \
	",\"arguments\":{\"type\":\"object\",\"description\":\"As get_api_endpoint_schema " \
	"describes them\"}},\"required\":[\"endpoint\"],\"additionalProperties\":false}," hints "}"

#define INVOKE_DEFINITION INVOKE("Calls an operation", TOOL_HINTS("false", "true", "false", "true"))
#define INVOKE_READING INVOKE("Calls an operation, which changes nothing", TOOL_HINTS("true", "false", "true", "false"))

static void list_endpoints(struct job *job, const sbx_json *arguments)
{
	struct text text = {0}, members = {0};

	(void)arguments;
	text_add(&text, "{\"endpoints\":[");
	for (size_t i = 0; i < operation_tools_count; i++)
		if (offer_allows(job->mcp->options, &operation_tools[i]))
			text_format(&text, "%s{\"name\":\"%s\",\"description\":\"%s\"}",
			            text.data[text.length - 1] == '[' ? "" : ",", operation_tools[i].name,
			            operation_tools[i].summary);
	text_add(&text, "]}");
	if (text.failed)
		members.failed = true;
	else
		result_structured_members(&members, text.data, text.length);
	text_free(&text);
	job_succeed_members(job, &members);
}

/* The operation that the arguments name; NULL: there is none, and the job is answered. */
static const struct operation_tool *find(struct job *job, const sbx_json *arguments)
{
	const char *name = member_string(arguments, "endpoint");

	for (size_t i = 0; name && i < operation_tools_count; i++)
		if (strcmp(operation_tools[i].name, name) == 0 && offer_allows(job->mcp->options, &operation_tools[i]))
			return &operation_tools[i];
	job_succeed(job, result_refusal("endpoint: there is no such operation; list_api_endpoints tells the names"));
	return NULL;
}

static void describe_endpoint(struct job *job, const sbx_json *arguments)
{
	const struct operation_tool *tool = find(job, arguments);
	struct text members = {0};

	if (!tool)
		return;
	const char *definition = offer_definition(job->mcp->options, tool);
	result_structured_members(&members, definition, strlen(definition));
	job_succeed_members(job, &members);
}

static void invoke_endpoint(struct job *job, const sbx_json *arguments)
{
	const sbx_json *given = sbx_json_get(arguments, "arguments");
	const struct operation_tool *tool = find(job, arguments);

	if (tool && job_has_client(job))
		operation_call(job, tool, given);
}

const struct simple_tool dynamic_tools[] = {
        {"list_api_endpoints", true, LIST_DEFINITION, list_endpoints},
        {"get_api_endpoint_schema", true, SCHEMA_DEFINITION, describe_endpoint},
        {"invoke_api_endpoint", false, INVOKE_DEFINITION, invoke_endpoint},
};

const struct simple_tool dynamic_reading_tools[] = {
        {"list_api_endpoints", true, LIST_DEFINITION, list_endpoints},
        {"get_api_endpoint_schema", true, SCHEMA_DEFINITION, describe_endpoint},
        {"invoke_api_endpoint", true, INVOKE_READING, invoke_endpoint},
};

const size_t dynamic_tools_count = sizeof(dynamic_tools) / sizeof(dynamic_tools[0]);
