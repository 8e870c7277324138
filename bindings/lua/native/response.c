#include "response.h"

#include <string.h>

#include "failure.h"
#include "headers.h"
#include "state.h"
#include "userdata.h"
#include "values.h"

#define RESPONSE "sandbox_sdk.response"

typedef struct response {
	sbx_lua_document *document; /* NULL: somebody else has it */
	const sbx_response *shown;  /* of the document */
	const sbx_error *error;     /* whose answer it is; NULL */
	const void *owner;
	sbx_lua_response_finder find;
} response;

/* What a response is asked for, and what pushes it. */
typedef struct field {
	const char *name;
	void (*push)(lua_State *L, const sbx_response *shown, const response *self);
} field;

/* What it shows; NULL where that was finalized before it. */
static const sbx_response *shown_by(const response *self)
{
	if (self->document)
		return self->shown;
	return self->find ? self->find(self->owner) : NULL;
}

static void free_response(void *shown)
{
	sbx_response_free(shown);
}

void sbx_lua_push_response(lua_State *L, sbx_response **shown)
{
	size_t size = sbx_lua_response_size(*shown);
	response *made = sbx_lua_new_userdata(L, sizeof *made, RESPONSE);
	made->document = sbx_lua_new_document(L, size, free_response);
	made->document->owner = *shown;
	made->shown = *shown;
	*shown = NULL;
	sbx_lua_grow(L, size);
}

static void free_error(void *error)
{
	sbx_error_free(error);
}

void sbx_lua_push_response_of_error(lua_State *L, sbx_error **error)
{
	size_t size = sbx_lua_response_size(sbx_response_of_error(*error));
	response *made = sbx_lua_new_userdata(L, sizeof *made, RESPONSE);
	made->document = sbx_lua_new_document(L, size, free_error);
	made->document->owner = *error;
	made->shown = sbx_response_of_error(*error);
	made->error = *error;
	*error = NULL;
	sbx_lua_grow(L, size);
}

void sbx_lua_push_response_of(lua_State *L, int owner, sbx_lua_response_finder find)
{
	owner = lua_absindex(L, owner);
	response *made = sbx_lua_new_userdata(L, sizeof *made, RESPONSE);
	lua_createtable(L, 1, 0);
	lua_pushvalue(L, owner);
	lua_rawseti(L, -2, 1);
	lua_setuservalue(L, -2);
	made->owner = lua_touserdata(L, owner);
	made->find = find;
}

static void push_status(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	if (sbx_response_status(shown))
		lua_pushinteger(L, sbx_response_status(shown));
	else
		lua_pushnil(L);
}

static void push_headers(lua_State *L, const sbx_response *shown, const response *self)
{
	size_t count = sbx_response_headers_count(shown);
	(void)self;
	sbx_lua_push_headers(L, count);
	for (size_t index = 0; index < count; index++)
		sbx_lua_add_header(L, sbx_response_header_at(shown, index));
}

static void push_request_headers(lua_State *L, const sbx_response *shown, const response *self)
{
	size_t count = sbx_response_request_headers_count(shown);
	(void)self;
	sbx_lua_push_headers(L, count);
	for (size_t index = 0; index < count; index++)
		sbx_lua_add_header(L, sbx_response_request_header_at(shown, index));
}

/* Each as it came: { name, value }. */
static void push_header_list(lua_State *L, const sbx_response *shown, const response *self)
{
	size_t count = sbx_response_headers_count(shown);
	(void)self;
	lua_createtable(L, (int)count, 0);
	for (size_t index = 0; index < count; index++) {
		sbx_pair header = sbx_response_header_at(shown, index);
		lua_createtable(L, 2, 0);
		lua_pushstring(L, header.name);
		lua_rawseti(L, -2, 1);
		lua_pushstring(L, header.value);
		lua_rawseti(L, -2, 2);
		lua_rawseti(L, -2, (int)index + 1);
	}
}

static void push_bytes(lua_State *L, const char *bytes, size_t length)
{
	if (bytes)
		lua_pushlstring(L, bytes, length);
	else
		lua_pushnil(L);
}

static const sbx_response *find_previous(const void *userdata);

static void push_body(lua_State *L, const sbx_response *shown, const response *self)
{
	size_t length = 0;
	const char *body = sbx_response_body(shown, &length);
	bool is_streamed = self->find && self->find != find_previous;
	push_bytes(L, is_streamed ? NULL : body, length);
}

static void push_request_body(lua_State *L, const sbx_response *shown, const response *self)
{
	size_t length = 0;
	const char *body = sbx_response_request_body(shown, &length);
	(void)self;
	push_bytes(L, body, length);
}

static void push_json(lua_State *L, const sbx_response *shown, const response *self)
{
	const sbx_json *json = sbx_response_json(shown);
	if (!json && self->error)
		json = sbx_error_json(self->error);
	if (!json || !self->document)
		lua_pushnil(L);
	else if (!sbx_lua_push_scalar(L, json))
		sbx_lua_push_view(L, self->document, json);
}

static void push_text(lua_State *L, const char *text)
{
	if (text && *text)
		lua_pushstring(L, text);
	else
		lua_pushnil(L);
}

