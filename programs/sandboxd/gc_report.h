/* What a collection has found, told as it goes. */
#ifndef SANDBOXD_GC_REPORT_H
#define SANDBOXD_GC_REPORT_H

#include "failure.h"
#include "json_writer.h"

#include <stdbool.h>

struct gc_report {
	bool dry; /* nothing is removed */
	bool json;
	struct json_writer writer;
	uint64_t bytes;
	unsigned long count;
};

void gc_report_begin(struct gc_report *report, bool dry, bool json);
/* One thing, or so many rows of a database. */
void gc_report_found(struct gc_report *report, const char *kind, const char *name, uint64_t bytes);
void gc_report_rows(struct gc_report *report, const char *kind, int64_t count);
int gc_report_end(struct gc_report *report, struct failure *failure);

#endif
