/* M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), with his later changes. */
#include "stem.h"

#include <stdbool.h>
#include <string.h>

struct ending {
	const char *from;
	const char *to;
	size_t from_length;
	size_t to_length;
};

#define ENDING(from, to) {from, to, sizeof(from) - 1, sizeof(to) - 1}
#define ENDS(word, length, ending) ends(word, length, ending, sizeof(ending) - 1)

static bool is_vowel(const char *word, size_t at)
{
	if (word[at] == 'y')
		return at > 0 && !is_vowel(word, at - 1);
	return strchr("aeiou", word[at]) != NULL;
}

static bool has_vowel(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (is_vowel(word, i))
			return true;
	}
	return false;
}

/* How often a consonant follows a vowel: about the number of syllables. */
static size_t measure(const char *word, size_t length)
{
	size_t count = 0;

	for (size_t i = 1; i < length; i++)
		count += is_vowel(word, i - 1) && !is_vowel(word, i);
	return count;
}

static bool has_double(const char *word, size_t length)
{
	return length > 1 && word[length - 1] == word[length - 2] && !is_vowel(word, length - 1);
}

/* Such as "hop", which was "hope". */
static bool is_short(const char *word, size_t length)
{
	return length > 2 && !is_vowel(word, length - 3) && is_vowel(word, length - 2) && !is_vowel(word, length - 1) &&
	       !strchr("wxy", word[length - 1]);
}

/* The last letter first: it tells most endings apart. */
static bool ends(const char *word, size_t length, const char *ending, size_t size)
{
	if (length < size)
		return false;
	word += length - size;
	while (size > 0 && word[size - 1] == ending[size - 1])
		size--;
	return size == 0;
}

/* Replaces the first of these endings that the word has, where enough is left of it. */
static size_t replace(char *word, size_t length, const struct ending *endings, size_t more_than)
{
	for (; endings->from; endings++) {
		if (!ends(word, length, endings->from, endings->from_length))
			continue;
		size_t rest = length - endings->from_length;
		if (measure(word, rest) <= more_than)
			return length;
		memcpy(word + rest, endings->to, endings->to_length);
		return rest + endings->to_length;
	}
	return length;
}

static size_t without_plural(const char *word, size_t length)
{
	if (ENDS(word, length, "sses") || ENDS(word, length, "ies"))
		return length - 2;
	return ENDS(word, length, "s") && !ENDS(word, length, "ss") ? length - 1 : length;
}

/* After "ed" or "ing" was taken away. */
static size_t with_its_end(char *word, size_t length)
{
	if (ENDS(word, length, "at") || ENDS(word, length, "bl") || ENDS(word, length, "iz"))
		word[length++] = 'e';
	else if (has_double(word, length) && !strchr("lsz", word[length - 1]))
		length--;
	else if (measure(word, length) == 1 && is_short(word, length))
		word[length++] = 'e';
	return length;
}

static size_t without_tense(char *word, size_t length)
{
	if (ENDS(word, length, "eed"))
		return measure(word, length - 3) > 0 ? length - 1 : length;
	if (ENDS(word, length, "ed"))
		return has_vowel(word, length - 2) ? with_its_end(word, length - 2) : length;
	if (ENDS(word, length, "ing"))
		return has_vowel(word, length - 3) ? with_its_end(word, length - 3) : length;
	return length;
}

static size_t without_suffix(char *word, size_t length)
{
	static const struct ending suffixes[] = {
	        ENDING("al", ""),
	        ENDING("ance", ""),
	        ENDING("ence", ""),
	        ENDING("er", ""),
	        ENDING("ic", ""),
	        ENDING("able", ""),
	        ENDING("ible", ""),
	        ENDING("ant", ""),
	        ENDING("ement", ""),
	        ENDING("ment", ""),
	        ENDING("ent", ""),
	        ENDING("ou", ""),
	        ENDING("ism", ""),
	        ENDING("ate", ""),
	        ENDING("iti", ""),
	        ENDING("ous", ""),
	        ENDING("ive", ""),
	        ENDING("ize", ""),
	        {0},
	};

	if (ENDS(word, length, "sion") || ENDS(word, length, "tion"))
		return measure(word, length - 3) > 1 ? length - 3 : length;
	return replace(word, length, suffixes, 1);
}

static size_t without_last_letter(const char *word, size_t length)
{
	if (ENDS(word, length, "e")) {
		size_t syllables = measure(word, length - 1);
		if (syllables > 1 || (syllables == 1 && !is_short(word, length - 1)))
			length--;
	}
	return ENDS(word, length, "ll") && measure(word, length - 1) > 1 ? length - 1 : length;
}

size_t stem(char *word, size_t length)
{
	static const struct ending doubled[] = {
	        ENDING("ational", "ate"), ENDING("tional", "tion"),
	        ENDING("enci", "ence"),   ENDING("anci", "ance"),
	        ENDING("izer", "ize"),    ENDING("logi", "log"),
	        ENDING("bli", "ble"),     ENDING("alli", "al"),
	        ENDING("entli", "ent"),   ENDING("eli", "e"),
	        ENDING("ousli", "ous"),   ENDING("ization", "ize"),
	        ENDING("ation", "ate"),   ENDING("ator", "ate"),
	        ENDING("alism", "al"),    ENDING("iveness", "ive"),
	        ENDING("fulness", "ful"), ENDING("ousness", "ous"),
	        ENDING("aliti", "al"),    ENDING("iviti", "ive"),
	        ENDING("biliti", "ble"),  {0},
	};
	static const struct ending tripled[] = {
	        ENDING("icate", "ic"), ENDING("ative", ""), ENDING("alize", "al"), ENDING("iciti", "ic"),
	        ENDING("ical", "ic"),  ENDING("ful", ""),   ENDING("ness", ""),    {0},
	};

	if (length < 3)
		return length;
	length = without_plural(word, length);
	length = without_tense(word, length);
	if (ENDS(word, length, "y") && has_vowel(word, length - 1))
		word[length - 1] = 'i';
	length = replace(word, length, doubled, 0);
	length = replace(word, length, tripled, 0);
	length = without_suffix(word, length);
	return without_last_letter(word, length);
}
