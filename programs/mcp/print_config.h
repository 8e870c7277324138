/* What a host's configuration has to have in it to start this server. */
#ifndef MCP_PRINT_CONFIG_H
#define MCP_PRINT_CONFIG_H

#include "options.h"

/* Prints it for the host that the options name, with all that this program was told. Returns the status to exit with.
 */
int print_config(const struct options *options, int count, char **words);

#endif
