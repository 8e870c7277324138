/*
 * Going through all pages of a list.
 */
#ifndef SBX_LIB_PAGES_H
#define SBX_LIB_PAGES_H

#include <sandbox_sdk/pages.h>
#include <sandbox_sdk/request.h>

#include "model.h"
#include "response.h"

/* The next item as a model, of pages of that operation. */
sbx_status sbx__pages_next(sbx_pages *pages, const sbx_operation *operation, const sbx__model **item,
                           sbx_error **error);
/* The next item that is there already. SBX_WOULD_BLOCK: a page has to be fetched first. */
sbx_status sbx__pages_take(sbx_pages *pages, const sbx__model **item, sbx_error **error);
/* The request that fetches it; its arguments are the pages'. */
sbx_status sbx__pages_request(sbx_pages *pages, sbx_request *request, sbx_error **error);
/* Takes over the answer. */
void sbx__pages_arrived(sbx_pages *pages, sbx_response *response);
/* The answer with the last item's page; NULL before the first. */
const sbx_response *sbx__pages_response(const sbx_pages *pages);

#endif
