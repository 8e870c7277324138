/* Any JSON in the place of any model: every accessor gives what the JSON says, and strict validation errs alone. */
#include <stdlib.h>

#include "fuzz.h"
#include "generated/model_checks.h"

static void check(const model_check *of, const sbx_json *document, bool strict)
{
	sbx__model *model = NULL;
	sbx_error *error = NULL;
	sbx_status status = sbx__model_new(of->descriptor, sbx_json_copy(document), strict, &model, &error);
	if (status == SBX_OK) {
		FUZZ_CHECK(model && !error);
		of->check(model);
	} else {
		FUZZ_CHECK(!model && status == SBX_ERROR_RESPONSE_VALIDATION && *sbx_error_message(error));
		FUZZ_CHECK(strict || sbx_json_type_of(document) != SBX_JSON_OBJECT);
	}
	sbx__model_unref(model);
	sbx_error_free(error);
}

/* The first byte says which model, the rest is the JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	sbx_json *document = NULL;
	const model_check *of = &model_checks[fuzz_byte(&input) % model_checks_count];
	if (sbx_json_parse((const char *)input.data, input.size, &document, NULL) == SBX_OK) {
		check(of, document, false);
		check(of, document, true);
	}
	of->check(NULL);
	sbx_json_free(document);
	return 0;
}
