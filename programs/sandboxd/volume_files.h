/* The files of volumes and snapshots: a folder each, beneath one that is the server's own. */
#ifndef SANDBOXD_VOLUME_FILES_H
#define SANDBOXD_VOLUME_FILES_H

#include "tree_copy.h"

/* These return 0, or -1 with errno. */
int volume_files_create(int volumes, const char *id);
/* Also what is left of one that was only half copied or half destroyed. */
int volume_files_destroy(int volumes, const char *id);
/* The new one is there whole or not at all. Of `what` its parent, name and question are the caller's. */
int volume_files_copy(int volumes, const char *id, const struct tree_copy *what);
bool volume_files_exist(int volumes, const char *id);

#endif