static void push_request_id(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	push_text(L, sbx_response_header(shown, "x-request-id"));
}

static void push_url(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	push_text(L, sbx_response_url(shown));
}

static void push_method(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	push_text(L, sbx_response_method(shown));
}

static void push_http_version(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	push_text(L, sbx_response_http_version(shown));
}

static void push_attempts(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	lua_pushinteger(L, sbx_response_attempts(shown));
}

static void push_elapsed(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	lua_pushnumber(L, sbx_response_elapsed(shown));
}

static void push_size(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	lua_pushinteger(L, (lua_Integer)sbx_response_size(shown));
}

static void set_seconds(lua_State *L, const char *name, double seconds)
{
	lua_pushnumber(L, seconds);
	lua_setfield(L, -2, name);
}

void sbx_lua_push_times(lua_State *L, const sbx_times *times)
{
	lua_createtable(L, 0, 6);
	set_seconds(L, "name_lookup", times->name_lookup);
	set_seconds(L, "connect", times->connect);
	set_seconds(L, "tls", times->tls);
	set_seconds(L, "request_sent", times->request_sent);
	set_seconds(L, "first_byte", times->first_byte);
	set_seconds(L, "total", times->total);
}

static void push_times(lua_State *L, const sbx_response *shown, const response *self)
{
	sbx_times times = SBX_TIMES_INIT;
	(void)self;
	if (sbx_response_times(shown, &times, NULL) < 0)
		lua_pushnil(L);
	else
		sbx_lua_push_times(L, &times);
}

/* What redirected to the answer that is shown. */
static const sbx_response *find_previous(const void *userdata)
{
	const sbx_response *shown = shown_by(userdata);
	return shown ? sbx_response_previous(shown) : NULL;
}

static void push_previous(lua_State *L, const sbx_response *shown, const response *self)
{
	(void)self;
	if (sbx_response_previous(shown))
		sbx_lua_push_response_of(L, 1, find_previous);
	else
		lua_pushnil(L);
}

static const field fields[] = {{"status", push_status},
                               {"headers", push_headers},
                               {"header_list", push_header_list},
                               {"body", push_body},
                               {"json", push_json},
                               {"size", push_size},
                               {"request_id", push_request_id},
                               {"method", push_method},
                               {"url", push_url},
                               {"attempts", push_attempts},
                               {"elapsed", push_elapsed},
                               {"http_version", push_http_version},
                               {"times", push_times},
                               {"previous", push_previous},
                               {"request_headers", push_request_headers},
                               {"request_body", push_request_body},
                               {NULL, NULL}};

/* response.name; the methods are the upvalue. */
static int get_field(lua_State *L)
{
	const response *self = luaL_checkudata(L, 1, RESPONSE);
	const sbx_response *shown = shown_by(self);
	if (lua_type(L, 2) != LUA_TSTRING)
		return 0;
	lua_pushvalue(L, 2);
	lua_rawget(L, lua_upvalueindex(1));
	if (!lua_isnil(L, -1) || !shown)
		return 1;
	const char *name = lua_tostring(L, 2);
	for (const field *each = fields; each->name; each++)
		if (strcmp(each->name, name) == 0) {
			each->push(L, shown, self);
			return 1;
		}
	return 0;
}

static int refuse_set(lua_State *L)
{
	return luaL_error(L, "a response is read-only; response:to_table() gives a table of its own");
}

/* response:to_table(): without what was sent, which has the key in it. */
static int to_table(lua_State *L)
{
	const response *self = sbx_lua_check_self(L, RESPONSE, "response:to_table()");
	const sbx_response *shown = shown_by(self);
	lua_settop(L, 1);
	lua_newtable(L);
	for (const field *each = fields; shown && each->push != push_previous; each++) {
		if (each->push == push_json && sbx_response_json(shown))
			sbx_lua_push_json(L, sbx_response_json(shown));
		else
			each->push(L, shown, self);
		lua_setfield(L, 2, each->name);
	}
	return 1;
}

static int to_string(lua_State *L)
{
	const sbx_response *shown = shown_by(luaL_checkudata(L, 1, RESPONSE));
	if (shown)
		lua_pushfstring(L, "%d %s %s", sbx_response_status(shown), sbx_response_method(shown),
		                sbx_response_url(shown));
	else
		lua_pushliteral(L, "a response that was collected");
	return 1;
}

static int collect(lua_State *L)
{
	response *self = lua_touserdata(L, 1);
	sbx_lua_document *shown = self->document;
	*self = (response){NULL, NULL, NULL, NULL, NULL};
	sbx_lua_drop_document(shown);
	return 0;
}

void sbx_lua_open_response(lua_State *L)
{
	static const luaL_Reg metamethods[] = {
	        {"__gc", collect}, {"__newindex", refuse_set}, {"__tostring", to_string}, {NULL, NULL}};
	sbx_lua_new_metatable(L, RESPONSE, metamethods);
	lua_newtable(L);
	lua_pushcfunction(L, to_table);
	lua_setfield(L, -2, "to_table");
	lua_pushcclosure(L, get_field, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
}
