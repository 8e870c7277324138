#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "error.h"
#include "keep_errno.h"

static sbx_status new_client(sbx_client **client, sbx__config *config, sbx__core *core, sbx_error **error)
{
	sbx_client *made = calloc(1, sizeof *made);
	if (!made) {
		sbx__config_unref(config);
		sbx__core_leave(core);
		return sbx__fail_memory(error);
	}
	pthread_mutex_init(&made->mutex, NULL);
	made->config = config;
	made->core = core;
	if (config->transport)
		sbx__custom_keep(config->transport);
	*client = made;
	return SBX_OK;
}

sbx_status sbx__client_new_over(sbx_client **client, sbx__core *core, const sbx_client_options *options,
                                sbx_error **error)
{
	sbx__config *config;
	sbx_status status = sbx__config_new(&config, NULL, options, error);
	if (status < 0) {
		sbx__core_leave(core);
		return status;
	}
	return new_client(client, config, core, error);
}

/* Makes a core for the options of a config; takes over the local server (NULL: none), also on failure. */
static sbx_status new_core(sbx__core **core, const sbx__config *config, sbx__local *local, sbx_error **error)
{
	sbx__transport_factory factory;
	sbx_status status = SBX_OK;
	if (config->transport)
		factory = sbx__custom_factory(config->transport);
	else
		status = sbx__transport_curl_factory(&factory, config->http, error);
	if (status < 0) {
		sbx__local_stop(local);
		return status;
	}
	sbx__core_limits limits = {config->http->max_connections, config->http->max_idle_connections};
	*core = sbx__core_new(&sbx__platform_system, limits, factory, local);
	return *core ? SBX_OK : sbx__fail_memory(error);
}

/* Makes a client with a core of its own; takes over config and local server, also on failure. */
static sbx_status new_client_alone(sbx_client **client, sbx__config *config, sbx__local *local, sbx_error **error)
{
	sbx__core *core;
	sbx_status status = new_core(&core, config, local, error);
	if (status == SBX_OK)
		return new_client(client, config, core, error);
	sbx__config_unref(config);
	return status;
}

sbx_status sbx_client_new(sbx_client **client, const sbx_client_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	sbx__config *config;
	sbx_status status = sbx__config_new(&config, NULL, options, error);
	return status < 0 ? status : new_client_alone(client, config, NULL, error);
}

/* A server on this machine is reached directly: reads the caller's options, and says so in them. */
static sbx_status read_local_http(sbx_http_options *http, const sbx_http_options *given, sbx_error **error)
{
	sbx_status status = sbx__struct_read(http, sizeof *http, given, "http", error);
	if (status < 0)
		return status;
	if (http->proxy && *http->proxy)
		return sbx__fail_option(error, "proxy", "the local server is reached directly");
	if (http->unix_socket)
		return sbx__fail_option(error, "unix_socket", "the local server has none");
	http->environment_proxies = SBX_FLAG_NO;
	return SBX_OK;
}

sbx_status sbx_client_new_local(sbx_client **client, const sbx_client_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	sbx_client_options known = SBX_CLIENT_OPTIONS_INIT;
	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, options, "options", error);
	if (status < 0 || (status = read_local_http(&http, known.http, error)) < 0)
		return status;
	if (known.transport)
		return sbx__fail_argument(error, "transport", "is the local server's to have");
	if (known.api_key || known.base_url)
		return sbx__fail_argument(error, known.api_key ? "api_key" : "base_url",
		                          "is the local server's to set");
	sbx__local *local;
	if ((status = sbx__local_start(&local, error)) < 0)
		return status;
	known.api_key = sbx__local_key(local);
	known.base_url = sbx__local_url(local);
	known.http = &http;
	sbx__config *config;
	if ((status = sbx__config_new(&config, NULL, &known, error)) < 0) {
		sbx__local_stop(local);
		return status;
	}
	return new_client_alone(client, config, local, error);
}

sbx__config *sbx__client_config(sbx_client *client)
{
	pthread_mutex_lock(&client->mutex);
	sbx__config *config = sbx__config_ref(client->config);
	pthread_mutex_unlock(&client->mutex);
	return config;
}

/* The option that keeps one client from sharing the connections of another; NULL: none does. */
static const char *changed_connections(const sbx__config *config, const sbx__config *base)
{
	if (config->http != base->http)
		return "http";
	return config->transport != base->transport ? "transport" : NULL;
}

