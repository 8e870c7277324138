/* What a tool answers. Each of these is a new value; NULL: memory has run out. */
#ifndef MCP_RESULT_H
#define MCP_RESULT_H

#include "text.h"

#include <sandbox_sdk.h>

#include <stdbool.h>

/* More than this of one text is cut off, and said. */
#define RESULT_TEXT_MAX ((size_t)192 * 1024)

/* How to have the rest of what a command has written. */
#define RESULT_OUTPUT_WAY \
	"For the rest run it again with its output in a file, such as > /tmp/out, and read parts of that: head -c, " \
	"tail -c, sed -n 1,200p"

/* Text that is not UTF-8 is an error. */
sbx_json *result_text(const char *text, size_t length, bool is_error);
/* The same for text of any length: what is too much is cut off, which the last line says, and how to have the rest. */
sbx_json *result_lines(const char *text, size_t length, bool is_error, const char *way);
/* What is wrong with a call, in words. */
sbx_json *result_refusal(const char *words);
/* A value that its tool has described: as it is, and as text. Taken over. */
sbx_json *result_structured(sbx_json *value);
/* The same for a value of any size: where it is too large, its longest strings are cut, and its member `truncated` is
 * true; where that does not suffice the loose member, whose schema takes anything, becomes the beginning of its JSON.
 * Beside it is said what was cut, and how to have the rest. One that is too large all the same, or has no loose member
 * (NULL), is refused. */
sbx_json *result_cut(sbx_json *value, const char *loose, const char *way);
/* The members of such a result, of a value that is there as text: neither read nor printed. */
void result_structured_members(struct text *members, const char *json, size_t length);
/* What went wrong: in the API's own words where it has said some, else in those of whatever failed. */
const char *result_error_words(const sbx_error *error);
/* A file of a sandbox: as text where it is text, else in base64; one that is too large for that as a link to it, where
 * the client knows links, and in words. */
sbx_json *result_file(const char *id, const char *path, const char *bytes, size_t length, bool has_links);
/* The same result, which is taken over, with more words. */
sbx_json *result_with_notice(sbx_json *result, const char *words);
/* The same in words that something can be done with. Where the server cannot reach the API at all they are told on
 * standard error, too, once. */
void result_add_error(struct text *text, const sbx_error *error);
/* What went wrong, in those words. Frees the error. */
sbx_json *result_of_error(sbx_error *error);

#endif
