#include "options_print.h"

#include "json_writer.h"

#include <stdio.h>
#include <string.h>

#define HELP_WIDTH 100
#define HELP_INDENT 24

static const char introduction[] =
        "Usage: sandboxd [COMMAND] [OPTION]...\n"
        "\n"
        "  serve    serve the Sandbox API on this machine (what is done without a command); when it is\n"
        "           ready it prints one line of JSON: its URL, the file with the API key, its process id\n"
        "           and its state directory\n"
        "  doctor   tell what holds on this machine, what does not, and what to install or allow\n"
        "  gc       remove what belongs to nothing in a state directory that no server uses\n"
        "  image    import NAME SOURCE, list, remove NAME: the images that sandboxes can be made of\n"
        "  options  print the value of each option and where it comes from\n"
        "\n"
        "An option is also read from the environment (--max-output from SANDBOXD_MAX_OUTPUT) and from a\n"
        "file (max-output = N): FILE of --config, else ~/.config/sandboxd/sandboxd.conf, else\n"
        "/etc/sandboxd.conf. The command line is stronger than the environment, which is stronger than\n"
        "the file.\n"
        "\n";

static const char exit_codes[] = "\n"
                                 "Exit codes:\n"
                                 "  0  stopped as asked, or done  5  the address cannot be listened on\n"
                                 "  1  an unexpected failure      6  the state directory cannot be used\n"
                                 "  2  a bad option               7  another server uses the state directory\n"
                                 "  3  bubblewrap is missing      8  the key file cannot be used\n"
                                 "  4  the system does not let    9  an image cannot be imported or removed\n"
                                 "     bubblewrap make a sandbox\n";

/* The default in words; NULL when there is nothing to say. */
static const char *default_words(const struct option_row *row)
{
	return row->otherwise ? row->otherwise : row->kind == OPTION_SWITCH ? NULL : row->standard;
}

/* Without the marks of what is typed, broken between words. */
static void print_wrapped(const char *text, int column)
{
	for (const char *word = text; *word;) {
		size_t length = strcspn(word, " ");
		int width = 0;
		for (size_t i = 0; i < length; i++)
			width += word[i] != '`';
		if (column > HELP_INDENT && column + 1 + width > HELP_WIDTH) {
			printf("\n%*s", HELP_INDENT, "");
			column = HELP_INDENT;
		} else if (column > HELP_INDENT) {
			putchar(' ');
			column++;
		}
		for (size_t i = 0; i < length; i++)
			if (word[i] != '`')
				putchar(word[i]);
		column += width;
		word += length;
		word += strspn(word, " ");
	}
}

static void print_row(const struct option_row *row)
{
	char text[1024];
	const char *standard = default_words(row);
	int column = printf("  --%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");

	if (column >= HELP_INDENT)
		column = printf("\n") - 1;
	column += printf("%*s", HELP_INDENT - column, "");
	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", row->command ? "of `" : "", row->command ? row->command : "",
	         row->command ? "`: " : "", row->help, standard ? " (default: " : "", standard ? standard : "",
	         standard ? ")" : "");
	print_wrapped(text, column);
	putchar('\n');
}

void options_print_help(void)
{
	fputs(introduction, stdout);
	for (size_t i = 0; i < option_count; i++)
		print_row(&option_table[i]);
	fputs(exit_codes, stdout);
}

static void print_markdown(void)
{
	puts("| option | meaning | default |\n|---|---|---|");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		const char *standard = default_words(row);
		printf("| `--%s%s%s` | %s%s%s%s |", row->name, row->value ? " " : "", row->value ? row->value : "",
		       row->command ? "of `" : "", row->command ? row->command : "", row->command ? "`: " : "",
		       row->help);
		if (row->standard && standard)
			printf(" `%s` |\n", standard);
		else
			printf("%s%s |\n", standard ? " " : "", standard ? standard : "");
	}
}

/* The value as it would be given; an empty text where nothing is. */
static void value_text(const struct options *options, const struct option_row *row, char *out, size_t size)
{
	const void *member = (const char *)options + row->offset;
	const char *text = row->kind == OPTION_TEXT ? *(const char *const *)member : NULL;
	bool is_config = row->offset == offsetof(struct options, config);
	long number = row->kind == OPTION_NUMBER ? *(const long *)member : -1;

	out[0] = '\0';
	if (row->kind == OPTION_SWITCH)
		snprintf(out, size, "%s", *(const bool *)member ? "yes" : "no");
	else if (is_config && !text && options->config_found)
		snprintf(out, size, "%s", options->config_found);
	else if (row->kind == OPTION_TEXT && text)
		snprintf(out, size, "%s", text);
	else if (row->kind == OPTION_NUMBER && number >= 0)
		snprintf(out, size, "%ld", number);
}

static void origin_text(const struct options *options, size_t index, char *out, size_t size)
{
	char variable[OPTION_VARIABLE_SIZE];

	switch (options->origins[index].source) {
	case SOURCE_FLAG:
		snprintf(out, size, "--%s", option_table[index].name);
		break;
	case SOURCE_ENVIRONMENT:
		option_variable(&option_table[index], variable);
		snprintf(out, size, "%s", variable);
		break;
	case SOURCE_FILE:
		snprintf(out, size, "%s:%d", options->config_found, options->origins[index].line);
		break;
	default:
		snprintf(out, size, "default");
	}
}

/* Of a server, and not what it does instead of serving. */
static bool has_value(const struct option_row *row)
{
	return !row->command && strcmp(row->name, "help") != 0 && strcmp(row->name, "version") != 0;
}

static int print_json(const struct options *options, struct failure *failure)
{
	struct json_writer writer = {0};
	char value[8192], origin[8192];
	int result = 0;

	json_open(&writer, '{');
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		if (!has_value(row))
			continue;
		value_text(options, row, value, sizeof(value));
		origin_text(options, i, origin, sizeof(origin));
		json_key(&writer, row->name);
		json_open(&writer, '{');
		json_string(&writer, "value", value[0] ? value : NULL);
		json_string(&writer, "from", origin);
		json_close(&writer, '}');
	}
	json_close(&writer, '}');
	if (writer.text.failed)
		result = failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	else
		puts(writer.text.data);
	sbx__buffer_free(&writer.text);
	return result;
}

int options_print(const struct options *options, struct failure *failure)
{
	char value[8192], origin[8192];

	if (options->markdown) {
		print_markdown();
		return 0;
	}
	if (options->json)
		return print_json(options, failure);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		if (!has_value(row))
			continue;
		value_text(options, row, value, sizeof(value));
		origin_text(options, i, origin, sizeof(origin));
		printf("%-12s = %-24s # %s\n", row->name, value, origin);
	}
	return 0;
}
