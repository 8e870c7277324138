#include "config.h"

#include <math.h>
#include <sandbox_sdk/version.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "error.h"
#include "json.h"
#include "platform.h"
#include "secret.h"
#include "transport.h"
#include "transport_parse.h"

#define DEFAULT_BASE_URL "https://api.avm.codes"
#define DEFAULT_MAX_RETRIES 2

static const sbx__timeouts default_timeouts = {.connect = 5, .read = 60, .write = 60, .pool = 60};

static bool given(double seconds)
{
	return seconds != SBX_DEFAULT;
}

double sbx__timeout_plain(double seconds)
{
	return isinf(seconds) ? SBX_FOREVER : seconds;
}

void sbx__timeouts_merge(sbx__timeouts *timeouts, double all, double connect, double read, double write, double pool)
{
	all = sbx__timeout_plain(all);
	if (given(all))
		*timeouts = (sbx__timeouts){all, all, all, all, true};
	if (given(connect))
		timeouts->connect = sbx__timeout_plain(connect);
	if (given(read)) {
		timeouts->read = sbx__timeout_plain(read);
		timeouts->read_given = true;
	}
	if (given(write))
		timeouts->write = sbx__timeout_plain(write);
	if (given(pool))
		timeouts->pool = sbx__timeout_plain(pool);
}

void sbx__timeout_write(char text[SBX__NUMBER_SIZE], double seconds)
{
	text[0] = '\0';
	if (seconds != SBX_FOREVER)
		sbx__number_write(text, seconds, false);
}

sbx_status sbx__timeouts_check(double all, double connect, double read, double write, double pool, double deadline,
                               sbx_error **error)
{
	const struct {
		double seconds;
		const char *name;
	} timeouts[] = {
	        {all, "timeout"},         {connect, "connect_timeout"}, {read, "read_timeout"},
	        {write, "write_timeout"}, {pool, "pool_timeout"},       {deadline, "deadline"},
	};
	for (size_t index = 0; index < sizeof timeouts / sizeof timeouts[0]; index++) {
		double seconds = timeouts[index].seconds;
		if (isnan(seconds) || (seconds < 0 && seconds != SBX_DEFAULT && seconds != SBX_FOREVER))
			return sbx__fail_argument(error, timeouts[index].name,
			                          "must be a number of seconds that is not negative");
	}
	return SBX_OK;
}

sbx_status sbx__headers_check(const sbx_pair *pairs, size_t count, const char *argument, sbx_error **error)
{
	if (count && !pairs)
		return sbx__fail_argument(error, argument, "a count without pairs");
	size_t length = 0;
	for (size_t index = 0; index < count; index++) {
		const char *name = pairs[index].name;
		const char *value = pairs[index].value;
		if (!name || !sbx__header_name_valid(name))
			return sbx__fail_argument(error, argument, "a name that no header can have");
		if (value && !sbx__header_value_valid(value))
			return sbx__fail_argument(error, argument,
			                          "the value of %s has a byte that no header can carry", name);
		/* These say where a request ends: another value would make it two. */
		if (strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0)
			return sbx__fail_argument(error, argument, "%s is the library's to set", name);
		length += strlen(name) + (value ? strlen(value) : 0);
	}
	if (length > SBX__LONGEST_REQUEST_PART)
		return sbx__fail_argument(error, argument, "more than 256 KiB of headers");
	return SBX_OK;
}

static sbx_status check_choices(const sbx_client_options *options, sbx_error **error)
{
	const sbx__choice choices[] = {
	        {(int)options->retry_unsafe, SBX_FLAG_NO, "retry_unsafe"},
	        {(int)options->replace_default_headers, SBX_FLAG_NO, "replace_default_headers"},
	        {(int)options->replace_default_query, SBX_FLAG_NO, "replace_default_query"},
	        {(int)options->strict_response_validation, SBX_FLAG_NO, "strict_response_validation"},
	        {(int)options->lenient_arguments, SBX_FLAG_NO, "lenient_arguments"},
	        {(int)options->log_level, SBX_LOG_DEBUG, "log_level"},
	};
	return sbx__choices_check(choices, sizeof choices / sizeof choices[0], error);
}

