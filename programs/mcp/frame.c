#include "frame.h"

#include <stdint.h>
#include <string.h>

/* Of the heaviest one, an object. */
#define VALUE_WEIGHT 1024

/* In the machine's own order: both sides are the same program. */
struct head {
	uint32_t json;
	uint32_t bytes;
};

static bool is_closing(char character)
{
	return character == ']' || character == '}';
}

/* How many values they are at most: each but the first comes after a comma, or an opening that is not closed at once.
 */
static size_t count_values(const char *json, size_t length)
{
	size_t values = 1;
	bool is_string = false;

	for (size_t i = 0; i < length; i++) {
		char character = json[i];
		if (character == '"')
			is_string = !is_string;
		else if (is_string && character == '\\')
			i++;
		else if (!is_string && character == ',')
			values++;
		else if (!is_string && (character == '[' || character == '{'))
			values += i + 1 < length && !is_closing(json[i + 1]);
	}
	return values;
}

bool frame_add(struct text *text, const sbx_json *json, const char *bytes, size_t length)
{
	char *printed = NULL;
	size_t size = 0;

	if (length > FRAME_BYTES_MAX)
		return false;
	if (sbx_json_print(json, 0, &printed, &size) != SBX_OK) {
		text->failed = true;
		return true;
	}
	bool fits = size <= FRAME_JSON_MAX && count_values(printed, size) <= FRAME_VALUES_MAX;
	if (fits) {
		const struct head head = {(uint32_t)size, (uint32_t)length};
		text_append(text, (const char *)&head, sizeof(head));
		text_append(text, printed, size);
		text_append(text, bytes, length);
	}
	sbx_string_free(printed);
	return fits;
}

static bool read_head(const struct text *text, struct head *head)
{
	if (text->length < sizeof(*head))
		return false;
	memcpy(head, text->data, sizeof(*head));
	return true;
}

int frame_read(const struct text *text, struct frame *frame)
{
	struct head head;

	*frame = (struct frame){0};
	if (!read_head(text, &head))
		return 0;
	if (head.json > FRAME_JSON_MAX || head.bytes > FRAME_BYTES_MAX)
		return -1;
	if (text->length < sizeof(head) + head.json + head.bytes)
		return 0;
	const char *json = text->data + sizeof(head);
	size_t values = count_values(json, head.json);
	if (values > FRAME_VALUES_MAX || sbx_json_parse(json, head.json, &frame->json, NULL) != SBX_OK)
		return -1;
	frame->bytes = json + head.json;
	frame->length = head.bytes;
	frame->weight = values * VALUE_WEIGHT + head.json + head.bytes;
	if (sbx_json_type_of(frame->json) == SBX_JSON_OBJECT)
		return 1;
	sbx_json_free(frame->json);
	return -1;
}

void frame_drop(struct text *text, struct frame *frame)
{
	struct head head;

	sbx_json_free(frame->json);
	frame->json = NULL;
	if (read_head(text, &head))
		text_drop(text, sizeof(head) + head.json + head.bytes);
}
