/*
 * Building the URLs of requests: percent-encoding, path templates and queries.
 */
#ifndef SBX_LIB_URL_H
#define SBX_LIB_URL_H

#include <sandbox_sdk/json.h>

#include "buffer.h"

/* Appends text as a segment of a path, with everything percent-encoded but the unreserved characters, ':' and '@',
 * which stand for themselves there; other delimiters mean something to many a server (RFC 3986, sections 2 and 3.3). */
void sbx__url_append_segment(sbx__buffer *url, const char *text, size_t length);

/* Appends one "name=value" of a query, encoded as a form is (WHATWG URL, application/x-www-form-urlencoded: a space is
 * a plus), after a '?' where `first` still says so, else after a '&'. */
void sbx__url_append_query(sbx__buffer *url, bool *first, const char *name, const char *value, size_t length);

/* Appends one "name=value" of a form in the same way, after a '&' where it is not the first. */
void sbx__url_append_form(sbx__buffer *form, const char *name, const char *value);

/* Appends part of a URL that somebody wrote: what cannot stand in one is percent-encoded (a '%' too that encodes
 * nothing), all else stays as it is. */
void sbx__url_append_written(sbx__buffer *url, const char *text, size_t length);

/* How long the scheme and the authority of a URL are, "://" included; 0: it is a path. */
size_t sbx__url_authority_length(const char *url);

/* Whether a path has a segment "." or "..", percent-encoded or not. */
bool sbx__url_has_dots(const char *path, size_t length);

/* Whether one "name=value" of a query belongs to the member of that name: as itself, or as one that is nested in it. */
bool sbx__url_pair_is_of(const char *pair, size_t length, const char *name);

/* How an array becomes text. */
typedef enum sbx__array_form {
	SBX__ARRAY_COMMA,    /* name=a,b */
	SBX__ARRAY_BRACKETS, /* name[]=a and name[]=b */
} sbx__array_form;

/* Receives one flat name and its text. */
typedef void (*sbx__flat_visitor)(void *user_data, const char *name, const char *text, size_t length);

/*
 * Turns a member of a query or form into flat names and texts: nested names stand in brackets, booleans are "true" and
 * "false", null and empty text are left out. False: no memory.
 */
bool sbx__url_flatten(const char *name, const sbx_json *value, sbx__array_form form, sbx__flat_visitor visit,
                      void *user_data);

/* Appends all members of an object as a query, as sbx__url_append_query() does. False: no memory. */
bool sbx__url_append_members(sbx__buffer *url, bool *first, const sbx_json *object);

/* Appends the text of a value that is neither array nor object. */
void sbx__url_append_scalar(const sbx_json *value, sbx__buffer *text);

#endif
