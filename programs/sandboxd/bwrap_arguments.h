/* The arguments that bubblewrap is run with: what a sandbox sees, and what it is refused. */
#ifndef SANDBOXD_BWRAP_ARGUMENTS_H
#define SANDBOXD_BWRAP_ARGUMENTS_H

#include "engine.h"

/* What is the same for all commands. `disable_userns`: the installed version can forbid nested user namespaces. */
void bwrap_arguments_common(sbx__buffer *arguments, bool disable_userns);
/* A descriptor from which bubblewrap reads all arguments of this command; -1 with errno. */
int bwrap_arguments_open(const sbx__buffer *common, const struct sandbox *sandbox, const struct command *command);

#endif
