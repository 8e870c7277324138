/*
 * Own code and not libcurl's, so that a body is the same over every transport.
 */
#include "multipart.h"

#include <stdio.h>
#include <string.h>

bool sbx__multipart_init(sbx__multipart *form, const sbx__platform *platform)
{
	unsigned char random[16];
	*form = (sbx__multipart){0};
	if (!platform->random(platform->context, random, sizeof random))
		return false;
	for (size_t index = 0; index < sizeof random; index++)
		snprintf(form->boundary + 2 * index, 3, "%02x", random[index]);
	return true;
}

/* A name within a header: what would end it is percent-encoded (WHATWG HTML, multipart/form-data encoding). */
static void append_name(sbx__buffer *buffer, const char *name)
{
	for (; *name; name++) {
		if (*name == '"')
			sbx__buffer_text(buffer, "%22");
		else if (*name == '\r')
			sbx__buffer_text(buffer, "%0D");
		else if (*name == '\n')
			sbx__buffer_text(buffer, "%0A");
		else
			sbx__buffer_byte(buffer, *name);
	}
}

static void begin_part(sbx__multipart *form, const char *name)
{
	sbx__buffer_format(&form->before, "--%s\r\nContent-Disposition: form-data; name=\"", form->boundary);
	append_name(&form->before, name);
	sbx__buffer_text(&form->before, "\"");
}

void sbx__multipart_add_text(sbx__multipart *form, const char *name, const char *text, size_t length)
{
	begin_part(form, name);
	sbx__buffer_text(&form->before, "\r\n\r\n");
	sbx__buffer_append(&form->before, text, length);
	sbx__buffer_text(&form->before, "\r\n");
}

bool sbx__multipart_finish(sbx__multipart *form, const char *name, sbx__source_reader *file)
{
	form->file = file;
	if (file) {
		const char *type = file->source.content_type;
		begin_part(form, name);
		sbx__buffer_text(&form->before, "; filename=\"");
		append_name(&form->before, sbx__source_filename(file));
		sbx__buffer_format(&form->before, "\"\r\nContent-Type: %s\r\n\r\n",
		                   type ? type : "application/octet-stream");
		sbx__buffer_text(&form->after, "\r\n");
	}
	sbx__buffer_format(&form->after, "--%s--\r\n", form->boundary);
	return !form->before.failed && !form->after.failed;
}

int64_t sbx__multipart_total(const sbx__multipart *form)
{
	int64_t framing = (int64_t)(form->before.length + form->after.length);
	if (!form->file)
		return framing;
	return form->file->total < 0 ? -1 : framing + form->file->total;
}

static int64_t read_framing(sbx__multipart *form, const sbx__buffer *framing, uint64_t from, void *buffer,
                            size_t capacity)
{
	uint64_t left = framing->length - from;
	size_t taken = left < capacity ? (size_t)left : capacity;
	memcpy(buffer, framing->data + from, taken);
	form->position += taken;
	return (int64_t)taken;
}

int64_t sbx__multipart_read(sbx__multipart *form, void *buffer, size_t capacity)
{
	if (form->position < form->before.length)
		return read_framing(form, &form->before, form->position, buffer, capacity);
	if (form->file && form->position == form->before.length) {
		int64_t got = sbx__source_read(form->file, buffer, capacity);
		if (got != 0)
			return got;
	}
	uint64_t in_after = form->position - form->before.length;
	return in_after < form->after.length ? read_framing(form, &form->after, in_after, buffer, capacity) : 0;
}

bool sbx__multipart_rewind(sbx__multipart *form)
{
	if (form->file && !sbx__source_rewind(form->file))
		return false;
	form->position = 0;
	return true;
}

void sbx__multipart_free(sbx__multipart *form)
{
	sbx__buffer_free(&form->before);
	sbx__buffer_free(&form->after);
}
