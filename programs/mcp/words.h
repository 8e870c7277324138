/* The words of a text, as a search takes them: small and capital letters are the same, and so are a word's endings. */
#ifndef MCP_WORDS_H
#define MCP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 16

struct word {
	const char *begin;
	size_t length;
};

struct root {
	char letters[64];
	size_t length;
};

/* What is searched for. */
struct query {
	struct root roots[WORDS_MAX];
	int count;
};

/* Takes the next word away from the text of `*from` to `end`. */
bool words_next(const char **from, const char *end, struct word *word);

/* Takes the first words, each once; what is no word means nothing. */
void query_read(struct query *query, const char *words, size_t length);
/* Which of the query's words this is; -1: none. */
int query_find(const struct query *query, const struct word *word);

#endif
