#include "locales.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "support.h"

static test_folder folder;

/* Only the category of numbers is defined: a whole locale takes localedef seconds. */
static void write_definition(const char *path, const char *decimal_point)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "LC_NUMERIC\ndecimal_point \"%s\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n",
	        decimal_point);
	fclose(file);
}

bool locale_enter(const char *decimal_point)
{
	char command[256];
	folder_make(&folder);
	write_definition(folder_file(&folder, "definition"), decimal_point);
	snprintf(command, sizeof command,
	         "cd %s && localedef --no-archive -c -i ./definition -f UTF-8 ./unit.UTF-8 >words 2>&1", folder.path);
	int made = system(command);
	setenv("LOCPATH", folder.path, 1);
	bool entered = made >= 0 && setlocale(LC_NUMERIC, "unit.UTF-8");
	/* With it glibc's newlocale() leaks. */
	unsetenv("LOCPATH");
	if (entered)
		return true;
	locale_leave();
	return false;
}

void locale_leave(void)
{
	setlocale(LC_ALL, "C");
	folder_remove(&folder);
}
