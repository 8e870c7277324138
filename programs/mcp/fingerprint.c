#include "fingerprint.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

/* Whatever else may once be made of the key in this way is of another label, and not to be compared. */
#define LABEL "sandbox-sdk-mcp: whose ledger"

bool fingerprint_of_key(char fingerprint[FINGERPRINT_SIZE], const char *key)
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (!HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)LABEL, sizeof(LABEL) - 1, digest, NULL))
		return false;
	for (size_t i = 0; i < FINGERPRINT_SIZE / 2; i++)
		snprintf(fingerprint + 2 * i, 3, "%02x", digest[i]);
	return true;
}
