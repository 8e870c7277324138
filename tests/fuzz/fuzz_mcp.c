/* Any message to sandbox-sdk-mcp, of a host that has shaken hands or not, or on a revision with batches: whatever has
 * an id that can be answered, or is not JSON, has one answer, which is JSON-RPC; a notification has none. A batch has
 * one array of such answers. */
#include "fuzz.h"

#include "mcp.h"

#include <stdlib.h>
#include <string.h>

struct counted {
	struct channel channel; /* first */
	sbx_json *answer;
	unsigned int answers;
};

static void take_answer(struct channel *channel, const char *message, size_t length, int code)
{
	struct counted *counted = (struct counted *)channel;

	FUZZ_CHECK(code <= 0);
	FUZZ_CHECK(!memchr(message, '\n', length));
	sbx_json_free(counted->answer);
	counted->answer = NULL;
	FUZZ_CHECK(sbx_json_parse(message, length, &counted->answer, NULL) == SBX_OK);
	counted->answers++;
}

static bool is_id(const sbx_json *id)
{
	sbx_json_type type = sbx_json_type_of(id);
	return type == SBX_JSON_STRING || type == SBX_JSON_INTEGER;
}

static void check_one(const sbx_json *message, const sbx_json *answer)
{
	const sbx_json *id = sbx_json_get(message, "id"), *told = sbx_json_get(answer, "id");

	FUZZ_CHECK(strcmp(sbx_json_string(sbx_json_get(answer, "jsonrpc"), NULL), "2.0") == 0);
	FUZZ_CHECK(!sbx_json_get(answer, "result") != !sbx_json_get(answer, "error"));
	FUZZ_CHECK(is_id(id) ? sbx_json_equal(told, id) : sbx_json_type_of(told) == SBX_JSON_NULL);
}

/* The next answer that has an id; NULL: there is none. */
static const sbx_json *next_with_id(const sbx_json *answers, size_t *at)
{
	while (*at < sbx_json_count(answers)) {
		const sbx_json *answer = sbx_json_at(answers, (*at)++);
		if (is_id(sbx_json_get(answer, "id")))
			return answer;
		check_one(NULL, answer);
	}
	return NULL;
}

/* Without a key all is answered at once, and in the order in which it was asked. */
static void check_batch(const sbx_json *messages, const sbx_json *answers)
{
	size_t at = 0;

	FUZZ_CHECK(sbx_json_count(answers) <= sbx_json_count(messages));
	for (size_t i = 0; i < sbx_json_count(messages); i++) {
		const sbx_json *message = sbx_json_at(messages, i);
		if (is_id(sbx_json_get(message, "id")))
			check_one(message, next_with_id(answers, &at));
	}
	FUZZ_CHECK(!next_with_id(answers, &at));
}

static void check_answer(const struct counted *counted, const char *text, size_t length)
{
	sbx_json *message = NULL;
	bool is_json = sbx_json_parse(text, length, &message, NULL) == SBX_OK;
	const sbx_json *id = is_json ? sbx_json_get(message, "id") : NULL;

	FUZZ_CHECK(counted->answers <= 1);
	FUZZ_CHECK(is_json || counted->answers == 1);
	if (counted->answers == 1 && sbx_json_type_of(counted->answer) == SBX_JSON_ARRAY)
		check_batch(message, counted->answer);
	else if (counted->answers == 1)
		check_one(message, counted->answer);
	else
		FUZZ_CHECK(!id);
	sbx_json_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct options options = {.groups = GROUP_OPERATIONS | GROUP_DYNAMIC};
	struct counted counted = {.channel = {.send = take_answer}};
	struct mcp mcp;

	if (size == 0)
		return 0;
	/* No key: what would be sent is answered without. */
	unsetenv("SANDBOX_SDK_API_KEY");
	mcp_start(&mcp, &options);
	mcp.initialized = data[0] & 1;
	if (data[0] & 2)
		counted.channel.version = "2025-03-26";
	mcp_take(&mcp, &counted.channel, (const char *)data + 1, size - 1);
	check_answer(&counted, (const char *)data + 1, size - 1);
	sbx_json_free(counted.answer);
	mcp_stop(&mcp);
	return 0;
}
