#include "options.h"

#include "clients.h"
#include "known.h"
#include "listener.h"
#include "offer.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE \
	"Usage: sandbox-sdk-mcp [OPTION…]\n" \
	"Serves sandboxes to an AI assistant by the Model Context Protocol, over standard input and output.\n" \
	"\n" \
	"  --local           use a sandboxd of its own on this machine, without an account; it and all its sandboxes " \
	"end with this program\n" \
	"  --tools GROUP     operations (one for each operation, and run and files), dynamic (three that list, " \
	"describe\n" \
	"                    and call all operations), code (scripts), docs (search) or all; may be given again; " \
	"left " \
	"out:\n" \
	"                    operations, code and docs\n" \
	"  --tool NAME       offer only this tool; may be given again, as the next four\n" \
	"  --no-tool NAME    do not offer this tool\n" \
	"  --resource NAME   of the operations only those of sandboxes, or volumes\n" \
	"  --tag TAG         of the operations only those that have this tag in api/openapi.yaml\n" \
	"  --operation NAME  of the operations only this one, such as sandboxes.create\n" \
	"  --read-only       offer only tools that change nothing, and let scripts change nothing\n" \
	"  --client NAME     write the tools in the way that claude, claude-code, cursor, gemini, openai-agents, " \
	"vscode or " \
	"zed\n" \
	"                    takes; strict: that all take\n" \
	"  --tool-name-length N  shorten the names of tools to so many characters\n" \
	"  --root FOLDER     let upload and download use this folder of the machine; may be given again\n" \
	"  --max-transfer BYTES  copy at most so many by upload, download and local; 1073741824 (1 GiB) if left " \
	"out\n" \
	"  --http PORT       serve over HTTP at http://127.0.0.1:PORT/mcp, not over standard input and output; 0: " \
	"any port\n" \
	"  --listen ADDRESS  listen on this address in place of 127.0.0.1; it wants --token-file but for loopback\n" \
	"  --allow-host NAME let a request's Host have this name, too; may be given again\n" \
	"  --token-file PATH what an HTTP client has to show as its Bearer token; made if it is not there\n" \
	"  --no-token        let every user of this machine use the HTTP server\n" \
	"  --keep            leave the sandboxes that it made without a name when it ends; not with --local\n" \
	"  --max-sandboxes N have at most so many sandboxes of its own making at once\n" \
	"  --idle-delete SECONDS  delete a sandbox that it made without a name when no call or command has used it " \
	"so " \
	"long\n" \
	"  --list            print the tools that would be offered, and the names of prompts and resources, as JSON, " \
	"and " \
	"end\n" \
	"  --print-config HOST  print what claude, claude-code, codex, cursor, gemini, openai-agents, vscode, " \
	"windsurf " \
	"or " \
	"zed\n" \
	"                    has to be told to use the server that the other options describe, and end\n" \
	"  --version         print the version and end\n" \
	"  --help            print this and end\n" \
	"\n" \
	"Environment: SANDBOX_SDK_API_KEY, SANDBOX_SDK_BASE_URL.\n"

static int complain(const char *about, const char *words)
{
	fprintf(stderr, "sandbox-sdk-mcp: %s %s; --help tells the options\n", about, words);
	return 2;
}

static int read_group(struct options *options, const char *name)
{
	static const struct {
		const char *name;
		unsigned groups;
	} groups[] = {
	        {"operations", GROUP_OPERATIONS},
	        {"dynamic", GROUP_DYNAMIC},
	        {"code", GROUP_CODE},
	        {"docs", GROUP_DOCS},
	        {"all", GROUP_OPERATIONS | GROUP_DYNAMIC | GROUP_CODE | GROUP_DOCS},
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strcmp(groups[i].name, name) == 0) {
			options->groups |= groups[i].groups;
			return -1;
		}
	return complain(name, "is no group of tools; there are operations, dynamic, code, docs and all");
}

