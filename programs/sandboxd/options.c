#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_HOST = 256,
	OPT_PORT,
	OPT_UNIX_SOCKET,
	OPT_STATE,
	OPT_KEY_FILE,
	OPT_OWNER_FD,
	OPT_EPHEMERAL,
	OPT_GRACE,
	OPT_HEARTBEAT,
	OPT_MAX_OUTPUT,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {
        {"host", required_argument, NULL, OPT_HOST},
        {"port", required_argument, NULL, OPT_PORT},
        {"unix-socket", required_argument, NULL, OPT_UNIX_SOCKET},
        {"state", required_argument, NULL, OPT_STATE},
        {"key-file", required_argument, NULL, OPT_KEY_FILE},
        {"owner-fd", required_argument, NULL, OPT_OWNER_FD},
        {"ephemeral", no_argument, NULL, OPT_EPHEMERAL},
        {"grace", required_argument, NULL, OPT_GRACE},
        {"heartbeat", required_argument, NULL, OPT_HEARTBEAT},
        {"max-output", required_argument, NULL, OPT_MAX_OUTPUT},
        {"help", no_argument, NULL, OPT_HELP},
        {"version", no_argument, NULL, OPT_VERSION},
        {NULL, 0, NULL, 0},
};

static const char help[] = "Usage: sandboxd [OPTION]...\n"
                           "Serves the Sandbox API on this machine. When it is ready it prints one line of JSON:\n"
                           "its URL, the file with the API key, its process id and its state directory.\n"
                           "\n"
                           "  --host ADDRESS      127.0.0.1 (default) or ::1\n"
                           "  --port N            TCP port; 0 (default) takes a free one\n"
                           "  --unix-socket PATH  listen on a unix socket instead\n"
                           "  --state DIR         keep the state here (default: $XDG_STATE_HOME/sandboxd,\n"
                           "                      else ~/.local/state/sandboxd)\n"
                           "  --ephemeral         keep the state in a fresh directory that is removed at the end\n"
                           "  --key-file FILE     the API key; made when missing (default: DIR/key)\n"
                           "  --owner-fd N        an inherited pidfd: stop at once when that process has ended\n"
                           "  --grace SECONDS     how long running commands may go on after SIGTERM (default: 3)\n"
                           "  --heartbeat SECONDS time between heartbeats in a stream of events (default: 15)\n"
                           "  --max-output BYTES  how much of each of stdout and stderr is kept (default: 10485760)\n"
                           "  --help, --version\n"
                           "\n"
                           "Exit codes:\n"
                           "  0  stopped as asked          5  the address cannot be listened on\n"
                           "  1  an unexpected failure     6  the state directory cannot be used\n"
                           "  2  a bad option              7  another server uses the state directory\n"
                           "  3  bubblewrap is missing     8  the key file cannot be used\n"
                           "  4  the system does not let bubblewrap make a sandbox\n";

void options_print_help(void)
{
	fputs(help, stdout);
}

static int parse_number(const char *name, const char *text, long lowest, long highest, long *out,
                        struct failure *failure)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < lowest || value > highest)
		return failure_set(failure, FAILURE_OPTION, "--%s \"%s\" is not valid; give a number from %ld to %ld",
		                   name, text, lowest, highest);
	*out = value;
	return 0;
}

static int set_host(struct options *options, struct failure *failure)
{
	if (strcmp(optarg, "127.0.0.1") != 0 && strcmp(optarg, "::1") != 0)
		return failure_set(failure, FAILURE_OPTION,
		                   "--host \"%s\" is refused, the server answers this machine only; "
		                   "give 127.0.0.1 or ::1, or use --unix-socket",
		                   optarg);
	options->host = optarg;
	return 0;
}

/* A pidfd says whose it is in its fdinfo; any other descriptor would stop the server at a wrong time or never. */
static int check_owner_fd(int fd, struct failure *failure)
{
	char path[64], line[256];
	bool is_pidfd = false;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	FILE *info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info))
		is_pidfd |= strncmp(line, "Pid:", 4) == 0;
	if (info)
		fclose(info);
	if (!is_pidfd)
		return failure_set(failure, FAILURE_OPTION,
		                   "--owner-fd %d is not a pidfd; pass an inherited descriptor made by pidfd_open", fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static int set_number(struct options *options, int option, const char *name, struct failure *failure)
{
	long value = 0;
	long highest = option == OPT_PORT        ? 65535
	               : option == OPT_GRACE     ? 86400
	               : option == OPT_HEARTBEAT ? 3600
	               : option == OPT_OWNER_FD  ? INT_MAX
	                                         : 1L << 30;
	if (parse_number(name, optarg, option == OPT_HEARTBEAT, highest, &value, failure) < 0)
		return -1;
	switch (option) {
	case OPT_PORT:
		options->port = (int)value;
		return 0;
	case OPT_GRACE:
		options->grace = (int)value;
		return 0;
	case OPT_HEARTBEAT:
		options->heartbeat = (int)value;
		return 0;
	case OPT_MAX_OUTPUT:
		options->max_output = (size_t)value;
		return 0;
	default:
		options->owner_fd = (int)value;
		return check_owner_fd(options->owner_fd, failure);
	}
}

static int set_option(struct options *options, int option, const char *name, struct failure *failure)
{
	switch (option) {
	case OPT_HOST:
		return set_host(options, failure);
	case OPT_UNIX_SOCKET:
		options->unix_socket = optarg;
		return 0;
	case OPT_STATE:
		options->state = optarg;
		return 0;
	case OPT_KEY_FILE:
		options->key_file = optarg;
		return 0;
	case OPT_EPHEMERAL:
		options->ephemeral = true;
		return 0;
	case OPT_HELP:
		options->help = true;
		return 0;
	case OPT_VERSION:
		options->version = true;
		return 0;
	default:
		return set_number(options, option, name, failure);
	}
}

int options_parse(struct options *out, int argc, char **argv, struct failure *failure)
{
	struct options options = {
	        .host = "127.0.0.1", .owner_fd = -1, .grace = 3, .heartbeat = 15, .max_output = 10 * 1024 * 1024};
	int option, index = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", long_options, &index)) != -1) {
		if (option == ':')
			return failure_set(failure, FAILURE_OPTION, "%s needs a value; see sandboxd --help",
			                   argv[optind - 1]);
		if (option == '?')
			return failure_set(failure, FAILURE_OPTION, "there is no option \"%s\"; see sandboxd --help",
			                   argv[optind - 1]);
		if (set_option(&options, option, long_options[index].name, failure) < 0)
			return -1;
	}
	if (optind < argc)
		return failure_set(failure, FAILURE_OPTION, "\"%s\" is not an option; see sandboxd --help",
		                   argv[optind]);
	if (options.ephemeral && options.state)
		return failure_set(failure, FAILURE_OPTION, "--ephemeral and --state exclude each other; give one");
	*out = options;
	return 0;
}
