#include "image_files.h"

#include "json_writer.h"
#include "sandbox.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (1024 * 1024)

void image_unfinished_name(char out[64])
{
	char id[SANDBOX_ID_SIZE];
	sandbox_random_id(id, "image");
	snprintf(out, 64, IMAGE_UNFINISHED "%s", id);
}

/* A link or a file in its place is no place to mount on. */
static int make_directory(int root, const char *path)
{
	struct stat info;

	if (fstatat(root, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode))
		return 0;
	if (tree_remove(root, path) < 0 || mkdirat(root, path, 0755) < 0)
		return -1;
	return fchmodat(root, path, 0755, 0);
}

static int write_file(int folder, const char *name, const char *data, size_t length)
{
	int fd = tree_remove(folder, name) < 0
	                 ? -1
	                 : openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	int result = write(fd, data, length) == (ssize_t)length ? fchmod(fd, 0644) : -1;
	close(fd);
	return result;
}

static int write_text(int folder, const char *name, const char *text)
{
	return write_file(folder, name, text, strlen(text));
}

static int read_file(int folder, const char *name, sbx__buffer *out)
{
	char piece[4096];
	ssize_t got = 0;
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? 0 : -1;
	while (out->length < TEXT_MAX && (got = read(fd, piece, sizeof(piece))) > 0)
		sbx__buffer_append(out, piece, (size_t)got);
	close(fd);
	return got < 0 || out->failed ? -1 : 0;
}

/* Whether a line of passwd or group is of the sandbox's name or number. */
static bool is_sandbox_line(const char *line, size_t length)
{
	const char *end = line + length;
	const char *password = memchr(line, ':', length);
	const char *number = password ? memchr(password + 1, ':', (size_t)(end - password - 1)) : NULL;

	if (strncmp(line, "sandbox:", 8) == 0)
		return true;
	return number && end - number >= 5 && strncmp(number, ":1000", 5) == 0 &&
	       (end - number == 5 || number[5] == ':');
}

/* The image's own users stay, so that its programs find them. */
static int add_user(int etc, const char *name, const char *line)
{
	sbx__buffer before = {0}, after = {0};
	int result = read_file(etc, name, &before);

	for (const char *at = before.data; result == 0 && at && *at;) {
		size_t length = strcspn(at, "\n");
		if (length > 0 && !is_sandbox_line(at, length)) {
			sbx__buffer_append(&after, at, length);
			sbx__buffer_byte(&after, '\n');
		}
		at += length + (at[length] == '\n');
	}
	sbx__buffer_text(&after, line);
	if (result == 0)
		result = after.failed ? -1 : write_file(etc, name, after.data, after.length);
	sbx__buffer_free(&before);
	sbx__buffer_free(&after);
	return result;
}

static int fill_etc(int etc)
{
	struct stat info;

	if (add_user(etc, "passwd", "sandbox:x:1000:1000:sandbox:/home/sandbox:/bin/sh\n") < 0 ||
	    add_user(etc, "group", "sandbox:x:1000:\n") < 0 ||
	    write_text(etc, "hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n") < 0 ||
	    write_text(etc, "hostname", "sandbox\n") < 0 || write_text(etc, "resolv.conf", "") < 0)
		return -1;
	if (fstatat(etc, "nsswitch.conf", &info, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return write_text(etc, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
}

int image_prepare_root(int root)
{
	static const char *const places[] = {"proc", "dev", "data", "tmp", "home", "home/sandbox", "run", "etc", "var"};
	int etc = -1;
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(places) / sizeof(places[0]); i++)
		result = make_directory(root, places[i]);
	if (result == 0)
		result = tree_remove(root, "var/tmp") < 0 ? -1 : symlinkat("/tmp", root, "var/tmp");
	if (result == 0)
		etc = openat(root, "etc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (result == 0)
		result = etc < 0 ? -1 : fill_etc(etc);
	if (etc >= 0)
		close(etc);
	return result;
}

int image_write_document(int folder, const struct image *image)
{
	struct json_writer writer = {0};

	json_open(&writer, '{');
	json_string(&writer, "name", image->name);
	json_boolean(&writer, "host", image->is_host);
	json_string(&writer, "digest", image->digest[0] ? image->digest : NULL);
	json_integer(&writer, "size", image->size);
	json_integer(&writer, "imported_ms", image->imported_ms);
	json_string(&writer, "working_dir", image->working_dir);
	json_key(&writer, "env");
	json_open(&writer, '{');
	for (size_t at = 0; at < image->environment.length;) {
		const char *name = image->environment.data + at;
		const char *value = name + strlen(name) + 1;
		json_string(&writer, name, value);
		at += strlen(name) + strlen(value) + 2;
	}
	json_close(&writer, '}');
	json_close(&writer, '}');
	int result = writer.text.failed ? -1 : write_file(folder, IMAGE_DOCUMENT, writer.text.data, writer.text.length);
	sbx__buffer_free(&writer.text);
	return result;
}
