/* What is wrong with a request: an HTTP status, a stable type and a message for a person. */
#ifndef SANDBOXD_PROBLEM_H
#define SANDBOXD_PROBLEM_H

#include "json_writer.h"

#include <stdbool.h>

enum problem_type {
	PROBLEM_INVALID_REQUEST,
	PROBLEM_AUTHENTICATION,
	PROBLEM_FORBIDDEN,
	PROBLEM_PERMISSION,
	PROBLEM_LIMIT,
	PROBLEM_NOT_FOUND,
	PROBLEM_METHOD,
	PROBLEM_CONFLICT,
	PROBLEM_TOO_LARGE,
	PROBLEM_MEDIA_TYPE,
	PROBLEM_RANGE,
	PROBLEM_VALIDATION,
	PROBLEM_RATE,
	PROBLEM_INTERNAL,
	PROBLEM_ENGINE,
	PROBLEM_UNAVAILABLE,
	PROBLEM_STORAGE,
	PROBLEM_TYPES /* how many there are */
};

struct problem {
	enum problem_type type;
	int retry_after; /* seconds after which it may be better; 0: nobody knows */
	bool final;      /* asking again gives the same answer, whatever the status usually means */
	char field[64];  /* the argument at fault; empty when there is none */
	char message[512];
};

/* Fills the problem and returns -1, so that a failing function ends in one line. `field` may be NULL. */
int problem_set(struct problem *problem, enum problem_type type, const char *field, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* The problem of having no memory left. */
int problem_memory(struct problem *problem);
/* The problem of a server that is stopping: nothing was done, and another one may do it. */
int problem_stopping(struct problem *problem);
/* Whether the error number says that there is no descriptor left, and the problem of that. */
bool problem_is_descriptors(int error);
int problem_descriptors(struct problem *problem);

unsigned int problem_status(const struct problem *problem);
const char *problem_name(const struct problem *problem);
const char *problem_type_name(enum problem_type type);
/* The document that tells it. */
void problem_write(const struct problem *problem, struct json_writer *writer);

#endif
