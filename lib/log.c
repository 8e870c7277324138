#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "buffer.h"

sbx_log_level sbx__log_level_from_environment(void)
{
	const char *asked = getenv("SANDBOX_SDK_LOG");
	if (asked && strcasecmp(asked, "debug") == 0)
		return SBX_LOG_DEBUG;
	if (asked && strcasecmp(asked, "info") == 0)
		return SBX_LOG_INFO;
	return SBX_LOG_OFF;
}

void sbx__log_write(const sbx__log *log, sbx_log_level level, const char *format, ...)
{
	if (!sbx__log_wants(log, level))
		return;
	sbx__buffer line = {0};
	va_list arguments;
	va_start(arguments, format);
	sbx__buffer_vformat(&line, format, arguments);
	va_end(arguments);
	/* A server chooses some of the text: it must not be able to forge lines. */
	for (size_t index = 0; index < line.length; index++)
		if ((unsigned char)line.data[index] < 0x20 || line.data[index] == 0x7f)
			line.data[index] = '?';
	if (!line.failed && log->callback)
		log->callback(log->user_data, level, line.data);
	else if (!line.failed)
		fprintf(stderr, "sandbox_sdk %s: %s\n", level == SBX_LOG_INFO ? "info" : "debug", line.data);
	sbx__buffer_free(&line);
}
