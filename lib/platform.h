/*
 * What the library takes from the machine: time and randomness (handed to the state machine, so that tests can hand in
 * their own) and what it says of itself to the server.
 */
#ifndef SBX_LIB_PLATFORM_H
#define SBX_LIB_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SBX__SECOND INT64_C(1000000000)
#define SBX__NEVER INT64_MAX

/* Where time and randomness come from. */
typedef struct sbx__platform {
	int64_t (*now)(void *context);       /* nanoseconds of a clock that never goes back */
	double (*wall_clock)(void *context); /* seconds since 1970 */
	bool (*random)(void *context, void *bytes, size_t length);
	void *context;
} sbx__platform;

/* The machine's own. */
extern const sbx__platform sbx__platform_system;

/* How many forks lie between this process and the one that loaded the library. */
unsigned sbx__platform_forks(void);
/* Counts them from now on. Any number of times, from any thread. */
void sbx__platform_watch_forks(void);

/* The values of X-Stainless-OS and X-Stainless-Arch; static text. */
const char *sbx__platform_os(void);
const char *sbx__platform_arch(void);

/* A random UUID (RFC 9562, section 5.4) as 36 characters and a NUL. False: no randomness to be had. */
bool sbx__platform_uuid(const sbx__platform *platform, char text[37]);

/* Seconds as nanoseconds, cut to what fits. */
int64_t sbx__nanoseconds(double seconds);

#endif
