#include "local.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "error.h"
#include "json.h"
#include "platform.h"

#define PROGRAM "sandboxd"
#define LONGEST_START (15 * SBX__SECOND)
#define LONGEST_STOP (10 * SBX__SECOND)
#define LARGEST_READY_LINE ((size_t)64 << 10)
/* Where the server finds the descriptor that tells it of the end of its owner. */
#define OWNER_DESCRIPTOR 3
/* Descriptors of ours are moved to here or above, so that those of the server do not overwrite them. */
#define LOWEST_OWN_DESCRIPTOR 10

struct sbx__local {
	pid_t pid;
	int pid_descriptor; /* readable when the server has ended */
	char *url;
	char *key;
};

/* What is open while a server is being started. */
struct launch {
	int owner;    /* a descriptor of this process, which tells of its end */
	int ready[2]; /* a pipe: the server's standard output */
	int words; /* the server's standard error: a file in memory, so that it never fills up and blocks the server */
	int nothing;
};

extern char **environ;

const char *sbx__local_url(const sbx__local *local)
{
	return local->url;
}

const char *sbx__local_key(const sbx__local *local)
{
	return local->key;
}

/* ---- finding the program ---- */

static char *beside(const char *folder, int length, const char *relative)
{
	sbx__buffer path = {0};
	sbx__buffer_format(&path, "%.*s/%s", length, folder, relative);
	char *text = sbx__buffer_take(&path);
	struct stat status;
	if (text && stat(text, &status) == 0 && S_ISREG(status.st_mode) && access(text, X_OK) == 0)
		return text;
	free(text);
	return NULL;
}

/* The program's path; or its plain name, which is then looked for on PATH. NULL: no memory. */
static char *find_program(void)
{
	static const char *const places[] = {PROGRAM, "bin/" PROGRAM, "../bin/" PROGRAM};
	const char *named = getenv("SANDBOX_SDK_SANDBOXD");
	if (named && *named)
		return strdup(named);
	Dl_info info;
	const char *slash = NULL;
	if (dladdr((const void *)(uintptr_t)&sbx__local_start, &info) && info.dli_fname)
		slash = strrchr(info.dli_fname, '/');
	for (size_t index = 0; slash && index < sizeof places / sizeof places[0]; index++) {
		char *path = beside(info.dli_fname, (int)(slash - info.dli_fname), places[index]);
		if (path)
			return path;
	}
	return strdup(PROGRAM);
}

/* ---- starting it ---- */

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

static void close_launch(struct launch *launch)
{
	close_if_open(&launch->owner);
	close_if_open(&launch->ready[0]);
	close_if_open(&launch->ready[1]);
	close_if_open(&launch->words);
	close_if_open(&launch->nothing);
}

/* Moves a descriptor out of the way of the server's. */
static bool move_up(int *descriptor)
{
	if (*descriptor < 0)
		return false;
	int moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, LOWEST_OWN_DESCRIPTOR);
	close(*descriptor);
	*descriptor = moved;
	return moved >= 0;
}

static bool open_launch(struct launch *launch)
{
	*launch = (struct launch){-1, {-1, -1}, -1, -1};
	launch->owner = (int)syscall(SYS_pidfd_open, getpid(), 0);
	launch->words = memfd_create("sandboxd", MFD_CLOEXEC);
	launch->nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pipe2(launch->ready, O_CLOEXEC) == 0 && move_up(&launch->owner) && move_up(&launch->ready[0]) &&
	    move_up(&launch->ready[1]) && move_up(&launch->words) && move_up(&launch->nothing))
		return true;
	int number = errno;
	close_launch(launch);
	errno = number;
	return false;
}

static int add_actions(posix_spawn_file_actions_t *actions, const struct launch *launch)
{
	int number = posix_spawn_file_actions_adddup2(actions, launch->nothing, STDIN_FILENO);
	if (number == 0)
		number = posix_spawn_file_actions_adddup2(actions, launch->ready[1], STDOUT_FILENO);
	if (number == 0)
		number = posix_spawn_file_actions_adddup2(actions, launch->words, STDERR_FILENO);
	if (number == 0)
		number = posix_spawn_file_actions_adddup2(actions, launch->owner, OWNER_DESCRIPTOR);
	if (number == 0)
		number = posix_spawn_file_actions_addclosefrom_np(actions, OWNER_DESCRIPTOR + 1);
	return number;
}

/* The server gets a session of its own, so that Ctrl-C in a terminal does not reach it, and default signals. */
static int add_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int number = posix_spawnattr_setsigmask(attributes, &none);
	if (number == 0)
		number = posix_spawnattr_setsigdefault(attributes, &all);
	if (number == 0)
		number = posix_spawnattr_setflags(attributes,
		                                  POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	return number;
}

