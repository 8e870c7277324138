#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

void sandbox_free(struct sandbox *sandbox)
{
	free(sandbox->name);
	free(sandbox->image);
	sbx__buffer_free(&sandbox->environment);
	*sandbox = (struct sandbox){0};
}

void sandbox_random_id(char id[SANDBOX_ID_SIZE], const char *prefix)
{
	unsigned char random[10];
	/* The kernel's source is ready long before any program of ours runs, and a short read cannot happen at this
	 * size. */
	while (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		;
	size_t at = (size_t)snprintf(id, SANDBOX_ID_SIZE, "%s-", prefix);
	for (size_t i = 0; i < sizeof(random); i++)
		at += (size_t)snprintf(id + at, SANDBOX_ID_SIZE - at, "%02x", random[i]);
}

unsigned int sandbox_id_hash(const char *id)
{
	unsigned int hash = 5381;

	for (; *id; id++)
		hash = hash * 33 + (unsigned char)*id;
	return hash;
}

void sandbox_write(const struct sandbox *sandbox, const char *status, struct json_writer *writer)
{
	json_string(writer, "id", sandbox->id);
	json_string(writer, "name", sandbox->name);
	json_string(writer, "status", status);
	json_time(writer, "created_at", sandbox->created_ms);
	json_integer(writer, "cpu", sandbox->cpus);
	json_integer(writer, "memory", sandbox->memory);
	json_integer(writer, "disk_size", sandbox->storage);
}

int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
