/* Any body of a request to sandboxd, read by every kind of reader: an output is set only where the field has its type
 * and is within its bounds, and whatever is refused says why. */
#include "programs/sandboxd/json_body.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"a", "b.c", "command", "env", "resources.cpus"};

static void check_problem(const struct problem *problem, const char *field)
{
	FUZZ_CHECK(problem->type == PROBLEM_VALIDATION || problem->type == PROBLEM_INTERNAL);
	FUZZ_CHECK(problem->message[0] != '\0');
	FUZZ_CHECK(problem->type == PROBLEM_INTERNAL || strncmp(problem->field, field, 1) == 0);
}

static void check_environment(const sbx__buffer *pairs)
{
	for (size_t at = 0; at < pairs->length;) {
		size_t name = strlen(pairs->data + at);
		FUZZ_CHECK(name > 0 && !memchr(pairs->data + at, '=', name));
		at += name + 1;
		FUZZ_CHECK(at < pairs->length);
		at += strlen(pairs->data + at) + 1;
		FUZZ_CHECK(at <= pairs->length);
	}
}

static void read_field(struct json_body *body, const char *field)
{
	static const char unset[] = "unset";
	struct problem problem = {.message = ""};
	const char *text = unset;
	int64_t number = 77;
	bool flag = true;
	sbx__buffer pairs = {0};

	if (json_body_string(body, field, &text, &problem) < 0) {
		FUZZ_CHECK(text == unset);
		check_problem(&problem, field);
	}
	FUZZ_CHECK(strlen(text) < SIZE_MAX);
	if (json_body_integer(body, field, 1, 100, &number, &problem) < 0) {
		FUZZ_CHECK(number == 77);
		check_problem(&problem, field);
	}
	FUZZ_CHECK(number >= 1 && number <= 100);
	if (json_body_boolean(body, field, &flag, &problem) < 0)
		FUZZ_CHECK(flag);
	if (json_body_environment(body, field, &pairs, &problem) == 0 && !pairs.failed)
		check_environment(&pairs);
	sbx__buffer_free(&pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem = {.message = ""};
	struct json_body *body = NULL;
	/* The reader is promised a NUL behind the text. */
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (json_body_parse(text, size, &body, &problem) < 0) {
		FUZZ_CHECK(!body);
		FUZZ_CHECK(problem.message[0] != '\0');
	} else {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			read_field(body, names[i]);
	}
	json_body_free(body);
	free(text);
	return 0;
}
