/* Goes through the list of all sandboxes. One that is there from the beginning to the end is told, also while others
 * come and go and move from page to page. */
#ifndef MCP_LISTING_H
#define MCP_LISTING_H

#include <sandbox_sdk.h>

#include <stdbool.h>

struct listing;

struct listing_events {
	/* A sandbox. Returns whether that is enough. */
	bool (*item)(void *context, const sbx_json *sandbox);
	/* All were told, or enough; or the list could not be had: the error is taken over. The listing is freed. */
	void (*end)(void *context, sbx_error *error);
};

/* NULL with the error: it has not begun, and tells nothing. */
struct listing *listing_start(sbx_client *client, const struct listing_events *events, void *context,
                              sbx_error **error);
/* One that is under way tells nothing more. */
void listing_free(struct listing *listing);

#endif
