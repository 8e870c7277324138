#include "json_grammar.h"

#include "utf8.h"

#include <string.h>

struct scanner {
	const char *text;
	size_t length;
	size_t at;
	int depth;
};

static bool scan_value(struct scanner *scanner);

static int peek(const struct scanner *scanner)
{
	return scanner->at < scanner->length ? (unsigned char)scanner->text[scanner->at] : -1;
}

static bool take(struct scanner *scanner, char c)
{
	if (peek(scanner) != (unsigned char)c)
		return false;
	scanner->at++;
	return true;
}

static void skip_space(struct scanner *scanner)
{
	while (peek(scanner) == ' ' || peek(scanner) == '\t' || peek(scanner) == '\n' || peek(scanner) == '\r')
		scanner->at++;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool scan_digits(struct scanner *scanner)
{
	if (!is_digit(peek(scanner)))
		return false;
	while (is_digit(peek(scanner)))
		scanner->at++;
	return true;
}

static bool scan_number(struct scanner *scanner)
{
	take(scanner, '-');
	if (!take(scanner, '0') && !scan_digits(scanner))
		return false;
	if (take(scanner, '.') && !scan_digits(scanner))
		return false;
	if (take(scanner, 'e') || take(scanner, 'E')) {
		if (!take(scanner, '+'))
			take(scanner, '-');
		return scan_digits(scanner);
	}
	return true;
}

static bool scan_hex(struct scanner *scanner)
{
	for (int i = 0; i < 4; i++, scanner->at++) {
		int c = peek(scanner);
		if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

static bool scan_string(struct scanner *scanner)
{
	if (!take(scanner, '"'))
		return false;
	for (;;) {
		int c = peek(scanner);
		if (c < 0x20) /* the end of the text, or a control character */
			return false;
		if (c >= 0x80) {
			size_t length = utf8_sequence((const unsigned char *)scanner->text + scanner->at,
			                              scanner->length - scanner->at);
			if (length == 0)
				return false;
			scanner->at += length;
			continue;
		}
		scanner->at++;
		if (c == '"')
			return true;
		if (c != '\\')
			continue;
		c = peek(scanner);
		if (c < 0 || !strchr("\"\\/bfnrtu", c) || c == 0)
			return false;
		scanner->at++;
		if (c == 'u' && !scan_hex(scanner))
			return false;
	}
}

static bool scan_word(struct scanner *scanner, const char *word)
{
	size_t length = strlen(word);
	if (scanner->length - scanner->at < length || memcmp(scanner->text + scanner->at, word, length) != 0)
		return false;
	scanner->at += length;
	return true;
}

static bool scan_member(struct scanner *scanner)
{
	skip_space(scanner);
	if (!scan_string(scanner))
		return false;
	skip_space(scanner);
	return take(scanner, ':') && scan_value(scanner);
}

static bool scan_list(struct scanner *scanner, char end, bool (*scan_item)(struct scanner *))
{
	scanner->at++;
	if (++scanner->depth > JSON_MAX_DEPTH)
		return false;
	skip_space(scanner);
	if (!take(scanner, end)) {
		do {
			if (!scan_item(scanner))
				return false;
			skip_space(scanner);
		} while (take(scanner, ','));
		if (!take(scanner, end))
			return false;
	}
	scanner->depth--;
	return true;
}

static bool scan_value(struct scanner *scanner)
{
	skip_space(scanner);
	switch (peek(scanner)) {
	case '{':
		return scan_list(scanner, '}', scan_member);
	case '[':
		return scan_list(scanner, ']', scan_value);
	case '"':
		return scan_string(scanner);
	case 't':
		return scan_word(scanner, "true");
	case 'f':
		return scan_word(scanner, "false");
	case 'n':
		return scan_word(scanner, "null");
	default:
		return scan_number(scanner);
	}
}

bool json_is_valid(const char *text, size_t length, size_t *at)
{
	struct scanner scanner = {.text = text, .length = length};
	bool valid = scan_value(&scanner);

	skip_space(&scanner);
	*at = scanner.at;
	return valid && scanner.at == length;
}
