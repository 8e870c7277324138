#include "image_blob.h"

#include "lib/buffer.h"
#include "lib/json_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DOCUMENT_MAX (4 * 1024 * 1024)
#define DOCUMENT_DEPTH 32
#define PIECE (64 * 1024)
#define PREFIX "sha256:"
#define PREFIX_LENGTH 7
#define DIGEST_SIZE 32

int image_blob_open(int layout, const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	struct stat info;
	int fd = (int)syscall(SYS_openat2, layout, path, &how, sizeof(how));

	if (fd >= 0 && (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))) {
		close(fd);
		errno = ENOENT;
		return -1;
	}
	return fd;
}

static bool is_digest(const char *digest)
{
	return strncmp(digest, PREFIX, PREFIX_LENGTH) == 0 &&
	       strspn(digest + PREFIX_LENGTH, "0123456789abcdef") == 2 * DIGEST_SIZE &&
	       strlen(digest) == PREFIX_LENGTH + 2 * DIGEST_SIZE;
}

int image_blob_path(const char *digest, char out[IMAGE_BLOB_PATH_SIZE], struct failure *failure)
{
	if (!is_digest(digest))
		return failure_set(failure, FAILURE_IMAGE,
		                   "the image names a part by \"%.100s\"; give an image with SHA-256 digests", digest);
	snprintf(out, IMAGE_BLOB_PATH_SIZE, "blobs/sha256/%s", digest + PREFIX_LENGTH);
	return 0;
}

static int missing(const char *path, struct failure *failure)
{
	return failure_set(failure, FAILURE_IMAGE, "the image's %.200s cannot be read (%s); give a whole image", path,
	                   strerror(errno));
}

/* Without memory, or where OpenSSL is told to do without SHA-256: NULL, which `compare` complains of. */
static EVP_MD_CTX *begin_digest(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

static void add(EVP_MD_CTX *context, const void *data, size_t length)
{
	if (context)
		EVP_DigestUpdate(context, data, length);
}

static int compare(EVP_MD_CTX *context, const char *path, const char *digest, struct failure *failure)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char text[2 * DIGEST_SIZE + 1] = "";
	unsigned int length = 0;

	if (!context || EVP_DigestFinal_ex(context, sum, &length) != 1 || length != DIGEST_SIZE)
		return failure_set(failure, FAILURE_INTERNAL,
		                   "SHA-256 cannot be computed; see OpenSSL's configuration");
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	if (!is_digest(digest) || strcmp(text, digest + PREFIX_LENGTH) != 0)
		return failure_set(failure, FAILURE_IMAGE,
		                   "the image's %.200s is damaged: its digest is not %.80s; get the image again", path,
		                   digest);
	return 0;
}

static int parse(const sbx__buffer *text, const char *path, struct json_object **out, struct failure *failure)
{
	sbx__json_reading check;
	struct json_object *root = NULL;
	struct json_tokener *tokener = NULL;

	if (text->length > 0 && sbx__json_read(&check, text->data, text->length, NULL, NULL) &&
	    check.depth <= DOCUMENT_DEPTH && (tokener = json_tokener_new_ex(DOCUMENT_DEPTH + 1)))
		root = json_tokener_parse_ex(tokener, text->data, (int)text->length + 1);
	if (tokener)
		json_tokener_free(tokener);
	if (!json_object_is_type(root, json_type_object) && !json_object_is_type(root, json_type_array)) {
		json_object_put(root);
		return failure_set(failure, FAILURE_IMAGE, "the image's %.200s is not valid JSON; give a whole image",
		                   path);
	}
	*out = root;
	return 0;
}

int image_blob_document(int layout, const char *path, const char *digest, struct json_object **out,
                        struct failure *failure)
{
	sbx__buffer text = {0};
	EVP_MD_CTX *context = begin_digest();
	char piece[8192];
	ssize_t got = 0;
	int result = -1;
	int fd = image_blob_open(layout, path);

	if (fd < 0) {
		missing(path, failure);
		goto done;
	}
	while (text.length <= DOCUMENT_MAX && (got = read(fd, piece, sizeof(piece))) > 0)
		sbx__buffer_append(&text, piece, (size_t)got);
	add(context, text.data ? text.data : "", text.length);
	if (got < 0)
		missing(path, failure);
	else if (text.failed)
		failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	else if (text.length > DOCUMENT_MAX)
		failure_set(failure, FAILURE_IMAGE, "the image's %.200s is larger than 4 MiB; give another image",
		            path);
	else if (!digest || compare(context, path, digest, failure) == 0)
		result = parse(&text, path, out, failure);
done:
	if (fd >= 0)
		close(fd);
	EVP_MD_CTX_free(context);
	sbx__buffer_free(&text);
	return result;
}

static int add_file(EVP_MD_CTX *context, int fd)
{
	uint8_t piece[PIECE];
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) > 0)
		add(context, piece, (size_t)got);
	return got < 0 ? -1 : 0;
}

/* libarchive's "raw" format is one entry with the decompressed bytes. */
static int add_unpacked(EVP_MD_CTX *context, int fd)
{
	uint8_t piece[PIECE];
	struct archive_entry *entry;
	la_ssize_t got = -1;
	struct archive *reader = archive_read_new();

	if (!reader)
		return -1;
	archive_read_support_filter_gzip(reader);
	archive_read_support_filter_bzip2(reader);
	archive_read_support_filter_xz(reader);
	archive_read_support_filter_zstd(reader);
	archive_read_support_format_raw(reader);
	if (archive_read_open_fd(reader, fd, PIECE) == ARCHIVE_OK &&
	    archive_read_next_header(reader, &entry) == ARCHIVE_OK)
		while ((got = archive_read_data(reader, piece, sizeof(piece))) > 0)
			add(context, piece, (size_t)got);
	archive_read_free(reader);
	return got < 0 ? -1 : 0;
}

int image_blob_check(int fd, const char *path, const char *digest, bool unpacked, struct failure *failure)
{
	EVP_MD_CTX *context = begin_digest();
	int result = -1;

	errno = EIO;
	if (lseek(fd, 0, SEEK_SET) < 0 || (unpacked ? add_unpacked(context, fd) : add_file(context, fd)) < 0)
		missing(path, failure);
	else
		result = compare(context, path, digest, failure);
	EVP_MD_CTX_free(context);
	return result;
}
