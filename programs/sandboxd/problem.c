#include "problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* The names are part of the API: docs/server.md lists them. */
static const struct {
	unsigned int status;
	const char *name;
} types[] = {
        [PROBLEM_INVALID_REQUEST] = {400, "invalid_request"},
        [PROBLEM_AUTHENTICATION] = {401, "authentication_error"},
        [PROBLEM_FORBIDDEN] = {403, "forbidden"},
        [PROBLEM_PERMISSION] = {403, "permission_denied"},
        [PROBLEM_LIMIT] = {403, "limit_reached"},
        [PROBLEM_NOT_FOUND] = {404, "not_found"},
        [PROBLEM_METHOD] = {405, "method_not_allowed"},
        [PROBLEM_CONFLICT] = {409, "conflict"},
        [PROBLEM_TOO_LARGE] = {413, "request_too_large"},
        [PROBLEM_MEDIA_TYPE] = {415, "unsupported_media_type"},
        [PROBLEM_RANGE] = {416, "range_not_satisfiable"},
        [PROBLEM_VALIDATION] = {422, "validation_error"},
        [PROBLEM_RATE] = {429, "rate_limited"},
        [PROBLEM_INTERNAL] = {500, "internal_error"},
        [PROBLEM_ENGINE] = {500, "engine_error"},
        [PROBLEM_UNAVAILABLE] = {503, "unavailable"},
        [PROBLEM_STORAGE] = {507, "insufficient_storage"},
};

int problem_set(struct problem *problem, enum problem_type type, const char *field, const char *format, ...)
{
	problem->type = type;
	problem->retry_after = 0;
	problem->final = false;
	snprintf(problem->field, sizeof(problem->field), "%s", field ? field : "");
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(problem->message, sizeof(problem->message), format, arguments);
	va_end(arguments);
	return -1;
}

int problem_memory(struct problem *problem)
{
	return problem_set(problem, PROBLEM_INTERNAL, NULL, "the server is out of memory");
}

int problem_stopping(struct problem *problem)
{
	return problem_set(problem, PROBLEM_UNAVAILABLE, NULL, "the server is stopping");
}

bool problem_is_descriptors(int error)
{
	return error == EMFILE || error == ENFILE;
}

int problem_descriptors(struct problem *problem)
{
	problem_set(
	        problem, PROBLEM_UNAVAILABLE, NULL,
	        "the server has no descriptor left for this: delete sandboxes, ask for less at once, or start it with "
	        "a higher limit of open files");
	problem->retry_after = 1;
	return -1;
}

unsigned int problem_status(const struct problem *problem)
{
	return types[problem->type].status;
}

const char *problem_name(const struct problem *problem)
{
	return problem_type_name(problem->type);
}

const char *problem_type_name(enum problem_type type)
{
	return types[type].name;
}

void problem_write(const struct problem *problem, struct json_writer *writer)
{
	json_open(writer, '{');
	json_key(writer, "error");
	json_open(writer, '{');
	json_string(writer, "type", problem_name(problem));
	json_string(writer, "message", problem->message);
	if (problem->field[0])
		json_string(writer, "field", problem->field);
	json_close(writer, '}');
	json_close(writer, '}');
}
