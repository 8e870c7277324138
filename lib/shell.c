#include "shell.h"

#include <string.h>

void sbx__shell_path(sbx__buffer *command, const char *path)
{
	sbx__buffer_byte(command, '\'');
	if (*path != '/')
		sbx__buffer_text(command, "./");
	for (const char *quote; (quote = strchr(path, '\'')) != NULL; path = quote + 1) {
		sbx__buffer_append(command, path, (size_t)(quote - path));
		sbx__buffer_text(command, "'\\''");
	}
	sbx__buffer_text(command, path);
	sbx__buffer_byte(command, '\'');
}
