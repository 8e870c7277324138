/* What the process of a script sends, whoever has it: frames of any bytes, and the calls that they ask for. Each call
 * is answered once, with its own number, in a frame that can be read; nothing else is. */
#include "fuzz.h"

#include "frame.h"
#include "mcp.h"
#include "script_calls.h"

#include <stdlib.h>
#include <string.h>

struct counted {
	sbx_json *call; /* the number that is to be answered */
	unsigned int answers;
};

static bool take_answer(void *context, const sbx_json *json, const char *bytes, size_t length)
{
	struct counted *counted = context;
	struct text text = {0};
	struct frame frame;
	bool fits = frame_add(&text, json, bytes, length);

	if (fits) {
		FUZZ_CHECK(frame_read(&text, &frame) == 1);
		FUZZ_CHECK(sbx_json_equal(sbx_json_get(frame.json, "call"), counted->call));
		FUZZ_CHECK(sbx_json_get(frame.json, "error") && frame.length == 0);
		frame_drop(&text, &frame);
		FUZZ_CHECK(text.length == 0);
		counted->answers++;
	}
	text_free(&text);
	return fits;
}

/* Without a client no call lasts. */
static void never_ended(void *context)
{
	(void)context;
	FUZZ_CHECK(!"a call that was under way has ended");
}

static void take_frame(struct script_calls *calls, struct counted *counted, struct frame *frame)
{
	const sbx_json *call = sbx_json_get(frame->json, "call");

	if (!call)
		return;
	counted->call = sbx_json_copy(call);
	counted->answers = 0;
	bool is_call = script_calls_take(calls, frame);
	FUZZ_CHECK(is_call == (sbx_json_type_of(counted->call) == SBX_JSON_INTEGER));
	FUZZ_CHECK(counted->answers == (is_call ? 1 : 0));
	FUZZ_CHECK(script_calls_take_more(calls));
	sbx_json_free(counted->call);
}

/* A line of JSON and a line of bytes are a frame: that its lengths fit is not to be found by chance. */
static void add_frame(struct text *text, fuzz_input *input)
{
	size_t sizes[2];
	char *json = fuzz_field(input, &sizes[0]), *bytes = fuzz_field(input, &sizes[1]);
	const uint32_t head[2] = {(uint32_t)sizes[0], (uint32_t)sizes[1]};

	text_append(text, (const char *)head, sizeof(head));
	text_append(text, json, sizes[0]);
	text_append(text, bytes, sizes[1]);
	free(json);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	uint8_t how = fuzz_byte(&input);
	const struct options options = {.groups = GROUP_CODE, .read_only = how & 1};
	struct counted counted = {0};
	struct mcp mcp;
	struct text text = {0};
	struct frame frame;

	mcp_start(&mcp, &options);
	struct script_calls *calls = script_calls_new(&mcp, take_answer, never_ended, &counted);
	FUZZ_CHECK(calls);
	if (how & 2)
		text_append(&text, (const char *)input.data, input.size);
	else
		while (input.size > 0)
			add_frame(&text, &input);
	int found = 0;
	while ((found = frame_read(&text, &frame)) > 0) {
		take_frame(calls, &counted, &frame);
		frame_drop(&text, &frame);
	}
	FUZZ_CHECK(found <= 0);
	text_free(&text);
	script_calls_free(calls);
	mcp_stop(&mcp);
	return 0;
}
