#include "download.h"

static int take(void *user_data, const void *data, size_t length)
{
	struct download *download = user_data;

	download->is_too_large = download->bytes.length + length > DOWNLOAD_MAX;
	if (!download->is_too_large)
		text_append(&download->bytes, data, length);
	return download->is_too_large || download->bytes.failed ? -1 : 0;
}

void download_begin(struct download *download)
{
	const sbx_sink sink = SBX_SINK_INIT;

	*download = (struct download){.sink = sink};
	download->sink.kind = SBX_SINK_CALLBACK;
	download->sink.write = take;
	download->sink.user_data = download;
}

const char *download_bytes(const struct download *download)
{
	return download->bytes.data ? download->bytes.data : "";
}

void download_free(struct download *download)
{
	text_free(&download->bytes);
}
