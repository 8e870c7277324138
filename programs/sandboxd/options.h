/* What can be set: one table, read from the command line, the environment and a configuration file. */
#ifndef SANDBOXD_OPTIONS_H
#define SANDBOXD_OPTIONS_H

#include "failure.h"

#include <stdbool.h>
#include <stddef.h>

enum subcommand { SUBCOMMAND_SERVE, SUBCOMMAND_DOCTOR, SUBCOMMAND_GC, SUBCOMMAND_IMAGE, SUBCOMMAND_OPTIONS };

/* Who has set an option, the weakest first. */
enum option_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_FLAG };

struct option_origin {
	enum option_source source;
	int line; /* of the file */
};

#define OPTIONS_MAX 64

/* A new option is a member here, a row of the table in options.c, and its line of the table in docs/server.md (as
 * `sandboxd options --markdown` prints it). */
struct options {
	enum subcommand command;
	const char *config; /* NULL: the first of the usual files that is there */
	const char *host;
	long port;
	const char *listen;      /* NULL: host and port */
	const char *allow_host;  /* names beside this machine's own, with commas between them; NULL: none */
	const char *unix_socket; /* NULL: TCP */
	const char *state;       /* NULL: the default */
	bool ephemeral;
	const char *key_file; /* NULL: in the state directory */
	long owner_fd;        /* -1: none */
	long grace;           /* seconds */
	long heartbeat;       /* seconds */
	long max_output;      /* bytes of each of stdout and stderr */
	long max_running;
	long max_wait; /* seconds */
	long max_sandboxes;
	long disk_floor;  /* MiB; -1: the default */
	long idle_delete; /* seconds; 0: never */
	bool network;
	const char *log_format;
	const char *log_level;
	bool json;
	bool dry_run;
	bool images;
	bool markdown;
	bool help;
	bool version;

	char **arguments; /* of the command, beside its options */
	int argument_count;
	char *config_found;                        /* the file that was read; NULL: none */
	char *config_text;                         /* what its values lie in */
	struct option_origin origins[OPTIONS_MAX]; /* in the table's order */
};

/* Strings of the result are those of argv, of the environment and of the options themselves: options_free is due, after
 * a failure, too. */
int options_read(struct options *out, int argc, char **argv, struct failure *failure);
void options_free(struct options *options);
/* Whether others than this machine can connect. */
bool options_open_to_network(const struct options *options);

enum option_kind {
	OPTION_TEXT,   /* const char * */
	OPTION_NUMBER, /* long */
	OPTION_SWITCH, /* bool */
};

/* Where an option may be given. */
enum option_reach {
	REACH_ALL,
	REACH_ENVIRONMENT, /* and on the command line, but not in the file */
	REACH_FLAG,        /* on the command line only */
};

struct option_row {
	const char *name;
	enum option_kind kind;
	enum option_reach reach;
	size_t offset;         /* in struct options */
	const char *value;     /* what the help calls its value; NULL: a switch */
	long lowest, highest;  /* of a number */
	const char *standard;  /* the default as it would be given; NULL: none */
	const char *otherwise; /* the default in words, where no value says it */
	const char *help;      /* what is typed stands between backquotes */
	const char *command;   /* the one that it belongs to; NULL: all */
	/* What is wrong with the value and what to give instead, "<cause>; <cure>"; NULL: nothing. */
	const char *(*check)(const struct options *options);
};

extern const struct option_row option_table[];
extern const size_t option_count;

/* SANDBOXD_ and the name in capitals; empty where the environment does not set the option. */
#define OPTION_VARIABLE_SIZE 64
void option_variable(const struct option_row *row, char out[OPTION_VARIABLE_SIZE]);
/* Finds a row by its name; option_count when there is none. */
size_t option_find(const char *name, size_t length);
/* Converts and stores one value. `place` is how a complaint names it. */
int option_set(struct options *options, size_t index, const char *text, struct option_origin origin, const char *place,
               struct failure *failure);
const char *subcommand_name(enum subcommand command);

#endif
