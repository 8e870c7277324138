#include "result.h"

#include "base64.h"
#include "cut.h"
#include "file_uri.h"
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a file, as JSON has it. */
#define FILE_MAX (CUT_RESULT_MAX - 4096)
/* Of what an API has to say about an error. */
#define ERROR_MAX ((size_t)16 * 1024)

static sbx_json *string(const char *text)
{
	return sbx_json_new_string(text, strlen(text));
}

static sbx_json *text_block(sbx_json *text)
{
	return member_put(member_put(sbx_json_new_object(), "type", string("text")), "text", text);
}

static sbx_json *with_content(sbx_json *block)
{
	sbx_json *content = sbx_json_new_array();

	if (sbx_json_append(content, block) == SBX_OK)
		return member_put(sbx_json_new_object(), "content", content);
	sbx_json_free(content);
	return NULL;
}

/* One more block of the content of a result, which is taken over. */
static sbx_json *with_block(sbx_json *result, sbx_json *block)
{
	const sbx_json *blocks = sbx_json_get(result, "content");
	sbx_json *content = blocks ? sbx_json_copy(blocks) : NULL;

	if (content && sbx_json_append(content, block) == SBX_OK)
		return member_put(result, "content", content);
	if (!content)
		sbx_json_free(block);
	sbx_json_free(content);
	return result;
}

sbx_json *result_text(const char *text, size_t length, bool is_error)
{
	sbx_json *result = with_content(text_block(sbx_json_new_string(text, length)));
	return is_error ? member_put(result, "isError", sbx_json_new_boolean(1)) : result;
}

/* Words of any length, marked where they are cut. */
static void add_cut(struct text *text, const char *words, size_t length, size_t max, const char *way)
{
	size_t shown = cut_text(words, length, max);

	text_append(text, words, shown);
	if (shown == length)
		return;
	text_format(text, "%s[cut: the first %zu of %zu bytes. %s]\n",
	            shown > 0 && words[shown - 1] == '\n' ? "" : "\n", shown, length, way);
}

sbx_json *result_lines(const char *text, size_t length, bool is_error, const char *way)
{
	struct text words = {0};

	add_cut(&words, text, length, RESULT_TEXT_MAX, way);
	sbx_json *result = words.failed ? NULL : result_text(words.data, words.length, is_error);
	text_free(&words);
	return result;
}

sbx_json *result_refusal(const char *words)
{
	return result_text(words, strlen(words), true);
}

sbx_json *result_structured(sbx_json *value)
{
	char *printed = NULL;
	size_t length = 0;
	sbx_json *result = NULL;

	if (sbx_json_print(value, 0, &printed, &length) == SBX_OK)
		result = result_text(printed, length, false);
	sbx_string_free(printed);
	if (!result) {
		sbx_json_free(value);
		return NULL;
	}
	return member_put(result, "structuredContent", value);
}

/* That what was asked for is done has to be said: it may not be done again. */
static sbx_json *too_large(const char *way)
{
	struct text words = {0};

	text_format(&words, "It was carried out, but what there is to say is more than the %zu KiB of a result. %s",
	            CUT_RESULT_MAX / 1024, way);
	sbx_json *result = words.failed ? NULL : result_refusal(words.data);
	text_free(&words);
	return result;
}

static sbx_json *marked(sbx_json *value, const char *said, const char *way)
{
	struct text words = {0};
	sbx_json *result = result_structured(member_put(value, "truncated", sbx_json_new_boolean(1)));

	text_format(&words, "Cut, since a result has at most %zu KiB: %s. %s", CUT_RESULT_MAX / 1024, said, way);
	if (result && !words.failed)
		result = result_with_notice(result, words.data);
	text_free(&words);
	return result;
}

/* The same value, which is taken over, with the JSON of a member in its place. */
static sbx_json *with_text(sbx_json *value, const char *name)
{
	struct text json = {0};

	text_json(&json, sbx_json_get(value, name));
	value = member_put(value, name, json.failed ? NULL : sbx_json_new_string(json.data, json.length));
	text_free(&json);
	return value;
}

sbx_json *result_cut(sbx_json *value, const char *loose, const char *way)
{
	struct text said = {0};
	sbx_json *shown = value ? cut_value(value, &said) : NULL, *result = NULL;

	if (!shown && sbx_json_get(value, loose ? loose : "")) {
		value = with_text(value, loose);
		shown = value ? cut_value(value, &said) : NULL;
	}
	if (!shown)
		result = value ? too_large(way) : NULL;
	else
		result = said.length > 0 ? marked(shown, said.data, way) : result_structured(shown);
	sbx_json_free(value);
	text_free(&said);
	return result;
}

