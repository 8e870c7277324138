/* Whom a sandbox has sent datagrams: who else sends one to the helper's port has not been asked. For connections the
 * kernel knows. */
#ifndef SANDBOXD_INIT_NETWORK_FLOWS_H
#define SANDBOXD_INIT_NETWORK_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

/* Notes whom a packet goes to that was let out. */
void network_flows_note(const unsigned char *packet, size_t length);
/* Whether a packet that comes in is of one that is noted, or no datagram. With very many peers those from long ago are
 * forgotten. */
bool network_flows_expect(const unsigned char *packet, size_t length);

#endif
