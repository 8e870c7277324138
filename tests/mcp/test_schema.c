/* Schemas for clients that take less than all of JSON Schema: what becomes of keywords that the server's own tools do
 * not have. */
#include "clients.h"
#include "schema.h"

#include <sandbox_sdk.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

#define ONLY "\"type\":\"object\",\"properties\""
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One takes the fewest keywords, one unions too, one everything. */
static const struct client plain = {"plain", 64, " type title description properties required items enum ", false,
                                    false};
static const struct client unions = {
        "unions", 64,
        " type title description properties required items enum additionalProperties anyOf oneOf allOf not const ",
        true, false};
static const struct client whole = {"whole", 64, NULL, true, true};

static sbx_json *parse(const char *text)
{
	sbx_json *json = NULL;

	if (sbx_json_parse(text, strlen(text), &json, NULL) != SBX_OK)
		fail_msg("no JSON: %s", text);
	return json;
}

static char *print(const sbx_json *json)
{
	char *text = NULL;

	assert_int_equal(sbx_json_print(json, 0, &text, NULL), SBX_OK);
	return text;
}

static void assert_json(const sbx_json *made, const char *wanted)
{
	sbx_json *expected = parse(wanted);
	char *text = print(made);

	if (!made || !sbx_json_equal(made, expected))
		fail_msg("made   %s\nwanted %s", text, wanted);
	sbx_string_free(text);
	sbx_json_free(expected);
}

/* The schema of one argument, `a`, in one of all arguments. `more` are members beside the properties. */
static char *of_argument(const char *schema, const char *more)
{
	size_t size = strlen(schema) + strlen(more) + 64;
	char *text = malloc(size);

	assert_non_null(text);
	snprintf(text, size, "{" ONLY ":{\"a\":%s}%s}", schema, more);
	return text;
}

static void assert_narrow(const struct client *client, const char *schema, const char *more, const char *wanted)
{
	char *text = of_argument(schema, more), *expected = of_argument(wanted, "");
	sbx_json *json = parse(text), *made = schema_narrow(client, json);

	assert_json(made, expected);
	/* What it has become is taken as it is. */
	assert_true(schema_is_plain(client, made));
	sbx_json_free(made);
	sbx_json_free(json);
	free(expected);
	free(text);
}

struct rewritten {
	const char *schema, *more, *wanted;
};

static void assert_all(const struct client *client, const struct rewritten *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_narrow(client, cases[i].schema, cases[i].more, cases[i].wanted);
}

/* ---- references ---- */

