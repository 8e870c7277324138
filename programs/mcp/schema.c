#include "schema.h"

#include "message.h"
#include "references.h"

#include <string.h>

/* Keywords without which a schema means something else; the others bound what it describes. */
static bool is_structural(const char *keyword, const sbx_json *value)
{
	static const char *const keywords[] = {"$ref",  "$dynamicRef",      "anyOf", "oneOf", "allOf", "not", "if",
	                                       "const", "patternProperties"};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i], keyword) == 0)
			return true;
	return strcmp(keyword, "additionalProperties") == 0 && sbx_json_type_of(value) == SBX_JSON_OBJECT;
}

static bool is_union(const char *keyword)
{
	return strcmp(keyword, "anyOf") == 0 || strcmp(keyword, "oneOf") == 0 || strcmp(keyword, "allOf") == 0;
}

static bool is_plain(const struct client *client, const sbx_json *schema, bool is_root);

static bool are_plain(const struct client *client, const sbx_json *schemas)
{
	for (size_t i = 0; i < sbx_json_count(schemas); i++)
		if (!is_plain(client, sbx_json_at(schemas, i), false))
			return false;
	return true;
}

/* Whether the client takes a keyword that gives a schema its meaning. An alternative is not rewritten: nobody could
 * tell which of them a string holds. */
static bool takes_structure(const struct client *client, const char *keyword, const sbx_json *value)
{
	return client_takes(client, keyword) && (!is_union(keyword) || are_plain(client, value)) &&
	       (strcmp(keyword, "not") != 0 || is_plain(client, value, false));
}

/* Whether the client can have it as a schema, whatever becomes of what is within it and of its bounds. The arguments as
 * a whole are an object always. */
static bool is_expressible(const struct client *client, const sbx_json *schema, bool is_root)
{
	const sbx_json *value;
	sbx_json_cursor cursor = {NULL};
	const char *name, *type = member_string(schema, "type");

	if (!client->keywords || is_root)
		return true;
	while (sbx_json_next(schema, &cursor, &name, &value))
		if (is_structural(name, value) && !takes_structure(client, name, value))
			return false;
	if (sbx_json_type_of(sbx_json_get(schema, "type")) == SBX_JSON_ARRAY)
		return client->type_lists;
	/* An object that may have any members is one of no members to who does not know the word for it. */
	return type && (strcmp(type, "object") != 0 || client_takes(client, "additionalProperties") ||
	                sbx_json_count(sbx_json_get(schema, "properties")) > 0);
}

static bool is_plain_member(const struct client *client, const char *name, const sbx_json *value)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *member;
	const char *inner;

	if (strcmp(name, "properties") == 0)
		while (sbx_json_next(value, &cursor, &inner, &member))
			if (!is_plain(client, member, false))
				return false;
	if (strcmp(name, "items") == 0 || (strcmp(name, "additionalProperties") == 0 && is_structural(name, value)))
		return is_plain(client, value, false);
	return !is_structural(name, value) || takes_structure(client, name, value);
}

static bool is_plain(const struct client *client, const sbx_json *schema, bool is_root)
{
	const sbx_json *value;
	sbx_json_cursor cursor = {NULL};
	const char *name;

	if (!client->keywords)
		return true;
	if (sbx_json_type_of(schema) != SBX_JSON_OBJECT || !is_expressible(client, schema, is_root))
		return false;
	while (sbx_json_next(schema, &cursor, &name, &value))
		if (!client_takes(client, name) || !is_plain_member(client, name, value))
			return false;
	return true;
}

bool schema_is_plain(const struct client *client, const sbx_json *schema)
{
	return is_plain(client, schema, true);
}

/* ---- narrower ---- */

static sbx_json *narrow(const struct client *client, const sbx_json *schema, bool is_root);

/* A part of the description. */
static void tell(struct text *words, const char *name, const sbx_json *value)
{
	text_add(words, words->length > 0 ? ". " : "");
	if (strcmp(name, "additionalProperties") == 0 && sbx_json_type_of(value) == SBX_JSON_BOOLEAN) {
		text_add(words, sbx_json_boolean(value) ? "Others are taken, too" : "Nothing else is taken");
	} else {
		text_format(words, "%s: ", name);
		text_json(words, value);
	}
}

static void add_description(struct text *words, const sbx_json *schema)
{
	const char *description = member_string(schema, "description");
	text_add(words, description ? description : "");
}

