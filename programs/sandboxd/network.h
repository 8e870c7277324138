/* What the network of a sandbox looks like from within. Its addresses are of a block that no network uses (RFC 6890),
 * so that they hide nobody's; but those of IPv6, which are the helper's choice. */
#ifndef SANDBOXD_NETWORK_H
#define SANDBOXD_NETWORK_H

#define NETWORK_DEVICE "net0"
#define NETWORK_ADDRESS "192.0.0.100"
#define NETWORK_ADDRESS6 "fd00::100"
/* What is sent there the helper passes on to the machine's resolver. */
#define NETWORK_RESOLVER "192.0.0.3"
/* The blocks that the helper plays a network in. */
#define NETWORK_BLOCK "192.0.0.0"
#define NETWORK_BLOCK_BITS 24
#define NETWORK_BLOCK6 "fd00::"
#define NETWORK_BLOCK6_BITS 64

/* The largest packet. */
#define NETWORK_MTU 65520
#define NETWORK_MTU_TEXT "65520"

/* The program that carries packets on, which is a package of this name, too. */
#define NETWORK_HELPER "slirp4netns"

#endif
