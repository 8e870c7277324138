#include "pages.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "error.h"
#include "keep_errno.h"
#include "operation.h"
#include "sequence.h"

/* How many pages in a row may have nothing new although the server says that there is more. */
#define MOST_BARREN 3
/* How often pages are read again because items before them were deleted. */
#define MOST_RETURNS 1000

/* An item's id as a key of tsearch(). */
typedef struct seen_id {
	size_t length;
	char bytes[];
} seen_id;

struct sbx_pages {
	sbx_client *client;
	const sbx_operation *operation;
	sbx_request_options options;
	sbx_json *arguments;
	size_t items_field;     /* of the answer's model */
	int64_t first;          /* the page that the caller begins with */
	int64_t page;           /* the one that `response` is */
	int64_t next;           /* the one that is fetched next */
	sbx_response *response; /* NULL: nothing was fetched yet */
	bool is_read;           /* to its end, and what comes next is decided */
	size_t index;           /* of its next item */
	size_t fresh;           /* how many of its items had not come before */
	int barren;             /* pages in a row that had none */
	int64_t known_until;    /* pages up to this one are read a second time */
	int returns;
	double total_items; /* as the page before said; negative: no page before */
	bool is_done;
	bool started;  /* pages are fetched by the loop: the next item is not waited for */
	bool fetching; /* one is */
	void *seen;    /* a tree of seen_id */
};

static int compare_ids(const void *left, const void *right)
{
	const seen_id *one = left;
	const seen_id *other = right;
	if (one->length != other->length)
		return one->length < other->length ? -1 : 1;
	return memcmp(one->bytes, other->bytes, one->length);
}

static sbx_status check(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                        sbx_error **error)
{
	if (!client || !operation)
		return sbx__fail_argument(error, client ? "operation" : "client", "must not be NULL");
	if (!operation->pages)
		return sbx__fail_argument(error, "operation", "%s does not answer with a page", operation->name);
	if (arguments && sbx_json_type_of(arguments) != SBX_JSON_OBJECT)
		return sbx__fail_argument(error, "arguments", "must be an object");
	const sbx_json *page = sbx_json_get(arguments, operation->pages->page);
	if (page && sbx_json_type_of(page) != SBX_JSON_INTEGER)
		return sbx__misuse(error, sbx__fail_argument(error, operation->pages->page, "must be an integer"));
	return SBX_OK;
}

static size_t field_index(const sbx__model_descriptor *model, const char *name)
{
	size_t index = 0;
	while (strcmp(model->fields[index].name, name) != 0)
		index++;
	return index;
}

sbx_status sbx_client_pages(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                            const sbx_request_options *options, sbx_pages **pages, sbx_error **error)
{
	const sbx_request_options defaults = SBX_REQUEST_OPTIONS_INIT;
	sbx_status status = check(client, operation, arguments, error);
	if (status < 0)
		return status;
	if (!pages)
		return sbx__fail_argument(error, "pages", "must not be NULL");
	sbx_pages *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	const sbx_json *page = sbx_json_get(arguments, operation->pages->page);
	made->client = client;
	made->operation = operation;
	made->options = defaults;
	made->items_field = field_index(operation->model, operation->pages->items);
	made->first = page ? sbx_json_integer(page) : 1;
	made->next = made->first;
	made->total_items = -1;
	made->arguments = arguments ? sbx_json_copy(arguments) : sbx_json_new_object();
	status = made->arguments ? sbx__struct_read(&made->options, sizeof made->options, options, "options", error)
	                         : sbx__fail_memory(error);
	if (status == SBX_OK)
		*pages = made;
	else
		sbx_pages_free(made);
	return status;
}

static double place(const sbx_pages *pages, const char *name)
{
	const sbx_json *pagination =
	        sbx_json_get(sbx_response_json(pages->response), pages->operation->pages->pagination);
	const sbx_json *number = sbx_json_get(pagination, name);
	return sbx__type_fits(SBX__NUMBER, number) ? sbx_json_number(number) : -1;
}

