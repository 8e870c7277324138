/*
 * The operations of the API as data. The tables are generated from api/openapi.yaml; no code knows a single operation.
 */
#ifndef SBX_LIB_OPERATION_H
#define SBX_LIB_OPERATION_H

#include <sandbox_sdk/operation.h>
#include <stdbool.h>

#include "model.h"

/* Where an argument goes. */
typedef enum sbx__location {
	SBX__IN_PATH,  /* into the path template, percent-encoded */
	SBX__IN_QUERY, /* into the query */
	SBX__IN_BODY,  /* a member of the JSON body */
	SBX__IN_PART,  /* a text part of a multipart body */
} sbx__location;

typedef enum sbx__body_kind {
	SBX__BODY_NONE,
	SBX__BODY_JSON,
	SBX__BODY_MULTIPART, /* text parts, then the caller's source as the file part */
} sbx__body_kind;

/* What may happen when a request is sent twice. */
typedef enum sbx__safety {
	SBX__SAFE,       /* nothing: it only reads */
	SBX__IDEMPOTENT, /* nothing more than once: it deletes, or writes the same thing again */
	SBX__UNSAFE,     /* something may be done twice */
} sbx__safety;

typedef struct sbx__parameter {
	const char *name;      /* the argument's name in sbx_client_invoke() */
	const char *wire_name; /* its name in the path, query, body or part */
	sbx__location location;
	sbx__type type;
	bool required;
	/* the members of an object of a known shape; NULL for every other type */
	const struct sbx__parameter *members;
	size_t members_count;
	const char *confirmed_by; /* the answer's field without which the server does not know it; or NULL */
} sbx__parameter;

/* The names of the parts that make an operation's answers the pages of one list. */
typedef struct sbx__page_names {
	const char *page;       /* the argument that is the page's number */
	const char *items;      /* the answer's field with the items */
	const char *id;         /* the items' field that no two share */
	const char *pagination; /* the answer's field that says where the page stands */
} sbx__page_names;

struct sbx_operation {
	const char *name;
	const char *method;
	const char *path; /* with {argument} where an argument goes */
	const char *accept;
	sbx__body_kind body;
	sbx__safety safety;
	const char *unsafe_when;       /* a boolean argument that makes the operation unsafe when it is true; or NULL */
	const char *timeout_parameter; /* an argument in seconds that the default timeout grows to; or NULL */
	const char *file_part;         /* the name of the file part of a multipart body; or NULL */
	const sbx__parameter *parameters;
	size_t parameters_count;
	const sbx__page_names *pages;       /* NULL: the whole answer comes at once */
	const sbx__model_descriptor *model; /* NULL: the answer is bytes */
};

/* In lib/generated/operations.c. */
extern const sbx_operation sbx__operations[];
extern const size_t sbx__operations_count;

#endif
