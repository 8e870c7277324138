#include "content.h"

#include "base64.h"
#include "message.h"
#include "roots.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void content_take(struct content *content, const char *data, size_t length)
{
	const sbx_source memory = SBX_SOURCE_INIT;

	content->source = memory;
	content->source.kind = SBX_SOURCE_MEMORY;
	content->source.data = data;
	content->source.length = length;
}

const char *content_read(struct content *content, const sbx_json *arguments, const char *name)
{
	const char *encoding = member_string(arguments, "encoding");
	const sbx_json *given = sbx_json_get(arguments, name);
	size_t length = 0;
	const char *text = sbx_json_string(given, &length);
	bool is_file = strcmp(name, "file") == 0;
	bool encoded = encoding && strcmp(encoding, "base64") == 0;

	if (sbx_json_type_of(given) != SBX_JSON_STRING)
		return "file: the content of the file is missing, a string";
	if (sbx_json_get(arguments, "encoding") && !encoded && (!encoding || strcmp(encoding, "text") != 0))
		return "encoding: it is text or base64";
	if (encoded && !base64_decode(&content->bytes, text, length))
		return is_file ? "file: it is no base64 (RFC 4648, section 4)"
		               : "content: it is no base64 (RFC 4648, section 4)";
	if (encoded)
		content_take(content, content->bytes.data, content->bytes.length);
	else
		content_take(content, text, length);
	return NULL;
}

/* What was opened is what is sent, whatever becomes of its path. */
const char *content_open(struct content *content, const struct options *options, const sbx_json *arguments)
{
	const sbx_source file = SBX_SOURCE_INIT;
	const char *local = member_string(arguments, "local"), *complaint = NULL;
	struct stat info;

	if (!local || !*local || sbx_json_get(arguments, "file") || sbx_json_get(arguments, "encoding"))
		return "local: it is a path, a string, in the place of file and encoding";
	int fd = roots_open(options, local, &complaint);
	if (fd < 0)
		return complaint;
	content->fd = fd;
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
		return "local: it is no file";
	if (info.st_size > options->max_transfer)
		return "local: the file has more bytes than --max-transfer of this server lets it copy; send a part of "
		       "it, or compress it first";
	snprintf(content->path, sizeof(content->path), "/proc/self/fd/%d", fd);
	content->source = file;
	content->source.kind = SBX_SOURCE_PATH;
	content->source.path = content->path;
	return NULL;
}

void content_free(struct content *content)
{
	if (content->fd > 0)
		close(content->fd);
	text_free(&content->bytes);
}
