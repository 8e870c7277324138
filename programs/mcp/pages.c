#include "pages.h"

#include <string.h>

#define PAGE(name, symbol) extern const char symbol##_begin[], symbol##_end[];
#include "page_names.def"
#undef PAGE

static const struct {
	const char *name;
	const char *begin;
	const char *end;
} pages[] = {
#define PAGE(name, symbol) {name, symbol##_begin, symbol##_end},
#include "page_names.def"
#undef PAGE
};

size_t pages_count(void)
{
	return sizeof(pages) / sizeof(pages[0]);
}

struct page page_at(size_t index)
{
	return (struct page){pages[index].name, pages[index].begin, (size_t)(pages[index].end - pages[index].begin)};
}

size_t page_title(const struct page *page, const char **title)
{
	const char *begin = strstr(page->begin, "# ");

	*title = begin ? begin + 2 : page->name;
	return begin ? strcspn(*title, "\n") : strlen(page->name);
}
