#include "request.h"

#include <stddef.h>
#include <string.h>

#include "call.h"
#include "client.h"
#include "failure.h"
#include "option_table.h"
#include "values.h"

/* A request while it is read, and the call whose functions its files may be. */
typedef struct reading_request {
	sbx_request request;
	sbx_lua_call_options *options;
} reading_request;

/* A part of a form, with what its file needs. */
typedef struct part_file {
	sbx_source source;
	sbx_lua_transfer transfer;
} part_file;

typedef struct reading_part {
	sbx_part *part;
	part_file *file;
	sbx_lua_pairs headers;
	sbx_lua_call_options *options;
} reading_part;

static bool read_operation(const sbx_lua_reading *from, void *target)
{
	if (!lua_islightuserdata(from->L, from->value))
		return sbx_lua_refuse_option(from, "an operation");
	*(const sbx_operation **)target = lua_touserdata(from->L, from->value);
	return true;
}

static bool read_arguments(const sbx_lua_reading *from, void *target)
{
	const sbx_json **arguments = target;
	*arguments = sbx_lua_hold_object(from->L, from->value, from->refusal);
	return *arguments != NULL;
}

static bool read_json(const sbx_lua_reading *from, void *target)
{
	const sbx_json **json = target;
	*json = sbx_lua_hold_json(from->L, from->value, from->refusal);
	if (!*json)
		sbx_lua_refusal_within(from->refusal, from->name, 0);
	return *json != NULL;
}

static bool read_bytes(const sbx_lua_reading *from, const char **bytes, size_t *length)
{
	if (lua_type(from->L, from->value) != LUA_TSTRING)
		return sbx_lua_refuse_option(from, "a string");
	*bytes = lua_tolstring(from->L, from->value, length);
	return true;
}

static bool read_data(const sbx_lua_reading *from, void *target)
{
	reading_request *read = target;
	const char *bytes = NULL;
	if (!read_bytes(from, &bytes, &read->request.length))
		return false;
	read->request.data = bytes;
	return true;
}

static bool read_part_text(const sbx_lua_reading *from, void *target)
{
	sbx_part *part = ((reading_part *)target)->part;
	return read_bytes(from, &part->text, &part->text_length);
}

static bool read_part_name(const sbx_lua_reading *from, void *target)
{
	return sbx_lua_option_text(from, &((reading_part *)target)->part->name);
}

static bool read_part_type(const sbx_lua_reading *from, void *target)
{
	return sbx_lua_option_text(from, &((reading_part *)target)->part->content_type);
}

/* The functions of a part's file have places of their own behind those of the call. */
static bool read_part_file(const sbx_lua_reading *from, void *target)
{
	static const sbx_source none = SBX_SOURCE_INIT;
	reading_part *read = target;
	lua_State *L = from->L;
	sbx_lua_callbacks *callbacks = &read->options->callbacks;
	sbx_lua_callbacks_prepare(L, callbacks);
	lua_getuservalue(L, callbacks->userdata);
	int slots = (int)lua_rawlen(L, -1) + 1;
	for (int slot = slots; slot < slots + 3; slot++) {
		lua_pushboolean(L, 0);
		lua_rawseti(L, -2, slot);
	}
	lua_pop(L, 1);
	read->file->source = none;
	read->file->transfer = (sbx_lua_transfer){.callbacks = callbacks, .slots = slots};
	read->part->source = &read->file->source;
	return sbx_lua_read_source(L, from->value, &read->file->source, &read->file->transfer, from->refusal);
}

static const sbx_lua_option part_members[] = {
        {"name", read_part_name, 0},         {"text", read_part_text, 0},
        {"content_type", read_part_type, 0}, {"headers", sbx_lua_option_headers, offsetof(reading_part, headers)},
        {"file", read_part_file, 0},         {NULL, NULL, 0}};

static bool read_part(const sbx_lua_reading *from, reading_part *read)
{
	static const sbx_part none = SBX_PART_INIT;
	*read->part = none;
	if (!lua_istable(from->L, from->value))
		return sbx_lua_refuse_option(from, "a table");
	if (!sbx_lua_read_table(from, part_members, read))
		return false;
	if (!read->part->name || !read->part->text == !read->part->source)
		return sbx_lua_refuse_misuse(from->refusal, "", "must have a name, and either a text or a file");
	read->part->headers = read->headers.pairs;
	read->part->headers_count = read->headers.count;
	return true;
}

