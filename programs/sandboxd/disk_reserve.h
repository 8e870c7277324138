/* Room that is kept for the databases, so that deletions can still be written down on a full disk: in their logs, which
 * nobody else can use, and in a file that is given up where that is not enough. */
#ifndef SANDBOXD_DISK_RESERVE_H
#define SANDBOXD_DISK_RESERVE_H

#include <stdbool.h>

#define DISK_RESERVE_SIZE (4 * 1024 * 1024)

/* A log begins anew when it has this many pages of 4 KiB; a sandbox's creation, with its environment, adds up to 140.
 */
#define DISK_RESERVE_STATE_LOG (2 * 1024 * 1024)
#define DISK_RESERVE_STATE_PAGES "200"
#define DISK_RESERVE_REQUEST_LOG (1024 * 1024)

/* Each is made in the state directory unless it is there. The logs have to be open, and lose their room when they are
 * closed in an orderly stop. */
void disk_reserve_make_in_logs(const char *state);
/* False when there is no room for it. */
bool disk_reserve_make_file(const char *state);
void disk_reserve_give_up(const char *state);

#endif
