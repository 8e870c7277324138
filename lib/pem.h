/*
 * A first look at certificates, keys and lists of revoked certificates in the PEM format (RFC 7468), so that a wrong
 * file is found where a client is made. What they say is read by the TLS library, when a connection is made.
 */
#ifndef SBX_LIB_PEM_H
#define SBX_LIB_PEM_H

#include <sandbox_sdk/error.h>
#include <stdbool.h>

typedef enum sbx__pem_kind {
	SBX__PEM_CERTIFICATE,
	SBX__PEM_KEY,
	SBX__PEM_REVOCATIONS, /* a list of revoked certificates */
} sbx__pem_kind;

/* Whether bytes hold one block of that kind at least. False: *problem (static text) says why. */
bool sbx__pem_check(const char *data, size_t length, sbx__pem_kind kind, const char **problem);
/* The same for a file; `option` is what the error calls it. */
sbx_status sbx__pem_check_file(const char *path, sbx__pem_kind kind, const char *option, sbx_error **error);
/* Checks that there is a directory that can be read. */
sbx_status sbx__pem_check_directory(const char *path, const char *option, sbx_error **error);

#endif
