/*
 * The options of the HTTP client, resolved and checked: immutable, counted, held by the config and by what makes
 * transports.
 */
#ifndef SBX_LIB_HTTP_OPTIONS_H
#define SBX_LIB_HTTP_OPTIONS_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/http_options.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "proxy.h"

#define SBX__DEFAULT_EVENT_LINE_BYTES ((int64_t)16 << 20)

/* A file or bytes, whichever was given; neither: both NULL. */
typedef struct sbx__material {
	char *file;
	char *data;
	size_t length;
} sbx__material;

typedef struct sbx__http_options {
	atomic_size_t references;
	bool given; /* the caller gave some; all else is as in the defaults, or from the environment */
	sbx__proxies proxies;
	bool accept_invalid_certificates;
	sbx_tls_version minimum_tls;
	sbx_http_version version;
	sbx__material ca;
	char *ca_directory; /* NULL: none */
	char *crl_file;     /* NULL: revocation is not checked */
	sbx__material certificate;
	sbx__material key;
	char *key_password;      /* NULL: none */
	char *unix_socket;       /* NULL: none */
	char *local_address;     /* NULL: any */
	char *network_interface; /* NULL: any */
	char **name_overrides;
	size_t name_overrides_count;
	long keep_alive_interval; /* seconds; 0: none is asked */
	sbx_compression compression;
	bool follow_redirects;
	int max_redirects; /* where they are followed */
	size_t max_connections;
	size_t max_idle_connections;
	long idle_expiry; /* seconds; 0: none is kept; -1: for ever */
	size_t max_header_bytes;
	size_t max_document_bytes;
	size_t max_event_line_bytes;
	int64_t max_body_bytes;            /* INT64_MAX: no limit */
	int64_t max_compressed_body_bytes; /* the same for one that came compressed */
	int64_t max_memory_body_bytes;     /* the same for one that is read into memory and is no document */
} sbx__http_options;

/* Reads, checks and copies the caller's options; NULL: the defaults. */
sbx_status sbx__http_options_new(sbx__http_options **options, const sbx_http_options *given, sbx_error **error);
sbx__http_options *sbx__http_options_ref(sbx__http_options *options);
void sbx__http_options_unref(sbx__http_options *options);

/* Whether an answer may come compressed that is read whole into memory, or that is not. */
bool sbx__http_options_compresses(const sbx__http_options *options, bool whole);

#endif
