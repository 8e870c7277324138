/*
 * What models are made of: the native type that sandbox_sdk.BaseModel is a class of, and the plan that tells how an
 * answer becomes an instance of a class.
 *
 * An instance may still be undecoded: then it holds a part of an answer and what keeps that alive. It is decoded when
 * more is wanted of it than one value.
 */
#ifndef SBX_PYTHON_MODEL_H
#define SBX_PYTHON_MODEL_H

#include "native.h"

/* What an answer's object becomes. Whoever asked for it owns the references. */
typedef struct python_decoded {
	PyObject *dict;  /* the declared fields, those that the answer lacks by their defaults */
	PyObject *extra; /* the others, as they came; NULL: none */
	PyObject *set;   /* the names of the fields that the answer had; NULL: `given` says */
	uint64_t given;  /* a bit for each field of the plan that the answer had */
} python_decoded;

/* model.c */

/* Adds the type to the module. */
int python_model_init(PyObject *module);
/* A new instance of a class whose base is the native type: of what was decoded, which is taken over. */
PyObject *python_model_new(PyObject *class, PyObject *plan, python_decoded *decoded);
/* The same, undecoded: a part of what `owner` keeps alive. */
PyObject *python_model_new_undecoded(PyObject *class, PyObject *plan, const sbx_json *json, PyObject *owner);
/* The dict of a model's fields and that of its others, each NULL where there is none; decoded if need be. New
 * references. */
int python_model_parts(PyObject *self, PyObject **dict, PyObject **extra);
/* The plan by which an instance was made; NULL: none. A new reference. */
PyObject *python_model_plan(PyObject *self);
/* Whether a field was given: the one that has this number in the plan of the model's class. -1 on failure. */
int python_model_has(PyObject *self, Py_ssize_t field, PyObject *name);
/* Whether a class's instances are the native type's. */
bool python_is_model_class(PyObject *class);

/* plan.c */

int python_plan_init(PyObject *module);
/* Decodes an object by a plan. */
int python_plan_decode(PyObject *plan, const sbx_json *json, PyObject *owner, python_decoded *decoded);
/* The number of the field that a name is of, if it can be read by itself; else -1. Names are compared by identity. */
Py_ssize_t python_plan_find(PyObject *plan, PyObject *name);
/* The value of one field, where it is neither an object nor an array nor needs a conversion in Python; else NULL
 * without an exception. */
PyObject *python_plan_read(PyObject *plan, Py_ssize_t field, const sbx_json *json);
/* A new set of the names of the fields whose bits are set. */
PyObject *python_plan_names(PyObject *plan, uint64_t given);

#endif
