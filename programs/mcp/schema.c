#include "schema.h"

#include "message.h"

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

/* Whether the client can have it as a schema, whatever becomes of what is within it and of its bounds. */
static bool is_expressible(const struct client *client, const sbx_json *schema, bool is_root)
{
	const sbx_json *type = sbx_json_get(schema, "type"), *value;
	sbx_json_cursor cursor = {NULL};
	const char *name, *one = member_string(schema, "type");

	if (!client->keywords)
		return true;
	while (sbx_json_next(schema, &cursor, &name, &value))
		if (is_structural(name, value) && !client_takes(client, name))
			return false;
	if (sbx_json_type_of(type) == SBX_JSON_ARRAY)
		return client->type_lists;
	/* An object that may have any members is one of no members to who does not know the word for it. */
	return one && (is_root || strcmp(one, "object") != 0 || client_takes(client, "additionalProperties") ||
	               sbx_json_count(sbx_json_get(schema, "properties")) > 0);
}

bool schema_is_plain(const struct client *client, const sbx_json *schema)
{
	const sbx_json *properties = sbx_json_get(schema, "properties"), *items = sbx_json_get(schema, "items"), *value;
	sbx_json_cursor cursor = {NULL}, members = {NULL};
	const char *name;

	if (!is_expressible(client, schema, true))
		return false;
	while (sbx_json_next(schema, &cursor, &name, &value))
		if (!client_takes(client, name))
			return false;
	while (properties && sbx_json_next(properties, &members, &name, &value))
		if (!schema_is_plain(client, value))
			return false;
	return !items || schema_is_plain(client, items);
}

/* ---- narrower ---- */

static sbx_json *narrow(const struct client *client, const sbx_json *schema, bool is_root);

/* A part of the description. */
static void tell(struct text *words, const char *name, const sbx_json *value)
{
	text_add(words, words->length > 0 ? ". " : "");
	if (strcmp(name, "additionalProperties") == 0) {
		text_add(words, "Nothing else is taken");
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

/* What cannot be a schema is a string. */
static sbx_json *as_text(const sbx_json *schema)
{
	sbx_json *made = sbx_json_new_object(), *rest = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;
	struct text words = {0};

	add_description(&words, schema);
	while (sbx_json_next(schema, &cursor, &name, &value))
		if (strcmp(name, "description") != 0)
			rest = member_put(rest, name, sbx_json_copy(value));
	made = member_put(made, "type", sbx_json_new_string("string", 6));
	tell(&words, "JSON text of", rest);
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

static sbx_json *narrow(const struct client *client, const sbx_json *schema, bool is_root)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;
	struct text words = {0};

	if (!is_expressible(client, schema, is_root))
		return as_text(schema);
	sbx_json *made = sbx_json_new_object();
	add_description(&words, schema);
	while (sbx_json_next(schema, &cursor, &name, &value)) {
		if (strcmp(name, "properties") == 0)
			made = member_put(made, name, narrow_members(client, value));
		else if (strcmp(name, "items") == 0)
			made = member_put(made, name, narrow(client, value, false));
		else if (client_takes(client, name))
			made = member_put(made, name, sbx_json_copy(value));
		else
			tell(&words, name, value);
	}
	return with_description(made, &words);
}

sbx_json *schema_narrow(const struct client *client, const sbx_json *schema)
{
	return narrow(client, schema, true);
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

static void describe_object(struct text *text, const sbx_json *schema)
{
	const sbx_json *properties = sbx_json_get(schema, "properties"), *value;
	sbx_json_cursor cursor = {NULL};
	const char *name, *between = "";

	text_add(text, "{");
	while (properties && sbx_json_next(properties, &cursor, &name, &value)) {
		text_format(text, "%s%s%s: ", between, name, is_required(schema, name) ? "" : "?");
		schema_describe(text, value);
		between = ", ";
	}
	text_add(text, "}");
}

static void describe_type(struct text *text, const sbx_json *schema, const char *type)
{
	if (type && strcmp(type, "object") == 0) {
		describe_object(text, schema);
	} else if (type && strcmp(type, "array") == 0) {
		schema_describe(text, sbx_json_get(schema, "items"));
		text_add(text, "[]");
	} else {
		text_add(text, type ? type : "any");
	}
}

void schema_describe(struct text *text, const sbx_json *schema)
{
	const sbx_json *types = sbx_json_get(schema, "type");

	if (sbx_json_type_of(types) != SBX_JSON_ARRAY)
		describe_type(text, schema, member_string(schema, "type"));
	for (size_t i = 0; sbx_json_type_of(types) == SBX_JSON_ARRAY && i < sbx_json_count(types); i++) {
		text_add(text, i > 0 ? "|" : "");
		describe_type(text, schema, sbx_json_string(sbx_json_at(types, i), NULL));
	}
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
	sbx_json *made = sbx_json_new_object();
	sbx_json_cursor cursor = {NULL};
	const char *name;

	while (sbx_json_next(value, &cursor, &name, &member)) {
		const sbx_json *known = properties ? sbx_json_get(properties, name) : NULL;
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
	return widen(client, schema, value, true);
}
