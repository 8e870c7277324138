/* What is logged, and to where. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "log.h"
#include "support.h"

typedef struct heard {
	int lines;
	sbx_log_level level;
	char message[1024];
} heard;

static void hear(void *user_data, sbx_log_level level, const char *message)
{
	heard *all = user_data;
	all->lines++;
	all->level = level;
	snprintf(all->message, sizeof all->message, "%s", message);
}

static void each_level_lets_through_what_it_says(void **state)
{
	(void)state;
	static const struct {
		sbx_log_level level;
		int info, debug;
	} cases[] = {{SBX_LOG_OFF, 0, 0}, {SBX_LOG_INFO, 1, 0}, {SBX_LOG_DEBUG, 1, 1}};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		heard all = {0};
		sbx__log log = {cases[index].level, hear, &all};
		sbx__log_write(&log, SBX_LOG_INFO, "a %d", 1);
		assert_int_equal(all.lines, cases[index].info);
		all.lines = 0;
		sbx__log_write(&log, SBX_LOG_DEBUG, "b %s", "c");
		assert_int_equal(all.lines, cases[index].debug);
	}
	heard all = {0};
	sbx__log log = {SBX_LOG_DEBUG, hear, &all};
	sbx__log_write(&log, SBX_LOG_INFO, "%s %d", "text", 7);
	assert_int_equal(all.level, SBX_LOG_INFO);
	assert_string_equal(all.message, "text 7");
	sbx__log_write(&log, SBX_LOG_DEBUG, "%s", "");
	assert_int_equal(all.level, SBX_LOG_DEBUG);
	assert_string_equal(all.message, "");
}

static void control_bytes_cannot_forge_a_line(void **state)
{
	(void)state;
	heard all = {0};
	sbx__log log = {SBX_LOG_DEBUG, hear, &all};
	sbx__log_write(&log, SBX_LOG_INFO, "%s", "a\r\nsandbox_sdk info: forged\x1b[31m\t\x7f\xc3\xa9");
	assert_string_equal(all.message, "a??sandbox_sdk info: forged?[31m??\xc3\xa9");
	sbx__log_write(&log, SBX_LOG_INFO, "a%cb", 0);
	assert_string_equal(all.message, "a?b");
}

static void long_lines_are_whole(void **state)
{
	(void)state;
	heard all = {0};
	sbx__log log = {SBX_LOG_INFO, hear, &all};
	sbx__log_write(&log, SBX_LOG_INFO, "%0900d", 5);
	assert_int_equal(strlen(all.message), 900);
}

/* Standard error goes to a file meanwhile. */
static char *standard_error_of(const sbx__log *log, const char *path)
{
	fflush(stderr);
	int kept = dup(STDERR_FILENO);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(kept >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	sbx__log_write(log, SBX_LOG_INFO, "retrying %s", "now");
	sbx__log_write(log, SBX_LOG_DEBUG, "request\n");
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(file);
	return file_read(path, NULL);
}

static void without_a_callback_it_goes_to_standard_error(void **state)
{
	(void)state;
	static const struct {
		sbx_log_level level;
		const char *text;
	} cases[] = {
	        {SBX_LOG_OFF, ""},
	        {SBX_LOG_INFO, "sandbox_sdk info: retrying now\n"},
	        {SBX_LOG_DEBUG, "sandbox_sdk info: retrying now\nsandbox_sdk debug: request?\n"},
	};
	test_folder folder;
	folder_make(&folder);
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__log log = {cases[index].level, NULL, NULL};
		char *text = standard_error_of(&log, folder_file(&folder, "log"));
		assert_string_equal(text, cases[index].text);
		free(text);
	}
	folder_remove(&folder);
}

static void the_environment_names_the_level(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		sbx_log_level level;
	} cases[] = {
	        {"info", SBX_LOG_INFO}, {"INFO", SBX_LOG_INFO}, {"debug", SBX_LOG_DEBUG}, {"Debug", SBX_LOG_DEBUG},
	        {"", SBX_LOG_OFF},      {"warn", SBX_LOG_OFF},  {"info ", SBX_LOG_OFF},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		setenv("SANDBOX_SDK_LOG", cases[index].value, 1);
		assert_int_equal(sbx__log_level_from_environment(), cases[index].level);
	}
	unsetenv("SANDBOX_SDK_LOG");
	assert_int_equal(sbx__log_level_from_environment(), SBX_LOG_OFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_level_lets_through_what_it_says),
	        cmocka_unit_test(control_bytes_cannot_forge_a_line),
	        cmocka_unit_test(long_lines_are_whole),
	        cmocka_unit_test(without_a_callback_it_goes_to_standard_error),
	        cmocka_unit_test(the_environment_names_the_level),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
