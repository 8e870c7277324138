/* Custom requests, as a case gives them. */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

static char *bytes_of(const sbx_json *base64, size_t *length)
{
	size_t base64_length = 0;
	const char *text = sbx_json_string(base64, &base64_length);

	return decode_base64(text, base64_length, length);
}

static void take_form(const sbx_json *given, custom_request *custom)
{
	size_t count = sbx_json_count(given);

	custom->form = allocate(count + 1, sizeof *custom->form);
	for (size_t index = 0; index < count; index++) {
		const sbx_json *pair = sbx_json_at(given, index);

		custom->form[index].name = sbx_json_string(sbx_json_at(pair, 0), NULL);
		custom->form[index].value = sbx_json_string(sbx_json_at(pair, 1), NULL);
	}
	custom->request.form = custom->form;
	custom->request.form_count = count;
}

/* A part with a file's name is a file. */
static void take_part(const sbx_json *given, sbx_part *part, sbx_source *source, char **text)
{
	const sbx_part no_part = SBX_PART_INIT;
	const sbx_source no_source = SBX_SOURCE_INIT;
	size_t length = 0;

	*part = no_part;
	*source = no_source;
	*text = bytes_of(sbx_json_get(given, "bytes"), &length);
	part->name = text_of(given, "name");
	part->headers = pairs_of(given, "headers", &part->headers_count);
	if (text_of(given, "filename")) {
		source->kind = SBX_SOURCE_MEMORY;
		source->data = *text;
		source->length = length;
		source->filename = text_of(given, "filename");
		source->content_type = text_of(given, "type");
		part->source = source;
	} else {
		part->text = *text;
		part->text_length = length;
		part->content_type = text_of(given, "type");
	}
}

static void take_parts(const sbx_json *given, custom_request *custom)
{
	size_t count = sbx_json_count(given);

	custom->parts = allocate(count + 1, sizeof *custom->parts);
	custom->sources = allocate(count + 1, sizeof *custom->sources);
	custom->texts = allocate(count + 1, sizeof *custom->texts);
	for (size_t index = 0; index < count; index++)
		take_part(sbx_json_at(given, index), &custom->parts[index], &custom->sources[index],
		          &custom->texts[index]);
	custom->request.parts = custom->parts;
	custom->request.parts_count = count;
}

void custom_request_of(const sbx_json *given, custom_request *custom)
{
	const custom_request empty = {.request = SBX_REQUEST_INIT};

	*custom = empty;
	custom->request.method = text_of(given, "method");
	custom->request.url = text_of(given, "url");
	custom->request.json = sbx_json_get(given, "json");
	custom->request.content_type = text_of(given, "content_type");
	if (sbx_json_get(given, "data"))
		custom->data = bytes_of(sbx_json_get(given, "data"), &custom->request.length);
	custom->request.data = custom->data;
	if (sbx_json_get(given, "form"))
		take_form(sbx_json_get(given, "form"), custom);
	if (sbx_json_get(given, "parts"))
		take_parts(sbx_json_get(given, "parts"), custom);
}

void custom_request_release(custom_request *custom)
{
	for (size_t index = 0; index < custom->request.parts_count; index++) {
		free(custom->texts[index]);
		free((void *)custom->parts[index].headers);
	}
	free(custom->texts);
	free(custom->sources);
	free(custom->parts);
	free(custom->form);
	free(custom->data);
}
