#include "headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void sbx__headers_free(sbx__headers *headers)
{
	sbx__buffer_free(&headers->text);
	sbx__buffer_free(&headers->offsets);
}

void sbx__headers_clear(sbx__headers *headers)
{
	sbx__buffer_clear(&headers->text);
	sbx__buffer_clear(&headers->offsets);
}

/* What no value may have counts as a space (RFC 9110, section 5.5). */
static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\0';
}

/* A space in the place of each byte that no value may have. */
static void copy_value(char *to, const char *value, size_t length)
{
	static const char forbidden[] = {'\r', '\n', '\0'};
	memcpy(to, value, length);
	for (size_t index = 0; index < sizeof forbidden; index++)
		for (char *at = to; (at = memchr(at, forbidden[index], length - (size_t)(at - to)));)
			*at = ' ';
	to[length] = '\0';
}

static bool add(sbx__headers *headers, const char *name, size_t name_length, const char *value, size_t value_length)
{
	size_t offset = headers->text.length;
	/* Most answers' headers fit at once. */
	size_t more = name_length + value_length + 2;
	if (!sbx__buffer_reserve(&headers->text, offset || more > 500 ? more : 500))
		return false;
	char *text = headers->text.data + offset;
	memcpy(text, name, name_length);
	text[name_length] = '\0';
	copy_value(text + name_length + 1, value, value_length);
	headers->text.length += more;
	if (!sbx__buffer_reserve(&headers->offsets, headers->offsets.length ? sizeof offset : 127))
		return false;
	memcpy(headers->offsets.data + headers->offsets.length, &offset, sizeof offset);
	headers->offsets.length += sizeof offset;
	return true;
}

bool sbx__headers_add_set(sbx__headers *headers, const sbx__header_set *set)
{
	for (size_t index = 0; index < set->count; index++) {
		const sbx_pair *pair = &set->pairs[index];
		if (pair->value && !add(headers, pair->name, strlen(pair->name), pair->value, strlen(pair->value)))
			return false;
	}
	return true;
}

bool sbx__headers_add_line(sbx__headers *headers, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);
	if (!colon || colon == line || memchr(line, '\0', (size_t)(colon - line)))
		return true;
	size_t name_length = (size_t)(colon - line);
	const char *value = colon + 1;
	const char *end = line + length;
	while (value < end && is_space(*value))
		value++;
	while (end > value && is_space(end[-1]))
		end--;
	return add(headers, line, name_length, value, (size_t)(end - value));
}

bool sbx__headers_copy(sbx__headers *headers, const sbx__headers *from)
{
	for (size_t index = 0; index < sbx__headers_count(from); index++) {
		sbx_pair pair = sbx__headers_at(from, index);
		if (!add(headers, pair.name, strlen(pair.name), pair.value, strlen(pair.value)))
			return false;
	}
	return true;
}

size_t sbx__headers_count(const sbx__headers *headers)
{
	return headers->offsets.length / sizeof(size_t);
}

sbx_pair sbx__headers_at(const sbx__headers *headers, size_t index)
{
	sbx_pair pair = {NULL, NULL};
	if (index < sbx__headers_count(headers)) {
		size_t offset;
		memcpy(&offset, headers->offsets.data + index * sizeof offset, sizeof offset);
		pair.name = headers->text.data + offset;
		pair.value = pair.name + strlen(pair.name) + 1;
	}
	return pair;
}

const char *sbx__headers_get(const sbx__headers *headers, const char *name)
{
	for (size_t index = sbx__headers_count(headers); index-- > 0;) {
		sbx_pair pair = sbx__headers_at(headers, index);
		if (strcasecmp(pair.name, name) == 0)
			return pair.value;
	}
	return NULL;
}

void sbx__header_set_free(sbx__header_set *set)
{
	free(set->pairs);
	*set = (sbx__header_set){0};
}

