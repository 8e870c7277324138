#include "image_layout.h"

#include "argument_list.h"
#include "image_blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* An index can name another one. */
#define INDEX_DEPTH 4
#define LAYERS_MAX 512

static bool exists(int layout, const char *name)
{
	struct stat info;
	return fstatat(layout, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

bool image_layout_is(int layout)
{
	if (exists(layout, "usr") || exists(layout, "bin"))
		return false;
	return (exists(layout, "oci-layout") && exists(layout, "index.json")) || exists(layout, "manifest.json");
}

/* ---- reading documents ---- */

/* A member of a type; NULL when it is not there or of another one. */
static struct json_object *member(struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *found = NULL;
	if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, name, &found) ||
	    !json_object_is_type(found, type))
		return NULL;
	return found;
}

/* "" when it is not there. */
static const char *text(struct json_object *object, const char *name)
{
	struct json_object *found = member(object, name, json_type_string);
	return found ? json_object_get_string(found) : "";
}

static size_t length(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

static const char *text_at(struct json_object *array, size_t index)
{
	struct json_object *found = json_object_array_get_idx(array, index);
	return json_object_is_type(found, json_type_string) ? json_object_get_string(found) : "";
}

static int malformed(const char *what, struct failure *failure)
{
	return failure_set(failure, FAILURE_IMAGE, "the image has %s; give a whole image", what);
}

/* ---- the choice of one image ---- */

/* As images name this machine's architecture. */
static const char *architecture(void)
{
	static const char *const names[][2] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"},
	                                       {"armv7l", "arm"},   {"armv6l", "arm"},    {"loongarch64", "loong64"}};
	static struct utsname machine;

	uname(&machine);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(machine.machine, names[i][0]) == 0)
			return names[i][1];
	return machine.machine;
}

/* Whether an entry of an index is for this machine; one that does not say may be. */
static bool fits(struct json_object *entry)
{
	struct json_object *platform = member(entry, "platform", json_type_object);
	return !platform || (strcmp(text(platform, "os"), "linux") == 0 &&
	                     strcmp(text(platform, "architecture"), architecture()) == 0);
}

/* Whether an entry carries the name, or the tag, that the image is imported as. */
static bool is_named(struct json_object *entry, const struct image *image)
{
	struct json_object *annotations = member(entry, "annotations", json_type_object);
	const char *tag = strrchr(image->name, ':');
	const char *reference = text(annotations, "org.opencontainers.image.ref.name");
	const char *name = text(annotations, "io.containerd.image.name");
	return strcmp(reference, image->name) == 0 || strcmp(name, image->name) == 0 ||
	       strcmp(reference, tag ? tag + 1 : "") == 0;
}

/* The entry of an index that is meant; NULL with a failure. */
static struct json_object *choose(struct json_object *index, const struct image *image, struct failure *failure)
{
	struct json_object *manifests = member(index, "manifests", json_type_array);
	struct json_object *only = NULL, *named = NULL;
	size_t fitting = 0, with_name = 0;

	for (size_t i = 0; i < length(manifests); i++) {
		struct json_object *entry = json_object_array_get_idx(manifests, i);
		if (!fits(entry))
			continue;
		only = entry;
		fitting++;
		if (is_named(entry, image)) {
			named = entry;
			with_name++;
		}
	}
	if (fitting == 1)
		return only;
	if (with_name == 1)
		return named;
	if (fitting == 0)
		failure_set(failure, FAILURE_IMAGE, "the image is not for this machine, linux/%s; get that one",
		            architecture());
	else
		failure_set(failure, FAILURE_IMAGE, "%zu images are in one and none alone has the name %s; give one",
		            fitting, image->name);
	return NULL;
}

/* ---- what an image says of itself ---- */

static int read_environment(struct json_object *config, struct image *image, struct failure *failure)
{
	struct json_object *entries = member(config, "Env", json_type_array);

	for (size_t i = 0; i < length(entries); i++) {
		const char *entry = text_at(entries, i);
		const char *equals = strchr(entry, '=');
		if (!equals || equals == entry)
			return malformed("a variable without a name", failure);
		sbx__buffer_append(&image->environment, entry, (size_t)(equals - entry));
		sbx__buffer_byte(&image->environment, '\0');
		argument_list_append(&image->environment, equals + 1);
	}
	return 0;
}

static int read_config(struct json_object *document, struct image *image, struct failure *failure)
{
	struct json_object *config = member(document, "config", json_type_object);
	const char *working_dir = text(config, "WorkingDir");
	const char *os = text(document, "os"), *machine = text(document, "architecture");

	if ((os[0] && strcmp(os, "linux") != 0) || (machine[0] && strcmp(machine, architecture()) != 0))
		return failure_set(failure, FAILURE_IMAGE,
		                   "the image is for %.30s/%.30s and this machine is linux/%s; "
		                   "get that one",
		                   os, machine, architecture());
	if (working_dir[0] == '/' && strcmp(working_dir, "/") != 0)
		image->working_dir = strdup(working_dir);
	return read_environment(config, image, failure);
}

/* ---- layers ---- */

