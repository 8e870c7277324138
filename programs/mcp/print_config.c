#include "print_config.h"

#include "clients.h"
#include "listener.h"
#include "message.h"
#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVER "sandboxes"
#define TOKEN_VARIABLE "SANDBOX_SDK_MCP_TOKEN"

struct host;

/* Writes what the user pastes, from a server's entry and what the host has to ask the user for (NULL: nothing). */
typedef void print_host(struct text *text, const struct host *host, const sbx_json *entry, const sbx_json *inputs);

static print_host print_file, print_command, print_toml, print_python;

/* Where each of these is from:
 *
 * claude         modelcontextprotocol.io/docs/develop/connect-local-servers; its file takes no URL
 * claude-code    code.claude.com/docs/en/mcp: `claude mcp add-json NAME ENTRY`
 * codex          developers.openai.com/codex/mcp: ~/.codex/config.toml, which takes no token itself
 * cursor         cursor.com/docs/mcp
 * gemini         geminicli.com/docs/tools/mcp-server: its `url` is that of the older transport
 * openai-agents  openai.github.io/openai-agents-python/mcp: objects of a program
 * vscode         code.visualstudio.com/docs/copilot/reference/mcp-configuration: it asks for what is secret
 * windsurf       docs.windsurf.com/windsurf/cascade/mcp
 * zed            zed.dev/docs/ai/mcp */
static const struct host {
	const char *name;
	print_host *print;
	const char *member; /* of its file, the one that has the servers; NULL: it has no such file */
	const char *url;    /* what it calls the URL of a server; NULL: it takes none */
	bool has_types;     /* an entry says how its server is spoken to */
	bool asks;          /* it can ask the user for what is secret */
} hosts[] = {
        {"claude", print_file, "mcpServers", NULL, false, false},
        {"claude-code", print_command, NULL, "url", true, false},
        {"codex", print_toml, "mcp_servers", "url", false, false},
        {"cursor", print_file, "mcpServers", "url", false, false},
        {"gemini", print_file, "mcpServers", "httpUrl", false, false},
        {"openai-agents", print_python, NULL, "url", false, false},
        {"vscode", print_file, "servers", "url", true, true},
        {"windsurf", print_file, "mcpServers", "serverUrl", false, false},
        {"zed", print_file, "context_servers", "url", false, false},
};

#define HOSTS (sizeof(hosts) / sizeof(hosts[0]))

/* What the program itself is not told, and the entry has to have. */
static const struct secret {
	const char *id;
	const char *description;
	const char *stand_in;
} key = {"sandbox-sdk-api-key", "API key of the sandboxes", "your key"},
  token = {"sandbox-sdk-mcp-token", "What the token file of sandbox-sdk-mcp holds", "your token"};

static sbx_json *string(const char *text)
{
	return sbx_json_new_string(text, strlen(text));
}

/* ---- secrets ---- */

static const struct secret *secret_of(const struct options *options)
{
	if (options->http)
		return options->token_file ? &token : NULL;
	return options->local ? NULL : &key;
}

static sbx_json *string_of_secret(const struct host *host, const char *before, const struct secret *secret)
{
	char text[128];

	if (host->asks)
		snprintf(text, sizeof(text), "%s${input:%s}", before, secret->id);
	else
		snprintf(text, sizeof(text), "%s%s", before, secret->stand_in);
	return string(text);
}

static sbx_json *inputs_of(const struct host *host, const struct secret *secret)
{
	if (!host->asks || !secret)
		return NULL;
	sbx_json *input = sbx_json_new_object(), *inputs = sbx_json_new_array();
	sbx_json_set(input, "type", string("promptString"));
	sbx_json_set(input, "id", string(secret->id));
	sbx_json_set(input, "description", string(secret->description));
	sbx_json_set(input, "password", sbx_json_new_boolean(true));
	sbx_json_append(inputs, input);
	return inputs;
}

/* ---- a server that the host starts ---- */

/* An option that has another thing printed than the server's answers. */
static bool ends(const char *option)
{
	return strcmp(option, "print-config") == 0 || strcmp(option, "list") == 0;
}

static bool add_argument(sbx_json *arguments, const char *word)
{
	return sbx_json_append(arguments, string(word)) == SBX_OK;
}

static bool add_option(sbx_json *arguments, const char *name, const char *value)
{
	char word[64];

	snprintf(word, sizeof(word), "--%s", name);
	return add_argument(arguments, word) && (!value || add_argument(arguments, value));
}