void result_structured_members(struct text *members, const char *json, size_t length)
{
	text_add(members, "\"content\":[{\"type\":\"text\",\"text\":");
	text_string(members, json, length);
	text_add(members, "}],\"structuredContent\":");
	text_append(members, json, length);
}

static sbx_json *file_block(const char *type, const char *uri)
{
	return member_put(member_put(sbx_json_new_object(), "type", string(type)), "uri", string(uri));
}

static sbx_json *link_block(const char *uri, const char *path, size_t length)
{
	const char *slash = strrchr(path, '/');
	sbx_json *block = file_block("resource_link", uri);

	block = member_put(block, "name", string(slash ? slash + 1 : path));
	return member_put(block, "size", sbx_json_new_integer((int64_t)length));
}

/* What is too large to be shown is there to be read by its address. */
static sbx_json *linked_file(const char *uri, const char *path, size_t length, bool has_links)
{
	struct text words = {0};

	text_format(&words,
	            "The file has %zu bytes, more than are shown at once: %zu, less where JSON escapes many of them. "
	            "All of it is the resource %s; a command such as head -c or tail -c gives a part",
	            length, RESULT_TEXT_MAX, uri);
	sbx_json *result = words.failed ? NULL : result_text(words.data, words.length, false);
	text_free(&words);
	return has_links ? with_block(result, link_block(uri, path, length)) : result;
}

static sbx_json *encoded_file(const char *uri, const char *bytes, size_t length)
{
	struct text encoded = {0};

	base64_encode(&encoded, bytes, length);
	sbx_json *resource = member_put(sbx_json_new_object(), "uri", string(uri));
	resource = member_put(resource, "mimeType", string("application/octet-stream"));
	resource =
	        member_put(resource, "blob", encoded.failed ? NULL : sbx_json_new_string(encoded.data, encoded.length));
	text_free(&encoded);
	return with_content(
	        member_put(member_put(sbx_json_new_object(), "type", string("resource")), "resource", resource));
}

/* Whether a file can be a part of a result: as text, or else in base64. */
static bool is_shown(const char *bytes, size_t length, bool is_text)
{
	return length <= RESULT_TEXT_MAX &&
	       (is_text ? cut_text(bytes, length, FILE_MAX) == length : length / 3 * 4 <= FILE_MAX);
}

sbx_json *result_file(const char *id, const char *path, const char *bytes, size_t length, bool has_links)
{
	struct text uri = {0};
	sbx_json *text = length <= RESULT_TEXT_MAX ? sbx_json_new_string(bytes, length) : NULL;
	sbx_json *result = NULL;

	file_uri_write(&uri, id, path);
	if (!is_shown(bytes, length, text)) {
		result = uri.failed ? NULL : linked_file(uri.data, path, length, has_links);
	} else if (text) {
		result = with_content(text_block(text));
		text = NULL;
	} else if (!uri.failed) {
		result = encoded_file(uri.data, bytes, length);
	}
	sbx_json_free(text);
	text_free(&uri);
	return result;
}

const char *result_error_words(const sbx_error *error)
{
	const sbx_json *body = sbx_error_json(error);
	const char *said = member_string(sbx_json_get(body, "error"), "message");
	const char *detail = sbx_error_detail(error);

	if (!said)
		said = member_string(body, "message");
	return said && *said ? said : detail && *detail ? detail : sbx_error_message(error);
}

/* The person who starts the server sees its errors, not what the assistant is told. */
static void tell_once(const char *words)
{
	static bool is_told;

	if (!is_told)
		fprintf(stderr, "sandbox-sdk-mcp: %s\n", words);
	is_told = true;
}

sbx_json *result_with_notice(sbx_json *result, const char *words)
{
	return with_block(result, text_block(string(words)));
}

void result_add_error(struct text *text, const sbx_error *error)
{
	const char *words = result_error_words(error);

	text_format(text, "%s: ", sbx_error_name(error));
	add_cut(text, words, strlen(words), ERROR_MAX, "That is all that is told");
	if (sbx_error_code(error) == SBX_ERROR_CONFIGURATION) {
		text_add(text, " The key has to be in the environment that the assistant's host gives this server: "
		               "SANDBOX_SDK_API_KEY. Without an account, start it with --local.");
		if (!text->failed)
			tell_once(text->data);
	}
}

sbx_json *result_of_error(sbx_error *error)
{
	struct text text = {0};

	result_add_error(&text, error);
	if (sbx_error_outcome_unknown(error))
		text_add(&text, " Whether it was carried out is not known.");
	sbx_json *result = text.failed ? NULL : result_text(text.data, text.length, true);
	text_free(&text);
	sbx_error_free(error);
	return result;
}
