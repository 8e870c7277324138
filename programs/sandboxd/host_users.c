#include "host_users.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* By preference 0x70000000 to 0x7FFFFFFF, which nothing else is known to use (systemd's container ranges end just
 * below). Inside a container that maps only a few users: the upper part of what such maps usually have. */
static const struct host_users candidates[] = {{0x70000000, 0x0FFFFFFF}, {40000, 20000}};

/* Whether the user namespace that the server is in maps the whole range. */
static bool is_mapped(const char *map, const struct host_users *range)
{
	unsigned int inside, outside, count;
	bool found = false;
	FILE *file = fopen(map, "re");

	while (file && !found && fscanf(file, "%u %u %u", &inside, &outside, &count) == 3)
		found = inside <= range->first && range->first - inside < count &&
		        count - (range->first - inside) >= range->count;
	if (file)
		fclose(file);
	return found;
}

int host_users_find(struct host_users *out, struct failure *failure)
{
	if (geteuid() != 0) {
		*out = (struct host_users){0};
		return 0;
	}
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		if (is_mapped("/proc/self/uid_map", &candidates[i]) &&
		    is_mapped("/proc/self/gid_map", &candidates[i])) {
			*out = candidates[i];
			return 0;
		}
	}
	return failure_set(failure, FAILURE_ENGINE_REFUSED,
	                   "this root has no other users to run sandboxes as; start sandboxd as an ordinary user");
}

uid_t host_users_choose(const struct host_users *users)
{
	uint64_t random;
	while (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		;
	return users->first + (uint32_t)(random % users->count);
}
