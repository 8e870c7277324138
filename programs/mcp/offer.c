#include "offer.h"

#include "known.h"

#include <string.h>

static bool is_named(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->words[i], name) == 0)
			return true;
	return false;
}

/* Whether the operation is one of those that the resources, tags and operations which were named leave. */
static bool is_left(const struct options *options, const char *operation)
{
	const struct names *resources = &options->resources;

	if (resources->count == 0 && options->operations.count == 0 && options->tags.count == 0)
		return true;
	for (size_t i = 0; i < options->tags.count; i++)
		if (known_has_tag(operation, options->tags.words[i]))
			return true;
	for (size_t i = 0; i < resources->count; i++) {
		size_t length = strlen(resources->words[i]);
		if (strncmp(operation, resources->words[i], length) == 0 && operation[length] == '.')
			return true;
	}
	return is_named(&options->operations, operation);
}

static bool is_excluded(const struct options *options, const char *tool, bool reads)
{
	return (options->read_only && !reads) || is_named(&options->without, tool);
}

static bool is_allowed(const struct options *options, const char *tool, const char *operation, bool reads)
{
	return !is_excluded(options, tool, reads) && (!operation || is_left(options, operation));
}

bool offer_allows(const struct options *options, const struct operation_tool *tool)
{
	return is_allowed(options, tool->name, tool->operation, tool->reads);
}

/* `operation` is that of the API which it calls, such as "sandboxes.create"; NULL: none, or any. */
static bool has(const struct options *options, enum tool_group group, const char *tool, const char *operation,
                bool reads)
{
	if (options->only.count > 0)
		return !is_excluded(options, tool, reads) && is_named(&options->only, tool);
	return (options->groups & group) != 0 && is_allowed(options, tool, operation, reads);
}

bool offer_has_operation(const struct options *options, const struct operation_tool *tool)
{
	return has(options, GROUP_OPERATIONS, tool->name, tool->operation, tool->reads);
}

bool offer_has_simple(const struct options *options, enum tool_group group, const struct simple_tool *tool)
{
	return has(options, group, tool->name, NULL, tool->reads);
}

const struct simple_tool *offer_tools(const struct options *options, const struct tool_set *set)
{
	return options->read_only && set->reading ? set->reading : set->tools;
}

static bool has_any_of(const struct options *options, const struct tool_set *set)
{
	const struct simple_tool *tools = offer_tools(options, set);

	for (size_t i = 0; i < *set->count; i++)
		if (tools ? offer_has_simple(options, set->group, &tools[i])
		          : offer_has_operation(options, &operation_tools[i]))
			return true;
	return false;
}

bool offer_has_any(const struct options *options)
{
	for (const struct tool_set *set = tool_sets; set < tool_sets + tool_sets_count; set++)
		if (has_any_of(options, set))
			return true;
	return false;
}

const char *offer_definition(const struct options *options, const struct operation_tool *tool)
{
	return options->roots.count > 0 && tool->with_roots ? tool->with_roots : tool->definition;
}
