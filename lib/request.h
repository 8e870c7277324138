/*
 * What is sent: method, URL, headers and body, built from an operation's description, its arguments and the options.
 */
#ifndef SBX_LIB_REQUEST_H
#define SBX_LIB_REQUEST_H

#include <sandbox_sdk/request_options.h>

#include "config.h"
#include "multipart.h"
#include "number.h"
#include "operation.h"
#include "platform.h"
#include "source.h"

/* What a request is built from; all of it is others' and must outlive it. */
typedef struct sbx__request_input {
	const sbx_operation *operation;
	const sbx_json *arguments; /* an object or NULL */
	const sbx_request_options *options;
	const sbx__config *config;
	const sbx__platform *platform;
	sbx__timeouts timeouts;
	sbx__source_reader *file; /* NULL: none */
} sbx__request_input;

typedef struct sbx__request {
	const char *method;
	char *url;
	char *first_url; /* where the request began, when redirects led it elsewhere; else NULL */
	bool has_body;
	sbx__buffer body;     /* a JSON body */
	size_t body_position; /* how much of it was read */
	sbx__multipart form;  /* a multipart body */
	bool is_form;
	bool became_get; /* a redirect turned the request into a GET, without its body */
	bool foreign;    /* a redirect led away from the base URL's origin */
	char idempotency_key[37];
	char content_type[80];
	char read_timeout[SBX__NUMBER_SIZE];
	char retry_count[SBX__NUMBER_SIZE];
	sbx__header_set headers; /* made anew for each attempt */
} sbx__request;

/* Checks the arguments and builds all but the headers. The request is freed with sbx__request_free() in any case. */
sbx_status sbx__request_init(sbx__request *request, const sbx__request_input *input, sbx_error **error);
/* Makes the headers of an attempt. False: no memory. */
bool sbx__request_make_headers(sbx__request *request, const sbx__request_input *input, int retries);
/* The value that an argument of the body has in the end: the call's extra body may replace it. NULL: none. */
const sbx_json *sbx__request_effective(const sbx__request_input *input, const char *name);
/* The next bytes of the body: how many, 0 at its end, negative when its source failed. */
int64_t sbx__request_read(sbx__request *request, void *buffer, size_t capacity);
/* How long the body is; -1: not known. */
int64_t sbx__request_length(const sbx__request *request);
/* Takes the body back to its start, for another attempt. False: a source that can be read only once. */
bool sbx__request_rewind(sbx__request *request);
/* Whether there is a body to send now. */
bool sbx__request_sends_body(const sbx__request *request);
/* Sends the request to another URL, which is taken over, from now on. */
void sbx__request_redirect(sbx__request *request, char *url, bool as_get, bool foreign);
/* Takes back what redirects did. */
void sbx__request_restart(sbx__request *request, const sbx__request_input *input);
void sbx__request_free(sbx__request *request);

#endif
