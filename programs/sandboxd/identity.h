/* Whose permissions count when the server touches a sandbox's files: the sandbox's own, never root's. */
#ifndef SANDBOXD_IDENTITY_H
#define SANDBOXD_IDENTITY_H

#include <sys/types.h>

/* The calling thread reads and writes files as this user until identity_leave. Does nothing when the server is not
 * root: it and its sandboxes are one user then. */
void identity_enter(uid_t uid, gid_t gid);
void identity_leave(void);

#endif
