#include "sections.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADING_WEIGHT 4
/* BM25's: how soon one more of a word adds little, and how much a long section needs more of them. */
#define SATURATION 1.2
#define LENGTH_WEIGHT 0.75
/* Of a word that is nearly everywhere. */
#define RARITY_MIN 1e-6
#define LOGARITHM_OF_2 0.6931471805599453

/* ---- reading them ---- */

/* The next heading outside of a block of code; NULL: there is none. */
static const char *next_heading(const char *from)
{
	bool in_code = false;

	for (const char *line = strchr(from, '\n'); line; line = strchr(line + 1, '\n')) {
		if (strncmp(line + 1, "```", 3) == 0)
			in_code = !in_code;
		else if (!in_code && line[1] == '#')
			return line + 1;
	}
	return NULL;
}

static void count_words(struct section *section, const char *from, const char *end, const struct query *query,
                        unsigned short weight)
{
	struct word word;

	while (words_next(&from, end, &word)) {
		int found = query_find(query, &word);
		if (found >= 0 && section->hits[found] < USHRT_MAX - weight)
			section->hits[found] += weight;
		section->words++;
	}
}

static struct section *add(struct sections *sections)
{
	if (sections->count == sections->capacity) {
		size_t capacity = sections->capacity ? 2 * sections->capacity : 64;
		struct section *all = realloc(sections->all, capacity * sizeof(*all));
		if (!all)
			return NULL;
		sections->all = all;
		sections->capacity = capacity;
	}
	struct section *section = &sections->all[sections->count++];
	*section = (struct section){0};
	return section;
}

static bool read_page(struct sections *sections, const struct page *page, const struct query *query)
{
	const char *begin = page->begin;

	while (begin) {
		const char *next = next_heading(begin);
		struct section *section = add(sections);
		if (!section)
			return false;
		section->page = *page;
		section->begin = begin;
		section->end = next ? next : page->begin + page->length;
		section->heading.begin = begin + strspn(begin, "# ");
		section->heading.length = strcspn(section->heading.begin, "\n");
		count_words(section, section->heading.begin, section->heading.begin + section->heading.length, query,
		            HEADING_WEIGHT);
		count_words(section, section->begin, section->end, query, 1);
		begin = next;
	}
	return true;
}

bool sections_read(struct sections *sections, const struct query *query)
{
	for (size_t i = 0; i < pages_count(); i++) {
		struct page page = page_at(i);
		if (!read_page(sections, &page, query))
			return false;
	}
	return true;
}

void sections_free(struct sections *sections)
{
	free(sections->all);
	*sections = (struct sections){0};
}

/* ---- ranking them, by BM25 ---- */

/* The natural logarithm, to five digits. libm's brings pages of tables to memory that nothing else here needs. */
static double logarithm(double value)
{
	int exponent;
	double mantissa = frexp(value, &exponent);
	double t = (mantissa - 1) / (mantissa + 1);
	double t2 = t * t;

	return exponent * LOGARITHM_OF_2 + 2 * t * (1 + t2 * (1.0 / 3 + t2 * (1.0 / 5 + t2 / 7)));
}

static double rarity(const struct sections *sections, int word)
{
	size_t having = 0;

	for (size_t i = 0; i < sections->count; i++)
		having += sections->all[i].hits[word] > 0;
	double found = logarithm(((double)(sections->count - having) + 0.5) / ((double)having + 0.5));
	return found > RARITY_MIN ? found : RARITY_MIN;
}

static double mean_length(const struct sections *sections)
{
	size_t words = 0;

	for (size_t i = 0; i < sections->count; i++)
		words += sections->all[i].words;
	return words > 0 ? (double)words / (double)sections->count : 1;
}

static int count_found(const struct section *section, const struct query *query)
{
	int found = 0;

	for (int i = 0; i < query->count; i++)
		found += section->hits[i] > 0;
	return found;
}

/* Those with fewer words are not found. Returns how many are. */
static size_t rank(struct sections *sections, const struct query *query, int fewest)
{
	double rarities[WORDS_MAX];
	double mean = mean_length(sections);
	size_t found = 0;

	for (int i = 0; i < query->count; i++)
		rarities[i] = rarity(sections, i);
	for (size_t i = 0; i < sections->count; i++) {
		struct section *section = &sections->all[i];
		double slow = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * (double)section->words / mean);
		if (count_found(section, query) < fewest)
			continue;
		for (int word = 0; word < query->count; word++)
			section->score += rarities[word] * section->hits[word] / (section->hits[word] + slow);
		found++;
	}
	return found;
}

void sections_rank(struct sections *sections, const struct query *query)
{
	if (query->count > 0 && rank(sections, query, query->count) == 0)
		rank(sections, query, 1);
}

const struct section *sections_take(struct sections *sections)
{
	struct section *best = NULL;

	for (size_t i = 0; i < sections->count; i++) {
		struct section *section = &sections->all[i];
		if (section->score > 0 && (!best || section->score > best->score))
			best = section;
	}
	if (best)
		best->score = 0;
	return best;
}
