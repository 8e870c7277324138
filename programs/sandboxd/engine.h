/* What runs the sandboxes: a table of functions. Routes and storage know nothing beneath it. */
#ifndef SANDBOXD_ENGINE_H
#define SANDBOXD_ENGINE_H

#include "failure.h"
#include "health.h"
#include "problem.h"
#include "sandbox.h"
#include "tar_unpack.h"
#include "volume.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct command {
	const char *text;        /* for /bin/sh -c */
	const char *working_dir; /* NULL: the sandbox's home */
	sbx__buffer environment; /* on top of the sandbox's own: NAME NUL VALUE NUL */
	bool has_input;          /* something is written to its standard input, which is empty otherwise */
	bool tell_start;         /* report ENGINE_STARTED */
	bool has_no_room;        /* it may write no files */
};

/* A running command. A byte that is sent over `channel`, by engine_kill(), kills the command with all that it has
 * started. It becomes readable when there is something to be told, for `report`. What is not there is -1. */
struct engine_process {
	int channel;
	int in; /* never blocks, as the other two */
	int out;
	int err;
};

enum engine_event {
	ENGINE_STARTED,     /* the command runs: what comes from its streams is its own */
	ENGINE_EXITED,      /* it has ended; what it has started in the background goes on */
	ENGINE_NOT_STARTED, /* it never ran; `explain` says why */
	ENGINE_KILLED,      /* nothing of it is left */
	ENGINE_STORAGE,     /* everything is killed, for the sandbox has used up its storage */
	ENGINE_MEMORY,      /* something of it is killed, for the sandbox has used up its memory */
};

struct engine_report {
	enum engine_event event;
	int exit_code;
	int stage; /* these two are the engine's own */
	int error;
};

/* A file on its way into a sandbox. */
struct engine_put {
	int fd; /* write the contents here */
	char temporary[SANDBOX_ID_SIZE];
};

/* What a sandbox has at a path. */
struct engine_file {
	int fd; /* to read from */
	struct stat info;
};

enum engine_state {
	ENGINE_SLEEPING, /* nothing runs; the next command makes the sandbox's processes */
	ENGINE_RUNNING,
	ENGINE_BROKEN, /* its processes were ended, by whom is not known; its files are there */
};

/* A copy of a volume. */
struct engine_copy {
	const struct volume *source;    /* the /data of its sandbox where it has one, else files of its own */
	const char *id;                 /* of the new one */
	bool (*stopped)(void *context); /* asked now and then: whether to give up */
	void *context;
};

struct engine {
	const char *name;
	const char *isolation; /* by what means sandboxes are kept from the machine */
	const char *network;   /* the program by which they reach others; "off": they do not */
	/* Chooses the host user of a new sandbox; `in_use` tells which ids are taken. */
	int (*identify)(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *context, uid_t uid),
	                void *context, struct problem *problem);
	/* When it returns the sandbox is ready to run commands. */
	int (*create)(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
	/* Ends its processes and removes its files. Also for what is left of a sandbox that was only half created or
	 * half destroyed. */
	int (*destroy)(struct engine *engine, const char *id, struct problem *problem);
	/* Calls `each` for everything that looks like a sandbox's files. */
	int (*each)(struct engine *engine, void (*each)(void *context, const char *id), void *context);
	/* Removes what a killed server left unfinished in a sandbox. */
	int (*repair)(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
	enum engine_state (*state)(struct engine *engine, const char *id);
	/* Stops all processes of a sandbox, or lets them go on; no command is started meanwhile. */
	int (*freeze)(struct engine *engine, const char *id, bool frozen, struct problem *problem);
	int (*exec)(struct engine *engine, const struct sandbox *sandbox, const struct command *command,
	            struct engine_process *out, struct problem *problem);
	/* Reads what has happened from the channel of a command, which is readable. */
	void (*report)(struct engine *engine, int channel, struct engine_report *out);
	/* Says what is meant when a command did not start. Returns -1. */
	int (*explain)(struct engine *engine, const struct command *command, const struct engine_report *report,
	               struct problem *problem);
	/* Takes over a command's stream that processes in the background may still write to. */
	void (*drain)(struct engine *engine, const char *id, int stream);
	int (*put_begin)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *out,
	                 struct problem *problem);
	/* The file appears at `path`, whole; on failure put_abort is still due. */
	int (*put_finish)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put,
	                  const char *path, struct problem *problem);
	void (*put_abort)(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put);
	/* Begins to unpack an archive into the directory `path`, which is made when it is missing. */
	int (*unpack)(struct engine *engine, const struct sandbox *sandbox, const char *path, struct tar_unpack **out,
	              struct problem *problem);
	/* A regular file, or a directory too where `directory` says so. */
	int (*get)(struct engine *engine, const struct sandbox *sandbox, const char *path, bool directory,
	           struct engine_file *out, struct problem *problem);
	/* A volume that no sandbox was made with, empty. */
	int (*volume_create)(struct engine *engine, const char *id, struct problem *problem);
	/* The copy is there whole or not at all. */
	int (*volume_copy)(struct engine *engine, const struct engine_copy *copy, struct problem *problem);
	/* Also for what is left of one that was only half copied or half destroyed. */
	int (*volume_destroy)(struct engine *engine, const char *id, struct problem *problem);
	bool (*volume_exists)(struct engine *engine, const char *id);
	/* Calls `each` for everything that looks like the files of such a volume or of a copy. */
	int (*volume_each)(struct engine *engine, void (*each)(void *context, const char *id), void *context);
	/* What sandboxes and volumes hold by now is on the disk when it returns. */
	int (*sync)(struct engine *engine, struct problem *problem);
	/* What the sandbox's files take on the disk, in bytes. Returns 0, or -1 with errno. */
	int (*usage)(struct engine *engine, const char *id, uint64_t *bytes);
	/* Whether anything runs in it. */
	bool (*busy)(struct engine *engine, const char *id);
	/* Ends all that runs in it, for its storage is used up. */
	void (*end_storage)(struct engine *engine, const char *id);
	/* Tells which limits of sandboxes are enforced here, and by what. */
	void (*limits)(struct engine *engine, struct health_facts *facts);
	/* A descriptor that becomes readable when the engine has died. */
	int (*watch)(struct engine *engine);
	/* Ends every process of every sandbox at once, whatever state it is in; none can be started any more. */
	void (*end)(struct engine *engine);
	/* As `end`, and returns when nothing is left. */
	void (*stop)(struct engine *engine);
};

/* From any thread, as often as wanted, as long as the channel is open. */
void engine_kill(int channel);

/* Bubblewrap, with its files in the state directory. Makes a sandbox to see whether this machine lets it. `network`:
 * sandboxes reach other machines. */
int engine_bwrap_start(struct engine **out, const char *state, bool network, struct failure *failure);

#endif
