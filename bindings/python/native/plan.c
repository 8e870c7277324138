/*
 * What is known of a class of models: its fields in order, and what becomes of each one's value. Python makes a plan
 * when a class is first needed for an answer (sandbox_sdk/_plans.py), and reads the answers of operations with
 * it.
 */
#include "plan.h"

#include <string.h>
#include <structmember.h>

/* Types of CPython hold functions as void *, which ISO C knows nothing of and every system with CPython does. */
#pragma GCC diagnostic ignored "-Wpedantic"

static int clear(PyObject *self)
{
	plan *mine = (plan *)self;
	Py_ssize_t index;

	Py_CLEAR(mine->class);
	Py_CLEAR(mine->defaults);
	for (index = 0; index < mine->count; index++) {
		Py_CLEAR(mine->fields[index].class);
		Py_CLEAR(mine->fields[index].plan);
	}
	return 0;
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
	plan *mine = (plan *)self;
	Py_ssize_t index;

	Py_VISIT(Py_TYPE(self));
	Py_VISIT(mine->class);
	Py_VISIT(mine->defaults);
	for (index = 0; index < mine->count; index++) {
		Py_VISIT(mine->fields[index].class);
		Py_VISIT(mine->fields[index].plan);
	}
	return 0;
}

static void dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);
	plan *mine = (plan *)self;
	Py_ssize_t index;

	PyObject_GC_UnTrack(self);
	clear(self);
	for (index = 0; index < mine->count; index++) {
		Py_XDECREF(mine->fields[index].name);
		Py_XDECREF(mine->fields[index].wire);
		Py_XDECREF(mine->fields[index].dump);
		Py_XDECREF(mine->fields[index].wire_bytes);
	}
	PyMem_Free(mine->fields);
	PyObject_GC_Del(self);
	Py_DECREF(type);
}

static PyObject *interned(PyObject *text)
{
	Py_INCREF(text);
	PyUnicode_InternInPlace(&text);
	return text;
}

/* One field of Python's: (name, name on the wire, name in a dump, kind, optional, alone, fresh, hidden, class or None).
 */
static int read_field(plan_field *field, PyObject *given)
{
	PyObject *name, *wire, *dump, *class;
	int kind, optional, alone, fresh, hidden;
	char *text;

	if (!PyTuple_Check(given) || !PyArg_ParseTuple(given, "UUUippppO", &name, &wire, &dump, &kind, &optional,
	                                               &alone, &fresh, &hidden, &class))
		return -1;
	if (kind < ANY || kind > STRINGS || ((kind == MODEL || kind == MODELS) != python_is_model_class(class))) {
		PyErr_SetString(PyExc_ValueError, "there is no such kind of field");
		return -1;
	}
	field->name = interned(name);
	field->wire = interned(wire);
	field->dump = interned(dump);
	field->wire_bytes = PyUnicode_AsUTF8String(wire);
	if (!field->wire_bytes || PyBytes_AsStringAndSize(field->wire_bytes, &text, NULL) < 0)
		return -1;
	field->wire_name = text;
	field->kind = (field_kind)kind;
	field->optional = optional;
	field->alone = alone;
	field->fresh = fresh;
	field->hidden = hidden;
	if (class != Py_None) {
		Py_INCREF(class);
		field->class = class;
	}
	return 0;
}

static int read_fields(plan *made, PyObject *fields)
{
	Py_ssize_t count = PyTuple_Size(fields);

	made->fields = PyMem_Calloc(count ? (size_t)count : 1, sizeof(*made->fields));
	if (!made->fields) {
		PyErr_NoMemory();
		return -1;
	}
	/* Counted first, so that what was read of one that fails is freed. */
	while (made->count < count) {
		Py_ssize_t index = made->count++;

		if (read_field(&made->fields[index], PyTuple_GetItem(fields, index)) < 0)
			return -1;
		made->special = made->special || made->fields[index].fresh;
	}
	return 0;
}