static sbx_status check_options(const sbx_client_options *options, sbx_error **error)
{
	sbx_status status =
	        sbx__timeouts_check(options->timeout, options->connect_timeout, options->read_timeout,
		                    options->write_timeout, options->pool_timeout, options->deadline, error);
	if (status < 0 || (status = check_choices(options, error)) < 0)
		return status;
	if (options->max_retries < SBX_DEFAULT)
		return sbx__fail_argument(error, "max_retries", "must not be negative");
	if (options->default_query && sbx_json_type_of(options->default_query) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "default_query", "must be an object");
	return sbx__headers_check(options->default_headers, options->default_headers_count, "default_headers", error);
}

static bool replace_text(char **text, const char *value)
{
	char *copy = strdup(value);
	if (!copy)
		return false;
	free(*text);
	*text = copy;
	return true;
}

/* The option, else the base's, else the environment's, else the default; NULL where there is none of them. */
static const char *choose(const char *option, const char *base, const char *variable, const char *fallback)
{
	if (option || base)
		return option ? option : base;
	const char *value = variable ? getenv(variable) : NULL;
	return value && *value ? value : fallback;
}

static sbx_status set_key(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                          sbx_error **error)
{
	const char *key = choose(options->api_key, base ? base->api_key : NULL, "SANDBOX_SDK_API_KEY", NULL);
	if (!key)
		return sbx__fail(error, SBX_ERROR_CONFIGURATION,
		                 "The api_key client option must be set either by passing api_key to the client or by "
		                 "setting the SANDBOX_SDK_API_KEY environment variable");
	if (!sbx__header_value_valid(key))
		return sbx__fail_argument(error, "api_key", "has a byte that no header can carry");
	return replace_text(&config->api_key, key) ? SBX_OK : sbx__fail_memory(error);
}

static sbx_status set_base_url(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                               sbx_error **error)
{
	const char *url =
	        choose(options->base_url, base ? base->base_url : NULL, "SANDBOX_SDK_BASE_URL", DEFAULT_BASE_URL);
	sbx__url_parts parts;
	const char *problem;
	if (!sbx__header_value_valid(url) || strpbrk(url, " \t"))
		return sbx__fail(error, SBX_ERROR_CONFIGURATION, "base_url: it has a byte that no URL can carry");
	if (!sbx__url_parse(url, &parts, &problem))
		return problem == sbx__url_no_memory
		               ? sbx__fail_memory(error)
			       : sbx__fail(error, SBX_ERROR_CONFIGURATION, "base_url: %s", problem);
	if (parts.has_query || parts.has_fragment) {
		sbx__url_parts_free(&parts);
		return sbx__fail(error, SBX_ERROR_CONFIGURATION, "base_url: it must have neither query nor fragment");
	}
	sbx__buffer text = {0};
	sbx__buffer_text(&text, url);
	if (text.length && text.data[text.length - 1] != '/')
		sbx__buffer_byte(&text, '/');
	config->base_url = sbx__buffer_take(&text);
	config->origin = parts.origin;
	parts.origin = NULL;
	sbx__url_parts_free(&parts);
	return config->base_url ? SBX_OK : sbx__fail_memory(error);
}

static sbx_status set_names(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                            sbx_error **error)
{
	const struct {
		char **text;
		const char *option;
		const char *base;
		const char *fallback;
		const char *name;
	} names[] = {
	        {&config->client_name, options->client_name, base ? base->client_name : NULL, "SandboxSDK",
		 "client_name"},
	        {&config->language, options->language, base ? base->language : NULL, "C", "language"},
	        {&config->runtime, options->runtime, base ? base->runtime : NULL, "libcurl", "runtime"},
	        {&config->runtime_version, options->runtime_version, base ? base->runtime_version : NULL,
		 sbx__transport_curl_version(), "runtime_version"},
	};
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
		const char *text = choose(names[index].option, names[index].base, NULL, names[index].fallback);
		if (!sbx__header_value_valid(text))
			return sbx__fail_argument(error, names[index].name, "has a byte that no header can carry");
		if (!replace_text(names[index].text, text))
			return sbx__fail_memory(error);
	}
	return SBX_OK;
}

