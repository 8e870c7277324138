/* The bytes of a file of a sandbox, as many as an assistant or its host may have at once. */
#ifndef MCP_DOWNLOAD_H
#define MCP_DOWNLOAD_H

#include "text.h"

#include <sandbox_sdk.h>

#define DOWNLOAD_MAX ((size_t)8 << 20)
#define DOWNLOAD_TOO_LARGE "the file has more than 8 MiB; read it in parts, by a command such as tail -c"

struct download {
	sbx_sink sink; /* of the call that fetches it */
	struct text bytes;
	bool is_too_large; /* the call has failed by that */
};

void download_begin(struct download *download);
/* What has come, which is never NULL. */
const char *download_bytes(const struct download *download);
void download_free(struct download *download);

#endif
