/**
 * @file pages.h
 * Going through all pages of a list, item by item.
 *
 * An item that is there from the beginning to the end is delivered, and no item is delivered twice, also when items are
 * created and deleted meanwhile and move from page to page. What the server says of the number of pages is not relied
 * on: the end is where nothing new comes.
 */
#ifndef SANDBOX_SDK_PAGES_H
#define SANDBOX_SDK_PAGES_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** All pages of a list; opaque. They belong to one thread at a time. Since 0.1.0. */
typedef struct sbx_pages sbx_pages;

/**
 * Begins to go through all pages of an operation that answers with one page of a list: the dynamic form of
 * sbx_sandboxes_each() and sbx_volumes_each(). Nothing is sent yet.
 *
 * @param client a client, which must live as long as the pages
 * @param operation from sbx_operation_find(), such as that of "sandboxes.list"
 * @param arguments an object with the operation's arguments by name, copied; NULL: none. The page that is given is the
 *        first one.
 * @param options what the calls do otherwise than their client; may be NULL. What it points to must stay as long as the
 *        pages; a deadline is that of each call.
 * @param pages receives the pages, freed with sbx_pages_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (NULL, or an operation whose answer has no pages) or
 *         ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_pages(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                    const sbx_request_options *options, sbx_pages **pages, sbx_error **error);

/**
 * The next item. After an error it can be asked for again, from where it was.
 *
 * @param pages pages
 * @param item receives the item, owned by the pages and valid until the next one is asked for
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_DONE after the last item; ::SBX_WOULD_BLOCK where sbx_pages_fetch_start() was used and a page
 *         has to be fetched first; or any error of the operation
 *
 * Blocks while a page is fetched, unless sbx_pages_fetch_start() was used. Since 0.1.0.
 */
SBX_API sbx_status sbx_pages_next(sbx_pages *pages, const sbx_json **item, sbx_error **error);

/**
 * Starts to fetch the page that the next item is on, and returns at once. From then on the pages are the loop's: what
 * gives out the next item does not wait, but says ::SBX_WOULD_BLOCK until the next page was fetched in this way.
 *
 * @param pages pages, which must stay until the call is done; after an error they can be fetched again
 * @param on_done told when the page is there, or could not be fetched; NULL: the call goes to the queue that
 *        sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is the page
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_INVALID_ARGUMENT also while a page is being fetched
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_pages_fetch_start(sbx_pages *pages, sbx_call_callback on_done, void *user_data, sbx_call **call,
                                         sbx_error **error);

/**
 * Frees pages.
 *
 * @param pages pages that no other thread is using; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_pages_free(sbx_pages *pages);

SBX_END_DECLS

#endif