sbx_status sbx_client_with_options(sbx_client *client, const sbx_client_options *options, sbx_client **copy,
                                   sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!client || !copy)
		return sbx__fail_argument(error, client ? "copy" : "client", "must not be NULL");
	sbx__config *base = sbx__client_config(client);
	sbx__config *config;
	sbx_status status = sbx__config_new(&config, base, options, error);
	const char *changed = status == SBX_OK ? changed_connections(config, base) : NULL;
	sbx__config_unref(base);
	if (status < 0)
		return status;
	if (!changed) {
		sbx__core_join(client->core);
		return new_client(copy, config, client->core, error);
	}
	if (!sbx__core_is_local(client->core))
		return new_client_alone(copy, config, NULL, error);
	sbx__config_unref(config);
	return sbx__fail_argument(error, changed, "cannot change: a copy is another client of the same local server");
}

sbx_status sbx_client_set_options(sbx_client *client, const sbx_client_options *options, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	sbx__config *base = sbx__client_config(client);
	sbx__config *config;
	sbx_status status = sbx__config_new(&config, base, options, error);
	const char *changed = status == SBX_OK ? changed_connections(config, base) : NULL;
	sbx__config_unref(base);
	if (status < 0)
		return status;
	if (changed) {
		sbx__config_unref(config);
		return sbx__fail_argument(
		        error, changed,
		        "a living client keeps its own: sbx_client_with_options() makes one with others");
	}
	pthread_mutex_lock(&client->mutex);
	sbx__config *replaced = client->config;
	client->config = config;
	pthread_mutex_unlock(&client->mutex);
	sbx__config_unref(replaced);
	return SBX_OK;
}

const char *sbx_client_api_key(const sbx_client *client)
{
	return client ? client->config->api_key : "";
}

const char *sbx_client_base_url(const sbx_client *client)
{
	return client ? client->config->base_url : "";
}

int sbx_client_max_retries(const sbx_client *client)
{
	if (!client)
		return 0;
	/* Another thread may be changing the options: only a reference keeps what is read. */
	sbx__config *config = sbx__client_config((sbx_client *)client);
	int max_retries = config->max_retries;
	sbx__config_unref(config);
	return max_retries;
}

/* A name with its text, or null. */
static bool set_header(sbx_json *headers, const sbx_pair *pair)
{
	sbx_json *value = pair->value ? sbx_json_new_string(pair->value, strlen(pair->value)) : sbx_json_new_null();
	return (value || !pair->value) && sbx_json_set(headers, pair->name, value) == SBX_OK;
}

sbx_json *sbx_client_default_headers(const sbx_client *client)
{
	if (!client)
		return NULL;
	sbx__config *config = sbx__client_config((sbx_client *)client);
	sbx_json *headers = sbx_json_new_object();
	for (size_t index = 0; headers && index < config->headers.count; index++) {
		if (!set_header(headers, &config->headers.pairs[index])) {
			sbx_json_free(headers);
			headers = NULL;
		}
	}
	sbx__config_unref(config);
	return headers;
}

sbx_json *sbx_client_default_query(const sbx_client *client)
{
	if (!client)
		return NULL;
	sbx__config *config = sbx__client_config((sbx_client *)client);
	sbx_json *query = config->default_query ? sbx_json_copy(config->default_query) : sbx_json_new_object();
	sbx__config_unref(config);
	return query;
}

void sbx_client_close(sbx_client *client)
{
	SBX__KEEP_ERRNO();
	if (client)
		sbx__core_close(client->core);
}

int sbx_client_is_closed(const sbx_client *client)
{
	return !client || sbx__core_is_closed(client->core);
}

void sbx__client_stand_apart(sbx_client *client)
{
	if (client->apart)
		return;
	client->apart = true;
	sbx__core_uncount(client->core);
}

void sbx__client_return(sbx_client *client)
{
	client->apart = false;
	sbx__core_count(client->core);
}

void sbx__client_leave_to_calls(sbx_client *client)
{
	client->calls_count = true;
	sbx__client_stand_apart(client);
}

void sbx_client_free(sbx_client *client)
{
	SBX__KEEP_ERRNO();
	if (!client)
		return;
	sbx__client_stand_apart(client);
	sbx__core_unref(client->core);
	sbx__config_unref(client->config);
	pthread_mutex_destroy(&client->mutex);
	free(client);
}

sbx_status sbx__client_again(sbx_client *client, sbx_client **again, sbx_error **error)
{
	const sbx_client_options same = SBX_CLIENT_OPTIONS_INIT;
	/* First of all: the fork may have happened while another thread held the client's lock. */
	if (sbx__core_is_forked(client->core))
		return sbx__fail_forked(error);
	return sbx_client_with_options(client, &same, again, error);
}
