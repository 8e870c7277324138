#include "log.h"

#include "failure.h"
#include "sandbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {
        [LOG_LEVEL_ERROR] = "error",
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_DEBUG] = "debug",
};

static const char *const format_names[] = {
        [LOG_FORMAT_TEXT] = "text",
        [LOG_FORMAT_JSON] = "json",
        [LOG_FORMAT_NONE] = "none",
};

static int find(const char *const names[], int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int log_format_named(const char *name)
{
	return find(format_names, 3, name);
}

int log_level_named(const char *name)
{
	return find(level_names, 4, name);
}

/* Written once, before there are threads. */
static struct {
	enum log_format format;
	enum log_level level;
} configured = {.level = LOG_LEVEL_WARNING};

void log_configure(enum log_format format, enum log_level level)
{
	configured.format = format;
	configured.level = level;
}

bool log_wants(enum log_level level)
{
	return configured.format != LOG_FORMAT_NONE && level <= configured.level;
}

/* One write, so that lines of several threads do not mix. */
static void write_line(const char *line, size_t length)
{
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

/* ---- lines in parts ---- */

static void begin_text(struct log_entry *entry, enum log_level level, const char *message)
{
	int64_t now = now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm utc;
	char date[32];

	gmtime_r(&seconds, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	sbx__buffer_format(&entry->writer.text, "sandboxd: %s.%03dZ %s %s", date, (int)(now % 1000), level_names[level],
	                   message);
}

void log_begin(struct log_entry *entry, enum log_level level, const char *message)
{
	*entry = (struct log_entry){.wanted = log_wants(level)};
	if (!entry->wanted)
		return;
	if (configured.format == LOG_FORMAT_TEXT) {
		begin_text(entry, level, message);
		return;
	}
	json_open(&entry->writer, '{');
	json_time(&entry->writer, "time", now_ms());
	json_string(&entry->writer, "level", level_names[level]);
	json_string(&entry->writer, "message", message);
}

void log_text(struct log_entry *entry, const char *name, const char *value)
{
	if (!entry->wanted || !value || !value[0])
		return;
	if (configured.format == LOG_FORMAT_JSON)
		json_string(&entry->writer, name, value);
	else
		sbx__buffer_format(&entry->writer.text, " %s=%s", name, value);
}

void log_number(struct log_entry *entry, const char *name, int64_t value)
{
	if (!entry->wanted)
		return;
	if (configured.format == LOG_FORMAT_JSON)
		json_integer(&entry->writer, name, value);
	else
		sbx__buffer_format(&entry->writer.text, " %s=%lld", name, (long long)value);
}

void log_end(struct log_entry *entry)
{
	if (!entry->wanted)
		return;
	if (configured.format == LOG_FORMAT_JSON)
		json_close(&entry->writer, '}');
	sbx__buffer_byte(&entry->writer.text, '\n');
	if (!entry->writer.text.failed)
		write_line(entry->writer.text.data, entry->writer.text.length);
	sbx__buffer_free(&entry->writer.text);
}

void log_event(const char *message, const char *sandbox_id)
{
	struct log_entry entry;

	log_begin(&entry, LOG_LEVEL_INFO, message);
	log_text(&entry, "sandbox_id", sandbox_id);
	log_end(&entry);
}

/* ---- lines for a person ---- */

/* A path or a program's message may hold a line break; what is logged stays one line. In text these lines have no time:
 * most are the last words of a server that could not start. */
static void write_message(enum log_level level, const char *message)
{
	char line[1200];
	struct log_entry entry;

	if (configured.format == LOG_FORMAT_JSON) {
		log_begin(&entry, level, message);
		log_end(&entry);
		return;
	}
	snprintf(line, sizeof(line) - 1, "sandboxd: %s", message);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	size_t length = strlen(line);
	line[length++] = '\n';
	write_line(line, length);
}

void log_line(const char *format, ...)
{
	char message[1150];
	va_list arguments;

	if (!log_wants(LOG_LEVEL_WARNING))
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	write_message(LOG_LEVEL_WARNING, message);
}

void log_failure(const struct failure *failure)
{
	write_message(LOG_LEVEL_ERROR, failure->message);
}
