/*
 * What a failure of libcurl means: whether another attempt could go otherwise, and what a person can do.
 */
#ifndef SBX_LIB_TRANSPORT_CURL_FAILURE_H
#define SBX_LIB_TRANSPORT_CURL_FAILURE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "cold.h"
#include "retry.h"

typedef struct sbx__curl_failure {
	sbx__attempt_end end;
	char words[CURL_ERROR_SIZE +
	           256]; /* one line: what is wrong, the cure where there is one, libcurl's own words */
} sbx__curl_failure;

/*
 * Explains the end of a transfer that failed with `code`. `problem` is what libcurl wrote into its error buffer, which
 * may be empty. `connected`: bytes of the request may have left.
 */
SBX__COLD void sbx__curl_failure_explain(sbx__curl_failure *failure, CURL *easy, CURLcode code, const char *problem,
                                         bool connected);

#endif