/* Copies a pair into the caller's default headers, in the place of one with the same name. */
static bool own_header(sbx__config *config, const sbx_pair *pair)
{
	char *name = strdup(pair->name);
	char *value = pair->value ? strdup(pair->value) : NULL;
	const sbx_pair *old = sbx__header_set_find(&config->custom, pair->name);
	sbx_pair replaced = old ? *old : (sbx_pair){NULL, NULL};
	if (name && (value || !pair->value)) {
		sbx__header_set_put(&config->custom, name, value);
		if (!config->custom.failed) {
			free((char *)replaced.name);
			free((char *)replaced.value);
			return true;
		}
	}
	free(name);
	free(value);
	return false;
}

static sbx_status set_custom_headers(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                                     sbx_error **error)
{
	bool keep = base && options->replace_default_headers != SBX_FLAG_YES;
	for (size_t index = 0; keep && index < base->custom.count; index++)
		if (!own_header(config, &base->custom.pairs[index]))
			return sbx__fail_memory(error);
	for (size_t index = 0; index < options->default_headers_count; index++)
		if (!own_header(config, &options->default_headers[index]))
			return sbx__fail_memory(error);
	return SBX_OK;
}

static sbx_status set_query(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                            sbx_error **error)
{
	const sbx_json *kept = base && options->replace_default_query != SBX_FLAG_YES ? base->default_query : NULL;
	if (!kept && !options->default_query)
		return SBX_OK;
	config->default_query = sbx_json_new_object();
	if (!config->default_query || !sbx__json_merge(config->default_query, kept) ||
	    !sbx__json_merge(config->default_query, options->default_query))
		return sbx__fail_memory(error);
	return SBX_OK;
}

static bool flag(sbx_flag option, bool otherwise)
{
	return option == SBX_FLAG_DEFAULT ? otherwise : option == SBX_FLAG_YES;
}

static void set_numbers(sbx__config *config, const sbx__config *base, const sbx_client_options *options)
{
	config->timeouts = base ? base->timeouts : default_timeouts;
	sbx__timeouts_merge(&config->timeouts, options->timeout, options->connect_timeout, options->read_timeout,
	                    options->write_timeout, options->pool_timeout);
	config->deadline = base ? base->deadline : SBX_FOREVER;
	if (given(options->deadline))
		config->deadline = sbx__timeout_plain(options->deadline);
	config->max_retries = base ? base->max_retries : DEFAULT_MAX_RETRIES;
	if (options->max_retries != SBX_DEFAULT)
		config->max_retries = options->max_retries;
	config->retry_unsafe = flag(options->retry_unsafe, base && base->retry_unsafe);
	config->strict = flag(options->strict_response_validation, base && base->strict);
	config->lenient_arguments = flag(options->lenient_arguments, base && base->lenient_arguments);
	if (base)
		config->log = base->log;
	else
		config->log.level = sbx__log_level_from_environment();
	if (options->log_level != SBX_LOG_DEFAULT)
		config->log.level = options->log_level;
	config->on_attempt = options->on_attempt ? options->on_attempt : base ? base->on_attempt : NULL;
	config->on_attempt_user_data = options->on_attempt ? options->on_attempt_user_data
	                               : base              ? base->on_attempt_user_data
	                                                   : NULL;
	if (options->log) {
		config->log.callback = options->log;
		config->log.user_data = options->log_user_data;
	}
}

