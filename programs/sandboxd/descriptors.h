/* How the open files that the system allows the server are divided: what sandboxes hold while they have processes is
 * not taken from connections, without which nobody could delete one. */
#ifndef SANDBOXD_DESCRIPTORS_H
#define SANDBOXD_DESCRIPTORS_H

#include <stdint.h>
#include <sys/resource.h>

/* More connections are not served, whatever is allowed. */
#define CONNECTIONS_MAX 4096

/* With this many open files nothing is short. */
rlim_t descriptors_wanted(int64_t sandboxes);
/* How many sandboxes can have processes at once. */
unsigned int descriptors_for_sandboxes(rlim_t limit);
/* How many connections there can be beside so many sandboxes. */
unsigned int descriptors_for_connections(rlim_t limit, int64_t sandboxes);

#endif
