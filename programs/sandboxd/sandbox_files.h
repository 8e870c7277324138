/* Files of a sandbox, from the host: paths are resolved by the kernel inside the sandbox's own folder. */
#ifndef SANDBOXD_SANDBOX_FILES_H
#define SANDBOXD_SANDBOX_FILES_H

#include "engine.h"

/* `folder` is the sandbox's folder: `root` in it mirrors what the sandbox sees of /data, /tmp and /home, `incoming`
 * holds uploads that are not complete. All run as the sandbox's user. */
int sandbox_files_begin(int folder, const struct sandbox *sandbox, struct engine_put *out, struct problem *problem);
int sandbox_files_finish(int folder, const struct sandbox *sandbox, struct engine_put *put, const char *path,
                         struct problem *problem);
void sandbox_files_abort(int folder, const struct sandbox *sandbox, struct engine_put *put);
/* Begins to unpack an archive into the directory `path`. */
int sandbox_files_unpack(int folder, const struct sandbox *sandbox, const char *path, struct tar_unpack **out,
                         struct problem *problem);
/* A regular file, or a directory too where `directory` says so. */
int sandbox_files_open(int folder, const struct sandbox *sandbox, const char *path, bool directory,
                       struct engine_file *out, struct problem *problem);

#endif
