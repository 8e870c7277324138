#include "client_options.h"

#include <stddef.h>
#include <string.h>

#include "option_table.h"
#include "runtime.h"

SBX_LUA_CHECK_NEIGHBOURS(sbx_client_options, default_headers, default_headers_count);

static bool read_log_level(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_choice levels[] = {
	        {"off", SBX_LOG_OFF}, {"info", SBX_LOG_INFO}, {"debug", SBX_LOG_DEBUG}, {NULL, 0}};
	int level;
	if (!sbx_lua_option_choice(from, &level, levels, "'off', 'info' or 'debug'"))
		return false;
	*(sbx_log_level *)target = (sbx_log_level)level;
	return true;
}

static bool read_tls(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_choice choices[] = {{"1.2", SBX_TLS_1_2}, {"1.3", SBX_TLS_1_3}, {NULL, 0}};
	int version;
	if (!sbx_lua_option_choice(from, &version, choices, "'1.2' or '1.3'"))
		return false;
	((sbx_lua_client_options *)target)->http.minimum_tls = (sbx_tls_version)version;
	return true;
}

static bool read_version(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_choice choices[] = {{"1.1", SBX_HTTP_1_1}, {"2", SBX_HTTP_2}, {NULL, 0}};
	int version;
	if (!sbx_lua_option_choice(from, &version, choices, "'1.1' or '2'"))
		return false;
	((sbx_lua_client_options *)target)->http.version = (sbx_http_version)version;
	return true;
}

static bool read_compression(const sbx_lua_reading *from, void *target)
{
	static const sbx_lua_choice choices[] = {{"none", SBX_COMPRESSION_NONE},
	                                         {"documents", SBX_COMPRESSION_DOCUMENTS},
	                                         {"all", SBX_COMPRESSION_ALL},
	                                         {NULL, 0}};
	int which;
	if (!sbx_lua_option_choice(from, &which, choices, "'none', 'documents' or 'all'"))
		return false;
	((sbx_lua_client_options *)target)->http.compression = (sbx_compression)which;
	return true;
}

/* Bytes in memory and how many: neighbours in the struct. */
typedef struct bytes {
	const void *data;
	size_t length;
} bytes;

static bool read_data(const sbx_lua_reading *from, void *target)
{
	bytes *read = target;
	if (lua_type(from->L, from->value) != LUA_TSTRING)
		return sbx_lua_refuse_option(from, "a string");
	read->data = lua_tolstring(from->L, from->value, &read->length);
	return true;
}