static PyObject *new_plan(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
	PyObject *class, *fields, *defaults;
	int plain = 0, by_name = 0, typed_extra = 0;
	plan *made;

	(void)keywords;
	if (!PyArg_ParseTuple(arguments, "OO!O!|ppp", &class, &PyTuple_Type, &fields, &PyDict_Type, &defaults, &plain,
	                      &by_name, &typed_extra))
		return NULL;
	if (!python_is_model_class(class)) {
		PyErr_SetString(PyExc_TypeError, "a plan is of a class of models");
		return NULL;
	}
	made = (plan *)PyType_GenericAlloc(type, 0);
	if (!made)
		return NULL;
	Py_INCREF(class);
	made->class = class;
	made->plain = plain;
	made->by_name = by_name;
	made->typed_extra = typed_extra;
	made->special = by_name || typed_extra;
	made->defaults = PyDict_Copy(defaults);
	if (made->defaults && read_fields(made, fields) == 0)
		return (PyObject *)made;
	Py_DECREF(made);
	return NULL;
}

plan *python_plan_of_field(plan *mine, plan_field *field)
{
	if (!field->plan) {
		PyObject *found = PyObject_CallMethod(field->class, "_answer_plan", NULL);

		if (found && Py_TYPE(found) != Py_TYPE(mine)) {
			PyErr_SetString(PyExc_TypeError, "_answer_plan() does not give a plan");
			Py_CLEAR(found);
		}
		if (!found)
			return NULL;
		/* That ran Python code: another thread may have been here. */
		if (field->plan)
			Py_DECREF(found);
		else
			field->plan = found;
	}
	return (plan *)field->plan;
}

static bool number_is_exact(const sbx_json *value)
{
	int64_t integer = sbx_json_integer(value);

	return integer >= -(INT64_C(1) << 53) && integer <= INT64_C(1) << 53;
}

/*
 * Whether a value of a union with None is what it would be without one: what it is checked against coerces nothing of
 * it. (Where it is refused, it stays as it came all the same.) -1 on failure.
 */
static int coerces_nothing(plan *mine, plan_field *field, const sbx_json *value);

static int coerces_nothing_of_model(plan *mine, plan_field *outer, const sbx_json *object)
{
	plan *nested = python_plan_of_field(mine, outer);
	Py_ssize_t index;
	int result = 1;

	if (!nested)
		return -1;
	if (sbx_json_type_of(object) != SBX_JSON_OBJECT)
		return 1;
	if (!nested->plain)
		return 0;
	for (index = 0; result > 0 && index < nested->count; index++) {
		const sbx_json *value = sbx_json_get(object, nested->fields[index].wire_name);

		if (value)
			result = coerces_nothing(nested, &nested->fields[index], value);
	}
	return result;
}

static int coerces_nothing(plan *mine, plan_field *field, const sbx_json *value)
{
	sbx_json_type type = sbx_json_type_of(value);
	size_t index;
	int result = 1;

	if (type == SBX_JSON_NULL)
		return 1;
	switch (field->kind) {
	case ANY:
	case STRING:
	case STRINGS:
		return 1;
	case INTEGER:
		return type == SBX_JSON_INTEGER;
	case NUMBER:
		return type == SBX_JSON_INTEGER ? number_is_exact(value)
		                                : type == SBX_JSON_NUMBER && !sbx_json_number_text(value);
	case BOOLEAN:
		return type == SBX_JSON_BOOLEAN;
	case MODEL:
		return coerces_nothing_of_model(mine, field, value);
	case MODELS:
		for (index = 0; result > 0 && type == SBX_JSON_ARRAY && index < sbx_json_count(value); index++)
			result = coerces_nothing_of_model(mine, field, sbx_json_at(value, index));
		return result;
	default:
		return 0;
	}
}

static PyObject *convert_model(plan *mine, plan_field *field, const sbx_json *object, PyObject *owner)
{
	PyObject *nested = (PyObject *)python_plan_of_field(mine, field);
	python_decoded decoded = {0};

	if (!nested || python_plan_decode(nested, object, owner, &decoded) < 0)
		return NULL;
	return python_model_new(field->class, nested, &decoded);
}

/* A list may be long and most of it never be looked at: its models stay undecoded. */
static PyObject *convert_models(plan *mine, plan_field *field, const sbx_json *array, PyObject *owner)
{
	size_t count = sbx_json_count(array), index;
	PyObject *nested = (PyObject *)python_plan_of_field(mine, field);
	PyObject *list = nested ? PyList_New((Py_ssize_t)count) : NULL;

	for (index = 0; list && index < count; index++) {
		const sbx_json *value = sbx_json_at(array, index);
		PyObject *element = sbx_json_type_of(value) == SBX_JSON_OBJECT
		                            ? python_model_new_undecoded(field->class, nested, value, owner)
		                            : python_from_json(value);

		if (!element || PyList_SetItem(list, (Py_ssize_t)index, element) < 0)
			Py_CLEAR(list);
	}
	return list;
}

