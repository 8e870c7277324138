#include "snippet.h"

#include <string.h>

#define ELLIPSIS " … "
#define LENGTH 40 /* in words */
/* What counts of a part: each of the query's words first, then where it begins, then how often they are in it. */
#define WORD_SCORE 1000
#define SENTENCE_SCORE 100
#define BEGIN_SCORE 120

/* The last words that were read, in a ring. */
struct window {
	int found[LENGTH]; /* which of the query's; -1: none */
	int begins[LENGTH];
	size_t next; /* how many there were */
};

/* Parts that follow each other and are equally good. */
struct best {
	int score;
	size_t first;
	size_t last;
};

/* What it is worth to begin here. */
static int begin_score(const struct section *section, const char *at, size_t number)
{
	if (number == 0)
		return BEGIN_SCORE;
	while (at > section->begin && strchr(" \t\n", at[-1]))
		at--;
	return at > section->begin && (at[-1] == '.' || at[-1] == ':') ? SENTENCE_SCORE : 0;
}

static int window_score(const struct window *window)
{
	unsigned seen = 0;
	int score = window->begins[window->next % LENGTH];

	for (size_t i = 0; i < LENGTH; i++) {
		if (window->found[i] < 0)
			continue;
		unsigned bit = 1U << window->found[i];
		score += seen & bit ? 1 : WORD_SCORE;
		seen |= bit;
	}
	return score;
}

static void take_window(struct best *best, const struct window *window)
{
	size_t number = window->next - LENGTH;
	int score = window_score(window);

	if (score > best->score)
		*best = (struct best){score, number, number};
	else if (score == best->score && number == best->last + 1)
		best->last = number;
}

/* The number of the word that the best part begins with: what was found is in its middle. */
static size_t find_best(const struct section *section, const struct query *query)
{
	struct window window = {.next = 0};
	struct best best = {-1, 0, 0};
	const char *from = section->begin;
	struct word word;

	while (words_next(&from, section->end, &word)) {
		size_t place = window.next % LENGTH;
		window.found[place] = query_find(query, &word);
		window.begins[place] = begin_score(section, word.begin, window.next);
		window.next++;
		if (window.next >= LENGTH)
			take_window(&best, &window);
	}
	return (best.first + best.last) / 2;
}

void snippet_write(struct text *text, const struct section *section, const struct query *query)
{
	size_t first = find_best(section, query);
	const char *begin = section->begin;
	const char *from = section->begin;
	const char *end = section->end;
	bool goes_on = false;
	struct word word;

	for (size_t number = 0; !goes_on && words_next(&from, section->end, &word); number++) {
		if (number == first && first > 0)
			begin = word.begin;
		if (number == first + LENGTH - 1)
			end = from;
		goes_on = number == first + LENGTH;
	}
	if (first > 0)
		text_add(text, ELLIPSIS);
	text_append(text, begin, (size_t)((goes_on ? end : section->end) - begin));
	if (goes_on)
		text_add(text, ELLIPSIS);
}
