#include "activation.h"
#include "argument_list.h"
#include "doctor.h"
#include "engine.h"
#include "gc.h"
#include "image.h"
#include "image_command.h"
#include "json_writer.h"
#include "key.h"
#include "listener.h"
#include "log.h"
#include "options_print.h"
#include "reconcile.h"
#include "server.h"
#include "state.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long connections get, after their commands have been killed, to take their answers. */
#define LAST_ANSWERS_MS 500

/* What the server allocates beyond this is one body, or one answer. */
#define MEMORY_LARGE (512 * 1024)

/* Everything that a running server consists of, in the order in which it is made. */
struct program {
	struct options options;
	struct state state;
	struct listener listener;
	struct key key;
	char key_path[PATH_MAX];
	struct service service;
	struct server *server;
	int signals;
};

enum stop_reason { STOP_ASKED, STOP_OWNER, STOP_ENGINE };

/* Whatever is large goes back to the system when it is freed: by default the C library keeps ever more, for each
 * thread, once something large was freed. */
static void keep_memory_small(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, MEMORY_LARGE);
#endif
}

/* What every command needs: a missing standard stream would be taken by the next file opened. */
static void prepare_files(void)
{
	int null = open("/dev/null", O_RDWR);

	while (null >= 0 && null <= STDERR_FILENO)
		null = dup(null);
	if (null >= 0)
		close(null);
	umask(077);
}

/* Undoes what a program that starts others can hand down by mistake. */
static int prepare_process(int *signals, struct failure *failure)
{
	sigset_t stops;
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is an error like others */
	/* Who starts the server may ignore it; then nobody would learn that a command has ended. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_SETMASK, &stops, NULL);
	*signals = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*signals < 0)
		return failure_set(failure, FAILURE_INTERNAL, "signals cannot be received (%s); see the system",
		                   strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (geteuid() == 0)
		setgroups(0, NULL);
	return 0;
}

static int make_key(struct program *program, struct failure *failure)
{
	const char *given = program->options.key_file;
	const size_t least = options_open_to_network(&program->options) ? KEY_NETWORK_MIN : 0;
	char absolute[PATH_MAX];
	int length = given ? snprintf(program->key_path, PATH_MAX, "%s", given)
	                   : snprintf(program->key_path, PATH_MAX, "%s/key", program->state.path);

	if (length == 0 || length >= PATH_MAX)
		return failure_set(failure, FAILURE_KEY, "--key-file is not a usable path; give another");
	if (key_load(&program->key, program->key_path, least, failure) < 0)
		return -1;
	/* Whoever reads the ready line may be in another directory. */
	if (realpath(program->key_path, absolute))
		memcpy(program->key_path, absolute, PATH_MAX);
	return 0;
}

static int open_images(struct service *service, const struct state *state, struct failure *failure)
{
	service->images = openat(state->fd, "bwrap", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (service->images < 0)
		return failure_set(failure, FAILURE_STATE, "the folder %s/bwrap cannot be opened (%s); look at it",
		                   state->path, strerror(errno));
	/* What a killed `sandboxd image` has left. */
	image_clean(service->images);
	return 0;
}

/* What a Host header may name beside this machine's own names. */
static void list_hosts(struct service *service, const struct program *program)
{
	const struct listener *listener = &program->listener;
	char host[ADDRESS_HOST_SIZE];

	for (const char *name = program->options.allow_host; name && *name;) {
		size_t length = strcspn(name, ", ");
		if (length > 0) {
			sbx__buffer_append(&service->hosts, name, length);
			sbx__buffer_byte(&service->hosts, '\0');
		}
		name += length;
		name += strspn(name, ", ");
	}
	if (listener->is_unix || address_is_any(&listener->address))
		return;
	address_host(&listener->address, host);
	argument_list_append(&service->hosts, host);
}

static int start(struct program *program, struct failure *failure)
{
	struct options *options = &program->options;
	struct service *service = &program->service;

	if (state_open(&program->state, options, failure) < 0 || make_key(program, failure) < 0 ||
	    listener_open(&program->listener, options, failure) < 0 ||
	    store_open(&service->store, program->state.path, !options->ephemeral, failure) < 0 ||
	    engine_bwrap_start(&service->engine, program->state.path, options->network, failure) < 0 ||
	    open_images(service, &program->state, failure) < 0 ||
	    reconcile(service->engine, service->store, failure) < 0)
		return -1;
	/* No core file and no debugger of the same user: the key is in this memory. Only now, because an undumpable
	 * process cannot set up the engine's namespaces. */
	prctl(PR_SET_DUMPABLE, 0);
	uses_init(&service->uses);
	creations_init(&service->creations);
	list_hosts(service, program);
	service->max_output = (size_t)options->max_output;
	output_budget_init(&service->outputs, service->max_output);
	service->heartbeat_ms = (int64_t)options->heartbeat * 1000;
	service->max_sandboxes = options->max_sandboxes;
	service->max_running = options->max_running;
	service->started_ms = now_ms();
	service->admission = admission_new((unsigned int)options->max_running, (int)options->max_wait);
	if (!service->admission)
		return failure_set(failure, FAILURE_INTERNAL, "out of memory; free some");
	if (idempotency_open(&service->idempotency, program->state.path, failure) < 0)
		return -1;
	service->engine->limits(service->engine, &service->facts);
	if (disk_start(&service->disk, service->engine, program->state.path, !options->ephemeral, options->disk_floor,
	               failure) < 0)
		return -1;
	if (options->idle_delete && !(service->idle = idle_start(service, options->idle_delete)))
		return failure_set(failure, FAILURE_INTERNAL, "a thread cannot be started; free some memory");
	if (listener_start(&program->listener, failure) < 0)
		return -1;
	return server_start(&program->server, service, &program->key, program->listener.fd, failure);
}

static int print_ready(const struct program *program, struct failure *failure)
{
	const struct listener *listener = &program->listener;
	struct json_writer line = {0};
	char host[ADDRESS_HOST_SIZE], url[ADDRESS_HOST_SIZE + 16] = "http://localhost";

	if (!listener->is_unix) {
		address_host(&listener->address, host);
		snprintf(url, sizeof(url), "http://%s:%d", host, address_port(&listener->address));
	}
	json_open(&line, '{');
	json_string(&line, "url", url);
	if (listener->is_unix)
		json_string(&line, "unix_socket", listener->path);
	json_string(&line, "key_file", program->key_path);
	json_integer(&line, "pid", getpid());
	json_string(&line, "state", program->state.path);
	json_close(&line, '}');
	sbx__buffer_append(&line.text, "\n", 1);
	/* One write, so that a reader never sees half of it. That nobody reads is no failure. */
	bool written = !line.text.failed &&
	               (write(STDOUT_FILENO, line.text.data, line.text.length) > 0 || errno == EPIPE || errno == EBADF);
	sbx__buffer_free(&line.text);
	return written ? 0
	               : failure_set(failure, FAILURE_INTERNAL,
	                             "standard output cannot be written; redirect it to a file");
}

static enum stop_reason wait_for_stop(const struct program *program)
{
	struct pollfd fds[] = {
	        {.fd = program->signals, .events = POLLIN},
	        {.fd = (int)program->options.owner_fd, .events = POLLIN},
	        {.fd = program->service.engine->watch(program->service.engine), .events = POLLIN},
	};
	for (;;) {
		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[1].revents)
			return STOP_OWNER;
		if (fds[2].revents)
			return STOP_ENGINE;
		if (fds[0].revents)
			return STOP_ASKED;
	}
}

