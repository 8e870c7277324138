/* What runs the sandboxes: a table of functions. Routes and storage know nothing beneath it. */
#ifndef SANDBOXD_ENGINE_H
#define SANDBOXD_ENGINE_H

#include "failure.h"
#include "problem.h"
#include "sandbox.h"

#include <stdbool.h>
#include <stdint.h>

struct command {
	const char *text;        /* for /bin/sh -c */
	const char *working_dir; /* NULL: the sandbox's home */
	sbx__buffer environment; /* on top of the sandbox's own: NAME NUL VALUE NUL */
	bool tell_start;         /* report ENGINE_STARTED, which costs the start of another shell */
};

/* A running command. `channel` is its lifeline: shutting it down for writing kills the whole process tree, and reading
 * from it gives a struct engine_report for what happens (none of its end when the command was killed) and then, once no
 * process is left, the end. */
struct engine_process {
	int channel;
	int out;
	int err;
};

enum engine_event {
	ENGINE_STARTED,     /* the command runs: what comes from its streams is its own */
	ENGINE_EXITED,      /* it has run */
	ENGINE_NOT_STARTED, /* it never ran, and what stands in its stderr is the engine's own complaint */
};

struct engine_report {
	enum engine_event event;
	int exit_code;
};

/* A file on its way into a sandbox. */
struct engine_put {
	int fd; /* write the contents here */
	char temporary[SANDBOX_ID_SIZE];
};

struct engine_file {
	int fd;
	uint64_t size;
};

struct engine {
	const char *name;
	/* Chooses the host user of a new sandbox; `in_use` tells which ids are taken. */
	int (*identify)(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *context, uid_t uid),
	                void *context, struct problem *problem);
	int (*create)(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
	/* Also for what is left of a sandbox that was only half created or half destroyed. */
	int (*destroy)(struct engine *engine, const char *id, struct problem *problem);
	/* Calls `each` for everything that looks like a sandbox's files. */
	int (*each)(struct engine *engine, void (*each)(void *context, const char *id), void *context);
	/* Removes what a killed server left unfinished in a sandbox. */
	int (*repair)(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
	int (*exec)(struct engine *engine, const struct sandbox *sandbox, const struct command *command,
	            struct engine_process *out, struct problem *problem);
	/* Says what is meant when a command did not start: `complaint` is what it left in stderr. */
	int (*explain)(struct engine *engine, const struct command *command, const char *complaint,
	               struct problem *problem);
	int (*put_begin)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *out,
	                 struct problem *problem);
	/* The file appears at `path`, whole; on failure put_abort is still due. */
	int (*put_finish)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put,
	                  const char *path, struct problem *problem);
	void (*put_abort)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put);
	int (*get)(struct engine *engine, const struct sandbox *sandbox, const char *path, struct engine_file *out,
	           struct problem *problem);
	/* A descriptor that becomes readable when the engine has died. */
	int (*watch)(struct engine *engine);
	/* Ends every process of every sandbox at once, whatever state it is in; none can be started any more. */
	void (*end)(struct engine *engine);
	/* As `end`, and returns when nothing is left. */
	void (*stop)(struct engine *engine);
};

/* Bubblewrap, with its files in the state directory. Runs a command to see whether this machine lets it. */
int engine_bwrap_start(struct engine **out, const char *state, struct failure *failure);

#endif