static void a_part_stands_in_the_place_of_its_reference(void **state)
{
	(void)state;
	static const struct rewritten cases[] = {
	        {"{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":{\"type\":\"string\",\"enum\":[\"p\",\"q\"]}}",
		 "{\"type\":\"string\",\"enum\":[\"p\",\"q\"]}"},
	        /* one by another */
	        {"{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/x\"}}",
		 ",\"definitions\":{\"x\":{\"$ref\":\"#/definitions/y\"},\"y\":{\"type\":\"integer\"}}",
		 "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}"},
	        /* twice, which is no circle */
	        {"{" ONLY ":{\"b\":{\"$ref\":\"#/$defs/x\"},\"c\":{\"$ref\":\"#/$defs/x\"}}}",
		 ",\"$defs\":{\"x\":{\"type\":\"integer\"}}",
		 "{" ONLY ":{\"b\":{\"type\":\"integer\"},\"c\":{\"type\":\"integer\"}}}"},
	        /* by names that are written in another way, and by an index */
	        {"{\"$ref\":\"#/$defs/b~1c~0%20%C3%A4\"}", ",\"$defs\":{\"b/c~ ä\":{\"type\":\"integer\"}}",
		 "{\"type\":\"integer\"}"},
	        {"{\"$ref\":\"#/$defs/x/anyOf/1\"}",
		 ",\"$defs\":{\"x\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}}",
		 "{\"type\":\"integer\"}"},
	        /* with words of both */
	        {"{\"$ref\":\"#/$defs/x\",\"description\":\"here\"}",
		 ",\"$defs\":{\"x\":{\"type\":\"string\",\"description\":\"there\"}}",
		 "{\"type\":\"string\",\"description\":\"here. there\"}"},
	        {"{\"$ref\":\"#/$defs/x\",\"description\":\"here\",\"title\":\"X\"}",
		 ",\"$defs\":{\"x\":{\"type\":\"string\"}}",
		 "{\"type\":\"string\",\"description\":\"here\",\"title\":\"X\"}"},
	        /* neither a name of an argument nor a value is a keyword */
	        {"{" ONLY ":{\"$ref\":{\"type\":\"string\"},\"enum\":{\"$ref\":\"#/$defs/x\"}}}",
		 ",\"$defs\":{\"x\":{\"type\":\"integer\"}}",
		 "{" ONLY ":{\"$ref\":{\"type\":\"string\"},\"enum\":{\"type\":\"integer\"}}}"},
	        {"{\"type\":\"string\",\"enum\":[{\"$ref\":\"#/$defs/x\"}]}",
		 ",\"$defs\":{\"x\":{\"type\":\"integer\"}}",
		 "{\"type\":\"string\",\"enum\":[{\"$ref\":\"#/$defs/x\"}]}"},
	};
	assert_all(&plain, cases, COUNT(cases));
}

static void bounds_beside_a_reference_stay_bounds(void **state)
{
	(void)state;
	static const char more[] = ",\"$defs\":{\"x\":{\"type\":\"integer\",\"minimum\":1}}";
	static const struct rewritten cases[] = {
	        {"{\"$ref\":\"#/$defs/x\",\"maximum\":3}", more,
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"allOf\\\":[{\\\"type\\\":\\\"integer\\\",\\\"minimum\\\":1},{\\\"maximum\\\":3}]}\"}"},
	        {"{\"$ref\":\"#/$defs/x\",\"type\":\"integer\",\"minimum\":1}", more,
		 "{\"type\":\"integer\",\"description\":\"minimum: 1\"}"},
	        {"{\"$ref\":\"#/$defs/x\",\"minimum\":2}", more,
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"allOf\\\":[{\\\"type\\\":\\\"integer\\\",\\\"minimum\\\":1},{\\\"minimum\\\":2}]}\"}"},
	};
	assert_all(&plain, cases, COUNT(cases));
}

#define NODE "{" ONLY ":{\"name\":{\"type\":\"string\"},\"next\":{\"$ref\":\"#/$defs/node\"}}}"
#define NODE_WORDS \
	"{\\\"type\\\":\\\"object\\\",\\\"properties\\\":{\\\"name\\\":{\\\"type\\\":\\\"string\\\"},\\\"next\\\":{" \
	"\\\"$ref\\\":\\\"#/$defs/node\\\"}}}"

static void a_reference_that_stays_has_its_definitions(void **state)
{
	(void)state;
	static const struct rewritten cases[] = {
	        /* a list that goes on in itself */
	        {"{\"$ref\":\"#/$defs/node\"}", ",\"$defs\":{\"node\":" NODE "}",
		 "{" ONLY
		 ":{\"name\":{\"type\":\"string\"},\"next\":{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"$ref\\\":\\\"#/$defs/node\\\",\\\"$defs\\\":{\\\"node\\\":" NODE_WORDS "}}\"}}}"},
	        {"{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":{\"$ref\":\"#/$defs/x\"}}",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"$ref\\\":\\\"#/$defs/x\\\",\\\"$defs\\\":{\\\"x\\\":{\\\"$ref\\\":\\\"#/$defs/x\\\"}}}\"}"},
	        /* the arguments as a whole, which are there to be seen */
	        {"{\"$ref\":\"#\"}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: {\\\"$ref\\\":\\\"#\\\"}\"}"},
	        /* nothing, elsewhere, and a name that is no path */
	        {"{\"$ref\":\"#/$defs/y\"}", ",\"$defs\":{\"x\":{\"type\":\"integer\"}}",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"$ref\\\":\\\"#/$defs/y\\\",\\\"$defs\\\":{\\\"x\\\":{\\\"type\\\":\\\"integer\\\"}}}\"}"},
	        {"{\"$ref\":\"#x\"}", ",\"$defs\":{\"x\":{\"$anchor\":\"x\",\"type\":\"integer\"}}",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"$ref\\\":\\\"#x\\\",\\\"$defs\\\":{\\\"x\\\":{"
		 "\\\"$anchor\\\":\\\"x\\\",\\\"type\\\":\\\"integer\\\"}}}\"}"},
	        {"{\"$ref\":\"https://example.com/x\",\"description\":\"far\"}", ",\"$defs\":{}",
		 "{\"type\":\"string\",\"description\":\"far. JSON text of: "
		 "{\\\"$ref\\\":\\\"https://example.com/x\\\"}\"}"},
	};
	assert_all(&plain, cases, COUNT(cases));
	assert_all(&unions, cases, COUNT(cases));
}

/* Each part has the next one in it twice: all of them would be 2^40. */
static void parts_within_parts_stay_small(void **state)
{
	(void)state;
	char text[8192];
	size_t used = (size_t)snprintf(text, sizeof(text), "{" ONLY ":{\"a\":{\"$ref\":\"#/$defs/d0\"}},\"$defs\":{");

	for (int i = 0; i < 40; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		                         "\"d%d\":{" ONLY
		                         ":{\"l\":{\"$ref\":\"#/$defs/d%d\"},\"r\":{\"$ref\":\"#/$defs/d%d\"}}},",
		                         i, i + 1, i + 1);
	snprintf(text + used, sizeof(text) - used, "\"d40\":{\"type\":\"string\"}}}");
	sbx_json *json = parse(text), *made = schema_narrow(&plain, json);
	char *printed = print(made);
	assert_true(schema_is_plain(&plain, made));
	assert_in_range(strlen(printed), 1000, 2 << 20);
	sbx_string_free(printed);
	sbx_json_free(made);
	sbx_json_free(json);
}

static void lists_of_lists_keep_their_depth(void **state)
{
	(void)state;
	enum { DEPTH = 200 };
	char text[DEPTH * 40] = "";

	for (int i = 0; i < DEPTH; i++)
		strcat(text, "{\"type\":\"array\",\"items\":");
	strcat(text, "{\"type\":\"string\"}");
	for (int i = 0; i < DEPTH; i++)
		strcat(text, "}");
	assert_narrow(&plain, text, "", text);
}

/* ---- what is no schema there ---- */

static void what_gives_a_schema_its_meaning_is_text(void **state)
{
	(void)state;
	static const struct rewritten cases[] = {
	        {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"description\":\"what\"}", "",
		 "{\"type\":\"string\",\"description\":\"what. JSON text of: "
		 "{\\\"anyOf\\\":[{\\\"type\\\":\\\"string\\\"},{\\\"type\\\":\\\"null\\\"}]}\"}"},
	        {"{\"type\":\"integer\",\"oneOf\":[{\"minimum\":1}]}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"type\\\":\\\"integer\\\",\\\"oneOf\\\":[{\\\"minimum\\\":1}]}\"}"},
	        {"{\"allOf\":[{\"$ref\":\"#/$defs/x\"}]}", ",\"$defs\":{\"x\":{\"type\":\"integer\"}}",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"allOf\\\":[{\\\"type\\\":\\\"integer\\\"}]}\"}"},
	        {"{\"const\":null}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: {\\\"const\\\":null}\"}"},
	        {"{\"enum\":[1,\"b\"],\"default\":1}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"enum\\\":[1,\\\"b\\\"],\\\"default\\\":1}\"}"},
	        {"{\"type\":[\"string\",\"null\"]}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"type\\\":[\\\"string\\\",\\\"null\\\"]}\"}"},
	        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: "
		 "{\\\"type\\\":\\\"object\\\",\\\"additionalProperties\\\":{\\\"type\\\":\\\"string\\\"}}\"}"},
	        {"true", "", "{\"type\":\"string\",\"description\":\"JSON text of: true\"}"},
	        {"{\"type\":\"array\",\"items\":{}}", "",
		 "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"description\":\"JSON text of: {}\"}}"},
	};
	assert_all(&plain, cases, COUNT(cases));
}

static void bounds_are_words(void **state)
{
	(void)state;
	static const struct rewritten cases[] = {
	        {"{\"type\":\"string\",\"format\":\"date-time\",\"maxLength\":9,\"description\":\"when\"}", "",
		 "{\"type\":\"string\",\"description\":\"when. format: \\\"date-time\\\". maxLength: 9\"}"},
	        {"{" ONLY ":{\"b\":{\"type\":\"string\"}},\"additionalProperties\":false}", "",
		 "{" ONLY ":{\"b\":{\"type\":\"string\"}},\"description\":\"Nothing else is taken\"}"},
	        {"{" ONLY ":{\"b\":{\"type\":\"string\"}},\"additionalProperties\":true}", "",
		 "{" ONLY ":{\"b\":{\"type\":\"string\"}},\"description\":\"Others are taken, too\"}"},
	        {"{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"contains\":{\"const\":1}}", "",
		 "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"contains: "
		 "{\\\"const\\\":1}\"}"},
	};
	assert_all(&plain, cases, COUNT(cases));
}

static void what_is_taken_stays(void **state)
{
	(void)state;
	static const char *const schemas[] = {
	        "{\"anyOf\":[{\"type\":\"string\"},{\"type\":[\"integer\",\"null\"]}],\"type\":[\"string\",\"integer\"]"
	        "}",
	        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
	        "{\"type\":\"string\",\"const\":\"x\",\"not\":{\"type\":\"null\"}}",
	        "{\"type\":\"string\",\"oneOf\":[{\"type\":\"string\",\"enum\":[\"a\"]}],\"allOf\":[]}",
	};
	static const struct rewritten cases[] = {
	        /* An alternative is whole or text, and a reference in it is resolved. */
	        {"{\"type\":\"string\",\"anyOf\":[{\"$ref\":\"#/$defs/x\"}]}",
		 ",\"$defs\":{\"x\":{\"type\":\"string\"}}", "{\"type\":\"string\",\"anyOf\":[{\"type\":\"string\"}]}"},
	        {"{\"type\":\"string\",\"anyOf\":[{\"type\":\"string\",\"format\":\"uri\"}]}", "",
		 "{\"type\":\"string\",\"description\":\"JSON text of: {\\\"type\\\":\\\"string\\\",\\\"anyOf\\\":[{"
		 "\\\"type\\\":\\\"string\\\",\\\"format\\\":\\\"uri\\\"}]}\"}"},
	        /* What is within is rewritten. */
	        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"format\":\"uri\"}}", "",
		 "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"description\":\"format: "
		 "\\\"uri\\\"\"}}"},
	};

	for (size_t i = 0; i < COUNT(schemas); i++)
		assert_narrow(&unions, schemas[i], "", schemas[i]);
	assert_all(&unions, cases, COUNT(cases));
}

