#include "transport_parse.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buffer.h"

const char sbx__url_no_memory[] = "out of memory";

static char *get_part(CURLU *handle, CURLUPart part, unsigned int flags)
{
	char *text = NULL;
	if (curl_url_get(handle, part, &text, flags) != CURLUE_OK)
		return NULL;
	/* What libcurl allocated is freed by libcurl: hand out memory of our own. */
	char *copy = strdup(text);
	curl_free(text);
	return copy;
}

static char *make_origin(CURLU *handle)
{
	char *scheme = get_part(handle, CURLUPART_SCHEME, 0);
	char *host = get_part(handle, CURLUPART_HOST, 0);
	char *port = get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	sbx__buffer origin = {0};
	if (scheme && host && port)
		sbx__buffer_format(&origin, "%s://%s:%s", scheme, host, port);
	else
		origin.failed = true;
	free(scheme);
	free(host);
	free(port);
	char *text = sbx__buffer_take(&origin);
	for (char *at = text; at && *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return text;
}

static bool has_part(CURLU *handle, CURLUPart part)
{
	char *text = get_part(handle, part, 0);
	free(text);
	return text != NULL;
}

static bool fill_parts(CURLU *handle, sbx__url_parts *parts)
{
	parts->has_query = has_part(handle, CURLUPART_QUERY);
	parts->has_fragment = has_part(handle, CURLUPART_FRAGMENT);
	parts->path = get_part(handle, CURLUPART_PATH, 0);
	parts->origin = make_origin(handle);
	curl_url_set(handle, CURLUPART_USER, NULL, 0);
	curl_url_set(handle, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(handle, CURLUPART_OPTIONS, NULL, 0);
	parts->clean = get_part(handle, CURLUPART_URL, 0);
	return parts->path && parts->origin && parts->clean;
}

bool sbx__url_parse(const char *url, sbx__url_parts *parts, const char **problem)
{
	*parts = (sbx__url_parts){0};
	*problem = sbx__url_no_memory;
	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0) {
		*problem = "it must begin with http:// or https://";
		return false;
	}
	/* libcurl takes what follows any number of slashes for a host. */
	if (strchr(url, ':')[3] == '/') {
		*problem = "it has no host";
		return false;
	}
	CURLU *handle = curl_url();
	if (!handle)
		return false;
	CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, CURLU_PATH_AS_IS);
	bool ok = code == CURLUE_OK && fill_parts(handle, parts);
	if (code != CURLUE_OK && code != CURLUE_OUT_OF_MEMORY)
		*problem = curl_url_strerror(code);
	curl_url_cleanup(handle);
	if (!ok)
		sbx__url_parts_free(parts);
	return ok;
}

void sbx__url_parts_free(sbx__url_parts *parts)
{
	free(parts->origin);
	free(parts->clean);
	free(parts->path);
	*parts = (sbx__url_parts){0};
}

static bool is_proxy_scheme(const char *scheme)
{
	static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
	for (size_t index = 0; index < sizeof schemes / sizeof schemes[0]; index++)
		if (strcasecmp(schemes[index], scheme) == 0)
			return true;
	return false;
}

bool sbx__proxy_parse(const char *url, const char **problem)
{
	CURLU *handle = curl_url();
	CURLUcode code =
	        handle ? curl_url_set(handle, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) : CURLUE_OUT_OF_MEMORY;
	char *scheme = code == CURLUE_OK ? get_part(handle, CURLUPART_SCHEME, 0) : NULL;
	char *host = code == CURLUE_OK ? get_part(handle, CURLUPART_HOST, 0) : NULL;
	bool valid = false;
	*problem = sbx__url_no_memory;
	if (scheme && !is_proxy_scheme(scheme))
		*problem = "its scheme must be http, https, socks4, socks4a, socks5 or socks5h";
	else if (scheme && host && !*host)
		*problem = "it has no host";
	else if (code != CURLUE_OK && code != CURLUE_OUT_OF_MEMORY)
		*problem = curl_url_strerror(code);
	else
		valid = scheme && host;
	free(scheme);
	free(host);
	curl_url_cleanup(handle);
	return valid;
}

char *sbx__url_resolve(const char *base, const char *reference, const char **problem)
{
	CURLU *handle = curl_url();
	CURLUcode code = handle ? curl_url_set(handle, CURLUPART_URL, base, CURLU_PATH_AS_IS) : CURLUE_OUT_OF_MEMORY;
	char *resolved = NULL;
	*problem = sbx__url_no_memory;
	if (code == CURLUE_OK)
		code = curl_url_set(handle, CURLUPART_URL, reference, CURLU_URLENCODE);
	if (code == CURLUE_OK) {
		curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
		resolved = get_part(handle, CURLUPART_URL, 0);
	} else if (code != CURLUE_OUT_OF_MEMORY) {
		*problem = curl_url_strerror(code);
	}
	curl_url_cleanup(handle);
	return resolved;
}

int64_t sbx__date_parse(const char *text)
{
	int64_t seconds = (int64_t)curl_getdate(text, NULL);
	return seconds < 0 ? -1 : seconds;
}