static bool read_parts(const sbx_lua_reading *from, void *target)
{
	reading_request *read = target;
	lua_State *L = from->L;
	if (!lua_istable(L, from->value))
		return sbx_lua_refuse_option(from, "a table");
	size_t count = lua_rawlen(L, from->value);
	sbx_part *parts = lua_newuserdata(L, (count ? count : 1) * (sizeof(sbx_part) + sizeof(part_file)));
	part_file *files = (part_file *)(parts + count);
	sbx_lua_callbacks_keep(L, &read->options->callbacks, lua_gettop(L));
	for (size_t index = 0; index < count; index++) {
		reading_part part = {&parts[index], &files[index], {NULL, 0}, read->options};
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		lua_rawgeti(L, from->value, (int)index + 1);
		sbx_lua_reading member = {L, lua_gettop(L), "", from->refusal};
		if (!read_part(&member, &part)) {
			sbx_lua_refusal_within(from->refusal, NULL, (lua_Integer)index + 1);
			sbx_lua_refusal_within(from->refusal, from->name, 0);
			return false;
		}
	}
	read->request.parts = parts;
	read->request.parts_count = count;
	return true;
}

/* A text of a pair, { name, value }, whose table is on top of the stack. It is left there. */
static bool read_pair_text(const sbx_lua_reading *from, int position, const char **text)
{
	lua_rawgeti(from->L, -position, position);
	sbx_lua_reading member = {from->L, lua_gettop(from->L), from->name, from->refusal};
	return sbx_lua_option_text(&member, text);
}

/* An array of pairs. */
static bool read_form(const sbx_lua_reading *from, void *target)
{
	reading_request *read = target;
	lua_State *L = from->L;
	size_t count = lua_rawlen(L, from->value);
	sbx_pair *pairs = lua_newuserdata(L, (count ? count : 1) * sizeof *pairs);
	for (size_t index = 0; index < count; index++) {
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		lua_rawgeti(L, from->value, (int)index + 1);
		if (!read_pair_text(from, 1, &pairs[index].name) || !read_pair_text(from, 2, &pairs[index].value))
			return false;
	}
	read->request.form = pairs;
	read->request.form_count = count;
	return true;
}

#define MEMBER(member) offsetof(reading_request, request.member)
static const sbx_lua_option members[] = {{"operation", read_operation, MEMBER(operation)},
                                         {"arguments", read_arguments, MEMBER(arguments)},
                                         {"method", sbx_lua_option_text, MEMBER(method)},
                                         {"url", sbx_lua_option_text, MEMBER(url)},
                                         {"json", read_json, MEMBER(json)},
                                         {"data", read_data, 0},
                                         {"form", read_form, 0},
                                         {"parts", read_parts, 0},
                                         {"content_type", sbx_lua_option_text, MEMBER(content_type)},
                                         {"undecoded", sbx_lua_option_flag, MEMBER(undecoded)},
                                         {NULL, NULL, 0}};

bool sbx_lua_read_request(lua_State *L, int index, sbx_request *request, sbx_lua_call_options *options,
                          sbx_lua_refusal *refusal)
{
	reading_request read = {SBX_REQUEST_INIT, options};
	sbx_lua_reading from = {L, index, "", refusal};
	luaL_checktype(L, index, LUA_TTABLE);
	if (!sbx_lua_read_table(&from, members, &read))
		return false;
	*request = read.request;
	return true;
}

int sbx_lua_client_send(lua_State *L)
{
	bool started = lua_toboolean(L, 1);
	sbx_client *client = sbx_lua_check_client(L, 2);
	lua_settop(L, 4);
	sbx_lua_refusal refusal;
	sbx_request request;
	sbx_lua_call *call = sbx_lua_new_call(L, 2);
	if (!sbx_lua_read_request(L, 3, &request, &call->options, &refusal) ||
	    !sbx_lua_read_call_options(L, 4, &call->options, &refusal))
		return sbx_lua_fail_refused(L, &refusal);
	const sbx_request_options *options = &call->options.request;
	lua_State *before = sbx_lua_begin_call(L, call);
	sbx_status status;
	if (started)
		status = sbx_client_start(client, &request, options, NULL, call, &call->call, &call->error);
	else
		status = sbx_client_send(client, &request, options, &call->response, &call->error);
	return sbx_lua_end_call(L, call, before, status, started);
}
