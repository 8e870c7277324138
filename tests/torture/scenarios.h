/*
 * What is done again and again while memory runs out. A scenario leaves nothing behind, checks what it was given, and
 * says what it came to: SBX_OK, or the status that stopped it.
 */
#ifndef TESTS_TORTURE_SCENARIOS_H
#define TESTS_TORTURE_SCENARIOS_H

#include <sandbox_sdk.h>
#include <stdbool.h>

typedef struct scenario {
	const char *name;
	sbx_status (*run)(void);
	sbx_status wanted; /* what it comes to when memory does not run out */
	/* libarchive 3.6 ends the process where it has no memory for a text, so that each run has one of its own. */
	bool ends_process;
} scenario;

extern const scenario scenarios[];
extern const size_t scenarios_count;

/* Where the server is, and a directory of the run's own with a "file" and a directory "tree" in it. */
extern int server_port;
extern const char *directory;

/* Set where something was given that is not what the server sent: a success that is none. */
extern const char *lie;

#endif
