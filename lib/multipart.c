/*
 * Own code and not libcurl's, so that a body is the same over every transport.
 */
#include "multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "headers.h"

#define TYPE "multipart/form-data"

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

bool sbx__multipart_is_type(const char *content_type)
{
	size_t length = strlen(TYPE);
	return strncasecmp(content_type, TYPE, length) == 0 && strchr("; \t", content_type[length]);
}

const char *sbx__multipart_find_boundary(const char *content_type, size_t *length)
{
	static const char name[] = "boundary=";
	const char *at = content_type;
	while ((at = strchr(at, ';'))) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, name, strlen(name)) != 0)
			continue;
		at += strlen(name);
		bool quoted = *at == '"';
		at += quoted;
		*length = strcspn(at, quoted ? "\"" : "; \t");
		return at;
	}
	return NULL;
}

bool sbx__multipart_init_own(sbx__multipart *form, const char *boundary, size_t length)
{
	static const char allowed[] = "'()+_,-./:=? 0123456789"
	                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	*form = (sbx__multipart){0};
	if (length == 0 || length > SBX__BOUNDARY_LENGTH || strspn(boundary, allowed) < length ||
	    boundary[length - 1] == ' ')
		return false;
	memcpy(form->boundary, boundary, length);
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

/* Where a file stands: behind so many bytes of the framing. */
typedef struct file_place {
	size_t at;
	sbx__source_reader *file;
} file_place;

static void begin_part(sbx__multipart *form, const char *name)
{
	sbx__buffer_format(&form->framing, "--%s\r\nContent-Disposition: form-data; name=\"", form->boundary);
	append_name(&form->framing, name);
	sbx__buffer_text(&form->framing, "\"");
}

static void end_head(sbx__multipart *form, const sbx_part *part, const char *content_type)
{
	for (size_t index = 0; index < part->headers_count; index++)
		if (part->headers[index].value)
			sbx__buffer_format(&form->framing, "\r\n%s: %s", part->headers[index].name,
			                   part->headers[index].value);
	if (content_type && !sbx__pairs_have(part->headers, part->headers_count, "Content-Type"))
		sbx__buffer_format(&form->framing, "\r\nContent-Type: %s", content_type);
	sbx__buffer_text(&form->framing, "\r\n\r\n");
}

static void add_file(sbx__multipart *form, const sbx_part *part, sbx__source_reader *file)
{
	const char *type = file->source.content_type;
	sbx__buffer_text(&form->framing, "; filename=\"");
	append_name(&form->framing, sbx__source_filename(file));
	sbx__buffer_text(&form->framing, "\"");
	end_head(form, part, type ? type : "application/octet-stream");
	const file_place place = {form->framing.length, file};
	sbx__buffer_append(&form->files, &place, sizeof place);
}

void sbx__multipart_add_part(sbx__multipart *form, const sbx_part *part, sbx__source_reader *file)
{
	begin_part(form, part->name);
	if (file) {
		add_file(form, part, file);
	} else {
		end_head(form, part, part->content_type);
		sbx__buffer_append(&form->framing, part->text,
		                   part->text_length == SBX_TO_NUL ? strlen(part->text) : part->text_length);
	}
	sbx__buffer_text(&form->framing, "\r\n");
}

void sbx__multipart_add_text(sbx__multipart *form, const char *name, const char *content_type, const char *text,
                             size_t length)
{
	sbx_part part = SBX_PART_INIT;
	part.name = name;
	part.content_type = content_type;
	part.text = text;
	part.text_length = length;
	sbx__multipart_add_part(form, &part, NULL);
}

void sbx__multipart_add_file(sbx__multipart *form, const char *name, sbx__source_reader *file)
{
	sbx_part part = SBX_PART_INIT;
	part.name = name;
	sbx__multipart_add_part(form, &part, file);
}

bool sbx__multipart_finish(sbx__multipart *form)
{
	sbx__buffer_format(&form->framing, "--%s--\r\n", form->boundary);
	return !form->framing.failed && !form->files.failed;
}

size_t sbx__multipart_files_count(const sbx__multipart *form)
{
	return form->files.length / sizeof(file_place);
}

/* Past the last file, the end of the framing. */
static file_place place_of(const sbx__multipart *form, size_t index)
{
	file_place place = {form->framing.length, NULL};
	if (index < sbx__multipart_files_count(form))
		memcpy(&place, form->files.data + index * sizeof place, sizeof place);
	return place;
}

sbx__source_reader *sbx__multipart_file_at(const sbx__multipart *form, size_t index)
{
	return place_of(form, index).file;
}

int64_t sbx__multipart_total(const sbx__multipart *form)
{
	int64_t total = (int64_t)form->framing.length;
	for (size_t index = 0; index < sbx__multipart_files_count(form); index++) {
		const sbx__source_reader *file = place_of(form, index).file;
		if (file->total < 0 || total > INT64_MAX - file->total)
			return -1;
		total += file->total;
	}
	return total;
}

static int64_t read_framing(sbx__multipart *form, size_t end, void *buffer, size_t capacity)
{
	size_t left = end - form->position;
	size_t taken = left < capacity ? left : capacity;
	memcpy(buffer, form->framing.data + form->position, taken);
	form->position += taken;
	return (int64_t)taken;
}

int64_t sbx__multipart_read(sbx__multipart *form, void *buffer, size_t capacity)
{
	for (;;) {
		const file_place next = place_of(form, form->file);
		if (form->position < next.at)
			return read_framing(form, next.at, buffer, capacity);
		if (!next.file)
			return 0;
		int64_t got = sbx__source_read(next.file, buffer, capacity);
		if (got != 0)
			return got;
		form->file++;
	}
}

bool sbx__multipart_rewind(sbx__multipart *form)
{
	for (size_t index = 0; index < sbx__multipart_files_count(form); index++)
		if (!sbx__source_rewind(place_of(form, index).file))
			return false;
	form->file = 0;
	form->position = 0;
	return true;
}

void sbx__multipart_free(sbx__multipart *form)
{
	sbx__buffer_free(&form->framing);
	sbx__buffer_free(&form->files);
}
