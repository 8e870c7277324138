#include "body.h"

#include <string.h>

/* The sources of a body, one after the other; NULL past the last one. */
static const sbx__source_reader *source_at(const sbx__body *body, size_t index)
{
	if (body->form == SBX__BODY_FORM)
		return sbx__multipart_file_at(&body->multipart, index);
	return body->form == SBX__BODY_STREAMED && index == 0 ? body->source : NULL;
}

const char *sbx__body_bytes(const sbx__body *body)
{
	return body->form == SBX__BODY_IN_MEMORY ? body->bytes.data : NULL;
}

static int64_t read_bytes(sbx__body *body, void *buffer, size_t capacity)
{
	size_t left = body->bytes.length - body->position;
	size_t length = left < capacity ? left : capacity;
	if (length)
		memcpy(buffer, body->bytes.data + body->position, length);
	body->position += length;
	return (int64_t)length;
}

int64_t sbx__body_read(sbx__body *body, void *buffer, size_t capacity)
{
	if (body->form == SBX__BODY_FORM)
		return sbx__multipart_read(&body->multipart, buffer, capacity);
	if (body->form == SBX__BODY_STREAMED)
		return sbx__source_read(body->source, buffer, capacity);
	return read_bytes(body, buffer, capacity);
}

int64_t sbx__body_length(const sbx__body *body)
{
	if (body->form == SBX__BODY_FORM)
		return sbx__multipart_total(&body->multipart);
	if (body->form == SBX__BODY_STREAMED)
		return body->source->total;
	return (int64_t)body->bytes.length;
}

bool sbx__body_rewind(sbx__body *body)
{
	body->position = 0;
	if (body->form == SBX__BODY_FORM)
		return sbx__multipart_rewind(&body->multipart);
	return body->form != SBX__BODY_STREAMED || sbx__source_rewind(body->source);
}

bool sbx__body_can_rewind(const sbx__body *body)
{
	const sbx__source_reader *source;
	for (size_t index = 0; (source = source_at(body, index)); index++)
		if (!source->rewindable)
			return false;
	return true;
}

int64_t sbx__body_sources_done(const sbx__body *body, int64_t *total)
{
	const sbx__source_reader *source;
	int64_t done = 0;
	*total = 0;
	for (size_t index = 0; (source = source_at(body, index)); index++) {
		bool known = *total >= 0 && source->total >= 0 && source->total <= INT64_MAX - *total;
		*total = known ? *total + source->total : -1;
		done += source->done;
	}
	return done;
}

sbx_status sbx__body_failure(const sbx__body *body, sbx_error **error)
{
	const sbx__source_reader *source;
	size_t index = 0;
	while ((source = source_at(body, index)) && source->status == SBX_OK)
		index++;
	return source ? sbx__source_failure(source, error) : SBX_OK;
}

sbx__buffer sbx__body_lend(sbx__body *body)
{
	body->lent = true;
	return body->bytes;
}

void sbx__body_free(sbx__body *body)
{
	if (!body->lent)
		sbx__buffer_free(&body->bytes);
	sbx__multipart_free(&body->multipart);
}
