/* Any tar stream into a directory: whatever it says, nothing outside of the directory is made, changed or gone. */
#include <sandbox_sdk.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "fuzz.h"
#include "unpack.h"
#include "utf8.h"

#define MOST_ENTRIES 40
#define MOST_BYTES 100000

typedef struct stream {
	const char *bytes;
	size_t length;
	size_t piece;
} stream;

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	stream *from = user_data;
	size_t piece = from->length < from->piece ? from->length : from->piece;
	if (piece > capacity)
		piece = capacity;
	memcpy(buffer, from->bytes, piece);
	from->bytes += piece;
	from->length -= piece;
	return (int64_t)piece;
}

static void note_skipped(void *user_data, const char *path, const char *reason)
{
	FUZZ_CHECK(path && *reason);
	++*(int *)user_data;
}

/* What lies beside the target must stay as it is. */
static void check_beside(test_folder *folder)
{
	struct stat status;
	size_t length = 0;
	char *text = file_read(folder_file(folder, "beside"), &length);
	FUZZ_CHECK(text && strcmp(text, "untouched") == 0);
	free(text);
	FUZZ_CHECK(lstat(folder_file(folder, "beside"), &status) == 0);
	FUZZ_CHECK(S_ISREG(status.st_mode) && status.st_nlink == 1);
}

static void unpack(test_folder *folder, const char *bytes, size_t length, size_t piece)
{
	const char *target = folder_file(folder, "target");
	sbx_transfer_options options = SBX_TRANSFER_OPTIONS_INIT;
	sbx_error *error = NULL;
	int skipped = 0;
	stream from = {bytes, length, piece};
	options.max_entries = MOST_ENTRIES;
	options.max_bytes = MOST_BYTES;
	options.skipped = note_skipped;
	options.skipped_user_data = &skipped;
	sbx_status status = sbx__unpack(give, &from, target, &options, &error);
	FUZZ_CHECK((status < 0) == (error != NULL));
	FUZZ_CHECK(!error || (*sbx_error_message(error) &&
	                      sbx__utf8_valid(sbx_error_message(error), strlen(sbx_error_message(error)))));
	/* Whole or not at all. */
	FUZZ_CHECK((status == SBX_OK) == (access(target, F_OK) == 0));
	FUZZ_CHECK(folder_count(folder->path) == (status == SBX_OK ? 2 : 1));
	sbx_error_free(error);
	check_beside(folder);
}

/* A byte for the size of the pieces, then the stream. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	size_t piece = 1 + 8 * (size_t)fuzz_byte(&input);
	char *bytes = fuzz_exact(input.data, input.size);
	test_folder folder;
	folder_make(&folder);
	file_write(folder_file(&folder, "beside"), "untouched", 9);
	unpack(&folder, bytes ? bytes : "", input.size, piece);
	folder_remove(&folder);
	free(bytes);
	return 0;
}
