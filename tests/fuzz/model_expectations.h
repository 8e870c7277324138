/*
 * What a model's accessor has to give for the JSON that the model shows.
 */
#ifndef SBX_TESTS_FUZZ_MODEL_EXPECTATIONS_H
#define SBX_TESTS_FUZZ_MODEL_EXPECTATIONS_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>

void expect_presence(const sbx_json *object, const char *name, sbx_presence presence);
void expect_string(const sbx_json *value, const char *text, size_t length);
void expect_integer(const sbx_json *object, const char *name, int64_t integer);
void expect_number(const sbx_json *object, const char *name, double number);
void expect_boolean(const sbx_json *object, const char *name, int boolean);
void expect_count(const sbx_json *object, const char *name, size_t count);
void expect_same(const sbx_json *value, const sbx_json *shown);
void expect_nothing(const void *past_the_end);

/* What is printed reads back as the same value. */
void expect_prints_back(const sbx_json *json, char *text, size_t length);
#define expect_same_text(json, to_json, model) \
	do { \
		char *text_ = NULL; \
		size_t length_ = 0; \
		FUZZ_CHECK(to_json(model, 0, &text_, &length_, NULL) == SBX_OK); \
		expect_prints_back(json, text_, length_); \
	} while (0)

#include "fuzz.h"

#endif