/* By the annotation itself. */
PyObject *python_plan_convert(plan *mine, plan_field *field, PyObject *value)
{
	return PyObject_CallMethod(mine->class, "_convert_field", "OO", field->name, value);
}

static PyObject *convert_in_python(plan *mine, plan_field *field, const sbx_json *json)
{
	PyObject *value = python_from_json(json), *converted = value ? python_plan_convert(mine, field, value) : NULL;

	Py_XDECREF(value);
	return converted;
}

/* An integer becomes the float that it is equal to, if there is one. */
static PyObject *convert_number(plan *mine, plan_field *field, const sbx_json *value)
{
	bool integer = sbx_json_type_of(value) == SBX_JSON_INTEGER;

	if (integer && number_is_exact(value))
		return PyFloat_FromDouble(sbx_json_number(value));
	return integer || sbx_json_number_text(value) ? convert_in_python(mine, field, value) : python_from_json(value);
}

static PyObject *convert(plan *mine, plan_field *field, const sbx_json *value, PyObject *owner)
{
	sbx_json_type type = sbx_json_type_of(value);

	if (field->optional || field->kind == OTHER) {
		int as_it_came = coerces_nothing(mine, field, value);

		if (as_it_came < 0)
			return NULL;
		if (!as_it_came)
			return convert_in_python(mine, field, value);
	}
	if (field->kind == NUMBER)
		return convert_number(mine, field, value);
	if (field->class) {
		plan *nested = python_plan_of_field(mine, field);

		if (!nested)
			return NULL;
		if (nested->special)
			return convert_in_python(mine, field, value);
	}
	if (field->kind == MODEL && type == SBX_JSON_OBJECT)
		return convert_model(mine, field, value, owner);
	if ((field->kind == MODEL || field->kind == MODELS) && type == SBX_JSON_ARRAY)
		return convert_models(mine, field, value, owner);
	return python_from_json(value);
}

/* A null stands for the default. */
static PyObject *convert_or_default(plan *mine, plan_field *field, const sbx_json *value, PyObject *owner)
{
	PyObject *held;

	if (sbx_json_type_of(value) != SBX_JSON_NULL)
		return convert(mine, field, value, owner);
	held = PyDict_GetItemWithError(mine->defaults, field->name);
	Py_XINCREF(held);
	return held;
}

static bool is_field(const plan *mine, const char *wire_name)
{
	Py_ssize_t index;

	for (index = 0; index < mine->count; index++)
		if (strcmp(mine->fields[index].wire_name, wire_name) == 0)
			return true;
	return false;
}

static PyObject *collect_extra(const plan *mine, const sbx_json *object)
{
	PyObject *extra = PyDict_New();
	sbx_json_cursor cursor = {NULL};
	const sbx_json *member;
	const char *name;

	while (extra && sbx_json_next(object, &cursor, &name, &member)) {
		PyObject *key, *value;

		if (is_field(mine, name))
			continue;
		key = PyUnicode_FromString(name);
		value = key ? python_from_json(member) : NULL;
		if (!value || PyDict_SetItem(extra, key, value) < 0)
			Py_CLEAR(extra);
		Py_XDECREF(key);
		Py_XDECREF(value);
	}
	return extra;
}

int python_plan_begin(plan *mine, python_decoded *decoded)
{
	if (!mine->defaults) {
		PyErr_SetString(PyExc_RuntimeError, "the class of a model is gone");
		return -1;
	}
	decoded->dict = PyDict_Copy(mine->defaults);
	decoded->set = mine->count > MOST_BITS ? PySet_New(NULL) : NULL;
	return decoded->dict && (decoded->set || mine->count <= MOST_BITS) ? 0 : -1;
}

int python_plan_set(plan *mine, Py_ssize_t index, PyObject *value, python_decoded *decoded)
{
	plan_field *field = &mine->fields[index];
	int result = value ? PyDict_SetItem(decoded->dict, field->name, value) : -1;

	Py_XDECREF(value);
	if (index < MOST_BITS)
		decoded->given |= UINT64_C(1) << index;
	if (result == 0 && decoded->set)
		result = PySet_Add(decoded->set, field->name);
	return result;
}

