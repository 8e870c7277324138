#include "tools.h"

#include "arguments.h"
#include "offer.h"
#include "operation_call.h"
#include "operation_tools.h"
#include "prompts.h"
#include "protocol.h"
#include "resources.h"
#include "result.h"
#include "shown.h"
#include "tool_sets.h"

#include <stdio.h>
#include <string.h>

static bool has_simple(const struct mcp *mcp, enum tool_group group, const struct simple_tool *tool)
{
	return offer_has_simple(mcp->options, group, tool);
}

static bool has_operation(const struct mcp *mcp, const struct operation_tool *tool)
{
	return offer_has_operation(mcp->options, tool);
}

/* ---- tools/list ---- */

static void add_definition(const struct mcp *mcp, struct text *text, const char *definition)
{
	if (text->length > 0 && text->data[text->length - 1] != '[')
		text_add(text, ",");
	shown_add(text, mcp->options, definition);
}

static void add_operations(const struct mcp *mcp, struct text *text)
{
	for (size_t i = 0; i < operation_tools_count; i++)
		if (has_operation(mcp, &operation_tools[i]))
			add_definition(mcp, text, offer_definition(mcp->options, &operation_tools[i]));
}

static void add_set(const struct mcp *mcp, struct text *text, const struct tool_set *set)
{
	const struct simple_tool *tools = offer_tools(mcp->options, set);

	for (size_t i = 0; i < *set->count; i++)
		if (has_simple(mcp, set->group, &tools[i]))
			add_definition(mcp, text, tools[i].definition);
}

static void list(const struct mcp *mcp, struct text *text)
{
	text_add(text, "\"tools\":[");
	for (const struct tool_set *set = tool_sets; set < tool_sets + tool_sets_count; set++)
		if (set->tools)
			add_set(mcp, text, set);
		else
			add_operations(mcp, text);
	text_add(text, "]");
}

void tools_list(struct job *job)
{
	struct text text = {0};

	if (!job_wants_first_page(job))
		return;
	list(job->mcp, &text);
	if (job->modern)
		text_add(&text, CACHED);
	job_succeed_members(job, &text);
}

int tools_print(const struct mcp *mcp)
{
	struct text text = {0};

	list(mcp, &text);
	prompts_add_names(&text, mcp);
	resources_add_names(&text);
	if (!text.failed)
		printf("{%s}\n", text.data);
	text_free(&text);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* ---- one of them ---- */

/* One that is offered. */
struct tool {
	const struct tool_set *set;
	const struct simple_tool *simple; /* NULL: it is an operation */
	const struct operation_tool *operation;
};

static bool find_simple(const struct mcp *mcp, const char *name, struct tool *found)
{
	const struct simple_tool *tools = offer_tools(mcp->options, found->set);

	for (size_t i = 0; i < *found->set->count && !found->simple; i++)
		if (strcmp(tools[i].name, name) == 0 && has_simple(mcp, found->set->group, &tools[i]))
			found->simple = &tools[i];
	return found->simple;
}

static bool find_operation(const struct mcp *mcp, const char *name, struct tool *found)
{
	for (size_t i = 0; i < operation_tools_count && !found->operation; i++)
		if (strcmp(operation_tools[i].name, name) == 0 && has_operation(mcp, &operation_tools[i]))
			found->operation = &operation_tools[i];
	return found->operation;
}

static bool find(const struct mcp *mcp, const char *name, struct tool *found)
{
	for (const struct tool_set *set = tool_sets; set < tool_sets + tool_sets_count; set++) {
		*found = (struct tool){.set = set};
		if (set->tools ? find_simple(mcp, name, found) : find_operation(mcp, name, found))
			return true;
	}
	return false;
}

bool tools_offer(const struct mcp *mcp, const char *name)
{
	struct tool tool;
	return find(mcp, name, &tool);
}

bool tools_reach(const struct mcp *mcp, const char *name)
{
	bool is_reached = tools_offer(mcp, "execute_code") || tools_offer(mcp, "get_api_endpoint_schema") ||
	                  tools_offer(mcp, "invoke_api_endpoint");

	for (size_t i = 0; i < operation_tools_count; i++)
		if (strcmp(operation_tools[i].name, name) == 0)
			return has_operation(mcp, &operation_tools[i]) ||
			       (is_reached && offer_allows(mcp->options, &operation_tools[i]));
	return false;
}

/* ---- tools/call ---- */

static void call_simple(struct job *job, const struct tool *tool, const sbx_json *arguments)
{
	const char *complaint = arguments_check(job->mcp, tool->simple->definition, arguments);

	if (complaint) {
		job_succeed(job, result_refusal(complaint));
	} else if (tool->set->asks_nobody || job_has_client(job)) {
		job->only_reads = tool->simple->reads;
		tool->simple->start(job, arguments);
	}
}

void tools_call(struct job *job)
{
	const char *name = member_string(job->message.params, "name");
	const sbx_json *arguments = sbx_json_get(job->message.params, "arguments");
	struct rpc_error unknown = {0};
	struct tool tool;

	if (!name || (arguments && sbx_json_type_of(arguments) != SBX_JSON_OBJECT)) {
		job_fail_with(job, RPC_INVALID_PARAMS, name ? "arguments is no object" : "name is missing");
		return;
	}
	if (!(name = shown_read_call(job, name)))
		return;
	arguments = sbx_json_get(job->message.params, "arguments");
	if (!find(job->mcp, name, &tool)) {
		rpc_error_set(&unknown, RPC_INVALID_PARAMS, "there is no tool %.100s", name);
		job_fail(job, &unknown);
	} else if (tool.simple) {
		call_simple(job, &tool, arguments);
	} else if (job_has_client(job)) {
		operation_call(job, tool.operation, arguments);
	}
}
