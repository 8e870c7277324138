/*
 * What is sent: method, URL, headers and body, built from an operation's description, its arguments and the options.
 */
#ifndef SBX_LIB_REQUEST_H
#define SBX_LIB_REQUEST_H

#include <sandbox_sdk/request.h>

#include "arguments.h"
#include "body.h"
#include "config.h"
#include "number.h"
#include "operation.h"
#include "platform.h"
#include "source.h"

/* What a request is built from; all of it is others' and must stay until the request is built. */
typedef struct sbx__request_input {
	const sbx_operation *operation;     /* of a custom request sbx__custom_operation() */
	const sbx_json *arguments;          /* an object or NULL */
	const sbx__arguments *typed;        /* a typed function's, in their place; NULL: none */
	const sbx_request *custom;          /* NULL: the request is the operation's */
	const sbx_request_options *options; /* outlives the request */
	const sbx__config *config;          /* so does this */
	const sbx__platform *platform;
	sbx__timeouts timeouts;
	sbx__source_reader *file; /* the options' source, outlives the request; NULL: none */
	bool compresses;          /* the answer may come compressed */
} sbx__request_input;

/* How long the name of a method may be, its NUL counted. */
#define SBX__METHOD_SIZE 32

typedef struct sbx__request {
	const char *method;
	char own_method[SBX__METHOD_SIZE]; /* where the method is none of the usual ones */
	char *url;
	char *first_url; /* where the request began, when redirects led it elsewhere; else NULL */
	const char *first_method;
	sbx__body body;
	sbx__source_reader *files; /* of the parts of a custom form */
	size_t files_count;
	bool custom;     /* no operation's */
	bool became_get; /* a redirect turned the request into a GET, without its body */
	bool foreign;    /* it goes, or a redirect once led, away from the base URL's origin */
	bool first_foreign;
	char idempotency_key[37];
	char *content_type;        /* of the body; NULL: the client's */
	const sbx__parameter *due; /* what the answer has to confirm; NULL: nothing */
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
/* Begins a body that is a form. */
sbx_status sbx__request_begin_form(sbx__request *request, const sbx__request_input *input, sbx_error **error);
/* Whether there is a body to send now. */
bool sbx__request_sends_body(const sbx__request *request);
/* Sends the request to another URL, which is taken over, from now on. */
void sbx__request_redirect(sbx__request *request, char *url, bool as_get, bool foreign);
/* Takes back what redirects did. */
void sbx__request_restart(sbx__request *request);
void sbx__request_free(sbx__request *request);

#endif
