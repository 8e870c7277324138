/* Where the bytes of an upload come from and where those of a download go. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"

/* Less than a request's buffer, so that a callback is asked more than once. */
#define AT_ONCE 1000

static int64_t give_bytes(void *user_data, void *buffer, size_t capacity)
{
	transfer *bytes = user_data;
	size_t left = bytes->length - bytes->position;
	size_t given = left < AT_ONCE ? left : AT_ONCE;

	given = given < capacity ? given : capacity;
	memcpy(buffer, bytes->data + bytes->position, given);
	bytes->position += given;
	return (int64_t)given;
}

static int give_again(void *user_data)
{
	transfer *bytes = user_data;

	bytes->position = 0;
	return 0;
}

static int take_bytes(void *user_data, const void *data, size_t length)
{
	transfer *bytes = user_data;
	char *larger = realloc(bytes->received, bytes->received_length + length);

	if (!larger)
		return -1;
	memcpy(larger + bytes->received_length, data, length);
	bytes->received = larger;
	bytes->received_length += length;
	return 0;
}

static void init_source(transfer *bytes, const sbx_json *upload)
{
	const sbx_json *base64 = sbx_json_get(upload, "bytes");
	const char *from = text_of(upload, "from");
	sbx_source *source = &bytes->source;
	size_t base64_length;
	const char *base64_text = sbx_json_string(base64, &base64_length);

	bytes->data = decode_base64(base64_text, base64_length, &bytes->length);
	bytes->has_source = true;
	source->filename = text_of(upload, "filename");
	source->content_type = text_of(upload, "content_type");
	source->user_data = bytes;
	if (strcmp(from, "memory") == 0) {
		source->kind = SBX_SOURCE_MEMORY;
		source->data = bytes->data;
		source->length = bytes->length;
	} else if (strcmp(from, "path") == 0) {
		source->kind = SBX_SOURCE_PATH;
		source->path = text_of(upload, "path");
	} else if (strcmp(from, "descriptor") == 0) {
		source->kind = SBX_SOURCE_DESCRIPTOR;
		source->descriptor = open(text_of(upload, "path"), O_RDONLY);
	} else {
		source->kind = SBX_SOURCE_CALLBACK;
		source->read = give_bytes;
		source->rewind = flag_of(upload, "can_rewind") == SBX_FLAG_YES ? give_again : NULL;
	}
}

static void init_sink(transfer *bytes, const sbx_json *download)
{
	const char *to = text_of(download, "to");
	sbx_sink *sink = &bytes->sink;

	bytes->has_sink = true;
	sink->user_data = bytes;
	if (strcmp(to, "path") == 0) {
		sink->kind = SBX_SINK_PATH;
		sink->path = text_of(download, "path");
	} else if (strcmp(to, "descriptor") == 0) {
		sink->kind = SBX_SINK_DESCRIPTOR;
		sink->descriptor = open(text_of(download, "path"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	} else {
		sink->kind = SBX_SINK_CALLBACK;
		sink->write = take_bytes;
	}
}

void transfer_init(transfer *bytes, const sbx_json *step)
{
	const transfer empty = {.source = SBX_SOURCE_INIT, .sink = SBX_SINK_INIT};
	const sbx_json *upload = sbx_json_get(step, "upload");
	const sbx_json *download = sbx_json_get(step, "download");

	*bytes = empty;
	if (upload)
		init_source(bytes, upload);
	if (download)
		init_sink(bytes, download);
}

void transfer_end(transfer *bytes)
{
	if (bytes->source.descriptor >= 0)
		close(bytes->source.descriptor);
	if (bytes->sink.descriptor >= 0)
		close(bytes->sink.descriptor);
	free(bytes->data);
	free(bytes->received);
}
