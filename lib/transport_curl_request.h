/*
 * What libcurl is told of one exchange: method, URL, headers, body and the limits that differ from the one before.
 */
#ifndef SBX_LIB_TRANSPORT_CURL_REQUEST_H
#define SBX_LIB_TRANSPORT_CURL_REQUEST_H

#include "transport_curl.h"

CURLcode sbx__curl_request_set(sbx__curl_transport *transport, const sbx__exchange *exchange);

/* The exchange that is under way needs no name: libcurl does not look at its end which of those that it knows are old.
 */
void sbx__curl_request_keep_names(sbx__curl_transport *transport);

#endif
