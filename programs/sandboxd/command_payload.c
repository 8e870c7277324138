#include "command_payload.h"

#include "argument_list.h"
#include "init/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOME "/home/sandbox"

static const char every_sandbox[] = "HOME\0" HOME "\0"
                                    "USER\0sandbox\0"
                                    "LOGNAME\0sandbox\0"
                                    "LANG\0C.UTF-8\0"
                                    "PATH\0/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct environment {
	const char *names[INIT_VARIABLES_MAX];
	const char *values[INIT_VARIABLES_MAX];
	size_t count;
	bool too_many;
};

static void set(struct environment *environment, const char *name, const char *value)
{
	size_t i = 0;

	while (i < environment->count && strcmp(environment->names[i], name) != 0)
		i++;
	if (i == INIT_VARIABLES_MAX) {
		environment->too_many = true;
		return;
	}
	environment->names[i] = name;
	environment->values[i] = value;
	environment->count += i == environment->count;
}

static void set_all(struct environment *environment, const char *pairs, size_t length)
{
	for (size_t at = 0; at < length;) {
		const char *name = pairs + at;
		const char *value = name + strlen(name) + 1;
		set(environment, name, value);
		at += strlen(name) + strlen(value) + 2;
	}
}

static void write_environment(const struct environment *environment, sbx__buffer *payload)
{
	for (size_t i = 0; i < environment->count; i++) {
		sbx__buffer_append(payload, environment->names[i], strlen(environment->names[i]));
		sbx__buffer_append(payload, "=", 1);
		argument_list_append(payload, environment->values[i]);
	}
}

static int open_file(const sbx__buffer *payload)
{
	int fd = memfd_create("command", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, payload->data, payload->length) != (ssize_t)payload->length) {
		close(fd);
		errno = ENOMEM;
		return -1;
	}
	return fd;
}

static const char *working_dir(const struct image *image, const struct command *command)
{
	if (command->working_dir)
		return command->working_dir;
	return image && image->working_dir ? image->working_dir : HOME;
}

int command_payload_open(const struct sandbox *sandbox, const struct image *image, const struct command *command,
                         uint64_t *size)
{
	struct environment environment = {.count = 0};
	sbx__buffer payload = {0};
	int fd = -1;

	set_all(&environment, every_sandbox, sizeof(every_sandbox));
	if (image)
		set_all(&environment, image->environment.data, image->environment.length);
	set_all(&environment, sandbox->environment.data, sandbox->environment.length);
	set_all(&environment, command->environment.data, command->environment.length);
	argument_list_append(&payload, command->text);
	argument_list_append(&payload, working_dir(image, command));
	write_environment(&environment, &payload);
	if (environment.too_many)
		errno = E2BIG;
	else if (payload.failed)
		errno = ENOMEM;
	else
		fd = open_file(&payload);
	*size = payload.length;
	sbx__buffer_free(&payload);
	return fd;
}
