/*
 * The certificate authorities that a client trusts which was given none: those that the environment names, else this
 * machine's.
 */
#ifndef SBX_LIB_AUTHORITIES_H
#define SBX_LIB_AUTHORITIES_H

#include <stdbool.h>

typedef struct sbx__authorities {
	char *file;
	char *directory;
} sbx__authorities;

/* What SSL_CERT_FILE and SSL_CERT_DIR say; both members NULL: nothing. False: no memory. */
bool sbx__authorities_from_environment(sbx__authorities *found);
/* The file that this machine's distribution has them in, below `root`, which is "" but in tests. Where there is none it
 * is the most usual one, so that an error can name what is missing. False: no memory. */
bool sbx__authorities_from_system(sbx__authorities *found, const char *root);
void sbx__authorities_free(sbx__authorities *authorities);

#endif