/* A name that nothing has would offer nothing, or hide nothing, without a word. */
static int add_name(struct names *names, const char *name, bool known, const char *what)
{
	if (!known)
		return complain(name, what);
	if (names->count == NAMES_MAX)
		return complain(name, "is one name too many");
	names->words[names->count++] = name;
	return -1;
}

static int add_tag(struct options *options, const char *name)
{
	char tags[256] = "", complaint[300];

	known_list_tags(tags, sizeof(tags));
	snprintf(complaint, sizeof(complaint), "is no tag of an operation; there are %s", tags);
	return add_name(&options->tags, name, known_tag(name), complaint);
}

static int read_client(struct options *options, const char *name)
{
	char names[256] = "", complaint[300];

	if ((options->client = clients_find(name)))
		return -1;
	clients_list_names(names, sizeof(names));
	snprintf(complaint, sizeof(complaint), "is no client that is known; there are %s", names);
	return complain(name, complaint);
}

static int read_number(unsigned *number, const char *text, unsigned long least, unsigned long most, const char *what)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || *text < '0' || *text > '9' || value < least || value > most)
		return complain(text, what);
	*number = (unsigned)value;
	return -1;
}

static int read_bytes(int64_t *bytes, const char *text)
{
	char *end;

	errno = 0;
	*bytes = strtoll(text, &end, 10);
	if (end == text || *end || errno || *text < '0' || *text > '9' || *bytes == 0)
		return complain("--max-transfer", "wants a number of bytes, 1 or more");
	return -1;
}

/* Names as in a URL, without a port. */
static bool is_host_name(const char *name)
{
	static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

	if (name[0] == '[')
		return strspn(name + 1, "0123456789abcdefABCDEF:.") + 2 == strlen(name) &&
		       name[strlen(name) - 1] == ']';
	return *name && !name[strspn(name, known)];
}

/* Whoever can connect would have the sandboxes, and the account. */
static int check_network(const struct options *options)
{
	if (!options->http && (options->listen || options->allow_hosts.count > 0))
		return complain(options->listen ? "--listen" : "--allow-host", "wants --http PORT");
	if (!options->http)
		return -1;
	if (options->listen && !listener_is_loopback(options->listen) && !options->token_file)
		return complain(options->listen, "is open to the network, and wants --token-file PATH");
	if (options->listen && listener_is_any(options->listen) && options->allow_hosts.count == 0)
		return complain(options->listen, "is no name that is asked for, and wants --allow-host NAME");
	return options->token_file || options->no_token ? -1
	                                                : complain("--http", "wants --token-file PATH, or --no-token");
}

static int check_together(const struct options *options)
{
	if (options->keep && options->idle_delete)
		return complain("--keep", "keeps what --idle-delete deletes; give one of them");
	if (options->keep && options->local)
		return complain("--keep", "leaves nothing with --local, whose sandboxd ends with this program; start a "
		                          "sandboxd --state DIR, and give its URL and key in SANDBOX_SDK_BASE_URL and "
		                          "SANDBOX_SDK_API_KEY");
	return check_network(options);
}

/* A tool that could only refuse, or none at all, is what nobody wants. */
static int check_tools(const struct options *options)
{
	for (size_t i = 0; i < options->only.count && options->roots.count == 0; i++)
		if (known_wants_root(options->only.words[i]))
			return complain(options->only.words[i], "wants --root FOLDER");
	return offer_has_any(options) ? -1 : complain("no tool", "is left by these options");
}

