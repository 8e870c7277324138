#include "transport_curl_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authorities.h"
#include "error.h"

struct sbx__curl_options {
	sbx__http_options *http;
	sbx__authorities found; /* where the options name none; both NULL: libcurl knows them by itself */
	struct curl_slist *overrides;
};

/* ---- what this libcurl can do ---- */

static bool uses_scheme(const sbx__proxies *proxies, const char *scheme)
{
	size_t length = strlen(scheme);
	return strncasecmp(proxies->http, scheme, length) == 0 || strncasecmp(proxies->https, scheme, length) == 0;
}

static bool uses_tls_options(const sbx__http_options *http)
{
	return http->ca.file || http->ca.data || http->ca_directory || http->certificate.file ||
	       http->certificate.data || http->crl_file || http->accept_invalid_certificates ||
	       http->minimum_tls != SBX_TLS_1_2;
}

/* Whether its TLS library is OpenSSL or one that was made of it: others pass over the lists of revoked certificates, or
 * over an authority that has none. */
static bool checks_revocation(const curl_version_info_data *info)
{
	static const char *const libraries[] = {"OpenSSL", "LibreSSL", "BoringSSL", "AWS-LC", "quictls"};
	for (size_t index = 0; info->ssl_version && index < sizeof libraries / sizeof libraries[0]; index++)
		if (strncmp(info->ssl_version, libraries[index], strlen(libraries[index])) == 0)
			return true;
	return false;
}

static sbx_status check_features(const sbx__http_options *http, sbx_error **error)
{
	const struct {
		bool wanted;
		int feature;
		const char *name;
	} features[] = {
	        {http->version == SBX_HTTP_2, CURL_VERSION_HTTP2, "HTTP/2"},
	        {http->unix_socket != NULL, CURL_VERSION_UNIX_SOCKETS, "Unix sockets"},
	        {uses_scheme(&http->proxies, "https:"), CURL_VERSION_HTTPS_PROXY, "HTTPS proxies"},
	        {uses_tls_options(http), CURL_VERSION_SSL, "TLS"},
	};
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	for (size_t index = 0; index < sizeof features / sizeof features[0]; index++)
		if (features[index].wanted && !(info->features & features[index].feature))
			return sbx__fail(error, SBX_ERROR_CONFIGURATION, "http: libcurl %s was built without %s",
			                 info->version, features[index].name);
	if (http->crl_file && !checks_revocation(info))
		return sbx__fail_option(error, "crl_file", "libcurl %s was built with %s, which does not check it",
		                        info->version, info->ssl_version);
	return SBX_OK;
}

/* ---- setting ---- */

/* What an option of libcurl is called in an error, beside its value. */
typedef struct setting {
	CURLoption option;
	const char *text;
	const char *name;
} setting;

static CURLcode set_texts(CURL *easy, const setting *settings, size_t count, const char **failed)
{
	for (size_t index = 0; index < count; index++) {
		if (!settings[index].text)
			continue;
		CURLcode code = curl_easy_setopt(easy, settings[index].option, settings[index].text);
		if (code != CURLE_OK) {
			*failed = settings[index].name;
			return code;
		}
	}
	return CURLE_OK;
}

static CURLcode set_blob(CURL *easy, CURLoption option, const sbx__material *material, const char *name,
                         const char **failed)
{
	if (!material->data)
		return CURLE_OK;
	struct curl_blob blob = {material->data, material->length, CURL_BLOB_NOCOPY};
	CURLcode code = curl_easy_setopt(easy, option, &blob);
	if (code != CURLE_OK)
		*failed = name;
	return code;
}

static const char *authorities_file(const sbx__curl_options *options)
{
	return options->http->ca.file ? options->http->ca.file : options->found.file;
}

static const char *authorities_directory(const sbx__curl_options *options)
{
	return options->http->ca_directory ? options->http->ca_directory : options->found.directory;
}

