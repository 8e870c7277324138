#include "listing.h"

#include <stdlib.h>

#define PAGE_SIZE 200

struct listing {
	const struct listing_events *events;
	void *context;
	sbx_pages *pages;
	sbx_call *call;
};

void listing_free(struct listing *listing)
{
	if (!listing)
		return;
	sbx_call_free(listing->call);
	sbx_pages_free(listing->pages);
	free(listing);
}

static void end(struct listing *listing, sbx_error *error)
{
	const struct listing_events *events = listing->events;
	void *context = listing->context;

	listing_free(listing);
	events->end(context, error);
}

static void on_page(void *user_data, sbx_call *call)
{
	struct listing *listing = user_data;
	const sbx_json *sandbox;
	sbx_error *error = NULL;
	bool is_enough = false;

	sbx_status status = sbx_call_result(call, NULL, &error);
	sbx_call_free(listing->call);
	listing->call = NULL;
	while (status == SBX_OK && !is_enough && (status = sbx_pages_next(listing->pages, &sandbox, &error)) == SBX_OK)
		is_enough = listing->events->item(listing->context, sandbox);
	if (status != SBX_WOULD_BLOCK ||
	    sbx_pages_fetch_start(listing->pages, on_page, listing, &listing->call, &error) < 0)
		end(listing, error);
}

struct listing *listing_start(sbx_client *client, const struct listing_events *events, void *context, sbx_error **error)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	sbx_json *arguments = sbx_json_new_object();
	sbx_status status = listing && arguments ? SBX_OK : SBX_ERROR_OUT_OF_MEMORY;

	if (status == SBX_OK) {
		*listing = (struct listing){.events = events, .context = context};
		sbx_json_set(arguments, "page_size", sbx_json_new_integer(PAGE_SIZE));
		status = sbx_client_pages(client, sbx_operation_find("sandboxes.list"), arguments, NULL,
		                          &listing->pages, error);
	}
	if (status == SBX_OK)
		status = sbx_pages_fetch_start(listing->pages, on_page, listing, &listing->call, error);
	sbx_json_free(arguments);
	if (status == SBX_OK)
		return listing;
	listing_free(listing);
	return NULL;
}
