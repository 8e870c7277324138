/*
 * The body of an answer that came compressed (RFC 9110, section 8.4.1), decoded as it comes. Whatever the body is, it
 * holds one piece of what came out and what zlib needs, some 56 KiB; and it knows whether the compression has ended.
 */
#ifndef SBX_LIB_CONTENT_DECODER_H
#define SBX_LIB_CONTENT_DECODER_H

#include "headers.h"
#include "transport.h"

typedef enum sbx__content_coding {
	SBX__CODING_IDENTITY, /* none: the bytes are the body */
	SBX__CODING_GZIP,
	SBX__CODING_DEFLATE, /* with zlib's header, or without it, as some servers understand the word */
	SBX__CODING_FOREIGN, /* another one, or several one over the other */
} sbx__content_coding;

/* What a request says that its answer may come in. */
#define SBX__CODINGS_ACCEPTED "gzip, deflate"

/* What an answer says that its body came in. */
sbx__content_coding sbx__content_coding_of(const sbx__headers *headers);

typedef struct sbx__content_decoder sbx__content_decoder;

/* Takes a piece of what came out, all or none of it. */
typedef sbx__taken sbx__content_sink(void *context, const void *data, size_t length);

/* Of SBX__CODING_GZIP or SBX__CODING_DEFLATE. NULL: no memory. */
sbx__content_decoder *sbx__content_decoder_new(sbx__content_coding coding, sbx__content_sink *sink, void *context);
/*
 * Decodes bytes and gives the sink what comes out. SBX__LATER: the sink said so, and the same bytes, alone or with more
 * behind them, have to come again: what was decoded of them is not decoded twice. SBX__NOT_TAKEN: the sink said so, or
 * one of the next two says why.
 */
sbx__taken sbx__content_decoder_feed(sbx__content_decoder *decoder, const void *data, size_t length);
/* What is wrong with the body, one line of static text; NULL: nothing. */
const char *sbx__content_decoder_problem(const sbx__content_decoder *decoder);
/* Whether there was no memory. */
bool sbx__content_decoder_starved(const sbx__content_decoder *decoder);
/* Whether the compression has ended where the bytes have, and the sink has taken all that came out. */
bool sbx__content_decoder_whole(const sbx__content_decoder *decoder);
void sbx__content_decoder_free(sbx__content_decoder *decoder);

#endif
