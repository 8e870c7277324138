#include "search.h"

#include "pages.h"
#include "result.h"
#include "sections.h"
#include "snippet.h"

#include <string.h>

#define FOUND_STANDARD 5

#define DEFINITION \
	"{\"name\":\"search_docs\",\"title\":\"Search the documentation\",\"description\":\"Searches the guides and " \
	"the API " \
	"reference\",\"inputSchema\":{\"type\":" \
	"\"object\",\"properties\":{\"query\":{\"type\":\"string\",\"description\":\"Words\"},\"limit\":{\"type\":" \
	"\"integer\",\"minimum\":1,\"maximum\":20}},\"required\":[\"query\"],\"additionalProperties\":false}," \
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"found\":{\"type\":\"array\",\"items\":{\"type\":" \
	"\"object\"," \
	"\"properties\":{\"uri\":{\"type\":\"string\"},\"heading\":{\"type\":\"string\"},\"snippet\":{\"type\":" \
	"\"string\"}}}}}," \
	"\"required\":[\"found\"]}," TOOL_HINTS("true", "false", "true", "false") "}"

static sbx_json *describe(const struct section *section, const struct query *query)
{
	struct text uri = {0};
	struct text snippet = {0};
	sbx_json *row = sbx_json_new_object();

	text_format(&uri, PAGE_URI "%s", section->page.name);
	snippet_write(&snippet, section, query);
	sbx_json_set(row, "uri", text_words(&uri));
	sbx_json_set(row, "heading", sbx_json_new_string(section->heading.begin, section->heading.length));
	sbx_json_set(row, "snippet", text_words(&snippet));
	text_free(&snippet);
	text_free(&uri);
	return row;
}

/* There is no index: all pages are read. That takes less than an answer is worth, and leaves no memory behind. */
static sbx_json *search(const char *words, int64_t limit)
{
	struct query query;
	struct sections sections = {0};
	sbx_json *found = NULL;

	query_read(&query, words, strlen(words));
	if (sections_read(&sections, &query)) {
		const struct section *section;
		sections_rank(&sections, &query);
		found = sbx_json_new_array();
		while (limit-- > 0 && (section = sections_take(&sections)) != NULL)
			sbx_json_append(found, describe(section, &query));
	}
	sections_free(&sections);
	return found;
}

static void search_docs(struct job *job, const sbx_json *arguments)
{
	const char *words = member_string(arguments, "query");
	const sbx_json *limit = sbx_json_get(arguments, "limit");
	int64_t most = limit ? sbx_json_integer(limit) : FOUND_STANDARD;
	sbx_json *result = sbx_json_new_object();
	if (sbx_json_set(result, "found", search(words, most)) == SBX_OK)
		job_succeed(job, result_structured(result));
	else
		job_succeed(job, result_refusal("the documentation cannot be searched: out of memory"));
}

const struct simple_tool search_tools[] = {{"search_docs", true, DEFINITION, search_docs}};

const size_t search_tools_count = sizeof(search_tools) / sizeof(search_tools[0]);
