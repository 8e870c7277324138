/* A tar archive unpacked into a directory of a sandbox while it comes in, and nowhere else, whatever the archive says
 * and the sandbox does meanwhile: each path is resolved by the kernel inside of the sandbox's root, as its user. Files,
 * links and directories appear one by one, each whole, in the place of what has their name; what came before a failure
 * stays. */
#ifndef SANDBOXD_TAR_UNPACK_H
#define SANDBOXD_TAR_UNPACK_H

#include "problem.h"
#include "sandbox.h"

struct tar_unpack;

struct tar_unpacked {
	int64_t entries;
	int64_t skipped; /* devices and the like */
	int64_t bytes;   /* of files */
};

/* Begins beneath `path`, which is made when it is missing. `root` is the sandbox's, and `incoming` is where what is not
 * whole is kept; both are taken over. */
int tar_unpack_begin(struct tar_unpack **out, int root, int incoming, const struct sandbox *sandbox, const char *path,
                     struct problem *problem);
/* Takes a piece of the archive. */
int tar_unpack_feed(struct tar_unpack *unpack, const char *data, size_t size, struct problem *problem);
/* There are no more pieces. */
int tar_unpack_finish(struct tar_unpack *unpack, struct tar_unpacked *done, struct problem *problem);
/* At any time. */
void tar_unpack_free(struct tar_unpack *unpack);

#endif