static unsigned char length_of(const char *name)
{
	size_t length = strlen(name);
	return length < 255 ? (unsigned char)length : 255;
}

static sbx_pair *find(const sbx__header_set *set, const char *name, unsigned char length)
{
	for (size_t index = 0; index < set->count; index++)
		if (set->lengths[index] == length && strcasecmp(set->pairs[index].name, name) == 0)
			return &set->pairs[index];
	return NULL;
}

const sbx_pair *sbx__header_set_find(const sbx__header_set *set, const char *name)
{
	return find(set, name, length_of(name));
}

bool sbx__pairs_have(const sbx_pair *pairs, size_t count, const char *name)
{
	for (size_t index = 0; index < count; index++)
		if (strcasecmp(pairs[index].name, name) == 0)
			return true;
	return false;
}

/* Pairs, lines and lengths are one block of memory. */
static bool reserve_pairs(sbx__header_set *set, size_t count)
{
	if (set->failed || count <= set->capacity)
		return !set->failed;
	size_t capacity = count < 24 ? 24 : 2 * count;
	sbx_pair *pairs = malloc(capacity * (sizeof *pairs + sizeof *set->lines + sizeof *set->lengths));
	if (!pairs) {
		set->failed = true;
		return false;
	}
	const char **lines = (const char **)(pairs + capacity);
	unsigned char *lengths = (unsigned char *)(lines + capacity);
	if (set->count) {
		memcpy(pairs, set->pairs, set->count * sizeof *pairs);
		memcpy(lines, set->lines, set->count * sizeof *lines);
		memcpy(lengths, set->lengths, set->count);
	}
	free(set->pairs);
	set->pairs = pairs;
	set->lines = lines;
	set->lengths = lengths;
	set->capacity = capacity;
	return true;
}

void sbx__header_set_copy(sbx__header_set *set, const sbx__header_set *from)
{
	set->count = 0;
	if (!reserve_pairs(set, from->count) || !from->count)
		return;
	memcpy(set->pairs, from->pairs, from->count * sizeof *set->pairs);
	memcpy(set->lines, from->lines, from->count * sizeof *set->lines);
	memcpy(set->lengths, from->lengths, from->count);
	set->count = from->count;
}

void sbx__header_set_put(sbx__header_set *set, const char *name, const char *value)
{
	unsigned char length = length_of(name);
	sbx_pair *pair = find(set, name, length);
	if (pair) {
		*pair = (sbx_pair){name, value};
		set->lines[pair - set->pairs] = NULL;
	} else if (reserve_pairs(set, set->count + 1)) {
		set->pairs[set->count] = (sbx_pair){name, value};
		set->lines[set->count] = NULL;
		set->lengths[set->count++] = length;
	}
}

void sbx__header_set_merge(sbx__header_set *set, const sbx_pair *pairs, size_t count)
{
	for (size_t index = 0; index < count; index++)
		sbx__header_set_put(set, pairs[index].name, pairs[index].value);
}

/* A blank value is said in another way in each version of HTTP and each transport. */
static bool has_line(const sbx_pair *pair)
{
	return pair->value && pair->value[strspn(pair->value, " \t")];
}

char *sbx__header_set_seal(sbx__header_set *set, size_t *length)
{
	*length = 1;
	for (size_t index = 0; index < set->count; index++)
		if (has_line(&set->pairs[index]))
			*length += strlen(set->pairs[index].name) + strlen(set->pairs[index].value) + 3;
	char *text = malloc(*length);
	char *at = text;
	for (size_t index = 0; text && index < set->count; index++) {
		const sbx_pair *pair = &set->pairs[index];
		if (!has_line(pair))
			continue;
		set->lines[index] = at;
		at = stpcpy(stpcpy(stpcpy(at, pair->name), ": "), pair->value) + 1;
	}
	return text;
}

bool sbx__header_name_valid(const char *name)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
	                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	return *name && name[strspn(name, allowed)] == '\0';
}

bool sbx__header_value_valid(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}