static sbx_json *with_description(sbx_json *made, struct text *words)
{
	if (words->failed)
		made = member_put(made, "description", NULL);
	else if (words->length > 0)
		made = member_put(made, "description", sbx_json_new_string(words->data, words->length));
	text_free(words);
	return made;
}

static sbx_json *without_description(const sbx_json *schema)
{
	sbx_json *rest = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	while (sbx_json_next(schema, &cursor, &name, &value))
		if (strcmp(name, "description") != 0)
			rest = member_put(rest, name, sbx_json_copy(value));
	return rest;
}

/* What cannot be a schema is a string. */
static sbx_json *as_text(const sbx_json *schema)
{
	sbx_json *made = member_put(sbx_json_new_object(), "type", sbx_json_new_string("string", 6));
	sbx_json *rest =
	        sbx_json_type_of(schema) == SBX_JSON_OBJECT ? without_description(schema) : sbx_json_copy(schema);
	struct text words = {0};

	add_description(&words, schema);
	tell(&words, "JSON text of", rest);
	words.failed |= !rest;
	sbx_json_free(rest);
	return with_description(made, &words);
}

static sbx_json *narrow_members(const struct client *client, const sbx_json *properties)
{
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	while (sbx_json_next(properties, &cursor, &name, &value))
		made = member_put(made, name, narrow(client, value, false));
	return made;
}

/* Whether the client takes a member of a schema, whatever becomes of what is within it. */
static bool takes(const struct client *client, const char *name, const sbx_json *value, bool is_root)
{
	if (!is_root)
		return client_takes(client, name);
	/* Nobody takes alternatives of all arguments. */
	if (is_structural(name, value) && strcmp(name, "additionalProperties") != 0)
		return false;
	return client_takes(client, name) && (strcmp(name, "type") != 0 || sbx_json_type_of(value) == SBX_JSON_STRING);
}

static sbx_json *narrow_value(const struct client *client, const char *name, const sbx_json *value)
{
	if (strcmp(name, "properties") == 0)
		return narrow_members(client, value);
	if (strcmp(name, "items") == 0 || (strcmp(name, "additionalProperties") == 0 && is_structural(name, value)))
		return narrow(client, value, false);
	return sbx_json_copy(value);
}

static sbx_json *narrow(const struct client *client, const sbx_json *schema, bool is_root)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;
	struct text words = {0};

	if (sbx_json_type_of(schema) != SBX_JSON_OBJECT || !is_expressible(client, schema, is_root))
		return as_text(schema);
	sbx_json *made = sbx_json_new_object();
	add_description(&words, schema);
	while (sbx_json_next(schema, &cursor, &name, &value)) {
		if (takes(client, name, value, is_root))
			made = member_put(made, name, narrow_value(client, name, value));
		else
			tell(&words, name, value);
	}
	if (is_root && !sbx_json_get(made, "type"))
		made = member_put(made, "type", sbx_json_new_string("object", 6));
	return with_description(made, &words);
}

sbx_json *schema_narrow(const struct client *client, const sbx_json *schema)
{
	if (!client->keywords)
		return sbx_json_copy(schema);
	sbx_json *whole = references_resolve(schema);
	sbx_json *made = whole ? narrow(client, whole, true) : NULL;
	sbx_json_free(whole);
	return made;
}

/* ---- in words ---- */

static bool is_required(const sbx_json *schema, const char *name)
{
	const sbx_json *required = sbx_json_get(schema, "required");

	for (size_t i = 0; required && i < sbx_json_count(required); i++) {
		const char *each = sbx_json_string(sbx_json_at(required, i), NULL);
		if (each && strcmp(each, name) == 0)
			return true;
	}
	return false;
}

static void describe(struct text *text, const sbx_json *schema);

