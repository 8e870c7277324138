/* What a sandbox's init has to know of a command, as a file of texts (init/protocol.h). */
#ifndef SANDBOXD_COMMAND_PAYLOAD_H
#define SANDBOXD_COMMAND_PAYLOAD_H

#include "engine.h"
#include "image.h"

#include <stddef.h>
#include <stdint.h>

/* Every sandbox's variables come first, then those of its image, then the sandbox's own and the command's: of equal
 * names the last one counts. `image` may be NULL. Returns a descriptor, or -1 with errno. */
int command_payload_open(const struct sandbox *sandbox, const struct image *image, const struct command *command,
                         uint64_t *size);

#endif