/* What this program was told, by whole names, and who is to use it. NULL: a word of it is no text. */
static sbx_json *arguments_of(const struct options *options, const struct host *host, int count, char **words)
{
	sbx_json *arguments = sbx_json_new_array();
	const char *name, *value;
	bool is_text = true;

	for (options_restart(); is_text && (name = options_next(count, words, &value));)
		if (!ends(name))
			is_text = add_option(arguments, name, value);
	if (is_text && !options->client && clients_find(host->name))
		is_text = add_option(arguments, "client", host->name);
	if (is_text)
		return arguments;
	sbx_json_free(arguments);
	return NULL;
}

/* A host passes few of its own variables on. */
static sbx_json *environment_of(const struct host *host)
{
	const char *url = getenv("SANDBOX_SDK_BASE_URL");
	sbx_json *environment = sbx_json_new_object();

	environment = member_put(environment, "SANDBOX_SDK_API_KEY", string_of_secret(host, "", &key));
	return url && *url ? member_put(environment, "SANDBOX_SDK_BASE_URL", string(url)) : environment;
}

static sbx_json *entry_to_start(const struct options *options, const struct host *host, int count, char **words)
{
	char path[PATH_MAX] = "sandbox-sdk-mcp";
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	sbx_json *entry = sbx_json_new_object();

	if (length > 0)
		path[length] = '\0';
	if (host->has_types)
		entry = member_put(entry, "type", string("stdio"));
	entry = member_put(entry, "command", string(path));
	entry = member_put(entry, "args", arguments_of(options, host, count, words));
	return options->local ? entry : member_put(entry, "env", environment_of(host));
}

/* ---- a server that runs ---- */

/* Where the server listens on every address of the machine, only a name says which it is. */
static const char *host_of(const struct options *options)
{
	if (!options->listen)
		return LISTENER_ADDRESS;
	return listener_is_any(options->listen) ? options->allow_hosts.words[0] : options->listen;
}

static sbx_json *entry_to_reach(const struct options *options, const struct host *host)
{
	sbx_json *entry = sbx_json_new_object(), *headers;
	const char *name = host_of(options);
	char url[320];

	snprintf(url, sizeof(url), *name != '[' && strchr(name, ':') ? "http://[%s]:%u/mcp" : "http://%s:%u/mcp", name,
	         options->port);
	if (host->has_types)
		entry = member_put(entry, "type", string("http"));
	entry = member_put(entry, host->url, string(url));
	if (!options->token_file)
		return entry;
	if (host->print == print_toml)
		return member_put(entry, "bearer_token_env_var", string(TOKEN_VARIABLE));
	headers = member_put(sbx_json_new_object(), "Authorization", string_of_secret(host, "Bearer ", &token));
	return member_put(entry, "headers", headers);
}

/* ---- what is pasted ---- */

static void add_json(struct text *text, const sbx_json *json, int indent)
{
	char *printed = NULL;

	if (sbx_json_print(json, indent, &printed, NULL) == SBX_OK)
		text_add(text, printed);
	else
		text->failed = true;
	sbx_string_free(printed);
}

static void print_file(struct text *text, const struct host *host, const sbx_json *entry, const sbx_json *inputs)
{
	sbx_json *file = sbx_json_new_object(), *servers = sbx_json_new_object();

	if (inputs)
		file = member_put(file, "inputs", sbx_json_copy(inputs));
	servers = member_put(servers, SERVER, sbx_json_copy(entry));
	file = member_put(file, host->member, servers);
	if (file)
		add_json(text, file, 2);
	else
		text->failed = true;
	text_add(text, "\n");
	sbx_json_free(file);
}

/* A line for a shell. */
static void print_command(struct text *text, const struct host *host, const sbx_json *entry, const sbx_json *inputs)
{
	struct text json = {0};

	(void)host, (void)inputs;
	add_json(&json, entry, 0);
	text_add(text, "claude mcp add-json " SERVER " '");
	for (size_t i = 0; i < json.length; i++)
		text_append(text, json.data[i] == '\'' ? "'\\''" : json.data + i, json.data[i] == '\'' ? 4 : 1);
	text_add(text, "'\n");
	text->failed |= json.failed;
	text_free(&json);
}

