/* What is wrong with a request: an HTTP status, a stable type and a message for a person. */
#ifndef SANDBOXD_PROBLEM_H
#define SANDBOXD_PROBLEM_H

#include "json_writer.h"

enum problem_type {
	PROBLEM_INVALID_REQUEST,
	PROBLEM_AUTHENTICATION,
	PROBLEM_FORBIDDEN,
	PROBLEM_PERMISSION,
	PROBLEM_NOT_FOUND,
	PROBLEM_METHOD,
	PROBLEM_CONFLICT,
	PROBLEM_TOO_LARGE,
	PROBLEM_MEDIA_TYPE,
	PROBLEM_VALIDATION,
	PROBLEM_INTERNAL,
	PROBLEM_ENGINE,
	PROBLEM_NOT_IMPLEMENTED,
	PROBLEM_UNAVAILABLE,
	PROBLEM_STORAGE,
};

struct problem {
	enum problem_type type;
	char field[64]; /* the argument at fault; empty when there is none */
	char message[512];
};

/* Fills the problem and returns -1, so that a failing function ends in one line. `field` may be NULL. */
int problem_set(struct problem *problem, enum problem_type type, const char *field, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* The problem of having no memory left. */
int problem_memory(struct problem *problem);

unsigned int problem_status(const struct problem *problem);
const char *problem_name(const struct problem *problem);
/* The document that tells it. */
void problem_write(const struct problem *problem, struct json_writer *writer);

#endif
