#include "print_config.h"

#include <limits.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Most have the same member; what differs is what it is called. */
static const struct {
	const char *host;
	const char *member;
} hosts[] = {
        {"claude", "mcpServers"},   {"cursor", "mcpServers"},   {"vscode", "servers"},
        {"windsurf", "mcpServers"}, {"zed", "context_servers"},
};

static sbx_json *string(const char *text)
{
	return sbx_json_new_string(text, strlen(text));
}

/* All that this program was told but for what is printed. */
static sbx_json *arguments_of(int count, char **words)
{
	static const char option[] = "--print-config";
	sbx_json *arguments = sbx_json_new_array();

	for (int i = 1; i < count; i++) {
		if (strcmp(words[i], option) == 0)
			i++;
		else if (strncmp(words[i], option, sizeof(option) - 1) != 0)
			sbx_json_append(arguments, string(words[i]));
	}
	return arguments;
}

static sbx_json *server_of(const struct options *options, int count, char **words)
{
	char path[PATH_MAX] = "sandbox-sdk-mcp";
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	sbx_json *server = sbx_json_new_object();

	if (length > 0)
		path[length] = '\0';
	sbx_json_set(server, "command", string(path));
	sbx_json_set(server, "args", arguments_of(count, words));
	if (!options->local) {
		sbx_json *environment = sbx_json_new_object();
		sbx_json_set(environment, "SANDBOX_SDK_API_KEY", string("your key"));
		sbx_json_set(server, "env", environment);
	}
	return server;
}

int print_config(const struct options *options, int count, char **words)
{
	char *text = NULL;
	size_t length = 0;
	const char *member = NULL, *host = options->print_config;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (strcmp(hosts[i].host, host) == 0)
			member = hosts[i].member;
	if (!member) {
		fprintf(stderr,
		        "sandbox-sdk-mcp: %s is no host that is known; there are claude, cursor, vscode, windsurf and "
		        "zed\n",
		        host);
		return 2;
	}
	sbx_json *config = sbx_json_new_object(), *servers = sbx_json_new_object();
	sbx_json_set(servers, "sandboxes", server_of(options, count, words));
	sbx_json_set(config, member, servers);
	sbx_status status = sbx_json_print(config, 2, &text, &length);
	if (status == SBX_OK)
		printf("%s\n", text);
	sbx_string_free(text);
	sbx_json_free(config);
	return status == SBX_OK && fflush(stdout) == 0 ? 0 : 1;
}
