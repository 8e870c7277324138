/* Reading what a sandbox sends, and what is written in the name of the others. */
#ifndef SANDBOXD_INIT_NETWORK_PACKET_H
#define SANDBOXD_INIT_NETWORK_PACKET_H

#include <stdbool.h>
#include <stddef.h>

/* What there is to know of a packet. */
struct network_header {
	unsigned int version;
	size_t length;
	unsigned int protocol;
	const unsigned char *from;
	const unsigned char *to;
	size_t address_size;
	bool is_later_fragment;
};

/* The packet has to be whole, and nothing more. */
bool network_header_read(const unsigned char *packet, size_t length, struct network_header *out);

/* Writes the ICMP message that tells a packet's sender that it was refused, and returns its length: 0 where there is
 * none. */
#define NETWORK_REFUSAL_MAX 96
size_t network_write_refusal(const unsigned char *packet, size_t length, unsigned char out[NETWORK_REFUSAL_MAX]);

/* Ethernet's frame around a packet, from the sandbox to the helper. Its addresses do not matter: there are two ends,
 * and each takes all. */
#define NETWORK_FRAME_HEADER_SIZE 14
void network_write_frame_header(unsigned char out[NETWORK_FRAME_HEADER_SIZE], bool is_ipv6);
/* What a neighbour says of itself, as a frame: the sandbox's device has no addresses of Ethernet, and answers no
 * question for them. */
#define NETWORK_NEIGHBOUR4_SIZE (NETWORK_FRAME_HEADER_SIZE + 28)
void network_write_neighbour4(unsigned char out[NETWORK_NEIGHBOUR4_SIZE]);
#define NETWORK_NEIGHBOUR6_SIZE (NETWORK_FRAME_HEADER_SIZE + 40 + 32)
void network_write_neighbour6(unsigned char out[NETWORK_NEIGHBOUR6_SIZE]);

#endif
