#include "options.h"

#include "address.h"
#include "configuration.h"
#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *check_host(const struct options *options)
{
	if (strcmp(options->host, "127.0.0.1") == 0 || strcmp(options->host, "::1") == 0)
		return NULL;
	return "is refused, the server answers this machine only; give 127.0.0.1 or ::1, or use --unix-socket or "
	       "--listen";
}

static const char *check_listen(const struct options *options)
{
	union address address;
	bool is_address = address_parse(&address, options->listen);
	return is_address ? NULL : "is no address with a port; give one such as 192.0.2.1:8080 or [2001:db8::1]:8080";
}

static const char *check_allow_host(const struct options *options)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_[]:";

	for (const char *name = options->allow_host;; name++) {
		name += strspn(name, " ");
		size_t length = strspn(name, known);
		bool has_port = name[0] != '[' && memchr(name, ':', length);
		name += length;
		name += strspn(name, " ");
		if (length == 0 || has_port || (*name && *name != ','))
			return "is no list of host names; give names without ports, with commas between them";
		if (*name == '\0')
			return NULL;
	}
}

static const char *check_state(const struct options *options)
{
	bool usable = options->state[0] != '\0' && strlen(options->state) < PATH_MAX - 64;
	return usable ? NULL : "is not a usable path; give another";
}

/* A pidfd says whose it is in its fdinfo; any other descriptor would stop the server at a wrong time or never. */
static const char *check_owner_fd(const struct options *options)
{
	char path[64], line[256];
	bool is_pidfd = false;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", options->owner_fd);
	FILE *info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info))
		is_pidfd |= strncmp(line, "Pid:", 4) == 0;
	if (info)
		fclose(info);
	if (!is_pidfd)
		return "is not a pidfd; pass an inherited descriptor made by pidfd_open";
	fcntl((int)options->owner_fd, F_SETFD, FD_CLOEXEC);
	return NULL;
}

static const char *check_log_format(const struct options *options)
{
	return log_format_named(options->log_format) < 0 ? "is not known; give text, json or none" : NULL;
}

static const char *check_log_level(const struct options *options)
{
	return log_level_named(options->log_level) < 0 ? "is not known; give error, warning, info or debug" : NULL;
}

#define AT(member) .offset = offsetof(struct options, member)
#define TEXT(member, name) .kind = OPTION_TEXT, AT(member), .value = (name)
#define NUMBER(member, name, from, to) \
	.kind = OPTION_NUMBER, AT(member), .value = (name), .lowest = (from), .highest = (to)
#define SWITCH(member) .kind = OPTION_SWITCH, AT(member), .standard = "no"

