#include "volume.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many as the largest size has in bytes; a double holds that number exactly. */
#define SIZE_DIGITS_MAX 16
/* As the largest storage of a sandbox: 1024 Ti. */
#define SIZE_MAX_BYTES 1125899906842624.0

void volume_free(struct volume *volume)
{
	free(volume->name);
	free(volume->sandbox_name);
	free(volume->source_name);
	*volume = (struct volume){0};
}

int volume_of_sandbox(const struct sandbox *sandbox, struct volume *out, struct problem *problem)
{
	struct volume volume = {.created_ms = sandbox->created_ms};
	char name[SANDBOX_ID_SIZE + 8];

	/* By the id: a name that somebody else's volume has already would be no reason to refuse a sandbox. */
	snprintf(name, sizeof(name), "%s-data", sandbox->id);
	volume.name = strdup(name);
	if (!volume.name)
		return problem_memory(problem);
	sandbox_random_id(volume.id, "vol");
	snprintf(volume.size, sizeof(volume.size), "%" PRId64 "Gi", sandbox->storage);
	snprintf(volume.sandbox_id, sizeof(volume.sandbox_id), "%s", sandbox->id);
	*out = volume;
	return 0;
}

int volume_snapshot_of(const struct volume *source, const char *name, struct volume *out, struct problem *problem)
{
	struct volume snapshot = {.is_snapshot = true, .created_ms = now_ms()};

	snapshot.name = strdup(name);
	snapshot.source_name = strdup(source->name);
	if (!snapshot.name || !snapshot.source_name) {
		volume_free(&snapshot);
		return problem_memory(problem);
	}
	sandbox_random_id(snapshot.id, "snap");
	memcpy(snapshot.size, source->size, sizeof(snapshot.size));
	memcpy(snapshot.source_id, source->id, sizeof(snapshot.source_id));
	*out = snapshot;
	return 0;
}

/* How many bytes a unit stands for; 0 for one that there is not. */
static double unit_bytes(const char *unit)
{
	static const struct {
		const char *name;
		double bytes;
	} units[] = {
	        {"", 1},
	        {"k", 1e3},
	        {"M", 1e6},
	        {"G", 1e9},
	        {"T", 1e12},
	        {"P", 1e15},
	        {"Ki", 1024.0},
	        {"Mi", 1048576.0},
	        {"Gi", 1073741824.0},
	        {"Ti", 1099511627776.0},
	        {"Pi", SIZE_MAX_BYTES},
	};
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, unit) == 0)
			return units[i].bytes;
	return 0;
}

/* A Kubernetes quantity, but for its exponents: digits, maybe with a point, and a unit. Returns where the unit begins,
 * or NULL. */
static const char *read_number(const char *text, double *number)
{
	double value = 0, scale = 1;
	int digits = 0;
	bool fraction = false;

	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !fraction && digits); text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		value = value * 10 + (*text - '0');
		scale = fraction ? scale * 10 : 1;
		if (++digits > SIZE_DIGITS_MAX)
			return NULL;
	}
	*number = value / scale;
	return digits && text[-1] != '.' ? text : NULL;
}

int volume_check_size(const char *size, struct problem *problem)
{
	double number;
	const char *unit = read_number(size, &number);
	double bytes = unit ? number * unit_bytes(unit) : 0;

	if (!unit || unit_bytes(unit) == 0)
		return problem_set(problem, PROBLEM_VALIDATION, "size",
		                   "size has to be a number with a unit, such as 10Gi or 100Mi: Ki, Mi, Gi, Ti, Pi, k, "
		                   "M, G, T, P, or none for bytes");
	if (bytes < 1 || bytes > SIZE_MAX_BYTES)
		return problem_set(problem, PROBLEM_VALIDATION, "size", "size has to be from 1 byte to 1024Ti");
	return 0;
}

const char *volume_status(const struct volume *volume)
{
	return volume->is_snapshot ? "Ready" : "Bound";
}

const char *volume_type(const struct volume *volume)
{
	return volume->is_snapshot ? "snapshot" : "volume";
}

void volume_write(const struct volume *volume, struct json_writer *writer)
{
	json_string(writer, "id", volume->id);
	json_time(writer, "created_at", volume->created_ms);
	json_string(writer, "name", volume->name);
	json_string(writer, "size", volume->size);
	json_string(writer, "status", volume_status(volume));
}

void volume_write_listed(const struct volume *volume, struct json_writer *writer)
{
	volume_write(volume, writer);
	json_string(writer, "type", volume_type(volume));
	json_boolean(writer, "in_use", volume->sandbox_id[0] != '\0');
	if (volume->sandbox_id[0]) {
		json_key(writer, "mounted_by");
		json_open(writer, '{');
		json_string(writer, "sandbox_id", volume->sandbox_id);
		json_string(writer, "sandbox_name", volume->sandbox_name);
		json_close(writer, '}');
	}
	if (volume->source_id[0]) {
		json_string(writer, "source_volume_id", volume->source_id);
		json_string(writer, "source_volume_name", volume->source_name);
	}
}
