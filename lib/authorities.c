#include "authorities.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"

/* Where distributions keep all authorities in one file, the most usual place first. */
static const char *const files[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch, Gentoo, NixOS */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL and those made of it */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* the same, older */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/var/lib/ca-certificates/ca-bundle.pem",            /* SUSE, where the former is missing */
        "/etc/ssl/cert.pem",                                 /* Alpine, Void */
};

static bool copy_variable(char **copy, const char *name)
{
	const char *value = getenv(name);
	*copy = value && *value ? strdup(value) : NULL;
	return *copy || !value || !*value;
}

bool sbx__authorities_from_environment(sbx__authorities *found)
{
	*found = (sbx__authorities){0};
	if (copy_variable(&found->file, "SSL_CERT_FILE") && copy_variable(&found->directory, "SSL_CERT_DIR"))
		return true;
	sbx__authorities_free(found);
	return false;
}

static bool is_readable(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 && access(path, R_OK) == 0;
}

static char *below(const char *root, const char *path)
{
	sbx__buffer text = {0};
	sbx__buffer_format(&text, "%s%s", root, path);
	return sbx__buffer_take(&text);
}

bool sbx__authorities_from_system(sbx__authorities *found, const char *root)
{
	*found = (sbx__authorities){0};
	for (size_t index = 0; index < sizeof files / sizeof files[0]; index++) {
		char *path = below(root, files[index]);
		if (!path || is_readable(path)) {
			found->file = path;
			return path != NULL;
		}
		free(path);
	}
	found->file = below(root, files[0]);
	return found->file != NULL;
}

void sbx__authorities_free(sbx__authorities *authorities)
{
	free(authorities->file);
	free(authorities->directory);
	*authorities = (sbx__authorities){0};
}
