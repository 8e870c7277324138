/*
 * libcurl's parsers of URLs and dates, for the parts of the library that do not see libcurl.
 */
#ifndef SBX_LIB_TRANSPORT_PARSE_H
#define SBX_LIB_TRANSPORT_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* A URL taken apart. All texts are owned by it. */
typedef struct sbx__url_parts {
	char *origin; /* "scheme://host:port" in lower case, the port always there */
	char *clean;  /* the URL without user and password */
	char *path;   /* "" or what begins with a slash */
	bool has_query;
	bool has_fragment;
} sbx__url_parts;

/* What *problem points to where memory has run out: it says nothing of the URL. */
extern const char sbx__url_no_memory[];

/* Parses an absolute http or https URL. False: it is none, and *problem (static text) says why. */
bool sbx__url_parse(const char *url, sbx__url_parts *parts, const char **problem);
void sbx__url_parts_free(sbx__url_parts *parts);

/* Whether a URL with a scheme can be a proxy's. False: *problem (static text) says why. */
bool sbx__proxy_parse(const char *url, const char **problem);

/* The URL that a reference means when it stands in a document at `base` (RFC 3986, section 5). NULL: there is
 * none, and *problem (static text) says why. The caller frees it. */
char *sbx__url_resolve(const char *base, const char *reference, const char **problem);

/* A date as HTTP writes them (RFC 9110, section 5.6.7), in seconds since 1970; -1: it is none, or
 * earlier. */
int64_t sbx__date_parse(const char *text);

#endif