static CURLcode set_trust(CURL *easy, const sbx__curl_options *options, const char **failed)
{
	const sbx__http_options *http = options->http;
	const long versions[] = {[SBX_TLS_1_2] = CURL_SSLVERSION_TLSv1_2, [SBX_TLS_1_3] = CURL_SSLVERSION_TLSv1_3};
	const setting texts[] = {
	        {CURLOPT_CAINFO, authorities_file(options), "ca_file"},
	        {CURLOPT_CAPATH, authorities_directory(options), "ca_directory"},
	        {CURLOPT_SSLCERT, http->certificate.file, "certificate_file"},
	        {CURLOPT_SSLKEY, http->key.file, "key_file"},
	        {CURLOPT_KEYPASSWD, http->key_password, "key_password"},
	};
	CURLcode code = set_texts(easy, texts, sizeof texts / sizeof texts[0], failed);
	if (code == CURLE_OK)
		code = set_blob(easy, CURLOPT_CAINFO_BLOB, &http->ca, "ca_data", failed);
	if (code == CURLE_OK)
		code = set_blob(easy, CURLOPT_SSLCERT_BLOB, &http->certificate, "certificate_data", failed);
	if (code == CURLE_OK)
		code = set_blob(easy, CURLOPT_SSLKEY_BLOB, &http->key, "key_data", failed);
	/* The authorities that were given are all that count: the system's directory must not add to them. */
	if (code == CURLE_OK && (authorities_file(options) || http->ca.data) && !authorities_directory(options))
		code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (code == CURLE_OK && authorities_directory(options) && !authorities_file(options) && !http->ca.data)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	if (code == CURLE_OK) {
		*failed = "minimum_tls";
		code = curl_easy_setopt(easy, CURLOPT_SSLVERSION, versions[http->minimum_tls]);
	}
	if (code == CURLE_OK && http->accept_invalid_certificates) {
		code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	return code;
}

static CURLcode set_proxy_trust(CURL *easy, const sbx__curl_options *options, const char **failed)
{
	const sbx__http_options *http = options->http;
	const long versions[] = {[SBX_TLS_1_2] = CURL_SSLVERSION_TLSv1_2, [SBX_TLS_1_3] = CURL_SSLVERSION_TLSv1_3};
	const setting texts[] = {
	        {CURLOPT_PROXY_CAINFO, authorities_file(options), "ca_file"},
	        {CURLOPT_PROXY_CAPATH, authorities_directory(options), "ca_directory"},
	};
	if (!uses_scheme(&http->proxies, "https:"))
		return CURLE_OK;
	CURLcode code = set_texts(easy, texts, sizeof texts / sizeof texts[0], failed);
	if (code == CURLE_OK)
		code = set_blob(easy, CURLOPT_PROXY_CAINFO_BLOB, &http->ca, "ca_data", failed);
	if (code == CURLE_OK && (authorities_file(options) || http->ca.data) && !authorities_directory(options))
		code = curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	if (code == CURLE_OK && authorities_directory(options) && !authorities_file(options) && !http->ca.data)
		code = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
	if (code == CURLE_OK) {
		*failed = "minimum_tls";
		code = curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, versions[http->minimum_tls]);
	}
	return code;
}

static CURLcode set_revocations(CURL *easy, const sbx__http_options *http, const char **failed)
{
	if (!http->crl_file)
		return CURLE_OK;
	*failed = "crl_file";
	CURLcode code = curl_easy_setopt(easy, CURLOPT_CRLFILE, http->crl_file);
	if (code == CURLE_OK && uses_scheme(&http->proxies, "https:"))
		code = curl_easy_setopt(easy, CURLOPT_PROXY_CRLFILE, http->crl_file);
	/* In a session that is resumed no certificate is shown, and it may have been revoked meanwhile. */
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	return code;
}

/* "host!" and "if!" say which of the two it is: libcurl would else guess. */
static CURLcode set_local(CURL *easy, const sbx__http_options *http, const char **failed)
{
	const char *where = http->local_address ? http->local_address : http->network_interface;
	if (!where)
		return CURLE_OK;
	*failed = http->local_address ? "local_address" : "network_interface";
	size_t size = strlen(where) + sizeof "host!";
	char *text = malloc(size);
	if (!text)
		return CURLE_OUT_OF_MEMORY;
	snprintf(text, size, "%s%s", http->local_address ? "host!" : "if!", where);
	CURLcode code = curl_easy_setopt(easy, CURLOPT_INTERFACE, text);
	free(text);
	return code;
}

static CURLcode set_connections(CURL *easy, const sbx__http_options *http)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, http->keep_alive_interval ? 1L : 0L);
	if (http->keep_alive_interval) {
		code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, http->keep_alive_interval);
		code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, http->keep_alive_interval);
	}
	/* To libcurl an age of 0 is no limit. */
	bool keeps = http->idle_expiry != 0 && http->max_idle_connections != 0;
	code |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, keeps ? 0L : 1L);
	code |= curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, http->idle_expiry > 0 ? http->idle_expiry : 0L);
	return code;
}