/* As JSON in one line, with blanks. */
static void add_value(struct text *text, const sbx_json *value)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *member;
	const char *name, *between = "";

	if (sbx_json_type_of(value) == SBX_JSON_STRING) {
		add_json(text, value, 0);
	} else if (sbx_json_type_of(value) == SBX_JSON_ARRAY) {
		for (size_t i = 0; i < sbx_json_count(value); i++) {
			text_add(text, i > 0 ? ", " : "[");
			add_value(text, sbx_json_at(value, i));
		}
		text_add(text, sbx_json_count(value) > 0 ? "]" : "[]");
	} else {
		text_add(text, "{");
		for (; sbx_json_next(value, &cursor, &name, &member); between = ", ") {
			text_format(text, "%s\"%s\": ", between, name);
			add_value(text, member);
		}
		text_add(text, "}");
	}
}

static void add_toml(struct text *text, const sbx_json *table)
{
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	while (sbx_json_next(table, &cursor, &name, &value))
		if (sbx_json_type_of(value) != SBX_JSON_OBJECT) {
			text_format(text, "%s = ", name);
			add_value(text, value);
			text_add(text, "\n");
		}
}

/* JSON's strings, and lists of them, are TOML's too. */
static void print_toml(struct text *text, const struct host *host, const sbx_json *entry, const sbx_json *inputs)
{
	const sbx_json *environment = sbx_json_get(entry, "env");

	(void)inputs;
	text_format(text, "[%s." SERVER "]\n", host->member);
	add_toml(text, entry);
	if (environment)
		text_format(text, "\n[%s." SERVER ".env]\n", host->member);
	add_toml(text, environment);
}

/* JSON's strings, lists and objects are Python's too. Left alone it waits for an answer no longer than 5 s. */
static void print_python(struct text *text, const struct host *host, const sbx_json *entry, const sbx_json *inputs)
{
	const char *class = sbx_json_get(entry, host->url) ? "MCPServerStreamableHttp" : "MCPServerStdio";
	sbx_json_cursor cursor = {NULL};
	const sbx_json *value;
	const char *name;

	(void)inputs;
	text_format(text, "from agents.mcp import %s\n\n" SERVER " = %s(\n    name=\"" SERVER "\",\n    params={\n",
	            class, class);
	while (sbx_json_next(entry, &cursor, &name, &value)) {
		text_format(text, "        \"%s\": ", name);
		add_value(text, value);
		text_add(text, ",\n");
	}
	text_add(text, "    },\n    client_session_timeout_seconds=600,\n)\n");
}

/* ---- all of it ---- */

static const struct host *find(const char *name)
{
	for (size_t i = 0; i < HOSTS; i++)
		if (strcmp(hosts[i].name, name) == 0)
			return &hosts[i];
	fprintf(stderr, "sandbox-sdk-mcp: %s is no host that is known; there are ", name);
	for (size_t i = 0; i < HOSTS; i++)
		fprintf(stderr, "%s%s", hosts[i].name, i + 2 < HOSTS ? ", " : i + 1 < HOSTS ? " and " : "\n");
	return NULL;
}

static bool can_reach(const struct options *options, const struct host *host)
{
	if (!options->http)
		return true;
	if (!host->url)
		fprintf(stderr,
		        "sandbox-sdk-mcp: %s starts its servers, and speaks to them over standard input and output; "
		        "leave --http out\n",
		        host->name);
	else if (options->port == 0)
		fprintf(stderr,
		        "sandbox-sdk-mcp: --http 0 takes another port each time, which no host is told of; name "
		        "one\n");
	return host->url && options->port > 0;
}

int print_config(const struct options *options, int count, char **words)
{
	const struct host *host = find(options->print_config);
	struct text text = {0};

	if (!host || !can_reach(options, host))
		return 2;
	sbx_json *entry = options->http ? entry_to_reach(options, host) : entry_to_start(options, host, count, words);
	if (!entry) {
		fprintf(stderr, "sandbox-sdk-mcp: a word that it was told is no UTF-8, as a configuration has to be\n");
		return 2;
	}
	sbx_json *inputs = inputs_of(host, secret_of(options));
	host->print(&text, host, entry, inputs);
	bool is_whole = !text.failed;
	if (is_whole)
		fputs(text.data, stdout);
	text_free(&text);
	sbx_json_free(inputs);
	sbx_json_free(entry);
	return is_whole && fflush(stdout) == 0 ? 0 : 1;
}
