/*
 * The options of a client, resolved: immutable, counted, and held by each call that began with them.
 */
#ifndef SBX_LIB_CONFIG_H
#define SBX_LIB_CONFIG_H

#include <sandbox_sdk/client.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "custom_transport.h"
#include "headers.h"
#include "http_options.h"
#include "log.h"
#include "number.h"

/* Seconds, or SBX_FOREVER. */
typedef struct sbx__timeouts {
	double connect;
	double read;
	double write;
	double pool;
	bool read_given; /* the caller chose how long to wait for an answer */
} sbx__timeouts;

typedef struct sbx__config {
	atomic_size_t references;
	char *api_key;
	char *base_url; /* ends with a slash */
	char *origin;   /* of the base URL */
	sbx__timeouts timeouts;
	double deadline;
	int max_retries;
	bool retry_unsafe;
	bool strict;
	bool lenient_arguments;
	sbx__log log;
	sbx_attempt_callback on_attempt;
	void *on_attempt_user_data;
	sbx__http_options *http;
	sbx__custom *transport; /* the caller's own; NULL: libcurl */
	char *client_name;
	char *language;
	char *runtime;
	char *runtime_version;
	sbx_json *default_query; /* NULL: none */
	sbx__header_set custom;  /* the caller's default headers; names and values are owned */
	sbx__header_set headers; /* what each request begins with: the library's own and the caller's; names and values
	                            point into this struct */
	char read_timeout[SBX__NUMBER_SIZE]; /* of the timeouts, as a header says it; "": none */
	char *header_lines;
	size_t header_lines_length;
	char *user_agent;
	char *language_lower;
} sbx__config;

/* Resolves options over those of `base`, or over the environment and the defaults where it is NULL. */
sbx_status sbx__config_new(sbx__config **config, const sbx__config *base, const sbx_client_options *options,
                           sbx_error **error);
sbx__config *sbx__config_ref(sbx__config *config);
void sbx__config_unref(sbx__config *config);

/* How long a request's URL may be, and the headers of a client and of a call each, in bytes: together they stay below
 * what libcurl can send. */
#define SBX__LONGEST_REQUEST_PART ((size_t)256 << 10)

/* An endless number of seconds is SBX_FOREVER; all others are what they are. */
double sbx__timeout_plain(double seconds);
/* Lays one set of the five timeout options over others: `all` first, then the four. */
void sbx__timeouts_merge(sbx__timeouts *timeouts, double all, double connect, double read, double write, double pool);
/* Checks that each of the options in seconds is a number, SBX_DEFAULT or SBX_FOREVER. */
/* A timeout as a header says it; "" where there is none. */
void sbx__timeout_write(char text[SBX__NUMBER_SIZE], double seconds);
sbx_status sbx__timeouts_check(double all, double connect, double read, double write, double pool, double deadline,
                               sbx_error **error);
/* Checks pairs that are to be headers. */
sbx_status sbx__headers_check(const sbx_pair *pairs, size_t count, const char *argument, sbx_error **error);

#endif
