/*
 * Which proxies a client uses: the caller's, or what the environment says.
 */
#ifndef SBX_LIB_PROXY_H
#define SBX_LIB_PROXY_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/http_options.h>
#include <stdbool.h>

/* All texts are owned. The URLs may hold passwords. */
typedef struct sbx__proxies {
	char *http;     /* for URLs of http; "": none */
	char *https;    /* for URLs of https; "": none */
	char *username; /* NULL: as the URL says */
	char *password; /* NULL: as the URL says, or none */
	char *none_for; /* the hosts that are reached without one; "": none */
} sbx__proxies;

/* Resolves and checks them; `direct`: there are none, whatever the environment says. */
sbx_status sbx__proxies_init(sbx__proxies *proxies, const sbx_http_options *given, bool direct, sbx_error **error);
/* Overwrites and frees them. */
void sbx__proxies_free(sbx__proxies *proxies);

#endif
