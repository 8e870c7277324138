#include "image_command.h"

#include "image.h"
#include "json_writer.h"
#include "state.h"
#include "store_look.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int print_json(struct json_writer *writer, struct failure *failure)
{
	int result = writer->text.failed ? failure_set(failure, FAILURE_INTERNAL, "out of memory; free some") : 0;
	if (result == 0)
		puts(writer->text.data);
	sbx__buffer_free(&writer->text);
	return result;
}

static int import(int folder, const char *state, const struct options *options, struct failure *failure)
{
	const char *name = options->arguments[1];
	struct image_unpacked counts;
	struct disk_floor floor;
	struct image image;
	struct problem problem;
	struct json_writer writer = {0};

	disk_floor_set(&floor, state, options->disk_floor);
	if (image_import(folder, name, options->arguments[2], &floor, &counts, failure) < 0)
		return -1;
	if (image_find(folder, name, &image, &problem) < 0)
		return failure_set(failure, FAILURE_IMAGE, "the image %s is gone again; import it once more", name);
	json_open(&writer, '{');
	json_string(&writer, "name", image.name);
	json_string(&writer, "digest", image.digest[0] ? image.digest : NULL);
	json_integer(&writer, "files", (int64_t)counts.entries);
	json_integer(&writer, "bytes", (int64_t)counts.bytes);
	json_integer(&writer, "skipped", (int64_t)counts.skipped);
	json_close(&writer, '}');
	if (options->json) {
		image_free(&image);
		return print_json(&writer, failure);
	}
	sbx__buffer_free(&writer.text);
	if (image.is_host)
		printf("%s stands for this machine's /usr\n", image.name);
	else
		printf("%s: %lu files, %" PRIu64 " bytes, %lu devices left out\n", image.name, counts.entries,
		       counts.bytes, counts.skipped);
	image_free(&image);
	return 0;
}

static void list_json(void *context, const struct image *image)
{
	struct json_writer *writer = context;

	json_open(writer, '{');
	json_string(writer, "name", image->name);
	json_boolean(writer, "host", image->is_host);
	json_string(writer, "digest", image->digest[0] ? image->digest : NULL);
	json_integer(writer, "bytes", image->size);
	json_time(writer, "imported_at", image->imported_ms);
	json_close(writer, '}');
}

static void list_line(void *context, const struct image *image)
{
	time_t seconds = (time_t)(image->imported_ms / 1000);
	struct tm utc;
	char date[32];

	(void)context;
	gmtime_r(&seconds, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	printf("%-48s %14" PRId64 "  %s  %s\n", image->name, image->size, date,
	       image->is_host     ? "this machine's /usr"
	       : image->digest[0] ? image->digest
	                          : "-");
}

static int list(int folder, const struct options *options, struct failure *failure)
{
	struct json_writer writer = {0};

	json_open(&writer, '[');
	if (image_each(folder, options->json ? list_json : list_line, &writer) < 0) {
		sbx__buffer_free(&writer.text);
		return failure_set(failure, FAILURE_STATE, "the images cannot be listed (%s); see the state directory",
		                   strerror(errno));
	}
	json_close(&writer, ']');
	if (options->json)
		return print_json(&writer, failure);
	sbx__buffer_free(&writer.text);
	return 0;
}

static int remove_one(int folder, const char *state, const char *name, struct failure *failure)
{
	char complete[IMAGE_NAME_SIZE];
	int64_t sandboxes = 0;

	if (image_name_complete(name, complete) == 0 && store_look_image(state, complete, &sandboxes, failure) < 0)
		return -1;
	if (sandboxes > 0)
		return failure_set(failure, FAILURE_IMAGE, "%" PRId64 " sandboxes use the image %s; delete them first",
		                   sandboxes, complete);
	return image_remove(folder, name, failure);
}

int image_command(const struct options *options, struct failure *failure)
{
	const char *verb = options->argument_count > 0 ? options->arguments[0] : "";
	bool is_import = strcmp(verb, "import") == 0 && options->argument_count == 3;
	bool is_list = strcmp(verb, "list") == 0 && options->argument_count == 1;
	bool is_remove = strcmp(verb, "remove") == 0 && options->argument_count == 2;
	struct state state = {.fd = -1, .lock_fd = -1};
	int folder = -1;
	int result = -1;

	if (!is_import && !is_list && !is_remove)
		return failure_set(failure, FAILURE_OPTION,
		                   "sandboxd image takes one of: import NAME SOURCE, list, remove NAME; give one");
	/* Names in archives are UTF-8. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (state_visit(&state, options, true, failure) < 0)
		goto done;
	/* The engine's folder, as the engine makes it. */
	mode_t mask = umask(0);
	mkdirat(state.fd, "bwrap", 0711);
	umask(mask);
	folder = openat(state.fd, "bwrap", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		failure_set(failure, FAILURE_STATE, "the folder %s/bwrap cannot be used (%s); give another --state",
		            state.path, strerror(errno));
	else if (is_import)
		result = import(folder, state.path, options, failure);
	else if (is_list)
		result = list(folder, options, failure);
	else
		result = remove_one(folder, state.path, options->arguments[1], failure);
	if (folder >= 0)
		close(folder);
done:
	state_close(&state);
	return result;
}
