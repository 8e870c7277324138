#include "page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX 1000

static int read_number(struct request *request, const char *name, int64_t lowest, int64_t highest, int64_t *value)
{
	const char *text = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
	char *end;

	if (!text)
		return 0;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < lowest || number > highest)
		return problem_set(&request->problem, PROBLEM_VALIDATION, name,
		                   "%s has to be an integer from %" PRId64 " to %" PRId64, name, lowest, highest);
	*value = number;
	return 0;
}

int page_read(struct request *request, struct page *page)
{
	*page = (struct page){.number = 1, .size = PAGE_SIZE_DEFAULT};
	if (read_number(request, "page", 1, INT32_MAX, &page->number) < 0 ||
	    read_number(request, "page_size", 1, PAGE_SIZE_MAX, &page->size) < 0)
		return -1;
	page->offset = (page->number - 1) * page->size;
	return 0;
}

void page_open(struct json_writer *writer)
{
	json_open(writer, '{');
	json_key(writer, "data");
	json_open(writer, '[');
}

void page_close(struct json_writer *writer, const struct page *page, int64_t total)
{
	json_close(writer, ']');
	json_key(writer, "pagination");
	json_open(writer, '{');
	json_integer(writer, "page", page->number);
	json_integer(writer, "page_size", page->size);
	json_integer(writer, "total_items", total);
	json_integer(writer, "total_pages", (total + page->size - 1) / page->size);
	json_close(writer, '}');
	json_close(writer, '}');
}