static void who_takes_all_gets_all(void **state)
{
	(void)state;
	static const char text[] =
	        "{" ONLY ":{\"a\":{\"$ref\":\"#/$defs/x\"}},\"$defs\":{\"x\":{\"format\":\"uri\"}},\"anyOf\":[true]}";
	sbx_json *json = parse(text), *made = schema_narrow(&whole, json);

	assert_json(made, text);
	assert_true(schema_is_plain(&whole, json));
	sbx_json_free(made);
	sbx_json_free(json);
}

/* All arguments are an object, whatever else is said of them. */
static void the_arguments_stay_an_object(void **state)
{
	(void)state;
	static const struct {
		const char *schema, *wanted;
	} cases[] = {
	        {"{" ONLY ":{},\"anyOf\":[{\"required\":[\"a\"]}]}",
		 "{" ONLY ":{},\"description\":\"anyOf: [{\\\"required\\\":[\\\"a\\\"]}]\"}"},
	        {"{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{" ONLY ":{\"a\":{\"type\":\"string\"}}}}}",
		 "{" ONLY ":{\"a\":{\"type\":\"string\"}}}"},
	        {"{\"properties\":{}}", "{" ONLY ":{}}"},
	        {"{\"type\":[\"object\",\"null\"]}",
		 "{\"type\":\"object\",\"description\":\"type: [\\\"object\\\",\\\"null\\\"]\"}"},
	};
	const struct client *const clients[] = {&plain, &unions};

	for (size_t i = 0; i < COUNT(cases) * COUNT(clients); i++) {
		sbx_json *json = parse(cases[i / 2].schema), *made = schema_narrow(clients[i % 2], json);
		assert_json(made, cases[i / 2].wanted);
		sbx_json_free(made);
		sbx_json_free(json);
	}
}

