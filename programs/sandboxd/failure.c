#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int failure_set(struct failure *failure, enum failure_code code, const char *format, ...)
{
	failure->code = code;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(failure->message, sizeof(failure->message), format, arguments);
	va_end(arguments);
	return -1;
}

void log_line(const char *format, ...)
{
	char line[1200] = "sandboxd: ";
	size_t prefix = strlen(line);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line + prefix, sizeof(line) - prefix - 1, format, arguments);
	va_end(arguments);
	/* A path or a program's message may hold a line break; what is logged stays one line. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	size_t length = strlen(line);
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}
