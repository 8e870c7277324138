#include "answer.h"

#include <stdlib.h>
#include <string.h>

struct answer {
	struct document document;
	struct answer_hold hold;
	sbx__buffer piece;
	size_t sent; /* of the piece */
};

void answer_hold_free(struct answer_hold *hold)
{
	output_text_free(&hold->out, hold->budget);
	output_text_free(&hold->err, hold->budget);
	output_budget_give(hold->budget, hold->taken);
	*hold = (struct answer_hold){0};
}

static void answer_free(void *context)
{
	struct answer *answer = context;

	document_free(&answer->document);
	answer_hold_free(&answer->hold);
	sbx__buffer_free(&answer->piece);
	free(answer);
}

static ssize_t read_answer(void *context, uint64_t position, char *buffer, size_t size)
{
	struct answer *answer = context;
	sbx__buffer *piece = &answer->piece;

	(void)position;
	if (answer->sent == piece->length) {
		sbx__buffer_clear(piece);
		answer->sent = 0;
		if (!document_read(&answer->document, piece))
			return MHD_CONTENT_READER_END_OF_STREAM;
	}
	size_t left = piece->length - answer->sent, length = left < size ? left : size;
	memcpy(buffer, piece->data + answer->sent, length);
	answer->sent += length;
	return (ssize_t)length;
}

static struct MHD_Response *long_response(struct answer *answer, uint64_t length, const char *type)
{
	struct MHD_Response *response =
	        MHD_create_response_from_callback(length, DOCUMENT_PIECE_MAX, read_answer, answer, answer_free);

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

static int answer_text(struct request *request, struct answer *answer, const char *type, struct MHD_Response **response)
{
	sbx__buffer text = {0};

	while (document_read(&answer->document, &text))
		;
	return request_answer_text(request, &text, type, response);
}

int answer_document(struct request *request, struct document *document, uint64_t length, struct answer_hold *hold,
                    const char *type, struct MHD_Response **response)
{
	struct answer local = {.document = *document, .hold = *hold};
	bool is_short = length > 0 && length <= ANSWER_TEXT_MAX;
	/* With the memory for a piece there from the beginning, nothing can be missing. */
	struct answer *answer = is_short || length == 0 || !sbx__buffer_reserve(&local.piece, DOCUMENT_PIECE_MAX)
	                                ? NULL
	                                : malloc(sizeof(*answer));
	int result = -1;

	*document = (struct document){0};
	*hold = (struct answer_hold){0};
	if (answer) {
		*answer = local;
		*response = long_response(answer, length, type);
		if (*response) {
			request->sent = length;
			return 0;
		}
		free(answer);
	}
	if (is_short)
		result = answer_text(request, &local, type, response);
	else
		problem_memory(&request->problem);
	document_free(&local.document);
	answer_hold_free(&local.hold);
	sbx__buffer_free(&local.piece);
	return result;
}
