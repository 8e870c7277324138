/*
 * The native type of models: an instance with a dict, weak references, the fields that its class does not know, and, as
 * long as it is undecoded, a part of an answer.
 *
 * Decoding may run Python code, and with it other threads and whatever a garbage collection sets off, which may decode
 * the same instance. So it is done on the side, and what is there first counts.
 */
#include "model.h"

#include <stddef.h>
#include <structmember.h>

/* Types of CPython hold functions as void *, which ISO C knows nothing of and every system with CPython does. */
#pragma GCC diagnostic ignored "-Wpedantic"

typedef struct model {
	PyObject_HEAD PyObject *dict; /* NULL: undecoded, or nothing was set yet */
	PyObject *weak;               /* weak references to it */
	PyObject *extra;              /* NULL: none */
	PyObject *fields_set;         /* NULL: `given` says, by the plan */
	PyObject *plan;               /* NULL: no field was given */
	PyObject *owner;              /* what keeps `json` alive; NULL: decoded */
	const sbx_json *json;
	uint64_t given;
	bool asked; /* one value was read of it while it was undecoded */
} model;

static int clear(PyObject *self)
{
	model *instance = (model *)self;

	instance->json = NULL;
	Py_CLEAR(instance->owner);
	Py_CLEAR(instance->plan);
	Py_CLEAR(instance->dict);
	Py_CLEAR(instance->extra);
	Py_CLEAR(instance->fields_set);
	return 0;
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
	model *instance = (model *)self;

	Py_VISIT(Py_TYPE(self));
	Py_VISIT(instance->owner);
	Py_VISIT(instance->plan);
	Py_VISIT(instance->dict);
	Py_VISIT(instance->extra);
	Py_VISIT(instance->fields_set);
	return 0;
}

static void dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	PyObject_GC_UnTrack(self);
	if (((model *)self)->weak)
		PyObject_ClearWeakRefs(self);
	clear(self);
	PyObject_GC_Del(self);
	Py_DECREF(type);
}

/* Takes over what was decoded. What a program has set of an undecoded instance, past its class, stays. */
static int install(model *instance, python_decoded *decoded)
{
	PyObject *before = instance->dict;

	if (before && PyDict_Update(decoded->dict, before) < 0)
		return -1;
	instance->dict = decoded->dict;
	instance->extra = decoded->extra;
	instance->fields_set = decoded->set;
	instance->given = decoded->given;
	*decoded = (python_decoded){0};
	Py_XDECREF(before);
	return 0;
}

static void drop(python_decoded *decoded)
{
	Py_XDECREF(decoded->dict);
	Py_XDECREF(decoded->extra);
	Py_XDECREF(decoded->set);
}

static int decode(model *instance)
{
	PyObject *owner = instance->owner, *plan = instance->plan;
	python_decoded decoded = {0};
	int result;

	if (!owner)
		return 0;
	Py_INCREF(owner);
	Py_INCREF(plan);
	result = python_plan_decode(plan, instance->json, owner, &decoded);
	if (result == 0 && instance->owner) {
		result = install(instance, &decoded);
		if (result == 0) {
			instance->json = NULL;
			instance->owner = NULL;
			Py_DECREF(owner);
		}
	}
	drop(&decoded);
	Py_DECREF(plan);
	Py_DECREF(owner);
	return result;
}

/* The value of a field of an undecoded instance. NULL without an exception: it is to be looked for as ever. */
static PyObject *read_undecoded(model *instance, PyObject *name)
{
	Py_ssize_t field = python_plan_find(instance->plan, name);
	PyObject *value = NULL;

	if (field < 0)
		return NULL;
	/* One value alone costs less than all of them. Who wants another gets all, so that each is found at once then.
	 */
	if (!instance->asked && !instance->dict) {
		instance->asked = true;
		value = python_plan_read(instance->plan, field, instance->json);
	}
	if (!value && !PyErr_Occurred())
		decode(instance);
	return value;
}

