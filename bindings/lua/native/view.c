#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "userdata.h"
#include "values.h"

/* What a decoded answer takes in memory, measured: so much for itself, and a multiple of its text. */
#define BASE_SIZE 2048
#define SIZE_FACTOR 16

typedef struct view {
	sbx_lua_document *document;
	const sbx_json *json;
} view;

static view *check_view(lua_State *L, int index)
{
	return luaL_checkudata(L, index, SBX_LUA_VIEW);
}

/* The view that a method is called on. */
static const view *check_self(lua_State *L, const char *usage)
{
	return sbx_lua_check_self(L, SBX_LUA_VIEW, usage);
}

const sbx_json *sbx_lua_view_json(const void *userdata)
{
	return ((const view *)userdata)->json;
}

sbx_lua_document *sbx_lua_new_document(lua_State *L, size_t size, void (*release)(void *owner))
{
	sbx_lua_state *state = sbx_lua_state_of(L);
	sbx_lua_document *made = malloc(sizeof *made);
	if (!made)
		luaL_error(L, "Out of memory");
	else
		*made = (sbx_lua_document){1, size, state, NULL, release};
	return made;
}

void sbx_lua_drop_document(sbx_lua_document *document)
{
	if (!document || --document->holders)
		return;
	sbx_lua_shrink(document->state, document->size);
	document->release(document->owner);
	free(document);
}

/* Pushes a view on the JSON of an owner, which is still to be put in its place. */
static sbx_lua_document *push_document(lua_State *L, size_t size, void (*release)(void *owner), const sbx_json *json)
{
	view *made = sbx_lua_new_userdata(L, sizeof *made, SBX_LUA_VIEW);
	made->document = sbx_lua_new_document(L, size, release);
	made->json = json;
	return made->document;
}

static void free_response(void *response)
{
	sbx_response_free(response);
}

size_t sbx_lua_response_size(const sbx_response *response)
{
	size_t length;
	sbx_response_body(response, &length); /* what went elsewhere is not in memory */
	return BASE_SIZE + SIZE_FACTOR * length;
}

void sbx_lua_push_model(lua_State *L, sbx_response **response)
{
	size_t size = sbx_lua_response_size(*response);
	push_document(L, size, free_response, sbx_response_json(*response))->owner = *response;
	*response = NULL;
	sbx_lua_grow(L, size);
}

void sbx_lua_push_held(lua_State *L, sbx_lua_held *held, const sbx_json *json, size_t size)
{
	push_document(L, size, held->release, json)->owner = held->thing;
	held->thing = NULL;
	sbx_lua_grow(L, size);
}

void sbx_lua_push_view(lua_State *L, sbx_lua_document *document, const sbx_json *json)
{
	view *made = sbx_lua_new_userdata(L, sizeof *made, SBX_LUA_VIEW);
	*made = (view){document, json};
	document->holders++;
}

/* Pushes what a part of a view's answer is in Lua: a scalar, or a view. */
static void push_part(lua_State *L, const view *whole, const sbx_json *part)
{
	if (!sbx_lua_push_scalar(L, part))
		sbx_lua_push_view(L, whole->document, part);
}

/* A finalizer of the program's may still use a view that was collected: it is empty then. */
static int collect(lua_State *L)
{
	view *self = lua_touserdata(L, 1);
	sbx_lua_document *shown = self->document;
	*self = (view){NULL, NULL};
	sbx_lua_drop_document(shown);
	return 0;
}

/* A member by its name at an index of the stack; NULL where there is none. */
static const sbx_json *find_member(lua_State *L, const view *self, int index)
{
	size_t length;
	const char *name = lua_tolstring(L, index, &length);
	return strlen(name) == length ? sbx_json_get(self->json, name) : NULL;
}

/* view.name, view[position]; the methods, which are the upvalue, come first. A field that is null reads as nil, as one
 * that is absent does; an element that is null is sdk.null, so that # and ipairs agree. */
static int get_part(lua_State *L)
{
	const view *self = check_view(L, 1);
	if (lua_type(L, 2) == LUA_TSTRING) {
		lua_pushvalue(L, 2);
		lua_rawget(L, lua_upvalueindex(1));
		if (!lua_isnil(L, -1))
			return 1;
		const sbx_json *member = find_member(L, self, 2);
		if (!member || sbx_json_type_of(member) == SBX_JSON_NULL)
			return 0;
		push_part(L, self, member);
		return 1;
	}
	if (!lua_isinteger(L, 2) || lua_tointeger(L, 2) < 1)
		return 0;
	const sbx_json *element = sbx_json_at(self->json, (size_t)lua_tointeger(L, 2) - 1);
	if (!element)
		return 0;
	push_part(L, self, element);
	return 1;
}

