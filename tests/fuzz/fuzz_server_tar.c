/* Any archive that is uploaded to sandboxd, in pieces of any size: nothing appears outside of the sandbox's root, and
 * nothing in it that is no file, directory or link, or that has bits which no upload may set. */
#include "programs/sandboxd/tar_unpack.h"

#include "fuzz.h"
#include "programs/sandboxd/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody's on any distribution; the server's own user where it is not root. */
#define SANDBOX_USER 54321

static char base[] = "/tmp/fuzz-server-tar-XXXXXX";
static uid_t user;

static void remove_base(void)
{
	tree_remove(AT_FDCWD, base);
}

static void make_base(void)
{
	if (!mkdtemp(base))
		abort();
	atexit(remove_base);
	FUZZ_CHECK(chmod(base, 0755) == 0);
	user = geteuid() == 0 ? SANDBOX_USER : geteuid();
}

static int make_directory(int folder, const char *name, bool own)
{
	FUZZ_CHECK(mkdirat(folder, name, 0755) == 0);
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FUZZ_CHECK(fd >= 0);
	if (own && geteuid() == 0)
		FUZZ_CHECK(fchown(fd, user, user) == 0);
	return fd;
}

static int check_entry(const char *path, const struct stat *info, int kind, struct FTW *position)
{
	(void)path;
	(void)position;
	FUZZ_CHECK(S_ISREG(info->st_mode) || S_ISDIR(info->st_mode) || S_ISLNK(info->st_mode));
	FUZZ_CHECK(kind == FTW_SL || (info->st_mode & (S_ISUID | S_ISGID)) == 0);
	return 0;
}

static void check_base(int folder)
{
	DIR *stream = fdopendir(dup(folder));
	const struct dirent *entry;
	int count = 0;

	rewinddir(stream);
	while ((entry = readdir(stream)))
		count += entry->d_name[0] != '.';
	closedir(stream);
	FUZZ_CHECK(count == 2);
	FUZZ_CHECK(faccessat(folder, "root/data", F_OK, 0) == 0);
	FUZZ_CHECK(nftw(base, check_entry, 16, FTW_PHYS) == 0);
}

static void unpack(int root, int incoming, const char *archive, size_t length, size_t piece)
{
	struct sandbox sandbox = {
	        .id = "sbx-fuzz", .storage = 1, .uid = user, .gid = geteuid() == 0 ? user : getegid()};
	struct problem problem = {.message = ""};
	struct tar_unpacked done;
	struct tar_unpack *unpack = NULL;
	int result = tar_unpack_begin(&unpack, root, incoming, &sandbox, "/data", &problem);

	FUZZ_CHECK(result == 0);
	for (size_t at = 0; at < length && result == 0; at += piece)
		result = tar_unpack_feed(unpack, archive + at, length - at < piece ? length - at : piece, &problem);
	if (result == 0)
		result = tar_unpack_finish(unpack, &done, &problem);
	FUZZ_CHECK(result == 0 || problem.message[0] != '\0');
	tar_unpack_free(unpack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	size_t length;
	size_t piece = (size_t)(1 + fuzz_byte(&input)) * 64;
	char *archive = fuzz_rest(&input, &length);

	if (!user)
		make_base();
	int folder = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int root = make_directory(folder, "root", false);
	int incoming = make_directory(folder, "incoming", true);
	close(make_directory(root, "home", false));
	close(make_directory(root, "data", true));
	unpack(root, incoming, archive, length, piece);
	check_base(folder);
	FUZZ_CHECK(tree_remove(folder, "root") == 0 && tree_remove(folder, "incoming") == 0);
	close(folder);
	free(archive);
	return 0;
}