int python_plan_decode(PyObject *self, const sbx_json *json, PyObject *owner, python_decoded *decoded)
{
	plan *mine = (plan *)self;
	Py_ssize_t index;
	size_t found = 0;
	int result = python_plan_begin(mine, decoded);

	for (index = 0; result == 0 && index < mine->count; index++) {
		plan_field *field = &mine->fields[index];
		const sbx_json *value = sbx_json_get(json, field->wire_name);

		if (!value)
			continue;
		found++;
		result = python_plan_set(mine, index, convert_or_default(mine, field, value, owner), decoded);
	}
	if (result == 0 && found < sbx_json_count(json)) {
		decoded->extra = collect_extra(mine, json);
		result = decoded->extra ? 0 : -1;
	}
	if (result == 0)
		return 0;
	Py_CLEAR(decoded->dict);
	Py_CLEAR(decoded->extra);
	Py_CLEAR(decoded->set);
	return -1;
}

Py_ssize_t python_plan_find(PyObject *self, PyObject *name)
{
	const plan *mine = (const plan *)self;
	Py_ssize_t index;

	for (index = 0; index < mine->count; index++)
		if (mine->fields[index].name == name)
			return mine->fields[index].alone ? index : -1;
	return -1;
}

PyObject *python_plan_read(PyObject *self, Py_ssize_t index, const sbx_json *json)
{
	plan *mine = (plan *)self;
	plan_field *field = &mine->fields[index];
	const sbx_json *value = sbx_json_get(json, field->wire_name);
	sbx_json_type type = sbx_json_type_of(value);

	if (!value || type == SBX_JSON_ARRAY || type == SBX_JSON_OBJECT || field->kind == OTHER)
		return NULL;
	if (type == SBX_JSON_NULL)
		return convert_or_default(mine, field, value, NULL);
	if (field->optional && coerces_nothing(mine, field, value) != 1)
		return NULL;
	return field->kind == NUMBER ? convert_number(mine, field, value) : python_from_json(value);
}

PyObject *python_plan_names(PyObject *self, uint64_t given)
{
	const plan *mine = (const plan *)self;
	PyObject *names = PySet_New(NULL);
	Py_ssize_t index;

	for (index = 0; names && index < mine->count && index < MOST_BITS; index++)
		if (given >> index & 1 && PySet_Add(names, mine->fields[index].name) < 0)
			Py_CLEAR(names);
	return names;
}

/* The model of an answer; what is no answer is Python's to turn into one. */
static PyObject *decode(PyObject *self, PyObject *answer)
{
	plan *mine = (plan *)self;
	python_decoded decoded = {0};
	const sbx_json *json;
	PyObject *value, *made = NULL;

	if (!mine->class) {
		PyErr_SetString(PyExc_RuntimeError, "the class of a model is gone");
		return NULL;
	}
	if (!python_is_response(answer))
		return PyObject_CallMethod(mine->class, "_from_json", "O", answer);
	json = sbx_response_json(python_to_response(answer));
	if (sbx_json_type_of(json) == SBX_JSON_OBJECT && !mine->special) {
		if (python_plan_decode(self, json, answer, &decoded) < 0)
			return NULL;
		return python_model_new(mine->class, self, &decoded);
	}
	value = python_from_json(json);
	if (value)
		made = PyObject_CallMethod(mine->class, "_from_json", "O", value);
	Py_XDECREF(value);
	return made;
}

static PyMethodDef methods[] = {
        {"decode", decode, METH_O, "The model of an answer, or of a decoded JSON object."},
        {"construct", python_plan_construct, METH_O, "The model of a dict, by the names on the wire."},
        {"dump", python_plan_dump, METH_VARARGS, "A dict of a model where that is simple, else NotImplemented."},
        {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
        {Py_tp_doc, (void *)"How an answer becomes a model."},
        {Py_tp_new, new_plan},
        {Py_tp_dealloc, dealloc},
        {Py_tp_traverse, traverse},
        {Py_tp_clear, clear},
        {Py_tp_methods, methods},
        {0, NULL},
};

static PyType_Spec spec = {
        .name = "sandbox_sdk._native.Plan",
        .basicsize = sizeof(plan),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
};

int python_plan_init(PyObject *module)
{
	PyObject *type = PyType_FromSpec(&spec);

	if (!type)
		return -1;
	if (PyModule_AddObject(module, "Plan", type) == 0)
		return 0;
	Py_DECREF(type);
	return -1;
}
