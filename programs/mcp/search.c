#include "search.h"

#include "mcp.h"
#include "pages.h"
#include "result.h"

#include <ctype.h>
#include <sqlite3.h>
#include <string.h>

#define FOUND_STANDARD 5
#define WORDS_MAX 16

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

/* ---- the index: a row for each section of a page ---- */

static bool add_section(sqlite3_stmt *insert, const struct page *page, const char *heading, size_t heading_length,
                        const char *body, size_t length)
{
	sqlite3_bind_text(insert, 1, page->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 2, heading, (int)heading_length, SQLITE_STATIC);
	sqlite3_bind_text(insert, 3, body, (int)length, SQLITE_STATIC);
	bool added = sqlite3_step(insert) == SQLITE_DONE;
	sqlite3_reset(insert);
	return added;
}

/* The next heading outside of a block of code; NULL: there is none. */
static const char *next_heading(const char *from)
{
	bool in_code = false;

	for (const char *line = strchr(from, '\n'); line; line = strchr(line + 1, '\n')) {
		if (strncmp(line + 1, "```", 3) == 0)
			in_code = !in_code;
		else if (!in_code && line[1] == '#')
			return line + 1;
	}
	return NULL;
}

static bool add_page(sqlite3_stmt *insert, const struct page *page)
{
	const char *section = page->begin;

	while (section) {
		const char *next = next_heading(section);
		const char *end = next ? next : page->begin + page->length;
		const char *heading = section + strspn(section, "# ");
		if (!add_section(insert, page, heading, strcspn(heading, "\n"), section, (size_t)(end - section)))
			return false;
		section = next;
	}
	return true;
}

static bool fill(sqlite3 *index)
{
	static const char table[] = "CREATE VIRTUAL TABLE sections USING fts5(page UNINDEXED, heading, body, "
	                            "tokenize = 'porter unicode61')";
	sqlite3_stmt *insert = NULL;
	bool filled =
	        sqlite3_exec(index, table, NULL, NULL, NULL) == SQLITE_OK &&
	        sqlite3_exec(index, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
	        sqlite3_prepare_v2(index, "INSERT INTO sections VALUES (?, ?, ?)", -1, &insert, NULL) == SQLITE_OK;

	for (size_t i = 0; filled && i < pages_count(); i++) {
		struct page page = page_at(i);
		filled = add_page(insert, &page);
	}
	sqlite3_finalize(insert);
	return filled && sqlite3_exec(index, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

/* Made by the first search. */
static sqlite3 *index_of(struct mcp *mcp)
{
	if (mcp->index)
		return mcp->index;
	if (sqlite3_open(":memory:", &mcp->index) == SQLITE_OK && fill(mcp->index))
		return mcp->index;
	search_clean_up(mcp);
	return NULL;
}

/* ---- a query ---- */

/* Each word as a string of FTS5's, so that nothing in it is an operator; `between` joins them. */
static size_t write_query(struct text *query, const char *words, const char *between)
{
	size_t count = 0;

	while (*words && count < WORDS_MAX) {
		size_t length = 0;
		while (words[length] && (isalnum((unsigned char)words[length]) || (unsigned char)words[length] >= 0x80))
			length++;
		if (length > 0) {
			text_format(query, "%s\"%.*s\"", count++ > 0 ? between : "", (int)length, words);
			words += length;
		} else {
			words++;
		}
	}
	return count;
}

static sbx_json *string_of(sqlite3_stmt *select, int column)
{
	const char *text = (const char *)sqlite3_column_text(select, column);
	return sbx_json_new_string(text ? text : "", text ? strlen(text) : 0);
}

static sbx_json *read_row(sqlite3_stmt *select)
{
	struct text uri = {0};
	sbx_json *row = sbx_json_new_object();

	text_format(&uri, PAGE_URI "%s", (const char *)sqlite3_column_text(select, 0));
	sbx_json_set(row, "uri", uri.failed ? NULL : sbx_json_new_string(uri.data, uri.length));
	sbx_json_set(row, "heading", string_of(select, 1));
	sbx_json_set(row, "snippet", string_of(select, 2));
	text_free(&uri);
	return row;
}

/* NULL: something is wrong with the index. */
static sbx_json *search(sqlite3 *index, const char *query, int limit)
{
	static const char sql[] = "SELECT page, heading, snippet(sections, 2, '', '', ' … ', 40) FROM sections "
	                          "WHERE sections MATCH ? ORDER BY bm25(sections, 0, 4, 1) LIMIT ?";
	sqlite3_stmt *select = NULL;
	sbx_json *found = NULL;

	if (sqlite3_prepare_v2(index, sql, -1, &select, NULL) == SQLITE_OK) {
		sqlite3_bind_text(select, 1, query, -1, SQLITE_STATIC);
		sqlite3_bind_int(select, 2, limit);
		found = sbx_json_new_array();
		while (sqlite3_step(select) == SQLITE_ROW)
			sbx_json_append(found, read_row(select));
	}
	sqlite3_finalize(select);
	return found;
}

/* With all of the words; where that finds nothing, with any of them. */
static sbx_json *search_words(sqlite3 *index, const char *words, int limit)
{
	sbx_json *found = NULL;
	static const char *const between[] = {" ", " OR "};

	for (size_t i = 0; i < 2 && (!found || sbx_json_count(found) == 0); i++) {
		struct text query = {0};
		sbx_json_free(found);
		bool has_words = write_query(&query, words, between[i]) > 0;
		found = query.failed ? NULL : has_words ? search(index, query.data, limit) : sbx_json_new_array();
		text_free(&query);
	}
	return found;
}

static void search_docs(struct job *job, const sbx_json *arguments)
{
	const char *words = member_string(arguments, "query");
	const sbx_json *limit = sbx_json_get(arguments, "limit");
	int64_t most = limit ? sbx_json_integer(limit) : FOUND_STANDARD;

	sqlite3 *index = index_of(job->mcp);
	sbx_json *found = index ? search_words(index, words, (int)most) : NULL;
	sbx_json *result = sbx_json_new_object();
	if (sbx_json_set(result, "found", found) == SBX_OK)
		job_succeed(job, result_structured(result));
	else
		job_succeed(job, result_refusal("the documentation cannot be searched: out of memory"));
}

const struct simple_tool search_tools[] = {{"search_docs", true, DEFINITION, search_docs}};

const size_t search_tools_count = sizeof(search_tools) / sizeof(search_tools[0]);

void search_clean_up(struct mcp *mcp)
{
	sqlite3_close(mcp->index);
	mcp->index = NULL;
}