static void describe_object(struct text *text, const sbx_json *schema)
{
	const sbx_json *properties = sbx_json_get(schema, "properties"), *value;
	const sbx_json *others = sbx_json_get(schema, "additionalProperties");
	const sbx_json *required = sbx_json_get(schema, "required");
	sbx_json_cursor cursor = {NULL};
	const char *name, *between = "";

	text_add(text, "{");
	while (properties && sbx_json_next(properties, &cursor, &name, &value)) {
		text_format(text, "%s%s%s: ", between, name, is_required(schema, name) ? "" : "?");
		describe(text, value);
		between = ", ";
	}
	for (size_t i = 0; i < sbx_json_count(required); i++) {
		name = sbx_json_string(sbx_json_at(required, i), NULL);
		if (!name || sbx_json_get(properties, name))
			continue;
		text_format(text, "%s%s: any", between, name);
		between = ", ";
	}
	if (sbx_json_type_of(others) == SBX_JSON_OBJECT) {
		text_format(text, "%s*: ", between);
		describe(text, others);
	}
	text_add(text, "}");
}

/* What a list is of has to be one word then. */
static bool has_alternatives(const sbx_json *schema)
{
	return sbx_json_type_of(sbx_json_get(schema, "type")) == SBX_JSON_ARRAY ||
	       sbx_json_count(sbx_json_get(schema, "enum")) > 1 || sbx_json_get(schema, "anyOf") ||
	       sbx_json_get(schema, "oneOf") || sbx_json_get(schema, "allOf");
}

/* The type that other keywords are about; NULL: any. */
static const char *find_type(const sbx_json *schema)
{
	const sbx_json *others = sbx_json_get(schema, "additionalProperties");

	if (sbx_json_get(schema, "properties") || sbx_json_get(schema, "required") ||
	    sbx_json_type_of(others) == SBX_JSON_OBJECT)
		return "object";
	return sbx_json_get(schema, "items") ? "array" : NULL;
}

static void describe_type(struct text *text, const sbx_json *schema, const char *type)
{
	const sbx_json *items = sbx_json_get(schema, "items");

	if (!type)
		type = find_type(schema);
	if (type && strcmp(type, "object") == 0) {
		describe_object(text, schema);
	} else if (type && strcmp(type, "array") == 0) {
		text_add(text, has_alternatives(items) ? "(" : "");
		describe(text, items);
		text_add(text, has_alternatives(items) ? ")[]" : "[]");
	} else {
		text_add(text, type ? type : "any");
	}
}

static void describe_types(struct text *text, const sbx_json *schema)
{
	const sbx_json *types = sbx_json_get(schema, "type");

	if (sbx_json_type_of(types) != SBX_JSON_ARRAY)
		describe_type(text, schema, member_string(schema, "type"));
	for (size_t i = 0; sbx_json_type_of(types) == SBX_JSON_ARRAY && i < sbx_json_count(types); i++) {
		text_add(text, i > 0 ? "|" : "");
		describe_type(text, schema, sbx_json_string(sbx_json_at(types, i), NULL));
	}
}

/* The keyword that says most of what a schema describes. */
static const char *find_main(const sbx_json *schema)
{
	static const char *const keywords[] = {"const", "enum", "type", "anyOf", "oneOf", "allOf"};
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name, *found = "type";
	size_t best = sizeof(keywords) / sizeof(keywords[0]);

	while (sbx_json_next(schema, &cursor, &name, &value))
		for (size_t i = 0; i < best; i++)
			if (strcmp(keywords[i], name) == 0) {
				best = i;
				found = keywords[i];
			}
	return found;
}

static void describe_main(struct text *text, const sbx_json *schema, const char *main)
{
	const sbx_json *value = sbx_json_get(schema, main);
	const char *between = strcmp(main, "allOf") == 0 ? "&" : "|";

	if (strcmp(main, "type") == 0)
		describe_types(text, schema);
	else if (strcmp(main, "const") == 0)
		text_json(text, value);
	for (size_t i = 0; strcmp(main, "enum") == 0 && i < sbx_json_count(value); i++) {
		text_add(text, i > 0 ? between : "");
		text_json(text, sbx_json_at(value, i));
	}
	for (size_t i = 0; is_union(main) && i < sbx_json_count(value); i++) {
		text_add(text, i > 0 ? between : "");
		text_add(text, has_alternatives(sbx_json_at(value, i)) ? "(" : "");
		describe(text, sbx_json_at(value, i));
		text_add(text, has_alternatives(sbx_json_at(value, i)) ? ")" : "");
	}
}

