/* Paths as words of a command line, read back by a real shell. */
#include "shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static void a_path_is_one_word(void **state)
{
	static const struct {
		const char *path;
		const char *read;
	} cases[] = {
	        {"/data", "/data"},
	        {"/with space/and  more ", "/with space/and  more "},
	        {"/it's '' '", "/it's '' '"},
	        {"/$(id) `id` $HOME \\ \" ! * ? [a] ~ # & ; | < >", "/$(id) `id` $HOME \\ \" ! * ? [a] ~ # & ; | < >"},
	        {"/new\nline\n", "/new\nline\n"},
	        {"/\xc3\xa4\xff", "/\xc3\xa4\xff"},
	        {"relative", "./relative"},
	        {"-rf", "./-rf"},
	        {"~", "./~"},
	};
	(void)state;
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		char read[128];
		sbx__buffer command = {0};
		sbx__buffer_text(&command, "printf '%s|' ");
		sbx__shell_path(&command, cases[index].path);
		FILE *shell = popen(command.data, "r");
		size_t length = fread(read, 1, sizeof read - 1, shell);
		assert_int_equal(pclose(shell), 0);
		assert_true(length > 0);
		read[length - 1] = '\0';
		assert_string_equal(read, cases[index].read);
		sbx__buffer_free(&command);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_path_is_one_word)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
