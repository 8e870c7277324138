/**
 * @file bare.h
 * What the programs share that have nothing but libcurl and json-c.
 */
#ifndef SANDBOX_SDK_BENCH_BARE_H
#define SANDBOX_SDK_BENCH_BARE_H

#include <curl/curl.h>

#include "measure.h"

/** The header lines of a file; NULL: it cannot be read. */
static inline struct curl_slist *bench_read_headers(const char *path)
{
	struct curl_slist *headers = NULL;
	char line[1024];
	FILE *file = fopen(path, "r");

	if (!file) {
		perror(path);
		return NULL;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		headers = curl_slist_append(headers, line);
	}
	fclose(file);
	return headers;
}

#endif