/* ---- in words ---- */

static void a_schema_in_words(void **state)
{
	(void)state;
	static const struct {
		const char *schema, *words;
	} cases[] = {
	        {"{" ONLY
		 ":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":[\"string\",\"null\"]}},\"required\":[\"id\"]}",
		 "{id: string, name?: string|null}"},
	        {"{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"null\"]}}", "(string|null)[]"},
	        {"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "integer[]"},
	        {"{\"type\":\"array\"}", "any[]"},
	        {"{\"enum\":[\"a\",1,null]}", "\"a\"|1|null"},
	        {"{\"type\":\"string\",\"enum\":[\"a\"]}", "\"a\""},
	        {"{\"const\":{\"b\":[]}}", "{\"b\":[]}"},
	        {"{\"const\":null}", "null"},
	        {"{\"anyOf\":[{\"type\":\"string\"},{\"const\":2}]}", "string|2"},
	        {"{\"oneOf\":[{\"type\":[\"string\",\"null\"]},{\"type\":\"integer\"}]}", "(string|null)|integer"},
	        {"{\"allOf\":[{" ONLY ":{}},{\"required\":[\"b\"]}]}", "{}&{b: any}"},
	        {"{\"type\":\"string\",\"format\":\"date-time\",\"maxLength\":9}",
		 "string (format: \"date-time\", maxLength: 9)"},
	        {"{\"type\":\"integer\",\"anyOf\":[{\"minimum\":1}]}", "integer (anyOf: [{\"minimum\":1}])"},
	        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}", "{*: string}"},
	        {"{\"type\":\"object\",\"additionalProperties\":false}", "{} (additionalProperties: false)"},
	        {"{\"properties\":{\"a\":true,\"b\":false}}", "{a?: any, b?: nothing}"},
	        {"{}", "any"},
	        {"{" ONLY ":{\"x\":{\"$ref\":\"#/$defs/x\"}},\"$defs\":{\"x\":{\"type\":\"integer\"}}}",
		 "{x?: integer}"},
	        {"{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}", "any ($ref: \"#\")[]"},
	        {"{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/x\"}}}}",
		 "any ($ref: \"#/$defs/x\", $defs: {\"x\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/x\"}}})[]"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text words = {0};
		sbx_json *json = parse(cases[i].schema);
		schema_describe(&words, json);
		assert_false(words.failed);
		assert_string_equal(words.data, cases[i].words);
		text_free(&words);
		sbx_json_free(json);
	}
}

static void whether_it_is_taken_as_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *schema;
		bool by_plain, by_unions;
	} cases[] = {
	        {"{" ONLY ":{\"a\":{\"type\":\"string\"}}}", true, true},
	        {"{" ONLY ":{\"a\":{\"type\":[\"string\",\"null\"]}}}", false, true},
	        {"{" ONLY ":{\"a\":{\"type\":\"array\",\"items\":{\"const\":1,\"type\":\"integer\"}}}}", false, true},
	        {"{" ONLY ":{\"a\":{\"type\":\"string\",\"anyOf\":[{\"format\":\"uri\"}]}}}", false, false},
	        {"{\"type\":\"object\",\"additionalProperties\":{\"format\":\"uri\"}}", false, false},
	        {"{" ONLY ":{\"a\":{\"type\":\"object\"}}}", false, true},
	        {"{" ONLY ":{\"a\":true}}", false, false},
	        {"{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"type\":\"object\"}}}", false, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		sbx_json *json = parse(cases[i].schema);
		assert_int_equal(schema_is_plain(&plain, json), cases[i].by_plain);
		assert_int_equal(schema_is_plain(&unions, json), cases[i].by_unions);
		assert_true(schema_is_plain(&whole, json));
		sbx_json_free(json);
	}
}

/* ---- what is sent ---- */

static void arguments_are_read_as_they_were_shown(void **state)
{
	(void)state;
	static const struct {
		const struct client *client;
		const char *schema, *more, *sent, *wanted;
	} cases[] = {
	        {&plain, "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}", "", "\"5\"", "5"},
	        {&plain, "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}", "", "5", "5"},
	        {&plain, "{\"const\":null}", "", "\"null\"", "null"},
	        {&plain, "{\"type\":\"string\"}", "", "\"5\"", "\"5\""},
	        {&plain, "{\"type\":[\"string\",\"null\"]}", "", "\"no JSON\"", "\"no JSON\""},
	        /* in what was referred to */
	        {&plain, "{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":{\"type\":\"string\"}}", "\"5\"", "\"5\""},
	        {&plain, "{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":{\"enum\":[1,2]}}", "\"1\"", "1"},
	        {&plain, "{\"$ref\":\"#/$defs/node\"}", ",\"$defs\":{\"node\":" NODE "}",
		 "{\"name\":\"1\",\"next\":\"{\\\"name\\\":\\\"2\\\"}\"}",
		 "{\"name\":\"1\",\"next\":{\"name\":\"2\"}}"},
	        {&whole, "{\"$ref\":\"#/$defs/x\"}", ",\"$defs\":{\"x\":{\"type\":\"object\"}}", "\"{\\\"b\\\":1}\"",
		 "{\"b\":1}"},
	        /* in members of any name, and in items */
	        {&unions, "{\"type\":\"object\",\"additionalProperties\":{}}", "", "{\"b\":\"1\",\"c\":\"x\"}",
		 "{\"b\":1,\"c\":\"x\"}"},
	        {&plain, "{\"type\":\"array\",\"items\":{}}", "", "[\"1\",\"x\",2]", "[1,\"x\",2]"},
	        /* alternatives that are shown as they are */
	        {&unions, "{\"type\":\"string\",\"anyOf\":[{\"type\":\"string\"}]}", "", "\"5\"", "\"5\""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = of_argument(cases[i].schema, cases[i].more), sent[256], wanted[256];
		snprintf(sent, sizeof(sent), "{\"a\":%s,\"other\":\"1\"}", cases[i].sent);
		snprintf(wanted, sizeof(wanted), "{\"a\":%s,\"other\":\"1\"}", cases[i].wanted);
		sbx_json *schema = parse(text), *arguments = parse(sent);
		sbx_json *made = schema_widen(cases[i].client, schema, arguments);
		assert_json(made, wanted);
		sbx_json_free(made);
		sbx_json_free(arguments);
		sbx_json_free(schema);
		free(text);
	}
}

/* ---- the clients there are ---- */

static void every_client_is_shown_what_it_takes(void **state)
{
	(void)state;
	static const char text[] =
	        "{" ONLY
	        ":{\"a\":{\"$ref\":\"#/$defs/x\"},\"b\":{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/x\"}]},"
	        "\"c\":{\"type\":\"array\",\"items\":{\"oneOf\":[{\"const\":1}]},\"minItems\":1},\"d\":{\"allOf\":[{"
	        "\"type\":"
	        "\"integer\"}],\"default\":1},\"e\":{\"type\":\"object\"}},\"required\":[\"a\"],"
	        "\"additionalProperties\":false,"
	        "\"$defs\":{\"x\":{\"type\":[\"string\",\"null\"],\"format\":\"uri\"}}}";
	static const char *const names[] = {"claude",        "claude-code", "cursor", "gemini",
	                                    "openai-agents", "vscode",      "zed",    "strict"};
	static const char *const words[] = {"uri", "minItems", "default", "null", "const", "integer"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct client *client = clients_find(names[i]);
		sbx_json *json = parse(text), *made = schema_narrow(client, json);
		char *printed = print(made);
		assert_true(schema_is_plain(client, made));
		for (size_t each = 0; each < COUNT(words); each++)
			assert_non_null(strstr(printed, words[each]));
		sbx_string_free(printed);
		sbx_json_free(made);
		sbx_json_free(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_part_stands_in_the_place_of_its_reference),
	        cmocka_unit_test(bounds_beside_a_reference_stay_bounds),
	        cmocka_unit_test(a_reference_that_stays_has_its_definitions),
	        cmocka_unit_test(parts_within_parts_stay_small),
	        cmocka_unit_test(lists_of_lists_keep_their_depth),
	        cmocka_unit_test(what_gives_a_schema_its_meaning_is_text),
	        cmocka_unit_test(bounds_are_words),
	        cmocka_unit_test(what_is_taken_stays),
	        cmocka_unit_test(who_takes_all_gets_all),
	        cmocka_unit_test(the_arguments_stay_an_object),
	        cmocka_unit_test(a_schema_in_words),
	        cmocka_unit_test(whether_it_is_taken_as_it_is),
	        cmocka_unit_test(arguments_are_read_as_they_were_shown),
	        cmocka_unit_test(every_client_is_shown_what_it_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
