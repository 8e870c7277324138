/* Lines on standard error. What a person has to know is written by default, what happens in the server when asked for.
 * A line never holds a key, a body, a command, a variable, a query or a path inside of a sandbox. */
#ifndef SANDBOXD_LOG_H
#define SANDBOXD_LOG_H

#include "json_writer.h"

#include <stdbool.h>

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_NONE };
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* By their names; -1 when there is none of that name. */
int log_format_named(const char *name);
int log_level_named(const char *name);
/* Before there are threads. Until then: text, from warnings on. */
void log_configure(enum log_format format, enum log_level level);
bool log_wants(enum log_level level);

/* A line that is written in parts, between log_begin and log_end, which needs none of them to succeed. */
struct log_entry {
	struct json_writer writer;
	bool wanted;
};

void log_begin(struct log_entry *entry, enum log_level level, const char *message);
/* Left out when the value is NULL or empty. */
void log_text(struct log_entry *entry, const char *name, const char *value);
void log_number(struct log_entry *entry, const char *name, int64_t value);
void log_end(struct log_entry *entry);

/* "sandbox created" and the like, about one. */
void log_event(const char *message, const char *sandbox_id);

#endif
