#include "pem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "secret.h"

/* The system's own file of authorities has some 220 KiB; the lists of a large authority can have tens of MiB. */
#define LARGEST_FILE ((size_t)128 << 20)

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";

/* How a label of each kind ends, and what an error says where there is none or not all of it. */
static const struct {
	const char *label;
	const char *missing;
	const char *cut;
} kinds[] = {
        [SBX__PEM_CERTIFICATE] = {"CERTIFICATE-----", "there is no certificate in the PEM format in it",
	                          "the certificate in it is cut short"},
        [SBX__PEM_KEY] = {"PRIVATE KEY-----", "there is no private key in the PEM format in it",
	                  "the private key in it is cut short"},
        [SBX__PEM_REVOCATIONS] = {"X509 CRL-----", "there is no list of revoked certificates in the PEM format in it",
	                          "the list of revoked certificates in it is cut short"},
};

static const char *find(const char *data, const char *end, const char *text, size_t length)
{
	return data < end ? memmem(data, (size_t)(end - data), text, length) : NULL;
}

/* Whether a label, up to its five hyphens, is of that kind: CERTIFICATE and TRUSTED CERTIFICATE, PRIVATE KEY with any
 * word before it, or X509 CRL. */
static bool is_label_of(const char *label, const char *end, sbx__pem_kind kind)
{
	const char *word = kinds[kind].label;
	size_t length = strlen(word);
	const char *line_end = memchr(label, '\n', (size_t)(end - label));
	const char *hyphens = find(label, line_end ? line_end : end, "-----", 5);
	if (!hyphens)
		return false;
	size_t whole = (size_t)(hyphens - label) + 5;
	return whole >= length && memcmp(label + whole - length, word, length) == 0;
}

bool sbx__pem_check(const char *data, size_t length, sbx__pem_kind kind, const char **problem)
{
	const char *end = data + length;
	*problem = kinds[kind].missing;
	for (const char *at = data; (at = find(at, end, begin_mark, sizeof begin_mark - 1));) {
		at += sizeof begin_mark - 1;
		if (!is_label_of(at, end, kind))
			continue;
		if (find(at, end, end_mark, sizeof end_mark - 1))
			return true;
		*problem = kinds[kind].cut;
	}
	return false;
}

static sbx_status fail_system(sbx_error **error, const char *option, const char *path, int number)
{
	char words[128];
	const char *text = strerror_r(number, words, sizeof words);
	return sbx__fail_option(error, option, "cannot read %s: %s", path, text);
}

/* Reads a whole file; the caller overwrites and frees it. 0, or the system's number of what went wrong. */
static int read_file(int descriptor, char **data, size_t *length)
{
	struct stat status;
	if (fstat(descriptor, &status) < 0)
		return errno;
	if (S_ISDIR(status.st_mode))
		return EISDIR;
	if (!S_ISREG(status.st_mode))
		return EINVAL;
	if ((uintmax_t)status.st_size > LARGEST_FILE)
		return EFBIG;
	*data = malloc((size_t)status.st_size + 1);
	if (!*data)
		return ENOMEM;
	while (*length < (size_t)status.st_size) {
		ssize_t got = read(descriptor, *data + *length, (size_t)status.st_size - *length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		*length += (size_t)got;
	}
	return 0;
}

sbx_status sbx__pem_check_file(const char *path, sbx__pem_kind kind, const char *option, sbx_error **error)
{
	char *data = NULL;
	size_t length = 0;
	const char *problem;
	sbx_status status = SBX_OK;
	/* What is no file, such as a pipe that nobody writes to, must not hold up the caller. */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int number = descriptor < 0 ? errno : read_file(descriptor, &data, &length);
	if (number == ENOMEM)
		status = sbx__fail_memory(error);
	else if (number)
		status = fail_system(error, option, path, number);
	else if (!sbx__pem_check(data, length, kind, &problem))
		status = sbx__fail_option(error, option, "%s: %s", path, problem);
	sbx__secret_free_bytes(data, length);
	if (descriptor >= 0)
		close(descriptor);
	return status;
}

sbx_status sbx__pem_check_directory(const char *path, const char *option, sbx_error **error)
{
	DIR *directory = opendir(path);
	if (!directory)
		return errno == ENOMEM ? sbx__fail_memory(error) : fail_system(error, option, path, errno);
	closedir(directory);
	return SBX_OK;
}
