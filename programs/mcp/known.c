#include "known.h"

#include "operation_tools.h"
#include "tool_sets.h"
#include "transfer.h"

#include <stdio.h>
#include <string.h>

const char *known_tool_at(size_t index, const char **definition)
{
	for (const struct tool_set *set = tool_sets; set < tool_sets + tool_sets_count; set++) {
		if (index < *set->count) {
			*definition = set->tools ? set->tools[index].definition : operation_tools[index].definition;
			return set->tools ? set->tools[index].name : operation_tools[index].name;
		}
		index -= *set->count;
	}
	return NULL;
}

bool known_tool(const char *name)
{
	const char *each, *definition;

	for (size_t i = 0; (each = known_tool_at(i, &definition)); i++)
		if (strcmp(each, name) == 0)
			return true;
	return false;
}

bool known_wants_root(const char *tool)
{
	for (size_t i = 0; i < transfer_tools_count; i++)
		if (strcmp(transfer_tools[i].name, tool) == 0)
			return true;
	return false;
}

bool known_operation(const char *name)
{
	for (size_t i = 0; i < operation_tools_count; i++)
		if (strcmp(operation_tools[i].operation, name) == 0)
			return true;
	return false;
}

bool known_resource(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; length > 0 && i < operation_tools_count; i++)
		if (strncmp(operation_tools[i].operation, name, length) == 0 &&
		    operation_tools[i].operation[length] == '.')
			return true;
	return false;
}

/* Whether a word is one of those that stand with blanks between them. */
static bool is_word_of(const char *words, const char *word, size_t length)
{
	for (const char *at = words; length > 0 && *at; at += strspn(at, " ")) {
		size_t found = strcspn(at, " ");
		if (found == length && strncmp(at, word, length) == 0)
			return true;
		at += found;
	}
	return false;
}

bool known_has_tag(const char *operation, const char *tag)
{
	for (size_t i = 0; i < operation_tools_count; i++)
		if (strcmp(operation_tools[i].operation, operation) == 0)
			return is_word_of(operation_tools[i].tags, tag, strlen(tag));
	return false;
}

bool known_tag(const char *name)
{
	for (size_t i = 0; i < operation_tools_count; i++)
		if (is_word_of(operation_tools[i].tags, name, strlen(name)))
			return true;
	return false;
}

void known_list_tags(char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < operation_tools_count; i++)
		for (const char *tag = operation_tools[i].tags; *tag; tag += strspn(tag, " ")) {
			int length = (int)strcspn(tag, " ");
			bool is_new = true;
			for (size_t before = 0; before < i && is_new; before++)
				is_new = !is_word_of(operation_tools[before].tags, tag, (size_t)length);
			if (is_new && used < size)
				used += (size_t)snprintf(text + used, size - used, "%s%.*s", used ? ", " : "", length,
				                         tag);
			tag += length;
		}
}
