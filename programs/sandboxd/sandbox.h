/* A sandbox as the server knows it. */
#ifndef SANDBOXD_SANDBOX_H
#define SANDBOXD_SANDBOX_H

#include "json_writer.h"
#include "lib/buffer.h"

#include <stdint.h>
#include <sys/types.h>

#define SANDBOX_ID_SIZE 32

struct sandbox {
	char id[SANDBOX_ID_SIZE];
	char *name;
	char *image; /* NULL when none was asked for */
	int64_t created_ms;
	int64_t cpus;
	int64_t memory;          /* MiB */
	int64_t storage;         /* GiB; also the most that one file may grow to */
	sbx__buffer environment; /* NAME NUL VALUE NUL, one pair after the other */
	uid_t uid;               /* the host's user and group that its commands and files belong to */
	gid_t gid;
};

void sandbox_free(struct sandbox *sandbox);
/* "<prefix>-" and 80 random bits in hexadecimal. */
void sandbox_random_id(char id[SANDBOX_ID_SIZE], const char *prefix);
/* Of an id, for tables by it. */
unsigned int sandbox_id_hash(const char *id);
/* The members that every answer about a sandbox has. */
void sandbox_write(const struct sandbox *sandbox, const char *status, struct json_writer *writer);

/* Milliseconds since 1970. */
int64_t now_ms(void);

#endif