static int unpack_layer(int layout, int root, const char *path, const char *digest, bool unpacked_digest,
                        struct image_unpacked *counts, struct failure *failure)
{
	int result = -1;
	int fd = image_blob_open(layout, path);

	if (fd < 0)
		return failure_set(failure, FAILURE_IMAGE,
		                   "the image's layer %.200s cannot be read (%s); give a whole "
		                   "image",
		                   path, strerror(errno));
	if (image_blob_check(fd, path, digest, unpacked_digest, failure) == 0)
		result = image_unpack_layer(root, fd, path, counts, failure);
	close(fd);
	return result;
}

/* The manifest of the OCI format. */
static int unpack_manifest(int layout, int root, struct json_object *manifest, struct image *image,
                           struct image_unpacked *counts, struct failure *failure)
{
	struct json_object *layers = member(manifest, "layers", json_type_array);
	const char *config_digest = text(member(manifest, "config", json_type_object), "digest");
	struct json_object *config = NULL;
	char path[IMAGE_BLOB_PATH_SIZE];

	if (length(layers) == 0 || length(layers) > LAYERS_MAX)
		return malformed("no layers, or too many", failure);
	if (image_blob_path(config_digest, path, failure) < 0 ||
	    image_blob_document(layout, path, config_digest, &config, failure) < 0)
		return -1;
	int result = read_config(config, image, failure);
	for (size_t i = 0; result == 0 && i < length(layers); i++) {
		const char *digest = text(json_object_array_get_idx(layers, i), "digest");
		result = image_blob_path(digest, path, failure);
		if (result == 0)
			result = unpack_layer(layout, root, path, digest, false, counts, failure);
	}
	json_object_put(config);
	return result;
}

static int unpack_oci(int layout, int root, struct image *image, struct image_unpacked *counts, struct failure *failure)
{
	struct json_object *document = NULL;
	char path[IMAGE_BLOB_PATH_SIZE] = "index.json";
	int result = image_blob_document(layout, path, NULL, &document, failure);

	for (int depth = 0; result == 0 && member(document, "manifests", json_type_array); depth++) {
		struct json_object *entry = choose(document, image, failure);
		struct json_object *next = NULL;
		result = depth == INDEX_DEPTH ? malformed("indexes without an end", failure) : entry ? 0 : -1;
		if (result == 0) {
			snprintf(image->digest, sizeof(image->digest), "%s", text(entry, "digest"));
			result = image_blob_path(text(entry, "digest"), path, failure);
		}
		if (result == 0)
			result = image_blob_document(layout, path, image->digest, &next, failure);
		json_object_put(document);
		document = next;
	}
	if (result == 0)
		result = unpack_manifest(layout, root, document, image, counts, failure);
	json_object_put(document);
	return result;
}

/* ---- `docker save` of Docker before 25 ---- */

/* The entry of manifest.json that is meant: the only one, or that with the image's name. */
static struct json_object *choose_saved(struct json_object *manifests, const struct image *image)
{
	size_t count = json_object_is_type(manifests, json_type_array) ? length(manifests) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(manifests, i);
		struct json_object *tags = member(entry, "RepoTags", json_type_array);
		for (size_t j = 0; j < length(tags); j++)
			if (strcmp(text_at(tags, j), image->name) == 0)
				return entry;
	}
	return count == 1 ? json_object_array_get_idx(manifests, 0) : NULL;
}

static int unpack_saved_layers(int layout, int root, struct json_object *entry, struct json_object *config,
                               struct image_unpacked *counts, struct failure *failure)
{
	struct json_object *layers = member(entry, "Layers", json_type_array);
	struct json_object *digests = member(member(config, "rootfs", json_type_object), "diff_ids", json_type_array);
	int result = 0;

	if (length(layers) == 0 || length(layers) > LAYERS_MAX || length(layers) != length(digests))
		return malformed("no layers, or not as many as digests of them", failure);
	for (size_t i = 0; result == 0 && i < length(layers); i++)
		result = unpack_layer(layout, root, text_at(layers, i), text_at(digests, i), true, counts, failure);
	return result;
}

static int unpack_saved(int layout, int root, struct image *image, struct image_unpacked *counts,
                        struct failure *failure)
{
	struct json_object *manifests = NULL, *config = NULL;
	int result = -1;

	if (image_blob_document(layout, "manifest.json", NULL, &manifests, failure) < 0)
		return -1;
	struct json_object *entry = choose_saved(manifests, image);
	if (!entry)
		failure_set(failure, FAILURE_IMAGE, "none of the images in it has the name %s; give one", image->name);
	else if (image_blob_document(layout, text(entry, "Config"), NULL, &config, failure) == 0 &&
	         read_config(config, image, failure) == 0)
		result = unpack_saved_layers(layout, root, entry, config, counts, failure);
	json_object_put(config);
	json_object_put(manifests);
	return result;
}

int image_layout_unpack(int layout, int root, struct image *image, struct image_unpacked *counts,
                        struct failure *failure)
{
	int result = exists(layout, "index.json") ? unpack_oci(layout, root, image, counts, failure)
	                                          : unpack_saved(layout, root, image, counts, failure);
	if (result == 0 && image->environment.failed)
		result = failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	return result;
}
