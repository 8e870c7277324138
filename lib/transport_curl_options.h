/*
 * The options of the HTTP client as libcurl takes them.
 */
#ifndef SBX_LIB_TRANSPORT_CURL_OPTIONS_H
#define SBX_LIB_TRANSPORT_CURL_OPTIONS_H

#include <curl/curl.h>

#include "http_options.h"

typedef struct sbx__curl_options sbx__curl_options;

/* References the options. What this libcurl cannot do is an error that says which. libcurl must have been initialised.
 */
sbx_status sbx__curl_options_new(sbx__curl_options **made, sbx__http_options *options, sbx_error **error);
/* After the last handle that they were set on. */
/* Whether requests may go to a proxy that is asked for them by their whole URL, and not for a way through. */
bool sbx__curl_options_asks_proxy(const sbx__curl_options *options, bool tls);
void sbx__curl_options_free(sbx__curl_options *options);

/* Sets what holds for every exchange of an easy handle. */
CURLcode sbx__curl_options_set(const sbx__curl_options *options, CURL *easy);
/* Sets the proxy, which depends on whether an exchange goes over TLS. */
CURLcode sbx__curl_options_set_proxy(const sbx__curl_options *options, CURL *easy, bool tls);

#endif
