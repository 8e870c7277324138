/* One page of a list: which one is asked for, and where it stands among all. */
#ifndef SANDBOXD_PAGE_H
#define SANDBOXD_PAGE_H

#include "request.h"

struct page {
	int64_t number; /* from 1 */
	int64_t size;
	int64_t offset; /* how many items there are on the pages before it */
};

/* Of a request's query. */
int page_read(struct request *request, struct page *page);
/* Around the items: the document up to the first one, and from the last one on. */
void page_open(struct json_writer *writer);
void page_close(struct json_writer *writer, const struct page *page, int64_t total);

#endif
