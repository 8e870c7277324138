/* The documentation of the project, which is a part of the program. */
#ifndef MCP_PAGES_H
#define MCP_PAGES_H

#include <stddef.h>

struct page {
	const char *name;  /* such as "sessions.md" */
	const char *begin; /* Markdown, followed by a NUL */
	size_t length;
};

#define PAGE_URI "docs://sandbox-sdk/"

size_t pages_count(void);
struct page page_at(size_t index);
/* How long the title is, which is at `*title` in the page. */
size_t page_title(const struct page *page, const char **title);

#endif