/* clang-format off */
const struct option_row option_table[] = {
	{"config", TEXT(config, "FILE"), .reach = REACH_ENVIRONMENT, .otherwise = "the first of the usual ones that is there",
	 .help = "the configuration file to read"},
	{"host", TEXT(host, "ADDRESS"), .standard = "127.0.0.1", .check = check_host,
	 .help = "`127.0.0.1` or `::1`; every other address is refused"},
	{"port", NUMBER(port, "N", 0, 65535), .standard = "0",
	 .help = "TCP port; 0 takes a free one"},
	{"listen", TEXT(listen, "ADDRESS:PORT"), .check = check_listen,
	 .help = "listen on an address of the network instead; beyond loopback only together with `--key-file`"},
	{"allow-host", TEXT(allow_host, "NAME,…"), .check = check_allow_host,
	 .help = "other names that a request's `Host` may have, with commas between them"},
	{"unix-socket", TEXT(unix_socket, "PATH"),
	 .help = "listen on a unix socket instead, which only your user can open; a socket left by a killed server is replaced"},
	{"state", TEXT(state, "DIR"), .otherwise = "`$XDG_STATE_HOME/sandboxd`, else `~/.local/state/sandboxd`",
	 .check = check_state,
	 .help = "where everything is kept; must be closed to other users (mode 0700)"},
	{"ephemeral", SWITCH(ephemeral),
	 .help = "keep the state in a fresh directory under `$TMPDIR` (else `/tmp`), removed when the server ends"},
	{"key-file", TEXT(key_file, "FILE"), .otherwise = "`DIR/key`",
	 .help = "the API key, one line; made with a random key and mode 0600 when missing"},
	{"owner-fd", NUMBER(owner_fd, "N", 0, INT_MAX), .reach = REACH_FLAG, .check = check_owner_fd,
	 .help = "an inherited pidfd (`pidfd_open`): the server stops at once when that process has ended"},
	{"grace", NUMBER(grace, "SECONDS", 0, 86400), .standard = "3",
	 .help = "how long running requests may go on after a first SIGTERM"},
	{"heartbeat", NUMBER(heartbeat, "SECONDS", 1, 3600), .standard = "15",
	 .help = "the time between two heartbeats in a stream of events, 1 to 3600"},
	{"max-output", NUMBER(max_output, "BYTES", 0, 1L << 30), .standard = "10485760",
	 .help = "how much of each of stdout and stderr of a command is kept"},
	{"max-running", NUMBER(max_running, "N", 1, 100000), .standard = "512",
	 .help = "how many commands run at once, over all sandboxes; one more waits for its turn"},
	{"max-wait", NUMBER(max_wait, "SECONDS", 0, 3600), .standard = "10",
	 .help = "how long it waits at most"},
	{"max-sandboxes", NUMBER(max_sandboxes, "N", 1, 10000000), .standard = "1000",
	 .help = "how many sandboxes there can be"},
	{"disk-floor", NUMBER(disk_floor, "MIB", 0, INT_MAX), .otherwise = "a fiftieth of the file system, `256` at most",
	 .help = "how much of the state's disk is to stay free; with less nothing more is stored"},
	{"idle-delete", NUMBER(idle_delete, "SECONDS", 0, 31536000), .standard = "0",
	 .help = "delete sandboxes that nobody has used for so long; 0: never"},
	{"network", SWITCH(network),
	 .help = "let sandboxes reach other machines; needs `slirp4netns`"},
	{"log-format", TEXT(log_format, "FORMAT"), .standard = "text", .check = check_log_format,
	 .help = "how lines on stderr are written: `text`, `json` or `none`"},
	{"log-level", TEXT(log_level, "LEVEL"), .standard = "warning", .check = check_log_level,
	 .help = "what is written there: `error`, `warning`, `info` (a line for each request) or `debug`"},
	{"json", SWITCH(json), .reach = REACH_FLAG, .command = "doctor, gc, image, options",
	 .help = "print JSON"},
	{"dry-run", SWITCH(dry_run), .reach = REACH_FLAG, .command = "gc",
	 .help = "tell what would be removed, and remove nothing"},
	{"images", SWITCH(images), .reach = REACH_FLAG, .command = "gc",
	 .help = "remove images that no sandbox uses, too"},
	{"markdown", SWITCH(markdown), .reach = REACH_FLAG, .command = "options",
	 .help = "print the table of options above"},
	{"help", SWITCH(help), .reach = REACH_FLAG,
	 .help = "print the options and exit codes"},
	{"version", SWITCH(version), .reach = REACH_FLAG,
	 .help = "print the version"},
};
/* clang-format on */

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);
_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= OPTIONS_MAX, "origins has a place for each option");

/* Of two that cannot hold together the one of the stronger source sets the other aside. */
static const char *const exclusive[][2] = {
        {"state", "ephemeral"},
        /* Before the pairs of what it may set aside. */
        {"listen", "host"},
        {"listen", "port"},
        {"listen", "unix-socket"},
        {"unix-socket", "host"},
        {"unix-socket", "port"},
};

static const char *const commands[] = {
        [SUBCOMMAND_SERVE] = "serve", [SUBCOMMAND_DOCTOR] = "doctor",   [SUBCOMMAND_GC] = "gc",
        [SUBCOMMAND_IMAGE] = "image", [SUBCOMMAND_OPTIONS] = "options",
};

const char *subcommand_name(enum subcommand command)
{
	return commands[command];
}

