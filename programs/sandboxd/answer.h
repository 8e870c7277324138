/* Answers whose text is made while they are sent. */
#ifndef SANDBOXD_ANSWER_H
#define SANDBOXD_ANSWER_H

#include "document.h"
#include "output_text.h"
#include "request.h"

/* What the answer's document is made of, and has of the budget. */
struct answer_hold {
	struct output_budget *budget;
	struct output_text out;
	struct output_text err;
	uint64_t taken;
};

/* A longer document is not made as one text. */
#define ANSWER_TEXT_MAX (64 * 1024)

/* Makes the answer of a document that nothing was read of, with its length. Both are used up, also by a failure. */
int answer_document(struct request *request, struct document *document, uint64_t length, struct answer_hold *hold,
                    const char *type, struct MHD_Response **response);
void answer_hold_free(struct answer_hold *hold);

#endif
