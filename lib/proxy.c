#include "proxy.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "error.h"
#include "headers.h"
#include "secret.h"
#include "transport_parse.h"

/* The variable in lower case, else in upper case; one that is empty in lower case hides the other. */
static const char *from_environment(const char *lower, const char *upper, const char **name)
{
	const char *value = getenv(lower);
	*name = lower;
	/* In a CGI program HTTP_PROXY may be the "Proxy:" header of whoever calls it. */
	bool forged = strcmp(upper, "HTTP_PROXY") == 0 && getenv("REQUEST_METHOD");
	if (!value && !forged) {
		value = getenv(upper);
		*name = upper;
	}
	return value && *value ? value : NULL;
}

/* Copies a proxy's URL with a scheme before it; `name` is what an error calls it. */
static sbx_status take_url(char **taken, const char *url, const char *name, sbx_error **error)
{
	const char *problem = NULL;
	sbx__buffer text = {0};
	if (*url && !strstr(url, "://"))
		sbx__buffer_text(&text, "http://");
	sbx__buffer_text(&text, url);
	char *copy = sbx__buffer_take(&text);
	bool valid = false;
	if (!copy)
		problem = sbx__url_no_memory;
	else if (!sbx__header_value_valid(copy) || strpbrk(copy, " \t"))
		problem = "it has a byte that no URL can carry";
	else
		valid = !*copy || sbx__proxy_parse(copy, &problem);
	if (valid) {
		*taken = copy;
		return SBX_OK;
	}
	sbx__secret_free(copy);
	return problem == sbx__url_no_memory ? sbx__fail_memory(error) : sbx__fail_option(error, name, "%s", problem);
}

/* The proxy of one scheme, as the environment says. */
static sbx_status take_from_environment(char **taken, const char *lower, const char *upper, bool use, sbx_error **error)
{
	const char *name = "proxy";
	const char *url = use ? from_environment(lower, upper, &name) : NULL;
	if (use && !url)
		url = from_environment("all_proxy", "ALL_PROXY", &name);
	return take_url(taken, url ? url : "", name, error);
}

static sbx_status take_credentials(sbx__proxies *proxies, const sbx_http_options *given, sbx_error **error)
{
	if (!given->proxy_username)
		return given->proxy_password ? sbx__fail_option(error, "proxy_password", "without proxy_username")
		                             : SBX_OK;
	if (!given->proxy || !*given->proxy)
		return sbx__fail_option(error, "proxy_username", "without proxy");
	if (strchr(given->proxy, '@'))
		return sbx__fail_option(error, "proxy_username", "the URL of proxy has a user name of its own");
	proxies->username = strdup(given->proxy_username);
	proxies->password = strdup(given->proxy_password ? given->proxy_password : "");
	return proxies->username && proxies->password ? SBX_OK : sbx__fail_memory(error);
}

static sbx_status take_none_for(sbx__proxies *proxies, const char *given, bool use, sbx_error **error)
{
	const char *name;
	const char *hosts = given || !use ? given : from_environment("no_proxy", "NO_PROXY", &name);
	if (hosts && !sbx__header_value_valid(hosts))
		return sbx__fail_option(error, given ? "no_proxy" : name, "it has a byte that no host can have");
	proxies->none_for = strdup(hosts ? hosts : "");
	return proxies->none_for ? SBX_OK : sbx__fail_memory(error);
}

sbx_status sbx__proxies_init(sbx__proxies *proxies, const sbx_http_options *given, bool direct, sbx_error **error)
{
	bool use = given->environment_proxies != SBX_FLAG_NO && !direct;
	sbx_status status = take_credentials(proxies, given, error);
	if (status == SBX_OK && given->proxy) {
		status = take_url(&proxies->http, given->proxy, "proxy", error);
		if (status == SBX_OK)
			status = take_url(&proxies->https, given->proxy, "proxy", error);
	} else if (status == SBX_OK) {
		status = take_from_environment(&proxies->http, "http_proxy", "HTTP_PROXY", use, error);
		if (status == SBX_OK)
			status = take_from_environment(&proxies->https, "https_proxy", "HTTPS_PROXY", use, error);
	}
	return status < 0 ? status : take_none_for(proxies, given->no_proxy, use, error);
}

void sbx__proxies_free(sbx__proxies *proxies)
{
	sbx__secret_free(proxies->http);
	sbx__secret_free(proxies->https);
	sbx__secret_free(proxies->username);
	sbx__secret_free(proxies->password);
	free(proxies->none_for);
	*proxies = (sbx__proxies){0};
}
