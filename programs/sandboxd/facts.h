/* What is found out about this machine and a state directory: one line each, good or not, with what to do about it. */
#ifndef SANDBOXD_FACTS_H
#define SANDBOXD_FACTS_H

#include "json_writer.h"

#include <stdbool.h>
#include <stddef.h>

enum fact_state {
	FACT_OK,
	FACT_WARNING, /* sandboxes run, and something does not hold */
	FACT_FAILURE, /* no sandbox runs, or the server does not start */
};

struct fact {
	char name[32];
	enum fact_state state;
	char found[512];
	char cure[512]; /* empty when there is nothing to do */
};

#define FACTS_MAX 40

struct facts {
	struct fact list[FACTS_MAX];
	size_t count;
};

/* Adds one and returns it; `cure` may be NULL. */
struct fact *facts_add(struct facts *facts, const char *name, enum fact_state state, const char *cure,
                       const char *found, ...) __attribute__((format(printf, 5, 6)));
bool facts_have(const struct facts *facts, enum fact_state state);
void facts_write(const struct facts *facts, struct json_writer *writer);
void facts_print(const struct facts *facts);

#endif
