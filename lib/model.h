/*
 * Models: immutable views on a decoded answer. All public model types are struct sbx__model behind their typed names;
 * what tells them apart is a generated descriptor.
 */
#ifndef SBX_LIB_MODEL_H
#define SBX_LIB_MODEL_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The type that the API's description gives a field or an argument. */
typedef enum sbx__type {
	SBX__STRING,
	SBX__INTEGER,
	SBX__NUMBER,
	SBX__BOOLEAN,
	SBX__STRING_MAP,  /* an object whose values are strings */
	SBX__STRING_LIST, /* an array of strings */
	SBX__OBJECT,      /* an object: of a known shape where there are members, else of any */
	SBX__MODEL,       /* a field that is a model */
	SBX__MODEL_LIST,  /* a field that is an array of models */
} sbx__type;

/* Whether a value is of a type, its members not looked at. */
bool sbx__type_fits(sbx__type type, const sbx_json *value);

typedef struct sbx__model_descriptor sbx__model_descriptor;

typedef struct sbx__field {
	const char *name;
	sbx__type type;
	bool required;
	const sbx__model_descriptor *model; /* of SBX__MODEL and SBX__MODEL_LIST; else NULL */
} sbx__field;

struct sbx__model_descriptor {
	const char *name; /* the C name of the model, such as "sandbox_list" */
	const sbx__field *fields;
	size_t fields_count;
};

typedef struct sbx__model sbx__model;

/*
 * Makes the model of a decoded document, which is taken over also on failure. With `strict`, a required field that is
 * missing or null, or any known field of a wrong type, is an SBX_ERROR_RESPONSE_VALIDATION that names it; without, only
 * a document that is no object is. The caller owns one reference of *model.
 */
sbx_status sbx__model_new(const sbx__model_descriptor *descriptor, sbx_json *document, bool strict, sbx__model **model,
                          sbx_error **error);

/* The count is the document's and atomic: a view keeps all of its document alive. */
sbx__model *sbx__model_ref(sbx__model *model);
void sbx__model_unref(sbx__model *model);

/* The accessors that the generated ones call; `field` is an index into the descriptor's fields. A field that is absent,
 * null or of another type reads as "", 0, NULL or false. A NULL model reads the same way. An integer beyond 64 bits
 * reads as the nearest that fits, never as another one's value such as 0. */
sbx_presence sbx__model_presence(const sbx__model *model, size_t field);
const char *sbx__model_string(const sbx__model *model, size_t field, size_t *length);
int64_t sbx__model_integer(const sbx__model *model, size_t field);
double sbx__model_number(const sbx__model *model, size_t field);
int sbx__model_boolean(const sbx__model *model, size_t field);
size_t sbx__model_count(const sbx__model *model, size_t field);                       /* of a list */
const sbx__model *sbx__model_at(const sbx__model *model, size_t field, size_t index); /* of a list of models */
const char *sbx__model_string_at(const sbx__model *model, size_t field, size_t index,
                                 size_t *length);                           /* NULL past the end */
const sbx__model *sbx__model_member(const sbx__model *model, size_t field); /* a field that is a model */

/* What kind of model it is; NULL for no model. */
const sbx__model_descriptor *sbx__model_descriptor_of(const sbx__model *model);

/* The JSON object that the model shows, unknown fields included. */
const sbx_json *sbx__model_json(const sbx__model *model);

#endif