/* What each request begins with, in the order in which it is sent. */
static bool set_headers(sbx__config *config)
{
	sbx__buffer agent = {0};
	sbx__buffer_format(&agent, "%s/%s %s", config->client_name, config->language, sbx_version());
	config->user_agent = sbx__buffer_take(&agent);
	config->language_lower = strdup(config->language);
	if (!config->user_agent || !config->language_lower)
		return false;
	for (char *at = config->language_lower; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	const sbx_pair own[] = {
	        {"Accept", "application/json"},
	        {"Content-Type", "application/json"},
	        {"User-Agent", config->user_agent},
	        {"X-Stainless-Lang", config->language_lower},
	        {"X-Stainless-Package-Version", sbx_version()},
	        {"X-Stainless-OS", sbx__platform_os()},
	        {"X-Stainless-Arch", sbx__platform_arch()},
	        {"X-Stainless-Runtime", config->runtime},
	        {"X-Stainless-Runtime-Version", config->runtime_version},
	        {"x-api-key", config->api_key},
	        {"X-Stainless-Async", "false"},
	};
	sbx__header_set_merge(&config->headers, own, sizeof own / sizeof own[0]);
	sbx__header_set_merge(&config->headers, config->custom.pairs, config->custom.count);
	if (config->headers.failed)
		return false;
	config->header_lines = sbx__header_set_seal(&config->headers, &config->header_lines_length);
	return config->header_lines;
}

static sbx_status set_http(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                           sbx_error **error)
{
	if (!base || options->http)
		return sbx__http_options_new(&config->http, options->http, error);
	config->http = sbx__http_options_ref(base->http);
	return SBX_OK;
}

static sbx_status set_transport(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                                sbx_error **error)
{
	if (options->transport)
		return sbx__custom_new(&config->transport, options->transport, error);
	config->transport = base && base->transport ? sbx__custom_ref(base->transport) : NULL;
	return SBX_OK;
}

static sbx_status fill(sbx__config *config, const sbx__config *base, const sbx_client_options *options,
                       sbx_error **error)
{
	sbx_status status;
	if ((status = set_key(config, base, options, error)) < 0 ||
	    (status = set_base_url(config, base, options, error)) < 0 ||
	    (status = set_names(config, base, options, error)) < 0 ||
	    (status = set_custom_headers(config, base, options, error)) < 0 ||
	    (status = set_query(config, base, options, error)) < 0 ||
	    (status = set_http(config, base, options, error)) < 0 ||
	    (status = set_transport(config, base, options, error)) < 0)
		return status;
	set_numbers(config, base, options);
	sbx__timeout_write(config->read_timeout, config->timeouts.read);
	return set_headers(config) ? SBX_OK : sbx__fail_memory(error);
}

sbx_status sbx__config_new(sbx__config **config, const sbx__config *base, const sbx_client_options *options,
                           sbx_error **error)
{
	sbx_client_options known = SBX_CLIENT_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, options, "options", error);
	if (status < 0 || (status = check_options(&known, error)) < 0)
		return status;
	sbx__config *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	atomic_init(&made->references, 1);
	status = fill(made, base, &known, error);
	if (status < 0)
		sbx__config_unref(made);
	else
		*config = made;
	return status;
}

sbx__config *sbx__config_ref(sbx__config *config)
{
	atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
	return config;
}

void sbx__config_unref(sbx__config *config)
{
	if (!config || atomic_fetch_sub_explicit(&config->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t index = 0; index < config->custom.count; index++) {
		free((char *)config->custom.pairs[index].name);
		free((char *)config->custom.pairs[index].value);
	}
	sbx__header_set_free(&config->custom);
	sbx__header_set_free(&config->headers);
	sbx_json_free(config->default_query);
	sbx__http_options_unref(config->http);
	sbx__custom_unref(config->transport);
	/* The key is not left behind in memory that others will be given. */
	sbx__secret_free(config->api_key);
	sbx__secret_free_bytes(config->header_lines, config->header_lines_length);
	free(config->base_url);
	free(config->origin);
	free(config->client_name);
	free(config->language);
	free(config->runtime);
	free(config->runtime_version);
	free(config->user_agent);
	free(config->language_lower);
	free(config);
}