/* The owner may end while the grace runs: then nobody is left to be graceful for. */
static void stop_serving(struct program *program, enum stop_reason reason)
{
	int grace = reason == STOP_ASKED ? (int)program->options.grace * 1000 : 0;
	struct signalfd_siginfo asked;

	server_refuse(program->server);
	while (read(program->signals, &asked, sizeof(asked)) > 0)
		;
	while (grace > 0 && !server_wait_idle(program->server, grace < 100 ? grace : 100)) {
		struct pollfd fds[] = {{.fd = program->signals, .events = POLLIN},
		                       {.fd = (int)program->options.owner_fd, .events = POLLIN}};
		/* Being asked a second time means now. */
		if (poll(fds, 2, 0) > 0)
			break;
		grace -= 100;
	}
	server_end(program->server);
	admission_stop(program->service.admission);
	idempotency_stop(program->service.idempotency);
	uses_cancel(&program->service.uses, NULL);
	if (reason != STOP_OWNER)
		server_wait_idle(program->server, LAST_ANSWERS_MS);
	/* What has not ended by now waits for something that does not come, such as a stopped keeper's answer; or is
	 * one of many that were to be made, and hears now that it is not. */
	program->service.engine->end(program->service.engine);
	if (reason != STOP_OWNER)
		server_wait_idle(program->server, LAST_ANSWERS_MS);
	idle_stop(program->service.idle);
	server_stop(program->server);
	uses_destroy(&program->service.uses);
	creations_destroy(&program->service.creations);
}

static void clean_up(struct program *program)
{
	listener_close(&program->listener);
	disk_stop(program->service.disk);
	if (program->service.engine)
		program->service.engine->stop(program->service.engine);
	if (program->service.images >= 0)
		close(program->service.images);
	admission_free(program->service.admission);
	sbx__buffer_free(&program->service.hosts);
	idempotency_close(program->service.idempotency);
	store_close(program->service.store);
	state_close(&program->state);
	explicit_bzero(&program->key, sizeof(program->key));
}

static void serve(struct program *program, struct failure *failure)
{
	enum stop_reason reason = STOP_ASKED;

	log_configure((enum log_format)log_format_named(program->options.log_format),
	              (enum log_level)log_level_named(program->options.log_level));
	if (prepare_process(&program->signals, failure) == 0 && start(program, failure) == 0) {
		log_event("started", NULL);
		if (print_ready(program, failure) == 0) {
			activation_tell("READY=1");
			reason = wait_for_stop(program);
		}
		activation_tell("STOPPING=1");
		log_event("stopping", NULL);
		if (reason == STOP_ENGINE)
			failure_set(failure, FAILURE_INTERNAL,
			            "the process that runs the commands was killed; start sandboxd again");
		stop_serving(program, reason);
	}
	clean_up(program);
}

int main(int argc, char **argv)
{
	struct program program = {
	        .state = {.fd = -1, .lock_fd = -1}, .listener = {.fd = -1}, .service = {.images = -1}};
	struct options *options = &program.options;
	struct failure failure = {0};

	keep_memory_small();
	prepare_files();
	if (options_read(options, argc, argv, &failure) < 0)
		goto done;
	if (options->help)
		options_print_help();
	else if (options->version)
		puts("sandboxd " SANDBOXD_VERSION);
	else if (options->command == SUBCOMMAND_OPTIONS)
		options_print(options, &failure);
	else if (options->command == SUBCOMMAND_DOCTOR)
		doctor(options, &failure);
	else if (options->command == SUBCOMMAND_GC)
		gc(options, &failure);
	else if (options->command == SUBCOMMAND_IMAGE)
		image_command(options, &failure);
	else
		serve(&program, &failure);
done:
	options_free(options);
	if (failure.code)
		log_failure(&failure);
	return (int)failure.code;
}