void option_variable(const struct option_row *row, char out[OPTION_VARIABLE_SIZE])
{
	out[0] = '\0';
	if (row->reach == REACH_FLAG)
		return;
	snprintf(out, OPTION_VARIABLE_SIZE, "SANDBOXD_%s", row->name);
	for (char *c = out; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

size_t option_find(const char *name, size_t length)
{
	size_t index = 0;
	while (index < option_count &&
	       (strncmp(option_table[index].name, name, length) != 0 || option_table[index].name[length] != '\0'))
		index++;
	return index;
}

static int set_number(long *out, const struct option_row *row, const char *text, const char *place,
                      struct failure *failure)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < row->lowest || value > row->highest)
		return failure_set(failure, FAILURE_OPTION, "%s \"%s\" is not valid; give a number from %ld to %ld",
		                   place, text, row->lowest, row->highest);
	*out = value;
	return 0;
}

static int set_switch(bool *out, const char *text, const char *place, struct failure *failure)
{
	static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int value = 0; value < 2; value++)
			if (strcasecmp(text, words[i][value]) == 0) {
				*out = value;
				return 0;
			}
	return failure_set(failure, FAILURE_OPTION, "%s \"%s\" is not valid; give yes or no", place, text);
}

int option_set(struct options *options, size_t index, const char *text, struct option_origin origin, const char *place,
               struct failure *failure)
{
	const struct option_row *row = &option_table[index];
	void *member = (char *)options + row->offset;

	if (row->kind == OPTION_NUMBER && set_number(member, row, text, place, failure) < 0)
		return -1;
	if (row->kind == OPTION_SWITCH && set_switch(member, text, place, failure) < 0)
		return -1;
	if (row->kind == OPTION_TEXT)
		*(const char **)member = text;
	const char *wrong = row->check && origin.source != SOURCE_DEFAULT ? row->check(options) : NULL;
	if (wrong)
		return failure_set(failure, FAILURE_OPTION, "%s \"%s\" %s", place, text, wrong);
	options->origins[index] = origin;
	return 0;
}

static void set_default(struct options *options, size_t index)
{
	const struct option_row *row = &option_table[index];
	struct failure ignored;

	if (row->standard)
		option_set(options, index, row->standard, (struct option_origin){0}, row->name, &ignored);
	else if (row->kind == OPTION_TEXT)
		*(const char **)((char *)options + row->offset) = NULL;
	options->origins[index] = (struct option_origin){0};
}

static int read_environment(struct options *options, struct failure *failure)
{
	char variable[OPTION_VARIABLE_SIZE];

	for (size_t i = 0; i < option_count; i++) {
		option_variable(&option_table[i], variable);
		const char *text = variable[0] ? getenv(variable) : NULL;
		/* Empty is as good as unset, as with XDG's variables: a unit or a script can take one away so. */
		if (text && text[0] && option_table[i].reach != REACH_FLAG &&
		    option_set(options, i, text, (struct option_origin){SOURCE_ENVIRONMENT, 0}, variable, failure) < 0)
			return -1;
	}
	return 0;
}

/* What the command line says, by the table's index; the last one of several counts. */
static int read_flags(const char *given[OPTIONS_MAX], int argc, char **argv, struct failure *failure)
{
	struct option long_options[OPTIONS_MAX + 1] = {0};
	int option, index = 0;

	for (size_t i = 0; i < option_count; i++)
		long_options[i] = (struct option){
		        option_table[i].name, option_table[i].value ? required_argument : optional_argument, NULL, 256};
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
		if (option == ':')
			return failure_set(failure, FAILURE_OPTION, "%s needs a value; see sandboxd --help",
			                   argv[optind - 1]);
		if (option == '?')
			return failure_set(failure, FAILURE_OPTION, "there is no option \"%s\"; see sandboxd --help",
			                   argv[optind - 1]);
		given[index] = optarg ? optarg : "yes";
	}
	return 0;
}

