#include "name.h"

#include <string.h>

#define NAME_MAX_BYTES 128

int name_check(const char *name, const char *field, struct problem *problem)
{
	if (!name)
		return 0;
	size_t length = strlen(name);
	if (length == 0 || length > NAME_MAX_BYTES)
		return problem_set(problem, PROBLEM_VALIDATION, field, "%s has to be 1 to %d bytes long", field,
		                   NAME_MAX_BYTES);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
			return problem_set(problem, PROBLEM_VALIDATION, field, "%s has a control character in it",
			                   field);
	return 0;
}
