/*
 * A sanitizer's functions, where there is one, are found as the next ones and go on seeing every block.
 */
#include "starvation.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INTERPOSED __attribute__((visibility("default")))

INTERPOSED void *malloc(size_t size);
INTERPOSED void *calloc(size_t count, size_t size);
INTERPOSED void *realloc(void *memory, size_t size);
INTERPOSED void free(void *memory);
INTERPOSED char *strdup(const char *text);

static void *(*real_malloc)(size_t size);
static void *(*real_calloc)(size_t count, size_t size);
static void *(*real_realloc)(void *memory, size_t size);
static void (*real_free)(void *memory);

/* Libraries may have threads. */
static atomic_bool counting;
static atomic_long allocations, blocks;
static long failing_one;

/* What is asked for while the next functions are looked up; never given back. */
static alignas(max_align_t) char early[16384];
static size_t early_used;

static void *allocate_early(size_t size)
{
	size_t start = early_used;
	early_used += (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (early_used > sizeof early)
		abort();
	return early + start;
}

static bool is_early(const void *memory)
{
	return (uintptr_t)memory >= (uintptr_t)early && (uintptr_t)memory < (uintptr_t)early + sizeof early;
}

static bool look_up(void)
{
	static bool looking;
	if (real_free)
		return true;
	if (looking)
		return false;
	looking = true;
	void **const functions[] = {(void **)&real_malloc, (void **)&real_calloc, (void **)&real_realloc,
	                            (void **)&real_free};
	static const char *const names[] = {"malloc", "calloc", "realloc", "free"};
	for (size_t index = 0; index < sizeof names / sizeof names[0]; index++)
		*functions[index] = dlsym(RTLD_NEXT, names[index]);
	looking = false;
	return real_free != NULL;
}

static bool fails(void)
{
	if (!counting || atomic_fetch_add(&allocations, 1) + 1 != failing_one)
		return false;
	errno = ENOMEM;
	return true;
}

static void *count(void *memory)
{
	blocks += counting && memory;
	return memory;
}

void *malloc(size_t size)
{
	if (!look_up())
		return allocate_early(size);
	return fails() ? NULL : count(real_malloc(size));
}

void *calloc(size_t number, size_t size)
{
	if (!look_up())
		return allocate_early(number * size);
	return fails() ? NULL : count(real_calloc(number, size));
}

void *realloc(void *memory, size_t size)
{
	if (!look_up() || is_early(memory))
		abort();
	if (fails())
		return NULL;
	return memory ? real_realloc(memory, size) : count(real_realloc(NULL, size));
}

void free(void *memory)
{
	if (!memory || is_early(memory) || !look_up())
		return;
	blocks -= counting;
	real_free(memory);
}

/* A sanitizer's own would not come here. */
char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);
	return copy ? memcpy(copy, text, size) : NULL;
}

void starvation_begin(long failing)
{
	failing_one = failing;
	allocations = 0;
	blocks = 0;
	counting = true;
}

long starvation_end(void)
{
	counting = false;
	return allocations;
}

long starvation_left(void)
{
	return blocks;
}