static int spawn(const char *program, const struct launch *launch, pid_t *pid)
{
	char *const arguments[] = {(char *)PROGRAM,      (char *)"--port", (char *)"0", (char *)"--ephemeral",
	                           (char *)"--owner-fd", (char *)"3",      NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int number = posix_spawn_file_actions_init(&actions);
	if (number != 0)
		return number;
	number = posix_spawnattr_init(&attributes);
	if (number == 0) {
		number = add_actions(&actions, launch);
		if (number == 0)
			number = add_attributes(&attributes);
		if (number == 0)
			number = posix_spawnp(pid, program, &actions, &attributes, arguments, environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return number;
}

/* ---- hearing that it is ready ---- */

/* Reads until a line break. False: the server has ended, or it took too long. */
static bool read_line(int descriptor, sbx__buffer *line)
{
	const sbx__platform *platform = &sbx__platform_system;
	int64_t end = platform->now(NULL) + LONGEST_START;
	char bytes[1024];
	for (;;) {
		int64_t left = end - platform->now(NULL);
		struct pollfd polled = {.fd = descriptor, .events = POLLIN};
		if (left <= 0 || line->length > LARGEST_READY_LINE)
			return false;
		if (poll(&polled, 1, (int)(left / 1000000) + 1) <= 0)
			continue;
		ssize_t got = read(descriptor, bytes, sizeof bytes);
		if (got <= 0)
			return false;
		sbx__buffer_append(line, bytes, (size_t)got);
		if (line->failed || memchr(bytes, '\n', (size_t)got))
			return !line->failed;
	}
}

static char *read_key(const char *path)
{
	char bytes[512];
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = descriptor < 0 ? -1 : read(descriptor, bytes, sizeof bytes - 1);
	if (descriptor >= 0)
		close(descriptor);
	if (got <= 0)
		return NULL;
	bytes[got] = '\0';
	bytes[strcspn(bytes, "\r\n")] = '\0';
	char *key = strdup(bytes);
	explicit_bzero(bytes, sizeof bytes);
	return key;
}

static bool take_ready_line(sbx__local *local, const sbx__buffer *line)
{
	sbx_json *ready = NULL;
	if (sbx_json_parse(line->data, line->length, &ready, NULL) < 0)
		return false;
	local->url = strdup(sbx_json_string(sbx_json_get(ready, "url"), NULL));
	local->key = read_key(sbx_json_string(sbx_json_get(ready, "key_file"), NULL));
	sbx_json_free(ready);
	return local->url && *local->url && local->key;
}

/* What the server said on its standard error: its last line is the cause. */
static sbx_status fail_with_words(int words, sbx_error **error)
{
	char text[1024];
	off_t length = lseek(words, 0, SEEK_END);
	off_t from = length > (off_t)sizeof text - 1 ? length - (off_t)sizeof text + 1 : 0;
	ssize_t got = pread(words, text, sizeof text - 1, from);
	text[got > 0 ? got : 0] = '\0';
	for (size_t end = strlen(text); end && (text[end - 1] == '\n' || text[end - 1] == '\r'); end--)
		text[end - 1] = '\0';
	const char *last = strrchr(text, '\n');
	last = last ? last + 1 : text;
	return sbx__fail(error, SBX_ERROR_LOCAL_SERVER, "The local server did not start: %s",
	                 *last ? last : "it did not say that it is ready");
}

static sbx_status fail_with_errno(const char *action, const char *program, int number, sbx_error **error)
{
	char words[128];
	sbx_error *made =
	        sbx__error_new(SBX_ERROR_LOCAL_SERVER,
		               "The local server did not start: cannot %s %s: %s; install it, or name it in %s", action,
		               program, strerror_r(number, words, sizeof words), "SANDBOX_SDK_SANDBOXD");
	if (!sbx__error_is_static(made))
		made->system_errno = number;
	return sbx__error_give(error, made);
}

static sbx_status start_program(sbx__local *local, const char *program, struct launch *launch, sbx_error **error)
{
	int number = spawn(program, launch, &local->pid);
	if (number != 0)
		return fail_with_errno("run", program, number, error);
	local->pid_descriptor = (int)syscall(SYS_pidfd_open, local->pid, 0);
	if (local->pid_descriptor < 0) {
		int watching = errno;
		kill(local->pid, SIGKILL);
		waitpid(local->pid, NULL, 0);
		return fail_with_errno("watch", program, watching, error);
	}
	close_if_open(&launch->ready[1]);
	sbx__buffer line = {0};
	bool ready = read_line(launch->ready[0], &line) && take_ready_line(local, &line);
	sbx__buffer_free(&line);
	return ready ? SBX_OK : fail_with_words(launch->words, error);
}

sbx_status sbx__local_start(sbx__local **local, sbx_error **error)
{
	struct launch launch;
	sbx__local *started = calloc(1, sizeof *started);
	char *program = find_program();
	sbx_status status;
	if (!started || !program) {
		free(started);
		free(program);
		return sbx__fail_memory(error);
	}
	started->pid_descriptor = -1;
	if (open_launch(&launch)) {
		status = start_program(started, program, &launch, error);
		close_launch(&launch);
	} else {
		status = fail_with_errno("prepare to run", program, errno, error);
	}
	free(program);
	if (status < 0)
		sbx__local_stop(started);
	else
		*local = started;
	return status;
}

/* ---- ending it ---- */

/* Waits for the end of the server; false: it took too long. */
static bool wait_for_end(const sbx__local *local, int64_t nanoseconds)
{
	const sbx__platform *platform = &sbx__platform_system;
	int64_t end = platform->now(NULL) + nanoseconds;
	struct pollfd polled = {.fd = local->pid_descriptor, .events = POLLIN};
	for (;;) {
		int64_t left = end - platform->now(NULL);
		if (left <= 0)
			return false;
		if (poll(&polled, 1, (int)(left / 1000000) + 1) > 0)
			return true;
	}
}

/* By the descriptor: the program may have waited for its children, and the number may be another process's now. */
static void send_signal(const sbx__local *local, int number)
{
	syscall(SYS_pidfd_send_signal, local->pid_descriptor, number, NULL, 0);
}

void sbx__local_stop(sbx__local *local)
{
	if (!local)
		return;
	if (local->pid_descriptor >= 0) {
		send_signal(local, SIGTERM);
		if (!wait_for_end(local, LONGEST_STOP))
			send_signal(local, SIGKILL);
		while (waitpid(local->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_if_open(&local->pid_descriptor);
	if (local->key)
		explicit_bzero(local->key, strlen(local->key));
	free(local->key);
	free(local->url);
	free(local);
}

void sbx__local_abandon(sbx__local *local)
{
	if (local)
		close_if_open(&local->pid_descriptor);
}
