#include "sha256.h"

#include <openssl/evp.h>

void sha256_begin(struct sha256 *hash)
{
	hash->context = EVP_MD_CTX_new();
	if (hash->context && EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1)
		sha256_free(hash);
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
	if (hash->context && EVP_DigestUpdate(hash->context, bytes, length) != 1)
		sha256_free(hash);
}

bool sha256_end(struct sha256 *hash, unsigned char digest[SHA256_SIZE])
{
	bool done = hash->context && EVP_DigestFinal_ex(hash->context, digest, NULL) == 1;
	sha256_free(hash);
	return done;
}

void sha256_free(struct sha256 *hash)
{
	EVP_MD_CTX_free(hash->context);
	hash->context = NULL;
}