/* How many pages back those items now are that others before them, which were deleted, have moved; 0: none moved. */
static double moved_back(const sbx_pages *pages, double total_items)
{
	double size = place(pages, "page_size");
	if (total_items < 0 || total_items >= pages->total_items || size < 1)
		return 0;
	return (pages->total_items - total_items + size - 1) / size;
}

/* Whether another page is to be asked for after one that was read to its end. */
static bool has_more(const sbx_pages *pages)
{
	double size = place(pages, "page_size");
	double total_pages = place(pages, "total_pages");
	double count = (double)sbx__model_count(pages->response->model, pages->items_field);
	bool said = total_pages > (double)pages->page ||
	            (size > 0 && place(pages, "total_items") > (double)pages->page * size);
	/* A page that is not full is the last one, where the server does not say otherwise. */
	bool full = total_pages < 0 || size < 1 || count >= size;
	return pages->fresh ? said || full : said && pages->barren < MOST_BARREN;
}

/* Decides what comes after a page that was read to its end. */
static void end_page(sbx_pages *pages)
{
	double total_items = place(pages, "total_items");
	double back = moved_back(pages, total_items);
	bool returns = back >= 1 && pages->returns < MOST_RETURNS;
	bool known = pages->page <= pages->known_until;
	if (pages->fresh)
		pages->barren = 0;
	else if (!known)
		pages->barren++;
	pages->is_read = true;
	pages->total_items = total_items;
	if (returns) {
		double furthest = (double)(pages->page - pages->first);
		pages->returns++;
		pages->known_until = known ? pages->known_until : pages->page;
		pages->next = pages->page - (int64_t)(back < furthest ? back : furthest);
	} else {
		pages->is_done = !known && !has_more(pages);
		pages->next = pages->page + 1;
	}
}

sbx_status sbx__pages_request(sbx_pages *pages, sbx_request *request, sbx_error **error)
{
	const sbx_request made = SBX_REQUEST_INIT;
	sbx_json *number = sbx_json_new_integer(pages->next);
	if (sbx_json_set(pages->arguments, pages->operation->pages->page, number) < 0)
		return sbx__fail_memory(error);
	*request = made;
	request->operation = pages->operation;
	request->arguments = pages->arguments;
	return SBX_OK;
}

void sbx__pages_arrived(sbx_pages *pages, sbx_response *response)
{
	sbx_response_free(pages->response);
	pages->response = response;
	pages->page = pages->next;
	pages->index = 0;
	pages->fresh = 0;
	pages->is_read = false;
}

static sbx_status fetch(sbx_pages *pages, sbx_error **error)
{
	sbx_request request;
	sbx_response *response = NULL;
	sbx_status status = sbx__pages_request(pages, &request, error);
	if (status == SBX_OK)
		status = sbx_client_send(pages->client, &request, &pages->options, &response, error);
	if (status == SBX_OK)
		sbx__pages_arrived(pages, response);
	return status;
}

/* Notes an item's id. SBX_DONE: it came before. An item without one is delivered each time that it comes. */
static sbx_status note(sbx_pages *pages, const sbx__model *item)
{
	const sbx_json *value = sbx_json_get(sbx__model_json(item), pages->operation->pages->id);
	size_t length;
	const char *bytes = sbx_json_string(value, &length);
	if (length == 0)
		return SBX_OK;
	seen_id *id = malloc(sizeof *id + length);
	if (!id)
		return SBX_ERROR_OUT_OF_MEMORY;
	id->length = length;
	memcpy(id->bytes, bytes, length);
	void **node = tsearch(id, &pages->seen, compare_ids);
	if (node && *node == id) {
		pages->fresh++;
		return SBX_OK;
	}
	free(id);
	return node ? SBX_DONE : SBX_ERROR_OUT_OF_MEMORY;
}

