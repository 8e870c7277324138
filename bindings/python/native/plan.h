/*
 * The plan of a class of models, for what makes and dumps its instances.
 */
#ifndef SBX_PYTHON_PLAN_H
#define SBX_PYTHON_PLAN_H

#include "model.h"

/* The kinds of fields; the numbers are also in sandbox_sdk/_plans.py. */
typedef enum field_kind {
	ANY = 0,     /* as it came, whatever it is */
	INTEGER = 1, /* as it came */
	NUMBER = 2,  /* a float, also where it came without a fraction and is one without loss */
	BOOLEAN = 3, /* as it came */
	MODEL = 4,   /* an object becomes a model; so does each object of an array */
	MODELS = 5,  /* an array whose objects become models */
	OTHER = 6,   /* Python makes the value */
	STRING = 7,  /* as it came */
	STRINGS = 8, /* an array, as it came */
} field_kind;

typedef struct plan_field {
	PyObject *name; /* interned */
	PyObject *wire; /* the name in an answer */
	PyObject *dump; /* the name in a dump by aliases */
	PyObject *wire_bytes;
	const char *wire_name;
	field_kind kind;
	bool optional;   /* the annotation is a union with None, by which a value is checked and may be coerced */
	bool alone;      /* can be read without what else there is: nothing of the class is called like it */
	bool fresh;      /* the default can be changed, so Python makes one for each instance */
	bool hidden;     /* is not dumped */
	PyObject *class; /* of MODEL and MODELS; else NULL */
	PyObject *plan;  /* that class's, when it was first needed */
} plan_field;

typedef struct plan {
	PyObject_HEAD PyObject *class;
	PyObject *defaults; /* a dict of all fields in order */
	plan_field *fields;
	Py_ssize_t count;
	bool plain;       /* a check makes of valid fields what is made without one */
	bool special;     /* has one of the following, or a field that is fresh: answers go through Python's values */
	bool by_name;     /* fields are also taken by their names in Python */
	bool typed_extra; /* Python makes the values of the fields that the class does not know */
} plan;

/* Whether a bit is left for a field. */
#define MOST_BITS 64

/* plan.c */

/* The plan of the models in a field; borrowed. */
plan *python_plan_of_field(plan *mine, plan_field *field);
/* Makes a dict of the defaults, and a set where there are more fields than bits. */
int python_plan_begin(plan *mine, python_decoded *decoded);
/* Sets the value of a field, which is taken over; NULL fails. */
int python_plan_set(plan *mine, Py_ssize_t index, PyObject *value, python_decoded *decoded);
/* The value of a field that Python makes of another. */
PyObject *python_plan_convert(plan *mine, plan_field *field, PyObject *value);

/* construct.c */

/* The model of a dict, by the names on the wire. */
PyObject *python_plan_construct(PyObject *self, PyObject *values);

/* dump.c */

/* A dict of (model, by_alias, exclude_unset, exclude_none, check); NotImplemented where Python has to do it: there is a
 * value that JSON does not have, or, if `check`, one that does not fit its field's type. */
PyObject *python_plan_dump(PyObject *self, PyObject *arguments);

#endif
