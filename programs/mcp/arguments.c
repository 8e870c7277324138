#include "arguments.h"

#include <stdlib.h>
#include <string.h>

/* So much of a name that nobody knows is said again. */
#define NAME_MAX_SAID ((size_t)60)

struct schema {
	struct schema *next;
	const char *definition; /* that it is of */
	sbx_json *read;
};

struct schemas {
	struct schema *first;
	struct text words; /* of the last refusal */
};

/* Where a value stands: what leads to it, from the inside out. */
struct position {
	const struct position *within; /* NULL: it is an argument */
	const char *name;              /* NULL: it is in a list */
	size_t index;
};

/* ---- schemas ---- */

static struct schemas *schemas_of(struct mcp *mcp)
{
	if (!mcp->schemas)
		mcp->schemas = calloc(1, sizeof(*mcp->schemas));
	return mcp->schemas;
}

static sbx_json *read_schema(const char *definition)
{
	sbx_json *tool = NULL, *schema = NULL;

	if (sbx_json_parse(definition, strlen(definition), &tool, NULL) == SBX_OK)
		schema = sbx_json_copy(sbx_json_get(tool, "inputSchema"));
	sbx_json_free(tool);
	return schema;
}

const sbx_json *arguments_schema(struct mcp *mcp, const char *definition)
{
	struct schemas *schemas = schemas_of(mcp);

	for (const struct schema *known = schemas ? schemas->first : NULL; known; known = known->next)
		if (known->definition == definition)
			return known->read;
	struct schema *schema = schemas ? calloc(1, sizeof(*schema)) : NULL;
	sbx_json *read = schema ? read_schema(definition) : NULL;
	if (!read) {
		free(schema);
		return NULL;
	}
	*schema = (struct schema){schemas->first, definition, read};
	schemas->first = schema;
	return read;
}

void arguments_clean_up(struct mcp *mcp)
{
	while (mcp->schemas && mcp->schemas->first) {
		struct schema *schema = mcp->schemas->first;
		mcp->schemas->first = schema->next;
		sbx_json_free(schema->read);
		free(schema);
	}
	if (mcp->schemas)
		text_free(&mcp->schemas->words);
	free(mcp->schemas);
	mcp->schemas = NULL;
}

/* ---- words ---- */

static void add_place(struct text *words, const struct position *place)
{
	if (place->within)
		add_place(words, place->within);
	if (!place->name) {
		text_format(words, "[%zu]", place->index);
		return;
	}
	size_t length = strlen(place->name);
	if (length > NAME_MAX_SAID)
		length = text_whole(place->name, NAME_MAX_SAID);
	text_add(words, place->within ? "." : "");
	text_append(words, place->name, length);
}

static void add_choices(struct text *words, const sbx_json *values)
{
	for (size_t i = 0; i < sbx_json_count(values); i++)
		text_format(words, "%s%s",
		            i == 0                           ? ""
		            : i + 1 < sbx_json_count(values) ? ", "
		                                             : " or ",
		            sbx_json_string(sbx_json_at(values, i), NULL));
}

static void add_bounds(struct text *words, const sbx_json *schema)
{
	const sbx_json *least = sbx_json_get(schema, "minimum"), *most = sbx_json_get(schema, "maximum");

	if (least && most)
		text_format(words, " from %lld to %lld", (long long)sbx_json_integer(least),
		            (long long)sbx_json_integer(most));
	else if (least)
		text_format(words, ", %lld or more", (long long)sbx_json_integer(least));
}

static bool is_string(const sbx_json *schema)
{
	const char *type = member_string(schema, "type");
	return type && strcmp(type, "string") == 0;
}

/* What a value has to be. */
static void add_wanted(struct text *words, const sbx_json *schema)
{
	static const struct {
		const char *type, *words;
	} kinds[] = {{"string", "a string"},       {"integer", "an integer"}, {"number", "a number"},
	             {"boolean", "true or false"}, {"array", "a list"},       {"object", "an object"}};
	const char *type = member_string(schema, "type");

	if (sbx_json_get(schema, "enum")) {
		add_choices(words, sbx_json_get(schema, "enum"));
		return;
	}
	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, type) == 0)
			text_add(words, kinds[i].words);
	if (is_string(sbx_json_get(schema, "items")) || is_string(sbx_json_get(schema, "additionalProperties")))
		text_add(words, " of strings");
	if (sbx_json_get(schema, "minLength"))
		text_add(words, " that is not empty");
	add_bounds(words, schema);
}

static bool refuse(struct text *words, const struct position *place, const char *what, const sbx_json *schema)
{
	add_place(words, place);
	text_add(words, what);
	add_wanted(words, schema);
	return false;
}

static bool refuse_unknown(struct text *words, const struct position *place, const sbx_json *properties)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name, *between = "";

	add_place(words, place);
	text_add(words, ": there is no such argument; there are ");
	while (properties && sbx_json_next(properties, &cursor, &name, &value)) {
		text_format(words, "%s%s", between, name);
		between = ", ";
	}
	text_add(words, *between ? "" : "none");
	return false;
}

/* ---- values ---- */