/* The next item of the page that is there. SBX_DONE: it has no more. */
static sbx_status next_of_page(sbx_pages *pages, const sbx__model **item, sbx_error **error)
{
	const sbx__model *found;
	while (pages->response &&
	       (found = sbx__model_at(pages->response->model, pages->items_field, pages->index)) != NULL) {
		sbx_status status = note(pages, found);
		if (status < 0)
			return sbx__fail_memory(error);
		pages->index++;
		if (status == SBX_OK) {
			*item = found;
			return SBX_OK;
		}
	}
	return SBX_DONE;
}

sbx_status sbx__pages_take(sbx_pages *pages, const sbx__model **item, sbx_error **error)
{
	sbx_status status = next_of_page(pages, item, error);
	if (status != SBX_DONE)
		return status;
	if (pages->response && !pages->is_read)
		end_page(pages);
	return pages->is_done ? SBX_DONE : SBX_WOULD_BLOCK;
}

sbx_status sbx__pages_next(sbx_pages *pages, const sbx_operation *operation, const sbx__model **item, sbx_error **error)
{
	sbx_status status;
	if (!pages)
		return sbx__fail_argument(error, "pages", "must not be NULL");
	if (pages->operation != operation)
		return sbx__fail_argument(error, "pages", "are those of %s", pages->operation->name);
	if (pages->fetching)
		return SBX_WOULD_BLOCK;
	do
		status = sbx__pages_take(pages, item, error);
	while (status == SBX_WOULD_BLOCK && !pages->started && (status = fetch(pages, error)) == SBX_OK);
	return status;
}

sbx_status sbx_pages_next(sbx_pages *pages, const sbx_json **item, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	const sbx__model *found;
	sbx_status status = sbx__pages_next(pages, pages ? pages->operation : NULL, &found, error);
	if (status == SBX_OK && item)
		*item = sbx__model_json(found);
	return status;
}

/* ---- fetching by the loop ---- */

typedef struct page_fetch {
	sbx__sequence sequence;
	sbx_pages *pages;
} page_fetch;

static void free_fetch(sbx__sequence *sequence)
{
	sbx__sequence_clear(sequence);
	free(sequence);
}

static const sbx__sequence_type fetch_type = {free_fetch};

static void on_page(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	sbx_pages *pages = ((page_fetch *)sequence)->pages;
	pages->fetching = false;
	if (failure) {
		sbx__sequence_fail(sequence, failure);
		return;
	}
	sbx__pages_arrived(pages, sbx__response_ref(response));
	sbx__sequence_succeed(sequence, response);
}

sbx_status sbx_pages_fetch_start(sbx_pages *pages, sbx_call_callback on_done, void *user_data, sbx_call **call,
                                 sbx_error **error)
{
	if (!pages)
		return sbx__fail_argument(error, "pages", "must not be NULL");
	if (pages->fetching)
		return sbx__fail_argument(error, "pages", "are being fetched already");
	page_fetch *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	sbx__sequence_init(&made->sequence, &fetch_type, true);
	made->pages = pages;
	sbx_status status = sbx__steps_init(&made->sequence.steps, pages->client, &pages->options, error);
	if (status == SBX_OK)
		status = sbx__pages_request(pages, &made->sequence.request, error);
	if (status < 0) {
		sbx__sequence_free(&made->sequence);
		return status;
	}
	sbx__sequence_ask_plain(&made->sequence, on_page);
	made->sequence.options = pages->options;
	/* Before the start: on another thread it may have come at once. */
	bool before = pages->started;
	pages->started = pages->fetching = true;
	status = sbx__sequence_start(&made->sequence, on_done, user_data, call, error);
	if (status < 0) {
		pages->started = before;
		pages->fetching = false;
	}
	return status;
}

const sbx_response *sbx__pages_response(const sbx_pages *pages)
{
	return pages->response;
}

void sbx_pages_free(sbx_pages *pages)
{
	if (!pages)
		return;
	tdestroy(pages->seen, free);
	sbx_response_free(pages->response);
	sbx_json_free(pages->arguments);
	free(pages);
}
