/* What the parts of the engine share: how commands run (engine_bwrap_commands.c), what is kept of sandboxes and volumes
 * (engine_bwrap_storage.c), and its start and end (engine_bwrap.c). The functions of its table are described in
 * engine.h. */
#ifndef SANDBOXD_ENGINE_BWRAP_H
#define SANDBOXD_ENGINE_BWRAP_H

#include "cgroup_tree.h"
#include "engine.h"
#include "held.h"
#include "host_users.h"
#include "keeper.h"
#include "shared_sync.h"

struct bwrap_engine {
	struct engine base;
	struct keeper keeper;
	struct cgroup_tree groups;
	struct held_table held;
	struct host_users users;
	struct shared_sync sync; /* of the file system that has the folder */
	int folder;              /* <state>/bwrap, with `etc`, `sandboxes` and `volumes` in it */
	int sandboxes;           /* one folder per sandbox, named by its id */
	int volumes;             /* the same for volumes that belong to no sandbox, and for snapshots */
	sbx__buffer arguments;   /* bubblewrap's, as far as they are the same for all without an image */
	bool disables_userns;
	bool network; /* sandboxes reach other machines */
	_Atomic bool ended;
};

static inline struct bwrap_engine *bwrap_self(struct engine *engine)
{
	return (struct bwrap_engine *)engine;
}

/* ---- engine_bwrap_commands.c ---- */

/* Makes the sandbox's processes unless it has them. */
int bwrap_hold(struct bwrap_engine *bwrap, const struct sandbox *sandbox, struct problem *problem);
/* Those that are not -1. */
void bwrap_close_all(const int *descriptors, size_t count);
int bwrap_exec(struct engine *engine, const struct sandbox *sandbox, const struct command *command,
               struct engine_process *out, struct problem *problem);
void bwrap_report(struct engine *engine, int channel, struct engine_report *out);
int bwrap_explain(struct engine *engine, const struct command *command, const struct engine_report *report,
                  struct problem *problem);
void bwrap_drain(struct engine *engine, const char *id, int stream);
enum engine_state bwrap_state(struct engine *engine, const char *id);
int bwrap_freeze(struct engine *engine, const char *id, bool frozen, struct problem *problem);

/* ---- engine_bwrap_storage.c ---- */

int bwrap_identify(struct engine *engine, struct sandbox *sandbox, bool (*in_use)(void *, uid_t), void *context,
                   struct problem *problem);
/* A directory of the server's own. One that is there already gets this mode, too. */
int bwrap_make_own_directory(int parent, const char *name, mode_t mode);
int bwrap_create(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
int bwrap_destroy(struct engine *engine, const char *id, struct problem *problem);
int bwrap_each(struct engine *engine, void (*each)(void *context, const char *id), void *context);
int bwrap_repair(struct engine *engine, const struct sandbox *sandbox, struct problem *problem);
int bwrap_put_begin(struct engine *engine, const struct sandbox *sandbox, struct engine_put *out,
                    struct problem *problem);
int bwrap_put_finish(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put, const char *path,
                     struct problem *problem);
void bwrap_put_abort(struct engine *engine, const struct sandbox *sandbox, struct engine_put *put);
int bwrap_unpack(struct engine *engine, const struct sandbox *sandbox, const char *path, struct tar_unpack **out,
                 struct problem *problem);
int bwrap_get(struct engine *engine, const struct sandbox *sandbox, const char *path, bool directory,
              struct engine_file *out, struct problem *problem);
int bwrap_volume_create(struct engine *engine, const char *id, struct problem *problem);
int bwrap_volume_copy(struct engine *engine, const struct engine_copy *copy, struct problem *problem);
int bwrap_volume_destroy(struct engine *engine, const char *id, struct problem *problem);
bool bwrap_volume_exists(struct engine *engine, const char *id);
int bwrap_volume_each(struct engine *engine, void (*each)(void *context, const char *id), void *context);
int bwrap_sync(struct engine *engine, struct problem *problem);
int bwrap_usage(struct engine *engine, const char *id, uint64_t *bytes);
bool bwrap_busy(struct engine *engine, const char *id);
void bwrap_end_storage(struct engine *engine, const char *id);

#endif
