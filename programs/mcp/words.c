#include "words.h"

#include "stem.h"

#include <string.h>

static char small(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Letters of other alphabets are parts of words. The signs of U+0080 to U+00BF and of U+2000 to U+2FFF are not. */
static size_t letter_length(const char *at, const char *end)
{
	unsigned char first = (unsigned char)*at;
	size_t length = 1;

	if (first < 0x80)
		return (small(*at) >= 'a' && small(*at) <= 'z') || (*at >= '0' && *at <= '9');
	if (first == 0xc2 || first == 0xe2)
		return 0;
	while (at + length < end && ((unsigned char)at[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/* So that what is left of a sign is none either. */
static size_t sign_length(const char *at, const char *end)
{
	size_t length = 1;

	while (at + length < end && ((unsigned char)at[length] & 0xc0) == 0x80)
		length++;
	return length;
}

bool words_next(const char **from, const char *end, struct word *word)
{
	const char *at = *from;

	while (at < end && letter_length(at, end) == 0)
		at += sign_length(at, end);
	word->begin = at;
	for (size_t length = 1; at < end && length > 0; at += length)
		length = letter_length(at, end);
	word->length = (size_t)(at - word->begin);
	*from = at;
	return word->length > 0;
}

/* A word that is too long to be one keeps its ending, and of its letters the first. */
static void find_root(struct root *root, const struct word *word)
{
	size_t most = sizeof(root->letters) - 1;

	root->length = word->length < most ? word->length : most;
	for (size_t i = 0; i < root->length; i++)
		root->letters[i] = small(word->begin[i]);
	if (word->length < most)
		root->length = stem(root->letters, root->length);
}

static int find(const struct query *query, const struct root *root)
{
	for (int i = 0; i < query->count; i++) {
		if (query->roots[i].length == root->length &&
		    memcmp(query->roots[i].letters, root->letters, root->length) == 0)
			return i;
	}
	return -1;
}

void query_read(struct query *query, const char *words, size_t length)
{
	const char *end = words + length;
	struct word word;

	query->count = 0;
	while (query->count < WORDS_MAX && words_next(&words, end, &word)) {
		struct root *root = &query->roots[query->count];
		find_root(root, &word);
		if (find(query, root) < 0)
			query->count++;
	}
}

/* Few words come so far that their roots have to be found: no ending changes more than the last two letters of one. */
static bool may_be(const struct root *root, const struct word *word)
{
	size_t same = root->length > 2 ? root->length - 2 : 1;

	for (size_t i = 0; i < same; i++) {
		if (i >= word->length || small(word->begin[i]) != root->letters[i])
			return false;
	}
	return true;
}

int query_find(const struct query *query, const struct word *word)
{
	struct root root;

	for (int i = 0; i < query->count; i++) {
		if (may_be(&query->roots[i], word)) {
			find_root(&root, word);
			return find(query, &root);
		}
	}
	return -1;
}
