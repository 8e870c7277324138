#include "confirmation.h"

#include "error.h"

static bool is_given(const sbx_json *value)
{
	return value && sbx_json_type_of(value) != SBX_JSON_NULL;
}

const sbx__parameter *sbx__confirmation_due(const sbx__request_input *input)
{
	const sbx_operation *operation = input->operation;
	for (size_t index = 0; index < operation->parameters_count; index++) {
		const sbx__parameter *parameter = &operation->parameters[index];
		if (parameter->confirmed_by && is_given(sbx__request_effective(input, parameter->name)))
			return parameter;
	}
	return NULL;
}

sbx_status sbx__confirmation_check(const sbx_operation *operation, const sbx__parameter *due, const sbx_json *answer,
                                   sbx_error **error)
{
	if (!due || is_given(sbx_json_get(answer, due->confirmed_by)))
		return SBX_OK;
	return sbx__fail(error, SBX_ERROR_UNSUPPORTED,
	                 "%s: the server does not know %s: it has ignored it, and done the rest", operation->name,
	                 due->wire_name);
}
