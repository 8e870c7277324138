/* The parameters of a header such as `form-data; name="file"; filename="x"`. */
#ifndef SANDBOXD_HEADER_PARAMETER_H
#define SANDBOXD_HEADER_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

/* Copies the value of a parameter, its quotes taken off. False when it is not there, or longer than fits. */
bool header_parameter(const char *header, const char *name, char *value, size_t size);
/* Whether what stands before the parameters is this. */
bool header_is(const char *header, const char *value);

#endif
