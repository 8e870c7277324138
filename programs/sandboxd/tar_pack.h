/* A directory as a tar archive, made while it is read. The more files have several names the more memory it takes, and
 * nothing else makes a difference. */
#ifndef SANDBOXD_TAR_PACK_H
#define SANDBOXD_TAR_PACK_H

#include <sys/types.h>

struct tar_pack;

/* Takes over the descriptor of the directory, which is read as this user. NULL when there is no memory. */
struct tar_pack *tar_pack_new(int directory, uid_t uid, gid_t gid);
/* Gives out some bytes more. Returns 0 at the archive's end, and -1 when it cannot be made whole. */
ssize_t tar_pack_read(struct tar_pack *pack, char *buffer, size_t size);
void tar_pack_free(struct tar_pack *pack);

#endif
