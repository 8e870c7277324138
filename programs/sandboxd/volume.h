/* A volume or a snapshot as the server knows it. */
#ifndef SANDBOXD_VOLUME_H
#define SANDBOXD_VOLUME_H

#include "json_writer.h"
#include "problem.h"
#include "sandbox.h"

#include <stdbool.h>
#include <stdint.h>

/* Of a size as text, with its NUL. */
#define VOLUME_SIZE_SIZE 32

struct volume {
	char id[SANDBOX_ID_SIZE];
	char *name;
	bool is_snapshot;
	char size[VOLUME_SIZE_SIZE]; /* as the API has it: "10Gi" */
	int64_t created_ms;
	char sandbox_id[SANDBOX_ID_SIZE]; /* of the sandbox whose /data it is; empty when it is nobody's */
	char *sandbox_name;
	char source_id[SANDBOX_ID_SIZE]; /* of the volume that a snapshot was taken of */
	char *source_name;
};

void volume_free(struct volume *volume);
/* The volume that is made with a sandbox. */
int volume_of_sandbox(const struct sandbox *sandbox, struct volume *out, struct problem *problem);
/* A snapshot of the volume that is made now; the name stays the caller's. */
int volume_snapshot_of(const struct volume *source, const char *name, struct volume *out, struct problem *problem);
/* Whether a volume can be that large: a number and a unit. */
int volume_check_size(const char *size, struct problem *problem);
/* "Bound" of a volume, "Ready" of a snapshot: both are there, whole, when they can be seen. */
const char *volume_status(const struct volume *volume);
const char *volume_type(const struct volume *volume);
/* The members that every answer about a volume has. */
void volume_write(const struct volume *volume, struct json_writer *writer);
/* Those that a list has on top. */
void volume_write_listed(const struct volume *volume, struct json_writer *writer);

#endif
