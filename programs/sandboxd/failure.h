/* Why the server cannot start or go on: one line for a person and an exit code for a program. */
#ifndef SANDBOXD_FAILURE_H
#define SANDBOXD_FAILURE_H

enum failure_code {
	FAILURE_NONE = 0,
	FAILURE_INTERNAL = 1,
	FAILURE_OPTION = 2,
	FAILURE_NO_ENGINE = 3,
	FAILURE_ENGINE_REFUSED = 4,
	FAILURE_ADDRESS = 5,
	FAILURE_STATE = 6,
	FAILURE_LOCKED = 7,
	FAILURE_KEY = 8,
	FAILURE_IMAGE = 9,
};

struct failure {
	enum failure_code code;
	char message[1024]; /* "<cause>; <cure>" */
};

/* Fills the failure and returns -1. */
int failure_set(struct failure *failure, enum failure_code code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* One line on standard error. The server is quiet: this is for what a person has to know. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The last line of a server that cannot go on. It is written whatever is logged otherwise. */
void log_failure(const struct failure *failure);

#endif