static bool is_of_type(const sbx_json *schema, const sbx_json *value)
{
	static const char *const names[] = {
	        [SBX_JSON_NULL] = "null",     [SBX_JSON_BOOLEAN] = "boolean", [SBX_JSON_INTEGER] = "integer",
	        [SBX_JSON_NUMBER] = "number", [SBX_JSON_STRING] = "string",   [SBX_JSON_ARRAY] = "array",
	        [SBX_JSON_OBJECT] = "object",
	};
	const char *type = member_string(schema, "type");
	sbx_json_type given = sbx_json_type_of(value);

	return !type || strcmp(names[given], type) == 0 || (given == SBX_JSON_INTEGER && strcmp(type, "number") == 0);
}

static bool is_one_of(const sbx_json *values, const sbx_json *value)
{
	for (size_t i = 0; i < sbx_json_count(values); i++)
		if (sbx_json_equal(sbx_json_at(values, i), value))
			return true;
	return false;
}

static bool is_in_bounds(const sbx_json *schema, const sbx_json *value)
{
	const sbx_json *least = sbx_json_get(schema, "minimum"), *most = sbx_json_get(schema, "maximum");
	size_t length = 0;

	/* No schema wants more than one character. */
	if (sbx_json_get(schema, "minLength"))
		return sbx_json_string(value, &length) && length > 0;
	return (!least || sbx_json_number(value) >= sbx_json_number(least)) &&
	       (!most || sbx_json_number(value) <= sbx_json_number(most));
}

/* All but what goes into a file or to the interpreter as it is ends at a NUL. */
static bool has_strange_nul(const struct position *place, const sbx_json *value)
{
	size_t length = 0;
	const char *text = sbx_json_string(value, &length);

	if (!text || strlen(text) == length)
		return false;
	return place->within || (strcmp(place->name, "content") != 0 && strcmp(place->name, "code") != 0);
}

static bool has_members(struct text *words, const sbx_json *schema, const sbx_json *object,
                        const struct position *within);

static bool has_items(struct text *words, const sbx_json *schema, const sbx_json *list, const struct position *within);

static bool fits(struct text *words, const sbx_json *schema, const sbx_json *value, const struct position *place)
{
	const sbx_json *values = sbx_json_get(schema, "enum");

	if (!is_of_type(schema, value) || (values && !is_one_of(values, value)) || !is_in_bounds(schema, value))
		return refuse(words, place, ": it is ", schema);
	if (has_strange_nul(place, value)) {
		refuse(words, place, ": it is ", schema);
		text_add(words, " without NULs");
		return false;
	}
	switch (sbx_json_type_of(value)) {
	case SBX_JSON_OBJECT:
		return has_members(words, schema, value, place);
	case SBX_JSON_ARRAY:
		return has_items(words, schema, value, place);
	default:
		return true;
	}
}

static bool has_items(struct text *words, const sbx_json *schema, const sbx_json *list, const struct position *within)
{
	const sbx_json *items = sbx_json_get(schema, "items");

	for (size_t i = 0; items && i < sbx_json_count(list); i++) {
		const struct position place = {within, NULL, i};
		if (!fits(words, items, sbx_json_at(list, i), &place))
			return false;
	}
	return true;
}

static bool has_required(struct text *words, const sbx_json *schema, const sbx_json *object,
                         const struct position *within)
{
	const sbx_json *required = sbx_json_get(schema, "required");

	for (size_t i = 0; required && i < sbx_json_count(required); i++) {
		const struct position place = {within, sbx_json_string(sbx_json_at(required, i), NULL), 0};
		if (!object || !sbx_json_get(object, place.name))
			return refuse(words, &place, ": it is missing, ",
			              sbx_json_get(sbx_json_get(schema, "properties"), place.name));
	}
	return true;
}

/* What is unknown comes first: it may be what is missing, under another name. */
static bool has_members(struct text *words, const sbx_json *schema, const sbx_json *object,
                        const struct position *within)
{
	const sbx_json *properties = sbx_json_get(schema, "properties"), *value;
	const sbx_json *others = sbx_json_get(schema, "additionalProperties");
	bool is_closed = sbx_json_type_of(others) == SBX_JSON_BOOLEAN && !sbx_json_boolean(others);
	sbx_json_cursor cursor = {NULL};
	const char *name;

	while (object && sbx_json_next(object, &cursor, &name, &value)) {
		const struct position place = {within, name, 0};
		const sbx_json *known = properties ? sbx_json_get(properties, name) : NULL;
		if (!known && is_closed)
			return refuse_unknown(words, &place, properties);
		if (!known && sbx_json_type_of(others) == SBX_JSON_OBJECT)
			known = others;
		if (known && !fits(words, known, value, &place))
			return false;
	}
	return has_required(words, schema, object, within);
}

const char *arguments_check(struct mcp *mcp, const char *definition, const sbx_json *arguments)
{
	const sbx_json *schema = arguments_schema(mcp, definition);

	if (!schema)
		return "out of memory";
	struct text *words = &mcp->schemas->words;
	text_free(words);
	if (has_members(words, schema, arguments, NULL))
		return NULL;
	return words->failed ? "out of memory" : words->data;
}
