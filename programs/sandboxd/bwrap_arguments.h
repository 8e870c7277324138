/* The arguments that bubblewrap is run with: what a sandbox sees, and what it is refused. */
#ifndef SANDBOXD_BWRAP_ARGUMENTS_H
#define SANDBOXD_BWRAP_ARGUMENTS_H

#include "engine.h"
#include "image.h"

/* What is the same for all sandboxes of an image; NULL: of this machine's /usr. `disable_userns`: the installed version
 * can forbid nested user namespaces. `network`: bubblewrap is executed in the sandbox's network namespace. */
void bwrap_arguments_common(sbx__buffer *arguments, bool disable_userns, bool network, const struct image *image);
/* A descriptor from which bubblewrap reads all arguments of this sandbox; -1 with errno. */
int bwrap_arguments_open(const sbx__buffer *common, const struct sandbox *sandbox);

#endif
