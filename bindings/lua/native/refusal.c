#include "refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note(sbx_lua_refusal *refusal, bool is_misuse, const char *argument, const char *format, va_list values)
{
	refusal->code = SBX_ERROR_INVALID_ARGUMENT;
	refusal->is_misuse = is_misuse;
	snprintf(refusal->argument, sizeof refusal->argument, "%s", argument);
	vsnprintf(refusal->reason, sizeof refusal->reason, format, values);
}

bool sbx_lua_refuse(sbx_lua_refusal *refusal, const char *argument, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	note(refusal, false, argument, format, values);
	va_end(values);
	return false;
}

bool sbx_lua_refuse_misuse(sbx_lua_refusal *refusal, const char *argument, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	note(refusal, true, argument, format, values);
	va_end(values);
	return false;
}

bool sbx_lua_refuse_type(sbx_lua_refusal *refusal, const char *argument, const char *wanted, const char *actual)
{
	return sbx_lua_refuse_misuse(refusal, argument, "must be %s, not a %s", wanted, actual);
}

bool sbx_lua_refuse_memory(sbx_lua_refusal *refusal)
{
	sbx_lua_refuse(refusal, "", "Out of memory");
	refusal->code = SBX_ERROR_OUT_OF_MEMORY;
	return false;
}

void sbx_lua_refusal_within(sbx_lua_refusal *refusal, const char *name, lua_Integer position)
{
	char path[2 * sizeof refusal->argument];
	const char *inner = refusal->argument;
	const char *point = inner[0] && inner[0] != '[' ? "." : "";
	if (name)
		snprintf(path, sizeof path, "%.100s%s%s", name, point, inner);
	else
		snprintf(path, sizeof path, "[%lld]%s%s", (long long)position, point, inner);
	/* A name that is too long is cut: it is for a person to read. */
	memcpy(refusal->argument, path, sizeof refusal->argument - 1);
	refusal->argument[sizeof refusal->argument - 1] = '\0';
}
