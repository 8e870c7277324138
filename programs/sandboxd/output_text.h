/* What is kept of a command's output, and how much of all outputs together. */
#ifndef SANDBOXD_OUTPUT_TEXT_H
#define SANDBOXD_OUTPUT_TEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For all outputs of a server, until their answers are sent; or twice --max-output where that is more. */
#define OUTPUT_BUDGET (256ULL << 20)
/* What each stream may keep beside that: no command has to do without because of others. */
#define OUTPUT_OWN (64 * 1024)

/* Safe from any thread. */
struct output_budget {
	_Atomic uint64_t used;
	uint64_t limit;
};

void output_budget_init(struct output_budget *budget, size_t max_output);
/* Takes as much as there is, with `whole` all or nothing; returns how much. */
uint64_t output_budget_take(struct output_budget *budget, uint64_t bytes, bool whole);
/* Of nothing the budget may be none. */
void output_budget_give(struct output_budget *budget, uint64_t bytes);

struct output_text {
	char *data; /* NULL while empty */
	size_t length;
	size_t capacity;
	uint64_t taken; /* of the budget */
};

/* Returns how many of the bytes are kept: as many as there is room for, up to `limit` in all. */
size_t output_text_keep(struct output_text *text, struct output_budget *budget, const char *bytes, size_t length,
                        size_t limit);
void output_text_free(struct output_text *text, struct output_budget *budget);

#endif
