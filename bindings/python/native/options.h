/*
 * Reading a dict whose keys are the members of one of the library's structs of options.
 */
#ifndef SBX_PYTHON_OPTIONS_H
#define SBX_PYTHON_OPTIONS_H

#include "native.h"

/* Reads one member; `name` is what it is called in an exception, the list `kept` keeps alive what the member points to.
 */
typedef int python_member_reader(void *member, PyObject *value, const char *name, PyObject *kept);

typedef struct python_member {
	const char *name;     /* the key, as in C */
	const char *argument; /* what the Python programmer calls it */
	python_member_reader *read;
	size_t offset; /* of what is read into */
} python_member;

/* Reads every item of a dict into a struct, by a table that a member without a name ends. */
int python_members_read(void *target, const python_member *members, PyObject *given, PyObject *kept);

python_member_reader python_read_seconds; /* a double; None is for ever */
python_member_reader python_read_count;   /* an int from 0 */
python_member_reader python_read_flag;    /* an sbx_flag */
python_member_reader python_read_text;    /* a const char * */
python_member_reader python_read_ascii;   /* the same of what becomes a header */
python_member_reader python_read_json;    /* an sbx_json * of a mapping; None is none */

#endif