#define CHECK_BYTES(name) \
	_Static_assert(offsetof(sbx_http_options, name##_length) - offsetof(sbx_http_options, name##_data) == \
	                       offsetof(bytes, length), \
	               "bytes and their number are neighbours")
CHECK_BYTES(ca);
CHECK_BYTES(certificate);
CHECK_BYTES(key);

/* An array of texts such as "host:port:address". */
static bool read_overrides(const sbx_lua_reading *from, void *target)
{
	lua_State *L = from->L;
	sbx_http_options *http = &((sbx_lua_client_options *)target)->http;
	if (!lua_istable(L, from->value))
		return sbx_lua_refuse_option(from, "an array of strings");
	size_t count = lua_rawlen(L, from->value);
	const char **texts = lua_newuserdata(L, (count ? count : 1) * sizeof *texts);
	for (size_t index = 0; index < count; index++) {
		luaL_checkstack(L, LUA_MINSTACK, NULL);
		lua_rawgeti(L, from->value, (int)index + 1);
		sbx_lua_reading element = {L, lua_gettop(L), "", from->refusal};
		if (!sbx_lua_option_text(&element, &texts[index])) {
			sbx_lua_refusal_within(from->refusal, NULL, (lua_Integer)index + 1);
			sbx_lua_refusal_within(from->refusal, from->name, 0);
			return false;
		}
	}
	http->name_overrides = texts;
	http->name_overrides_count = count;
	return true;
}

static bool read_function(const sbx_lua_reading *from, void *target)
{
	if (!lua_isfunction(from->L, from->value))
		return sbx_lua_refuse_option(from, "a function");
	*(int *)target = from->value;
	return true;
}

static bool read_default_headers(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = &((sbx_lua_client_options *)target)->client;
	if (options->replace_default_headers == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_headers", "excludes default_headers");
	return sbx_lua_option_headers(from, &options->default_headers);
}

static bool read_set_headers(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = &((sbx_lua_client_options *)target)->client;
	if (options->default_headers)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_headers");
	options->replace_default_headers = SBX_FLAG_YES;
	return sbx_lua_option_headers(from, &options->default_headers);
}

static bool read_default_query(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = &((sbx_lua_client_options *)target)->client;
	if (options->replace_default_query == SBX_FLAG_YES)
		return sbx_lua_refuse_misuse(from->refusal, "set_default_query", "excludes default_query");
	return sbx_lua_option_object(from, &options->default_query);
}

static bool read_set_query(const sbx_lua_reading *from, void *target)
{
	sbx_client_options *options = &((sbx_lua_client_options *)target)->client;
	if (options->default_query)
		return sbx_lua_refuse_misuse(from->refusal, from->name, "excludes default_query");
	options->replace_default_query = SBX_FLAG_YES;
	return sbx_lua_option_object(from, &options->default_query);
}

#define HTTP(member) offsetof(sbx_lua_client_options, http.member)
#define HOOK(member) offsetof(sbx_lua_client_options, hooks.member)
#define CLIENT(member) offsetof(sbx_lua_client_options, client.member)
static const sbx_lua_option client_options[] = {
        {"api_key", sbx_lua_option_text, CLIENT(api_key)},
        {"base_url", sbx_lua_option_text, CLIENT(base_url)},
        {"timeout", sbx_lua_option_timeouts, CLIENT(timeout)},
        {"deadline", sbx_lua_option_seconds, CLIENT(deadline)},
        {"max_retries", sbx_lua_option_count, CLIENT(max_retries)},
        {"retry_unsafe", sbx_lua_option_flag, CLIENT(retry_unsafe)},
        {"default_headers", read_default_headers, 0},
        {"default_query", read_default_query, 0},
        {"set_default_headers", read_set_headers, 0},
        {"set_default_query", read_set_query, 0},
        {"strict_response_validation", sbx_lua_option_flag, CLIENT(strict_response_validation)},
        {"log_level", read_log_level, CLIENT(log_level)},
        {"client_name", sbx_lua_option_text, CLIENT(client_name)},
        {"log", read_function, HOOK(log)},
        {"on_attempt", read_function, HOOK(on_attempt)},
        {"transport", read_function, HOOK(transport)},
        {"proxy", sbx_lua_option_text, HTTP(proxy)},
        {"proxy_username", sbx_lua_option_text, HTTP(proxy_username)},
        {"proxy_password", sbx_lua_option_text, HTTP(proxy_password)},
        {"no_proxy", sbx_lua_option_text, HTTP(no_proxy)},
        {"environment_proxies", sbx_lua_option_flag, HTTP(environment_proxies)},
        {"accept_invalid_certificates", sbx_lua_option_flag, HTTP(accept_invalid_certificates)},
        {"minimum_tls", read_tls, 0},
        {"http_version", read_version, 0},
        {"ca_file", sbx_lua_option_text, HTTP(ca_file)},
        {"ca_directory", sbx_lua_option_text, HTTP(ca_directory)},
        {"ca_data", read_data, HTTP(ca_data)},
        {"crl_file", sbx_lua_option_text, HTTP(crl_file)},
        {"certificate_file", sbx_lua_option_text, HTTP(certificate_file)},
        {"certificate_data", read_data, HTTP(certificate_data)},
        {"key_file", sbx_lua_option_text, HTTP(key_file)},
        {"key_data", read_data, HTTP(key_data)},
        {"key_password", sbx_lua_option_text, HTTP(key_password)},
        {"unix_socket", sbx_lua_option_text, HTTP(unix_socket)},
        {"local_address", sbx_lua_option_text, HTTP(local_address)},
        {"network_interface", sbx_lua_option_text, HTTP(network_interface)},
        {"name_overrides", read_overrides, 0},
        {"keep_alive_interval", sbx_lua_option_seconds, HTTP(keep_alive_interval)},
        {"compression", read_compression, 0},
        {"follow_redirects", sbx_lua_option_flag, HTTP(follow_redirects)},
        {"max_redirects", sbx_lua_option_count, HTTP(max_redirects)},
        {"max_connections", sbx_lua_option_count, HTTP(max_connections)},
        {"max_idle_connections", sbx_lua_option_count, HTTP(max_idle_connections)},
        {"idle_expiry", sbx_lua_option_seconds, HTTP(idle_expiry)},
        {"max_header_bytes", sbx_lua_option_amount, HTTP(max_header_bytes)},
        {"max_document_bytes", sbx_lua_option_amount, HTTP(max_document_bytes)},
        {"max_event_line_bytes", sbx_lua_option_amount, HTTP(max_event_line_bytes)},
        {"max_body_bytes", sbx_lua_option_amount, HTTP(max_body_bytes)},
        {NULL, NULL, 0}};

/* Whether the table has an option of the HTTP client's: without any a copy shares its client's connections. */
static bool has_http(lua_State *L, int index)
{
	const size_t begin = offsetof(sbx_lua_client_options, http);
	bool found = false;
	for (const sbx_lua_option *each = client_options; each->name && !found; each++) {
		bool is_http = each->read == read_tls || each->read == read_version || each->read == read_compression ||
		               each->read == read_overrides ||
		               (each->offset >= begin && each->offset < begin + sizeof(sbx_http_options));
		lua_pushstring(L, each->name);
		lua_rawget(L, index);
		found = is_http && !lua_isnil(L, -1);
		lua_pop(L, 1);
	}
	return found;
}

bool sbx_lua_read_client_options(lua_State *L, int index, sbx_lua_client_options *options, sbx_lua_refusal *refusal)
{
	*options = (sbx_lua_client_options){.client = SBX_CLIENT_OPTIONS_INIT, .http = SBX_HTTP_OPTIONS_INIT};
	options->client.language = "Lua";
	bool is_given = !lua_isnoneornil(L, index); /* what is pushed now may come to lie there */
	sbx_lua_find_runtime(L, &options->client.runtime, &options->client.runtime_version);
	if (!is_given)
		return true;
	if (!sbx_lua_read_option_table(L, index, client_options, options, refusal))
		return false;
	if (has_http(L, index))
		options->client.http = &options->http;
	return true;
}
