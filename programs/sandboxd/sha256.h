/* SHA-256, by which requests are compared. */
#ifndef SANDBOXD_SHA256_H
#define SANDBOXD_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#define SHA256_SIZE 32

struct sha256 {
	void *context; /* NULL: not begun, or failed */
};

/* What fails is told at the end. */
void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
/* False without memory. The hash is freed in any case. */
bool sha256_end(struct sha256 *hash, unsigned char digest[SHA256_SIZE]);
/* Of one that may not have been begun or may have ended. */
void sha256_free(struct sha256 *hash);

#endif