static CURLcode set_all(const sbx__curl_options *options, CURL *easy, const char **failed)
{
	const sbx__http_options *http = options->http;
	bool second = http->version == SBX_HTTP_2;
	const setting texts[] = {
	        {CURLOPT_PROXYUSERNAME, http->proxies.username, "proxy_username"},
	        {CURLOPT_PROXYPASSWORD, http->proxies.password, "proxy_password"},
	        {CURLOPT_NOPROXY, http->proxies.none_for, "no_proxy"},
	        {CURLOPT_UNIX_SOCKET_PATH, http->unix_socket, "unix_socket"},
	};
	CURLcode code = set_texts(easy, texts, sizeof texts / sizeof texts[0], failed);
	if (code == CURLE_OK)
		code = set_trust(easy, options, failed);
	if (code == CURLE_OK)
		code = set_proxy_trust(easy, options, failed);
	if (code == CURLE_OK)
		code = set_revocations(easy, http, failed);
	if (code == CURLE_OK)
		code = set_local(easy, http, failed);
	if (code == CURLE_OK) {
		*failed = "version";
		code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		                        second ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
	}
	if (code == CURLE_OK && options->overrides) {
		*failed = "name_overrides";
		code = curl_easy_setopt(easy, CURLOPT_RESOLVE, options->overrides);
	}
	if (code == CURLE_OK) {
		*failed = "idle_expiry";
		code = set_connections(easy, http);
	}
	return code;
}

CURLcode sbx__curl_options_set(const sbx__curl_options *options, CURL *easy)
{
	const char *failed = "";
	return set_all(options, easy, &failed);
}

CURLcode sbx__curl_options_set_proxy(const sbx__curl_options *options, CURL *easy, bool tls)
{
	const sbx__proxies *proxies = &options->http->proxies;
	/* An empty text says that there is none, and keeps libcurl from asking the environment. */
	return curl_easy_setopt(easy, CURLOPT_PROXY, tls ? proxies->https : proxies->http);
}

bool sbx__curl_options_asks_proxy(const sbx__curl_options *options, bool tls)
{
	return !tls && strncasecmp(options->http->proxies.http, "http", 4) == 0;
}

/* ---- the whole ---- */

/* Sets everything on a handle that is not used, so that what libcurl refuses is refused where a client is made. */
static sbx_status try_all(const sbx__curl_options *options, sbx_error **error)
{
	const char *failed = "http";
	CURL *easy = curl_easy_init();
	CURLcode code = easy ? set_all(options, easy, &failed) : CURLE_OUT_OF_MEMORY;
	if (code == CURLE_OK) {
		failed = "proxy";
		code = sbx__curl_options_set_proxy(options, easy, false);
		code |= sbx__curl_options_set_proxy(options, easy, true);
	}
	curl_easy_cleanup(easy);
	if (code == CURLE_OK)
		return SBX_OK;
	if (code == CURLE_OUT_OF_MEMORY)
		return sbx__fail_memory(error);
	return sbx__fail_option(error, failed, "libcurl %s refuses it: %s", curl_version_info(CURLVERSION_NOW)->version,
	                        curl_easy_strerror(code));
}

/* A distribution's libcurl knows where its authorities are; one that is made for all of them does not. */
static sbx_status find_authorities(sbx__curl_options *made, sbx_error **error)
{
	const sbx__http_options *http = made->http;
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	if (http->ca.file || http->ca.data || http->ca_directory || !(info->features & CURL_VERSION_SSL))
		return SBX_OK;
	if (!sbx__authorities_from_environment(&made->found))
		return sbx__fail_memory(error);
	if (made->found.file || made->found.directory || info->cainfo || info->capath)
		return SBX_OK;
	return sbx__authorities_from_system(&made->found, "") ? SBX_OK : sbx__fail_memory(error);
}

static sbx_status copy_overrides(sbx__curl_options *made, sbx_error **error)
{
	for (size_t index = 0; index < made->http->name_overrides_count; index++) {
		struct curl_slist *longer = curl_slist_append(made->overrides, made->http->name_overrides[index]);
		if (!longer)
			return sbx__fail_memory(error);
		made->overrides = longer;
	}
	return SBX_OK;
}

sbx_status sbx__curl_options_new(sbx__curl_options **made, sbx__http_options *options, sbx_error **error)
{
	sbx__curl_options *copy = calloc(1, sizeof *copy);
	if (!copy)
		return sbx__fail_memory(error);
	copy->http = sbx__http_options_ref(options);
	sbx_status status = check_features(options, error);
	if (status == SBX_OK)
		status = find_authorities(copy, error);
	if (status == SBX_OK)
		status = copy_overrides(copy, error);
	if (status == SBX_OK && (options->given || *options->proxies.http || *options->proxies.https))
		status = try_all(copy, error);
	if (status < 0)
		sbx__curl_options_free(copy);
	else
		*made = copy;
	return status;
}

void sbx__curl_options_free(sbx__curl_options *options)
{
	if (!options)
		return;
	curl_slist_free_all(options->overrides);
	sbx__authorities_free(&options->found);
	sbx__http_options_unref(options->http);
	free(options);
}
