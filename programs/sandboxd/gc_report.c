#include "gc_report.h"

#include <inttypes.h>
#include <stdio.h>

void gc_report_begin(struct gc_report *report, bool dry, bool json)
{
	*report = (struct gc_report){.dry = dry, .json = json};
	json_open(&report->writer, '{');
	json_boolean(&report->writer, "dry_run", dry);
	json_key(&report->writer, "removed");
	json_open(&report->writer, '[');
}

static void add(struct gc_report *report, const char *kind, const char *name, int64_t count, uint64_t bytes)
{
	report->bytes += bytes;
	report->count += (unsigned long)count;
	json_open(&report->writer, '{');
	json_string(&report->writer, "kind", kind);
	json_string(&report->writer, "name", name);
	json_integer(&report->writer, "count", count);
	json_integer(&report->writer, "bytes", (int64_t)bytes);
	json_close(&report->writer, '}');
}

void gc_report_found(struct gc_report *report, const char *kind, const char *name, uint64_t bytes)
{
	add(report, kind, name, 1, bytes);
	if (!report->json)
		printf("%s %s %s, %" PRIu64 " bytes\n", report->dry ? "would remove" : "removed", kind, name, bytes);
}

void gc_report_rows(struct gc_report *report, const char *kind, int64_t count)
{
	if (count == 0)
		return;
	add(report, kind, NULL, count, 0);
	if (!report->json)
		printf("%s %" PRId64 " rows: %s\n", report->dry ? "would remove" : "removed", count, kind);
}

int gc_report_end(struct gc_report *report, struct failure *failure)
{
	json_close(&report->writer, ']');
	json_integer(&report->writer, "bytes", (int64_t)report->bytes);
	json_close(&report->writer, '}');
	int result =
	        report->writer.text.failed ? failure_set(failure, FAILURE_INTERNAL, "out of memory; free some") : 0;
	if (result == 0 && report->json)
		puts(report->writer.text.data);
	else if (result == 0)
		printf("%lu things, %" PRIu64 " bytes\n", report->count, report->bytes);
	sbx__buffer_free(&report->writer.text);
	return result;
}
