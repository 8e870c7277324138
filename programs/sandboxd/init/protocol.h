/* What the server and the init of a sandbox say to each other, over sockets that keep messages apart. The init is a
 * program of its own: this and passing.h are all that the two share. */
#ifndef SANDBOXD_INIT_PROTOCOL_H
#define SANDBOXD_INIT_PROTOCOL_H

#include <stdint.h>

/* The init's end of the socket that requests come over. */
#define INIT_CONTROL 3

/* The longest command: one argument of a program, its NUL included (MAX_ARG_STRLEN). */
#define INIT_COMMAND_MAX (128 * 1024)
#define INIT_VARIABLES_MAX 4096

/* The argument with which the same program is what stands between a sandbox's network and its helper; its descriptors.
 */
#define INIT_NETWORK "network"
enum { INIT_NETWORK_LINK = 3, INIT_NETWORK_HELPER = 4, INIT_NETWORK_DESCRIPTORS };
/* Where it has a folder of its own. */
#define INIT_NETWORK_FOLDER "/tmp"

enum init_verb {
	INIT_RUN,    /* with a payload, a channel, stdout, stderr, and stdin or none */
	INIT_FREEZE, /* with a channel: answered by INIT_DONE, whose exit code is 1 where not all have stopped */
	INIT_THAW,   /* with a channel: lets those go on that FREEZE has stopped */
	INIT_LOOK,   /* with a channel: answered by INIT_DONE, whose exit code is 1 where there is any other process */
	INIT_END,    /* with a channel: kills all processes, for the sandbox has used up its storage */
	INIT_DRAIN,  /* with the reading end of a stream whose writers may go on: what they write is thrown away */
};

/* A payload is a file of texts, each with its NUL: the command, its working directory, and NAME=VALUE for every
 * variable of its environment. */
struct init_request {
	uint32_t verb;
	uint32_t tell_start; /* report INIT_STARTED */
	uint64_t payload;    /* its size in bytes */
	uint64_t file_size;  /* how large a file the command may write */
};

enum init_descriptor { INIT_PAYLOAD, INIT_CHANNEL, INIT_OUT, INIT_ERR, INIT_IN, INIT_DESCRIPTORS };

enum init_event {
	INIT_READY,       /* of the init itself, over the control socket, once */
	INIT_STARTED,     /* the command runs: what comes from its streams is its own */
	INIT_EXITED,      /* it has ended by itself */
	INIT_NOT_STARTED, /* it never ran */
	INIT_DONE,
	INIT_MEMORY,  /* something that the command has started is killed, for the sandbox has used up its memory */
	INIT_STORAGE, /* everything is killed, for the sandbox has used up its storage */
	INIT_EVENTS
};

/* Where a command that never ran got to. */
enum init_stage { INIT_FORK, INIT_WORKING_DIRECTORY, INIT_EXECUTE, INIT_STAGES };

/* The end of a channel without INIT_EXITED means that the command was killed; whatever the server sends over it asks
 * for that. */
struct init_report {
	uint32_t event;
	uint32_t stage;
	int32_t error;
	int32_t exit_code;
};

#endif
