/* The sections of the documentation, and which of them answer a query. */
#ifndef MCP_SECTIONS_H
#define MCP_SECTIONS_H

#include "pages.h"
#include "words.h"

struct section {
	struct page page;
	struct word heading;
	const char *begin; /* with its heading */
	const char *end;
	size_t words;
	unsigned short hits[WORDS_MAX]; /* of each of the query's words; in the heading they count more */
	double score;                   /* 0: it was not found */
};

struct sections {
	struct section *all;
	size_t count;
	size_t capacity;
};

/* Reads all pages. Returns false if memory has run out. */
bool sections_read(struct sections *sections, const struct query *query);
void sections_free(struct sections *sections);

/* Finds those with all of the words, or else those with any of them. */
void sections_rank(struct sections *sections, const struct query *query);
/* Takes the best one that was not taken yet; NULL: there is none. The first of equal ones is the better one. */
const struct section *sections_take(struct sections *sections);

#endif
