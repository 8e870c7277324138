/* What the program is told on its command line. */
#ifndef MCP_OPTIONS_H
#define MCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

#define NAMES_MAX 64

struct names {
	const char *words[NAMES_MAX];
	size_t count;
};

enum tool_group {
	GROUP_OPERATIONS = 1, /* one for each operation, and the comfortable ones */
	GROUP_DYNAMIC = 2,
	GROUP_DOCS = 4,
	GROUP_TRANSFER = 8, /* offered with a --root */
	GROUP_CODE = 16,
};

struct options {
	bool local;     /* a sandboxd of its own */
	bool list;      /* prints what would be offered, and ends */
	bool read_only; /* offers only what changes nothing */
	bool keep;      /* leaves the sandboxes that it made */
	bool http;      /* serves over HTTP on this port; 0: any that is free */
	unsigned port;
	bool no_token;
	const char *listen;          /* the address of the port; NULL: of loopback */
	const char *print_config;    /* for this host, and ends; NULL: it does not */
	const char *token_file;      /* NULL: no token is asked for */
	const struct client *client; /* whose narrow support of schemas counts; NULL: nobody's does */
	unsigned tool_name_length;   /* how long a tool's name may be; 0: as the client has it */
	unsigned max_sandboxes;      /* of its own making at once; 0: any number */
	unsigned idle_delete;        /* seconds; 0: never */
	int64_t max_transfer;        /* bytes of a file or folder that are copied from or to this machine */
	unsigned groups;             /* of enum tool_group */
	struct names allow_hosts;    /* that a request's Host may have beside this machine's own */
	struct names only;
	struct names without;
	struct names resources;
	struct names operations;
	struct names tags;
	struct names roots; /* folders of this machine that tools may use */
};

/* Returns -1 to go on, else the status to exit with: something was printed. */
int options_read(struct options *options, int count, char **words);
/* Those that were read, one by one from the first: whole names, also of what was abbreviated, and values; NULL: it has
 * none. NULL at the end. */
void options_restart(void);
const char *options_next(int count, char **words, const char **value);

#endif