/* A field that the class does not know. It never takes the place of something that the class has. */
static PyObject *read_extra(model *instance, PyObject *name)
{
	PyObject *type, *error, *traceback, *value;

	if (!instance->extra || !PyErr_ExceptionMatches(PyExc_AttributeError))
		return NULL;
	PyErr_Fetch(&type, &error, &traceback);
	value = PyDict_GetItemWithError(instance->extra, name);
	if (value || PyErr_Occurred()) {
		Py_XDECREF(type);
		Py_XDECREF(error);
		Py_XDECREF(traceback);
		Py_XINCREF(value);
		return value;
	}
	PyErr_Restore(type, error, traceback);
	return NULL;
}

static PyObject *get_attribute(PyObject *self, PyObject *name)
{
	model *instance = (model *)self;
	PyObject *value;

	if (instance->owner) {
		value = read_undecoded(instance, name);
		if (value || PyErr_Occurred())
			return value;
	} else if (instance->dict) {
		/* Nothing in it has the name of a data descriptor of the class, which would come first (fields_of()).
		 */
		value = PyDict_GetItemWithError(instance->dict, name);
		if (value) {
			Py_INCREF(value);
			return value;
		}
		if (PyErr_Occurred())
			return NULL;
	}
	value = PyObject_GenericGetAttr(self, name);
	if (value)
		return value;
	if (instance->owner && PyErr_ExceptionMatches(PyExc_AttributeError)) {
		PyErr_Clear();
		if (decode(instance) < 0)
			return NULL;
		value = PyObject_GenericGetAttr(self, name);
	}
	return value ? value : read_extra(instance, name);
}

static PyObject *get_dict(PyObject *self, void *closure)
{
	model *instance = (model *)self;

	(void)closure;
	if (decode(instance) < 0)
		return NULL;
	if (!instance->dict)
		instance->dict = PyDict_New();
	Py_XINCREF(instance->dict);
	return instance->dict;
}

static int set_dict(PyObject *self, PyObject *dict, void *closure)
{
	model *instance = (model *)self;
	PyObject *before;

	(void)closure;
	if (!dict || !PyDict_Check(dict)) {
		PyErr_SetString(PyExc_TypeError, "__dict__ must be set to a dictionary");
		return -1;
	}
	if (decode(instance) < 0)
		return -1;
	before = instance->dict;
	Py_INCREF(dict);
	instance->dict = dict;
	Py_XDECREF(before);
	return 0;
}

static PyObject *get_extra(PyObject *self, void *closure)
{
	model *instance = (model *)self;

	(void)closure;
	if (decode(instance) < 0)
		return NULL;
	if (!instance->extra)
		instance->extra = PyDict_New();
	Py_XINCREF(instance->extra);
	return instance->extra;
}

static PyObject *get_fields_set(PyObject *self, void *closure)
{
	model *instance = (model *)self;

	(void)closure;
	if (decode(instance) < 0)
		return NULL;
	if (!instance->fields_set)
		instance->fields_set =
		        instance->plan ? python_plan_names(instance->plan, instance->given) : PySet_New(NULL);
	Py_XINCREF(instance->fields_set);
	return instance->fields_set;
}

static PyObject *set_state(PyObject *self, PyObject *arguments)
{
	model *instance = (model *)self;
	PyObject *dict, *extra, *fields_set;

	if (!PyArg_ParseTuple(arguments, "O!O!O!", &PyDict_Type, &dict, &PyDict_Type, &extra, &PySet_Type, &fields_set))
		return NULL;
	Py_INCREF(dict);
	Py_INCREF(extra);
	Py_INCREF(fields_set);
	clear(self);
	instance->dict = dict;
	instance->extra = extra;
	instance->fields_set = fields_set;
	Py_RETURN_NONE;
}

