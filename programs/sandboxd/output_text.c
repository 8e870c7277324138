#include "output_text.h"

#include <string.h>
#include <sys/mman.h>

/* ---- the budget ---- */

void output_budget_init(struct output_budget *budget, size_t max_output)
{
	uint64_t two = 2 * (uint64_t)max_output;

	atomic_init(&budget->used, 0);
	budget->limit = two > OUTPUT_BUDGET ? two : OUTPUT_BUDGET;
}

uint64_t output_budget_take(struct output_budget *budget, uint64_t bytes, bool whole)
{
	uint64_t used = atomic_load(&budget->used), taken;

	do {
		uint64_t room = used < budget->limit ? budget->limit - used : 0;
		taken = bytes <= room ? bytes : whole ? 0 : room;
	} while (!atomic_compare_exchange_weak(&budget->used, &used, used + taken));
	return taken;
}

void output_budget_give(struct output_budget *budget, uint64_t bytes)
{
	if (bytes > 0)
		atomic_fetch_sub(&budget->used, bytes);
}

/* ---- one stream's text ---- */

/* Memory of its own: what is not written to yet takes none, growing copies nothing, and all of it is gone when it is
 * freed. */
static bool grow(struct output_text *text, size_t length)
{
	size_t capacity = text->capacity ? text->capacity : OUTPUT_OWN;

	if (length <= text->capacity)
		return true;
	while (capacity < length)
		capacity *= 2;
	void *data = text->data ? mremap(text->data, text->capacity, capacity, MREMAP_MAYMOVE)
	                        : mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return false;
	text->data = data;
	text->capacity = capacity;
	return true;
}

static size_t lesser(size_t one, size_t other)
{
	return one < other ? one : other;
}

size_t output_text_keep(struct output_text *text, struct output_budget *budget, const char *bytes, size_t length,
                        size_t limit)
{
	size_t wanted = lesser(length, limit > text->length ? limit - text->length : 0);
	size_t own = lesser(wanted, text->length < OUTPUT_OWN ? OUTPUT_OWN - text->length : 0);
	uint64_t taken = output_budget_take(budget, wanted - own, false);
	size_t kept = own + (size_t)taken;

	if (kept == 0)
		return 0;
	if (!grow(text, text->length + kept)) {
		output_budget_give(budget, taken);
		return 0;
	}
	memcpy(text->data + text->length, bytes, kept);
	text->length += kept;
	text->taken += taken;
	return kept;
}

void output_text_free(struct output_text *text, struct output_budget *budget)
{
	if (text->data)
		munmap(text->data, text->capacity);
	output_budget_give(budget, text->taken);
	*text = (struct output_text){0};
}