static const struct option known[] = {
        {"local", no_argument, NULL, 'l'},
        {"read-only", no_argument, NULL, 'r'},
        {"keep", no_argument, NULL, 'k'},
        {"list", no_argument, NULL, 't'},
        {"tools", required_argument, NULL, 'g'},
        {"tool", required_argument, NULL, 'o'},
        {"no-tool", required_argument, NULL, 'n'},
        {"resource", required_argument, NULL, 's'},
        {"operation", required_argument, NULL, 'p'},
        {"client", required_argument, NULL, 'x'},
        {"tool-name-length", required_argument, NULL, 'y'},
        {"tag", required_argument, NULL, 'e'},
        {"root", required_argument, NULL, 'd'},
        {"max-transfer", required_argument, NULL, 'z'},
        {"http", required_argument, NULL, 'w'},
        {"listen", required_argument, NULL, 'b'},
        {"allow-host", required_argument, NULL, 'j'},
        {"token-file", required_argument, NULL, 'f'},
        {"no-token", no_argument, NULL, 'a'},
        {"max-sandboxes", required_argument, NULL, 'm'},
        {"idle-delete", required_argument, NULL, 'i'},
        {"print-config", required_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
};

static int read_option(struct options *options, int letter)
{
	switch (letter) {
	case 'l':
		options->local = true;
		return -1;
	case 'r':
		options->read_only = true;
		return -1;
	case 'k':
		options->keep = true;
		return -1;
	case 't':
		options->list = true;
		return -1;
	case 'g':
		return read_group(options, optarg);
	case 'o':
		return add_name(&options->only, optarg, known_tool(optarg),
		                "is no tool; --tools all --list names them");
	case 'n':
		return add_name(&options->without, optarg, known_tool(optarg),
		                "is no tool; --tools all --list names them");
	case 's':
		return add_name(&options->resources, optarg, known_resource(optarg),
		                "is no resource; there are sandboxes and volumes");
	case 'p':
		return add_name(&options->operations, optarg, known_operation(optarg),
		                "is no operation, such as sandboxes.create");
	case 'x':
		return read_client(options, optarg);
	case 'y':
		return read_number(&options->tool_name_length, optarg, 16, 128, "is no length from 16 to 128");
	case 'e':
		return add_tag(options, optarg);
	case 'c':
		options->print_config = optarg;
		return -1;
	case 'd':
		return add_name(&options->roots, optarg, *optarg == '/', "is no whole path of a folder");
	case 'z':
		return read_bytes(&options->max_transfer, optarg);
	case 'w':
		options->http = true;
		return read_number(&options->port, optarg, 0, 65535, "is no port");
	case 'b':
		options->listen = optarg;
		return listener_is_address(optarg)
		               ? -1
			       : complain(optarg, "is no address, such as 192.0.2.1 or 2001:db8::1");
	case 'j':
		return add_name(&options->allow_hosts, optarg, is_host_name(optarg), "is no name without a port");
	case 'm':
		return read_number(&options->max_sandboxes, optarg, 1, 1000000, "is no number of sandboxes, 1 or more");
	case 'i':
		return read_number(&options->idle_delete, optarg, 1, 31536000, "is no number of seconds, 1 or more");
	case 'f':
		options->token_file = optarg;
		return -1;
	case 'a':
		options->no_token = true;
		return -1;
	case 'v':
		printf("sandbox-sdk-mcp " MCP_SERVER_VERSION "\n");
		return 0;
	case 'h':
		fputs(USAGE, stdout);
		return 0;
	default:
		fprintf(stderr, "sandbox-sdk-mcp: --help tells the options\n");
		return 2;
	}
}

int options_read(struct options *options, int count, char **words)
{
	int letter, status = -1;

	*options = (struct options){.max_transfer = (int64_t)1 << 30};
	while (status < 0 && (letter = getopt_long(count, words, "", known, NULL)) != -1)
		status = read_option(options, letter);
	if (options->groups == 0)
		options->groups = GROUP_OPERATIONS | GROUP_CODE | GROUP_DOCS;
	if ((options->groups & GROUP_OPERATIONS) && options->roots.count > 0)
		options->groups |= GROUP_TRANSFER;
	if (status < 0 && optind < count)
		return complain(words[optind], "is no option");
	if (status < 0)
		status = check_tools(options);
	return status < 0 ? check_together(options) : status;
}

void options_restart(void)
{
	optind = 1;
}

const char *options_next(int count, char **words, const char **value)
{
	int index = 0;

	if (getopt_long(count, words, "", known, &index) == -1)
		return NULL;
	*value = known[index].has_arg == no_argument ? NULL : optarg;
	return known[index].name;
}
