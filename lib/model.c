#include "model.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "error.h"
#include "json.h"

/* A field's models: one for SBX__MODEL, as many as the array has for SBX__MODEL_LIST. */
typedef struct model_array {
	sbx__model *models;
	size_t count;
} model_array;

typedef struct model_document model_document;

struct sbx__model {
	model_document *document;
	const sbx_json *value;
	const sbx__model_descriptor *descriptor;
	model_array *nested; /* one entry a field; NULL where no field is a model */
};

/* What all views of one answer share. json-c counts references without atomics, so there is one count, here. */
struct model_document {
	atomic_size_t references;
	sbx_json *json;
	sbx__model root;
};

static bool is_nested(const sbx__field *field)
{
	return field->type == SBX__MODEL || field->type == SBX__MODEL_LIST;
}

static void clear_model(sbx__model *model)
{
	for (size_t field = 0; model->nested && field < model->descriptor->fields_count; field++) {
		model_array *array = &model->nested[field];
		for (size_t index = 0; index < array->count; index++)
			clear_model(&array->models[index]);
		free(array->models);
	}
	free(model->nested);
}

static bool init_model(sbx__model *model, model_document *document, const sbx__model_descriptor *descriptor,
                       const sbx_json *value);

static bool init_field(sbx__model *model, size_t index)
{
	const sbx__field *field = &model->descriptor->fields[index];
	const sbx_json *value = sbx_json_get(model->value, field->name);
	bool is_list = field->type == SBX__MODEL_LIST;
	if (sbx_json_type_of(value) != (is_list ? SBX_JSON_ARRAY : SBX_JSON_OBJECT))
		return true;
	size_t count = is_list ? sbx_json_count(value) : 1;
	if (count == 0)
		return true;
	model_array *array = &model->nested[index];
	array->models = calloc(count, sizeof *array->models);
	if (!array->models)
		return false;
	/* Counted one by one, so that clear_model() finds just what was made. */
	for (; array->count < count; array->count++)
		if (!init_model(&array->models[array->count], model->document, field->model,
		                is_list ? sbx_json_at(value, array->count) : value))
			return false;
	return true;
}

static bool init_model(sbx__model *model, model_document *document, const sbx__model_descriptor *descriptor,
                       const sbx_json *value)
{
	*model = (sbx__model){document, value, descriptor, NULL};
	for (size_t index = 0; index < descriptor->fields_count; index++) {
		if (!is_nested(&descriptor->fields[index]))
			continue;
		if (!model->nested)
			model->nested = calloc(descriptor->fields_count, sizeof *model->nested);
		if (!model->nested || !init_field(model, index)) {
			clear_model(model);
			*model = (sbx__model){0};
			return false;
		}
	}
	return true;
}

bool sbx__type_fits(sbx__type type, const sbx_json *value)
{
	sbx_json_type actual = sbx_json_type_of(value);
	switch (type) {
	case SBX__STRING:
		return actual == SBX_JSON_STRING;
	case SBX__INTEGER:
		return actual == SBX_JSON_INTEGER || sbx__json_is_large(value);
	case SBX__NUMBER:
		return actual == SBX_JSON_INTEGER || actual == SBX_JSON_NUMBER;
	case SBX__BOOLEAN:
		return actual == SBX_JSON_BOOLEAN;
	case SBX__STRING_MAP:
	case SBX__OBJECT:
	case SBX__MODEL:
		return actual == SBX_JSON_OBJECT;
	case SBX__STRING_LIST:
	case SBX__MODEL_LIST:
		return actual == SBX_JSON_ARRAY;
	}
	return false;
}

static sbx_status validate(const sbx__model *model, sbx_error **error);