static int set_flags(struct options *options, const char *const given[OPTIONS_MAX], struct failure *failure)
{
	const char *command = subcommand_name(options->command);
	char place[OPTION_VARIABLE_SIZE];

	for (size_t i = 0; i < option_count; i++) {
		if (!given[i])
			continue;
		snprintf(place, sizeof(place), "--%s", option_table[i].name);
		if (option_table[i].command && !strstr(option_table[i].command, command))
			return failure_set(failure, FAILURE_OPTION,
			                   "%s is no option of sandboxd %s; see sandboxd --help", place, command);
		if (option_set(options, i, given[i], (struct option_origin){SOURCE_FLAG, 0}, place, failure) < 0)
			return -1;
	}
	return 0;
}

static bool is_in_force(const struct options *options, size_t index)
{
	return options->origins[index].source != SOURCE_DEFAULT &&
	       (option_table[index].kind != OPTION_SWITCH ||
	        *(const bool *)((const char *)options + option_table[index].offset));
}

static int settle_exclusive(struct options *options, struct failure *failure)
{
	for (size_t i = 0; i < sizeof(exclusive) / sizeof(exclusive[0]); i++) {
		size_t first = option_find(exclusive[i][0], strlen(exclusive[i][0]));
		size_t second = option_find(exclusive[i][1], strlen(exclusive[i][1]));
		if (!is_in_force(options, first) || !is_in_force(options, second))
			continue;
		if (options->origins[first].source == options->origins[second].source)
			return failure_set(failure, FAILURE_OPTION, "--%s and --%s exclude each other; give one",
			                   exclusive[i][0], exclusive[i][1]);
		set_default(options, options->origins[first].source < options->origins[second].source ? first : second);
	}
	return 0;
}

bool options_open_to_network(const struct options *options)
{
	union address address;

	return options->listen && address_parse(&address, options->listen) && !address_is_loopback(&address);
}

/* The network gets a key that somebody has chosen to give it, not one that happens to be there. */
static int check_network(const struct options *options, struct failure *failure)
{
	if (!options_open_to_network(options) || options->key_file)
		return 0;
	return failure_set(failure, FAILURE_OPTION,
	                   "--listen %s opens the server to the network; give the --key-file that is meant for it",
	                   options->listen);
}

static int find_command(struct options *options, struct failure *failure)
{
	const char *name = options->argument_count > 0 ? options->arguments[0] : NULL;
	if (!name)
		return 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i]) != 0)
			continue;
		options->command = (enum subcommand)i;
		options->arguments++;
		options->argument_count--;
		return 0;
	}
	return failure_set(failure, FAILURE_OPTION, "there is no command \"%s\"; see sandboxd --help", name);
}

int options_read(struct options *out, int argc, char **argv, struct failure *failure)
{
	const char *given[OPTIONS_MAX] = {0};
	struct options *options = out;

	*options = (struct options){.owner_fd = -1, .disk_floor = -1};
	for (size_t i = 0; i < option_count; i++)
		set_default(options, i);
	if (read_flags(given, argc, argv, failure) < 0)
		return -1;
	options->arguments = argv + optind;
	options->argument_count = argc - optind;
	if (find_command(options, failure) < 0)
		return -1;
	/* Twice: the flags and the environment name the file, and are stronger than it. */
	if (set_flags(options, given, failure) < 0)
		return -1;
	if (options->help || options->version)
		return 0;
	if (!options->config && getenv("SANDBOXD_CONFIG"))
		options->config = getenv("SANDBOXD_CONFIG");
	if (configuration_read(options, failure) < 0 || read_environment(options, failure) < 0 ||
	    set_flags(options, given, failure) < 0)
		return -1;
	if (options->argument_count > 0 && options->command != SUBCOMMAND_IMAGE)
		return failure_set(failure, FAILURE_OPTION, "\"%s\" is too much; see sandboxd --help",
		                   options->arguments[0]);
	return settle_exclusive(options, failure) < 0 ? -1 : check_network(options, failure);
}

void options_free(struct options *options)
{
	free(options->config_found);
	free(options->config_text);
	options->config_found = options->config_text = NULL;
}