/* Whether a member is told by the short form already. A keyword of objects says nothing of another type. */
static bool is_told(const char *name, const sbx_json *value, const char *main)
{
	if (strcmp(main, "type") != 0)
		return strcmp(name, main) == 0 || strcmp(name, "type") == 0;
	if (strcmp(name, "additionalProperties") == 0)
		return sbx_json_type_of(value) == SBX_JSON_OBJECT || sbx_json_boolean(value);
	return strcmp(name, "type") == 0 || strcmp(name, "properties") == 0 || strcmp(name, "items") == 0 ||
	       strcmp(name, "required") == 0;
}

static void describe(struct text *text, const sbx_json *schema)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name, *main = find_main(schema), *between = " (";

	if (sbx_json_type_of(schema) == SBX_JSON_BOOLEAN) {
		text_add(text, sbx_json_boolean(schema) ? "any" : "nothing");
		return;
	}
	describe_main(text, schema, main);
	while (sbx_json_next(schema, &cursor, &name, &value)) {
		if (is_told(name, value, main))
			continue;
		text_format(text, "%s%s: ", between, name);
		text_json(text, value);
		between = ", ";
	}
	text_add(text, strcmp(between, ", ") == 0 ? ")" : "");
}

void schema_describe(struct text *text, const sbx_json *schema)
{
	sbx_json *whole = references_resolve(schema);

	describe(text, whole);
	text->failed |= !whole;
	sbx_json_free(whole);
}

/* ---- wider ---- */

static sbx_json *widen(const struct client *client, const sbx_json *schema, const sbx_json *value, bool is_root);

/* The value that a string is the text of; NULL: none, or none of the kind that is wanted. */
static sbx_json *parse(const sbx_json *text, bool wants_container)
{
	sbx_json *value = NULL;
	size_t length = 0;
	const char *words = sbx_json_string(text, &length);

	if (sbx_json_parse(words, length, &value, NULL) != SBX_OK)
		return NULL;
	sbx_json_type type = sbx_json_type_of(value);
	if (!wants_container || type == SBX_JSON_OBJECT || type == SBX_JSON_ARRAY)
		return value;
	sbx_json_free(value);
	return NULL;
}

static sbx_json *widen_text(const struct client *client, const sbx_json *schema, const sbx_json *value, bool is_root)
{
	const char *type = member_string(schema, "type");
	bool is_container = type && (strcmp(type, "object") == 0 || strcmp(type, "array") == 0);
	sbx_json *parsed = NULL;

	if (!is_expressible(client, schema, is_root) || (is_container && client->sends_text))
		parsed = parse(value, is_container);
	return parsed ? parsed : sbx_json_copy(value);
}

static sbx_json *widen_object(const struct client *client, const sbx_json *schema, const sbx_json *value)
{
	const sbx_json *properties = sbx_json_get(schema, "properties"), *member;
	const sbx_json *others = sbx_json_get(schema, "additionalProperties");
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;

	while (sbx_json_next(value, &cursor, &name, &member)) {
		const sbx_json *known = properties ? sbx_json_get(properties, name) : NULL;
		if (!known && sbx_json_type_of(others) == SBX_JSON_OBJECT)
			known = others;
		made = member_put(made, name, known ? widen(client, known, member, false) : sbx_json_copy(member));
	}
	return made;
}

static sbx_json *widen_array(const struct client *client, const sbx_json *schema, const sbx_json *value)
{
	const sbx_json *items = sbx_json_get(schema, "items");
	sbx_json *made = sbx_json_new_array();

	for (size_t i = 0; made && i < sbx_json_count(value); i++) {
		const sbx_json *each = sbx_json_at(value, i);
		if (sbx_json_append(made, items ? widen(client, items, each, false) : sbx_json_copy(each)) == SBX_OK)
			continue;
		sbx_json_free(made);
		made = NULL;
	}
	return made;
}

static sbx_json *widen(const struct client *client, const sbx_json *schema, const sbx_json *value, bool is_root)
{
	switch (sbx_json_type_of(value)) {
	case SBX_JSON_STRING:
		return widen_text(client, schema, value, is_root);
	case SBX_JSON_OBJECT:
		return widen_object(client, schema, value);
	case SBX_JSON_ARRAY:
		return widen_array(client, schema, value);
	default:
		return sbx_json_copy(value);
	}
}

sbx_json *schema_widen(const struct client *client, const sbx_json *schema, const sbx_json *value)
{
	sbx_json *whole = references_resolve(schema);
	sbx_json *made = whole ? widen(client, whole, value, true) : NULL;

	sbx_json_free(whole);
	return made;
}
