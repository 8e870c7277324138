/*
 * Going through all pages of a list.
 */
#ifndef SBX_LIB_PAGES_H
#define SBX_LIB_PAGES_H

#include <sandbox_sdk/pages.h>

#include "model.h"
#include "response.h"

/* The next item as a model, of pages of that operation. */
sbx_status sbx__pages_next(sbx_pages *pages, const sbx_operation *operation, const sbx__model **item,
                           sbx_error **error);
/* The answer with the last item's page; NULL before the first. */
const sbx_response *sbx__pages_response(const sbx_pages *pages);

#endif
