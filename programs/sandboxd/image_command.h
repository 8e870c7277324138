/* The command `sandboxd image`: import, list, remove. */
#ifndef SANDBOXD_IMAGE_COMMAND_H
#define SANDBOXD_IMAGE_COMMAND_H

#include "options.h"

int image_command(const struct options *options, struct failure *failure);

#endif
