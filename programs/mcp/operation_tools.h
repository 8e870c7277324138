/* The operations of the API as tools. */
#ifndef MCP_OPERATION_TOOLS_H
#define MCP_OPERATION_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

enum operation_body {
	OPERATION_JSON,
	OPERATION_EXECUTE,  /* a command, which can be followed and ended */
	OPERATION_UPLOAD,   /* the argument `file` is what is sent */
	OPERATION_DOWNLOAD, /* the answer is bytes */
};

struct operation_tool {
	const char *name;      /* such as "execute_sandboxes" */
	const char *operation; /* such as "sandboxes.execute" */
	bool reads;            /* it changes nothing */
	enum operation_body body;
	const char *path_parameter; /* such as "id"; NULL: its path has none */
	const char *summary;        /* one sentence */
	const char *tags;           /* of api/openapi.yaml, with a blank between them */
	const char *definition;     /* the entry of `tools/list` */
	const char *with_roots;     /* the same where there is a --root; NULL: no other */
};

extern const struct operation_tool operation_tools[];
extern const size_t operation_tools_count;

#endif