static PyObject *is_undecoded(PyObject *self, PyObject *none)
{
	(void)none;
	return PyBool_FromLong(((model *)self)->owner != NULL);
}

static PyMemberDef members[] = {
        {"__dictoffset__", T_PYSSIZET, offsetof(model, dict), READONLY, NULL},
        {"__weaklistoffset__", T_PYSSIZET, offsetof(model, weak), READONLY, NULL},
        {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef attributes[] = {
        {"__dict__", get_dict, set_dict, "The declared fields by their names.", NULL},
        {"model_extra", get_extra, NULL, "The fields that the class does not know, by their names on the wire.", NULL},
        {"model_fields_set", get_fields_set, NULL, "The names of the declared fields that were given, null or not.",
	 NULL},
        {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef methods[] = {
        {"_set_state", set_state, METH_VARARGS,
	 "Sets __dict__, model_extra and model_fields_set, which are taken over."},
        {"_is_undecoded", is_undecoded, METH_NOARGS, "Whether the answer's part is still to be decoded."},
        {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
        {Py_tp_doc, (void *)"What models are made of."},
        {Py_tp_dealloc, dealloc},
        {Py_tp_traverse, traverse},
        {Py_tp_clear, clear},
        {Py_tp_getattro, get_attribute},
        {Py_tp_members, members},
        {Py_tp_getset, attributes},
        {Py_tp_methods, methods},
        {0, NULL},
};

static PyType_Spec spec = {
        .name = "sandbox_sdk._native.Model",
        .basicsize = sizeof(model),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
};

int python_model_init(PyObject *module)
{
	PyObject *type = PyType_FromSpec(&spec);

	if (!type)
		return -1;
	if (PyModule_AddObject(module, "Model", type) == 0)
		return 0;
	Py_DECREF(type);
	return -1;
}

/* By what only this type has, since each interpreter has a type of its own. */
bool python_is_model_class(PyObject *class)
{
	PyTypeObject *type = PyType_Check(class) ? (PyTypeObject *)class : NULL;

	while (type && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
		if (PyType_GetSlot(type, Py_tp_dealloc) == (void *)dealloc)
			return true;
		type = PyType_GetSlot(type, Py_tp_base);
	}
	return false;
}

static model *make(PyObject *class, PyObject *plan)
{
	model *instance = (model *)PyType_GenericAlloc((PyTypeObject *)class, 0);

	if (instance) {
		Py_INCREF(plan);
		instance->plan = plan;
	}
	return instance;
}

PyObject *python_model_new(PyObject *class, PyObject *plan, python_decoded *decoded)
{
	model *instance = make(class, plan);

	if (instance)
		install(instance, decoded); /* there is nothing that could fail of a new instance */
	else
		drop(decoded);
	return (PyObject *)instance;
}

PyObject *python_model_new_undecoded(PyObject *class, PyObject *plan, const sbx_json *json, PyObject *owner)
{
	model *instance = make(class, plan);

	if (instance) {
		Py_INCREF(owner);
		instance->owner = owner;
		instance->json = json;
	}
	return (PyObject *)instance;
}

int python_model_parts(PyObject *self, PyObject **dict, PyObject **extra)
{
	model *instance = (model *)self;

	if (decode(instance) < 0)
		return -1;
	Py_XINCREF(instance->dict);
	Py_XINCREF(instance->extra);
	*dict = instance->dict;
	*extra = instance->extra;
	return 0;
}

int python_model_has(PyObject *self, Py_ssize_t field, PyObject *name)
{
	model *instance = (model *)self;

	if (decode(instance) < 0)
		return -1;
	if (instance->fields_set)
		return PySet_Contains(instance->fields_set, name);
	return instance->plan && field < (Py_ssize_t)(8 * sizeof(instance->given)) && instance->given >> field & 1;
}

PyObject *python_model_plan(PyObject *self)
{
	PyObject *plan = ((model *)self)->plan;

	Py_XINCREF(plan);
	return plan;
}