static sbx_status validate_field(const sbx__model *model, size_t index, sbx_error **error)
{
	const sbx__field *field = &model->descriptor->fields[index];
	const sbx_json *value = sbx_json_get(model->value, field->name);
	const char *name = model->descriptor->name;
	if (!value || sbx_json_type_of(value) == SBX_JSON_NULL) {
		if (!field->required)
			return SBX_OK;
		return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer's %s has no %s", name, field->name);
	}
	if (!sbx__type_fits(field->type, value))
		return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer's %s has %s as its %s", name,
		                 sbx__json_type_name(value), field->name);
	for (size_t at = 0; field->type == SBX__STRING_LIST && at < sbx_json_count(value); at++)
		if (!sbx__type_fits(SBX__STRING, sbx_json_at(value, at)))
			return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer's %s has %s among its %s",
			                 name, sbx__json_type_name(sbx_json_at(value, at)), field->name);
	for (size_t at = 0; is_nested(field) && at < model->nested[index].count; at++) {
		sbx_status status = validate(&model->nested[index].models[at], error);
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

static sbx_status validate(const sbx__model *model, sbx_error **error)
{
	if (sbx_json_type_of(model->value) != SBX_JSON_OBJECT)
		return sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION, "The answer has %s in the place of a %s",
		                 sbx__json_type_name(model->value), model->descriptor->name);
	for (size_t index = 0; index < model->descriptor->fields_count; index++) {
		sbx_status status = validate_field(model, index, error);
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

sbx_status sbx__model_new(const sbx__model_descriptor *descriptor, sbx_json *json, bool strict, sbx__model **model,
                          sbx_error **error)
{
	if (sbx_json_type_of(json) != SBX_JSON_OBJECT) {
		sbx_status status = sbx__fail(error, SBX_ERROR_RESPONSE_VALIDATION,
		                              "The answer is %s in the place of an object", sbx__json_type_name(json));
		sbx_json_free(json);
		return status;
	}
	model_document *document = calloc(1, sizeof *document);
	if (!document || !init_model(&document->root, document, descriptor, json)) {
		free(document);
		sbx_json_free(json);
		return sbx__fail_memory(error);
	}
	document->json = json;
	atomic_init(&document->references, 1);
	sbx_status status = strict ? validate(&document->root, error) : SBX_OK;
	if (status < 0)
		sbx__model_unref(&document->root);
	else
		*model = &document->root;
	return status;
}

sbx__model *sbx__model_ref(sbx__model *model)
{
	if (model)
		atomic_fetch_add_explicit(&model->document->references, 1, memory_order_relaxed);
	return model;
}

void sbx__model_unref(sbx__model *model)
{
	if (!model)
		return;
	model_document *document = model->document;
	if (atomic_fetch_sub_explicit(&document->references, 1, memory_order_acq_rel) != 1)
		return;
	clear_model(&document->root);
	sbx_json_free(document->json);
	free(document);
}

static const sbx_json *get(const sbx__model *model, size_t field)
{
	return model ? sbx_json_get(model->value, model->descriptor->fields[field].name) : NULL;
}

sbx_presence sbx__model_presence(const sbx__model *model, size_t field)
{
	const sbx_json *value = get(model, field);
	if (!value)
		return SBX_ABSENT;
	return sbx_json_type_of(value) == SBX_JSON_NULL ? SBX_NULL : SBX_PRESENT;
}

const char *sbx__model_string(const sbx__model *model, size_t field, size_t *length)
{
	return sbx_json_string(get(model, field), length);
}

int64_t sbx__model_integer(const sbx__model *model, size_t field)
{
	const sbx_json *value = get(model, field);
	int64_t integer = sbx_json_integer(value);
	double number = sbx_json_number(value);
	/* 3.0 is an integer, 3.5 is not. One that does not fit was read as the nearest that does. */
	bool is_whole = number == (double)integer || integer == INT64_MIN || integer == INT64_MAX;
	return is_whole ? integer : 0;
}

double sbx__model_number(const sbx__model *model, size_t field)
{
	return sbx_json_number(get(model, field));
}

int sbx__model_boolean(const sbx__model *model, size_t field)
{
	return sbx_json_boolean(get(model, field));
}

size_t sbx__model_count(const sbx__model *model, size_t field)
{
	const sbx_json *value = get(model, field);
	return sbx_json_type_of(value) == SBX_JSON_ARRAY ? sbx_json_count(value) : 0;
}

const sbx__model *sbx__model_at(const sbx__model *model, size_t field, size_t index)
{
	if (!model || !model->nested || index >= model->nested[field].count)
		return NULL;
	return &model->nested[field].models[index];
}

const char *sbx__model_string_at(const sbx__model *model, size_t field, size_t index, size_t *length)
{
	const sbx_json *value = sbx_json_at(get(model, field), index);
	const char *text = sbx_json_string(value, length);
	return value ? text : NULL;
}

const sbx__model *sbx__model_member(const sbx__model *model, size_t field)
{
	return sbx__model_at(model, field, 0);
}

const sbx_json *sbx__model_json(const sbx__model *model)
{
	return model ? model->value : NULL;
}

const sbx__model_descriptor *sbx__model_descriptor_of(const sbx__model *model)
{
	return model ? model->descriptor : NULL;
}
