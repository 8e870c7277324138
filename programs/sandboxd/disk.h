/* Watching what sandboxes hold on the disk, and how much of it is left. A sandbox is measured while something runs in
 * it, the more rarely the longer that takes. One that holds more than its storage, or that grows where the disk is
 * nearly full, loses its processes, and can write no more until it holds less. */
#ifndef SANDBOXD_DISK_H
#define SANDBOXD_DISK_H

#include "engine.h"
#include "failure.h"
#include "problem.h"
#include "sandbox.h"

#include <stdbool.h>

struct disk;

/* `floor` is how many MiB of the state's file system are to stay free; -1: the default. */
int disk_start(struct disk **out, struct engine *engine, const char *state, bool lasting, long floor,
               struct failure *failure);
void disk_stop(struct disk *disk);

/* From now on the sandbox is measured, until nothing runs in it any more. */
void disk_watch(struct disk *disk, const struct sandbox *sandbox);
/* It is deleted. */
void disk_forget(struct disk *disk, const char *id);
/* Whether it may write. Where that was not so before, it is measured again. */
bool disk_has_room(struct disk *disk, const struct sandbox *sandbox);
/* Fails where nothing more is to be written: because of the disk, or, with one, of the sandbox. */
int disk_check(struct disk *disk, const struct sandbox *sandbox, struct problem *problem);

#endif
