/* The server's side of what it has with a sandbox's init. Whatever comes from there is looked at as if the sandbox
 * itself had written it. */
#ifndef SANDBOXD_INIT_CHANNEL_H
#define SANDBOXD_INIT_CHANNEL_H

#include "init/protocol.h"
#include "lib/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* The program itself, which is part of the server: a descriptor to execute it by; -1 with errno. */
int init_program_open(void);

/* Sends a request with its descriptors, which stay the caller's. Returns 0, or -1 with errno. */
int init_channel_send(int control, const struct init_request *request, const int *descriptors, size_t count);
/* Reads a report; false when there is none any more, or what came is none. */
bool init_channel_receive(int channel, struct init_report *out);
/* Whether these bytes are a report. */
bool init_report_read(const void *bytes, size_t length, struct init_report *out);

#endif
