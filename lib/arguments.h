/*
 * What the generated typed functions are made of: reading the caller's parameter struct, turning its members into the
 * arguments of an operation, and sending that.
 */
#ifndef SBX_LIB_ARGUMENTS_H
#define SBX_LIB_ARGUMENTS_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request_options.h>

#include "model.h"

/*
 * Copies a caller's struct, whose first member is its size, over `known`, which holds this version's defaults and is
 * `known_size` long. A struct of an older caller is shorter: the rest keeps its defaults. One of a newer caller is
 * longer: it is refused unless all of the part that this version does not know is zero. NULL changes nothing.
 * `name` is the argument's name in the error.
 */
sbx_status sbx__struct_read(void *known, size_t known_size, const void *given, const char *name, sbx_error **error);

/* Checks that a caller's struct which is to be filled begins with a size. */
sbx_status sbx__struct_check(const void *given, const char *name, sbx_error **error);
/* Fills a caller's struct that was checked with as much of `made` as it has room for; its size stays. */
void sbx__struct_write(void *given, const void *made, size_t made_size);

/* A member of a caller's struct that is one of an enum's values, of which 0 is the first. */
typedef struct sbx__choice {
	int value;
	int last;
	const char *name;
} sbx__choice;

sbx_status sbx__choices_check(const sbx__choice *choices, size_t count, sbx_error **error);
/* The same for one flag. */
sbx_status sbx__flag_check(sbx_flag flag, const char *name, sbx_error **error);

/* How many arguments a typed function may have, or members a struct among them. */
#define SBX__MOST_ARGUMENTS 16

typedef struct sbx__argument {
	const char *name;
	sbx_json *value;
} sbx__argument;

/* Arguments under construction: a list and no object, which takes longer to make than it is of use. The first failure
 * sticks and is what sbx__arguments_check() returns. */
typedef struct sbx__arguments {
	sbx__argument items[SBX__MOST_ARGUMENTS];
	size_t count;
	sbx_json *object;         /* of all of them, once sbx__arguments_build() was called; else NULL */
	const sbx_source *source; /* of an upload; NULL: none, or the options' */
	const sbx_sink *sink;     /* of a download; the same */
	sbx_status status;
	const char *failed; /* the name of the argument that could not be taken */
} sbx__arguments;

void sbx__arguments_init(sbx__arguments *arguments);
/* Each leaves out an argument that was not given: NULL, SBX_DEFAULT, SBX_FLAG_DEFAULT, no pairs. */
void sbx__arguments_string(sbx__arguments *arguments, const char *name, const char *value);
void sbx__arguments_integer(sbx__arguments *arguments, const char *name, int64_t value);
void sbx__arguments_number(sbx__arguments *arguments, const char *name, double value);
void sbx__arguments_flag(sbx__arguments *arguments, const char *name, sbx_flag value);
void sbx__arguments_pairs(sbx__arguments *arguments, const char *name, const sbx_pair *pairs, size_t count);
/* An array of texts: not given without `values`. */
void sbx__arguments_strings(sbx__arguments *arguments, const char *name, const char *const *values, size_t count);
/* A value of any type that the caller built; it is copied. */
void sbx__arguments_json(sbx__arguments *arguments, const char *name, const sbx_json *value);
/* Takes over `members`, the arguments of a nested struct that was given. */
void sbx__arguments_object(sbx__arguments *arguments, const char *name, sbx__arguments *members);

/* The value of an argument; NULL: it was not given. */
const sbx_json *sbx__arguments_get(const sbx__arguments *arguments, const char *name);
/* Puts all arguments, which are then no longer got one by one, into `object`: for those who want them as one value. */
sbx_status sbx__arguments_build(sbx__arguments *arguments, sbx_error **error);

void sbx__arguments_free(sbx__arguments *arguments);
/* The failure that stuck, as the error of an operation. */
sbx_status sbx__arguments_check(const sbx__arguments *arguments, const sbx_operation *operation, sbx_error **error);

/*
 * Invokes an operation. `model` receives the answer's model (may be NULL); for an operation that answers bytes it is
 * NULL and `response` may be given instead.
 */
sbx_status sbx__arguments_invoke(const sbx__arguments *arguments, sbx_client *client, const sbx_operation *operation,
                                 const sbx_request_options *options, sbx__model **model, sbx_response **response,
                                 sbx_error **error);
/* Starts a call of an operation. */
sbx_status sbx__arguments_start(const sbx__arguments *arguments, sbx_client *client, const sbx_operation *operation,
                                const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                sbx_call **call, sbx_error **error);

#endif
