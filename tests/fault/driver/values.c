/* Reading a case, building an answer, and looking at this process. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driver.h"

const char *text_of(const sbx_json *object, const char *name)
{
	const sbx_json *value = sbx_json_get(object, name);
	return sbx_json_type_of(value) == SBX_JSON_STRING ? sbx_json_string(value, NULL) : NULL;
}

double number_of(const sbx_json *object, const char *name, double fallback)
{
	const sbx_json *value = sbx_json_get(object, name);
	return value ? sbx_json_number(value) : fallback;
}

void set(sbx_json *object, const char *name, sbx_json *value)
{
	if (value && sbx_json_set(object, name, value) == SBX_OK)
		return;
	fputs("the driver could not build its answer\n", stderr);
	exit(3);
}

sbx_json *new_text(const char *text)
{
	sbx_json *json = text ? sbx_json_new_string(text, strlen(text)) : sbx_json_new_null();
	return json ? json : sbx_json_new_string("(not UTF-8)", 11);
}

double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int count_own(const char *folder)
{
	char path[64];
	int count = 0;
	snprintf(path, sizeof path, "/proc/self/%s", folder);
	DIR *directory = opendir(path);
	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count;
}
