/*
 * Making errors.
 */
#ifndef SBX_LIB_ERROR_H
#define SBX_LIB_ERROR_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/response.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cold.h"

struct sbx_error {
	atomic_size_t references;
	sbx_status code;
	char *message;
	char *detail;
	char *argument;
	sbx_response *response; /* what is known of the request and its answer; NULL: there was none */
	bool answered;          /* the response is an answer */
	sbx_json *json;         /* its body */
	int system_errno;
	double retry_after;
	bool retryable;
	bool outcome_unknown;
	bool misuse;      /* an argument of a wrong type, an unknown or a missing one */
	bool echoes;      /* the answer holds the client's key */
	sbx_json *shown;  /* where it does, what sbx_error_to_json() says; NULL: there was no memory for it */
	void *attachment; /* what the error is about, as those know who made it; NULL: nothing */
	void (*free_attachment)(void *attachment);
};

/* A new error with a formatted message. Never NULL: when memory has run out it is the one static error that says so. */
SBX__COLD sbx_error *sbx__error_new(sbx_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether an error is one of the static ones, which nothing may be written to. */
bool sbx__error_is_static(const sbx_error *error);
/* Puts a new error where the caller wants one (it may be NULL) and returns the code, for use in a return statement. */
SBX__COLD sbx_status sbx__fail(sbx_error **error, sbx_status code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The same for an argument that is refused; the message begins with its name. */
SBX__COLD sbx_status sbx__fail_argument(sbx_error **error, const char *argument, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* Marks the error that was just given as a mistake in the program's text, and returns its code. */
SBX__COLD sbx_status sbx__misuse(sbx_error **error, sbx_status code);
/* The same for an option of a client that cannot be fulfilled: SBX_ERROR_CONFIGURATION. */
SBX__COLD sbx_status sbx__fail_option(sbx_error **error, const char *option, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The same for a system call that failed on a file; the message ends with the system's words for `number`. */
SBX__COLD sbx_status sbx__fail_file(sbx_error **error, const char *argument, const char *action, const char *path,
                                    int number);
/* The same for the system itself: no descriptors, no memory. The message ends with the system's words for `number`. */
SBX__COLD sbx_status sbx__fail_system(sbx_error **error, const char *what, int number);
SBX__COLD sbx_status sbx__fail_memory(sbx_error **error);
/* The static error itself, and the one for a request that may have been carried out. */
SBX__COLD sbx_error *sbx__error_memory(void);
SBX__COLD sbx_error *sbx__error_memory_in_doubt(void);
/* Another reference, which sbx_error_free() gives back as well. */
sbx_error *sbx__error_ref(sbx_error *error);
/* The error of everything that a forked child does with its parent's client. */
SBX__COLD sbx_status sbx__fail_forked(sbx_error **error);
/* Gives an error to the caller, or frees it when the caller wants none, and returns its code. */
SBX__COLD sbx_status sbx__error_give(sbx_error **error, sbx_error *given);
/* The code that an HTTP status which is no success stands for. */
sbx_status sbx__status_from_http(int http_status);

#endif