static int refuse_set(lua_State *L)
{
	return luaL_error(L, "a model is read-only; model:to_table() gives a table of its own");
}

static int count_parts(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)sbx_json_count(check_view(L, 1)->json));
	return 1;
}

/* The iterators have the view as their first upvalue and where they stand as their second. */
static int next_member(lua_State *L)
{
	const view *self = lua_touserdata(L, lua_upvalueindex(1));
	const char *name;
	const sbx_json *value;
	if (!sbx_json_next(self->json, lua_touserdata(L, lua_upvalueindex(2)), &name, &value))
		return 0;
	lua_pushstring(L, name);
	push_part(L, self, value);
	return 2;
}

static int next_element(lua_State *L)
{
	const view *self = lua_touserdata(L, lua_upvalueindex(1));
	lua_Integer position = lua_tointeger(L, lua_upvalueindex(2)) + 1;
	const sbx_json *element = sbx_json_at(self->json, (size_t)position - 1);
	if (!element)
		return 0;
	lua_pushinteger(L, position);
	lua_pushvalue(L, -1);
	lua_replace(L, lua_upvalueindex(2));
	push_part(L, self, element);
	return 2;
}

static int iterate_elements(lua_State *L)
{
	check_self(L, "model:ipairs()");
	lua_pushvalue(L, 1);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, next_element, 2);
	return 1;
}

static int iterate(lua_State *L)
{
	if (sbx_json_type_of(check_self(L, "model:pairs()")->json) == SBX_JSON_ARRAY)
		return iterate_elements(L);
	lua_pushvalue(L, 1);
	memset(lua_newuserdata(L, sizeof(sbx_json_cursor)), 0, sizeof(sbx_json_cursor));
	lua_pushcclosure(L, next_member, 2);
	return 1;
}

static int compare(lua_State *L)
{
	const view *left = luaL_testudata(L, 1, SBX_LUA_VIEW);
	const view *right = luaL_testudata(L, 2, SBX_LUA_VIEW);
	lua_pushboolean(L, left && right && sbx_json_equal(left->json, right->json));
	return 1;
}

static void free_text(void *text)
{
	sbx_string_free(text);
}

static int push_text(lua_State *L, const view *self, int indent)
{
	sbx_lua_held *held = sbx_lua_hold(L, free_text);
	char *text = NULL;
	size_t length;
	if (sbx_json_print(self->json, indent, &text, &length) < 0)
		return luaL_error(L, "Out of memory");
	held->thing = text;
	lua_pushlstring(L, text, length);
	sbx_lua_drop(held);
	return 1;
}

static int to_string(lua_State *L)
{
	return push_text(L, check_view(L, 1), 0);
}

static int to_json(lua_State *L)
{
	const view *self = check_self(L, "model:to_json()");
	lua_Integer indent = 2;
	if (!lua_isnoneornil(L, 2)) {
		if (!lua_isinteger(L, 2))
			return sbx_lua_raise_misuse(L, "model:to_json()", "indent", "must be an integer, not a %s",
			                            luaL_typename(L, 2));
		indent = lua_tointeger(L, 2);
	}
	if (indent < 0 || indent > 16)
		return sbx_lua_raise_misuse(L, "model:to_json()", "indent", "must be from 0 to 16");
	return push_text(L, self, (int)indent);
}

static int to_table(lua_State *L)
{
	sbx_lua_push_json(L, check_self(L, "model:to_table()")->json);
	return 1;
}

static int has_field(lua_State *L)
{
	const view *self = check_self(L, "model:has()");
	if (lua_type(L, 2) != LUA_TSTRING)
		return sbx_lua_raise_misuse(L, "model:has()", "name", "must be a string, not a %s",
		                            luaL_typename(L, 2));
	const sbx_json *member = find_member(L, self, 2);
	if (!member)
		lua_pushboolean(L, 0);
	else
		lua_pushstring(L, sbx_json_type_of(member) == SBX_JSON_NULL ? "null" : "present");
	return 1;
}

void sbx_lua_open_view(lua_State *L)
{
	static const luaL_Reg metamethods[] = {{"__gc", collect},
	                                       {"__newindex", refuse_set},
	                                       {"__len", count_parts},
	                                       {"__pairs", iterate},
	                                       {"__eq", compare},
	                                       {"__tostring", to_string},
#if LUA_VERSION_NUM < 503
	                                       /* Later ones read the elements instead. */
	                                       {"__ipairs", iterate_elements},
#endif
	                                       {NULL, NULL}};
	static const luaL_Reg methods[] = {{"has", has_field},     {"pairs", iterate},   {"ipairs", iterate_elements},
	                                   {"to_table", to_table}, {"to_json", to_json}, {NULL, NULL}};
	sbx_lua_new_metatable(L, SBX_LUA_VIEW, metamethods);
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_pushcclosure(L, get_part, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
