#include "network_filter.h"

#include "../network.h"
#include "network_packet.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range {
	const char *network;
	unsigned int bits;
};

/* Never reached, whatever the machine's routes say: where no other machine is, or where clouds tell a machine who it is
 * and what it may do. */
static const struct range refused4[] = {
        {"0.0.0.0", 8},
        {"127.0.0.0", 8},
        {"169.254.0.0", 16}, /* link-local; metadata of most clouds */
        {NETWORK_BLOCK, NETWORK_BLOCK_BITS},
        {"100.100.100.200", 32}, /* metadata: Alibaba */
        {"168.63.129.16", 32},   /* Azure */
        {"224.0.0.0", 3},        /* multicast and broadcast */
};
static const struct range refused6[] = {
        {"::", 64},     /* unspecified, loopback, and IPv4 addresses in all their forms */
        {"2002::", 16}, /* the same, in a tunnel of the machine's */
        {NETWORK_BLOCK6, NETWORK_BLOCK6_BITS},
        {"fd00:ec2::", 32}, /* metadata: Amazon */
        {"fd20:ce::", 32},  /* Google */
        {"fe80::", 10},     /* link-local */
        {"ff00::", 8},      /* multicast */
};

static bool is_in(const struct range *range, const unsigned char *address, size_t size)
{
	unsigned char network[16];
	unsigned int whole = range->bits / 8, rest = range->bits % 8;

	inet_pton(size == 4 ? AF_INET : AF_INET6, range->network, network);
	return memcmp(network, address, whole) == 0 &&
	       (rest == 0 || (network[whole] ^ address[whole]) >> (8 - rest) == 0);
}

static bool is_refused4(const unsigned char *address)
{
	for (size_t i = 0; i < sizeof(refused4) / sizeof(refused4[0]); i++)
		if (is_in(&refused4[i], address, 4))
			return true;
	return false;
}

/* An IPv4 address that a translator of the network's makes of it is judged as such. */
static bool is_refused6(const unsigned char *address)
{
	static const struct range translated = {"64:ff9b::", 96};

	for (size_t i = 0; i < sizeof(refused6) / sizeof(refused6[0]); i++)
		if (is_in(&refused6[i], address, 16))
			return true;
	return is_in(&translated, address, 16) && is_refused4(address + 12);
}

/* The one service of the machine's that a sandbox reaches: the helper passes what is for this address on to the
 * machine's resolver. */
static bool is_for_resolver(const struct network_header *header, const unsigned char *packet, size_t length)
{
	unsigned char resolver[4];

	inet_pton(AF_INET, NETWORK_RESOLVER, resolver);
	return header->version == 4 && !header->is_later_fragment && length >= header->length + 8 &&
	       memcmp(header->to, resolver, sizeof(resolver)) == 0 && packet[header->length + 2] == 0 &&
	       packet[header->length + 3] == 53;
}

enum network_verdict network_filter_outgoing(const unsigned char *packet, size_t length, network_leads_out *leads_out,
                                             void *context)
{
	struct network_header header;

	if (!network_header_read(packet, length, &header))
		return NETWORK_DROP;
	if (header.protocol != IPPROTO_TCP && header.protocol != IPPROTO_UDP)
		return NETWORK_DROP;
	if (is_for_resolver(&header, packet, length))
		return NETWORK_PASS;
	if (header.version == 4 ? is_refused4(header.to) : is_refused6(header.to))
		return NETWORK_REFUSE;
	return leads_out(context, header.to, header.address_size) ? NETWORK_PASS : NETWORK_REFUSE;
}

bool network_filter_incoming(const unsigned char *packet, size_t length)
{
	struct network_header header;

	if (!network_header_read(packet, length, &header))
		return false;
	/* Errors; what is no error sets up routers and neighbours. */
	if (header.version == 6 && header.protocol == IPPROTO_ICMPV6)
		return length > header.length && packet[header.length] < ICMP6_ECHO_REQUEST;
	return header.protocol == IPPROTO_TCP || header.protocol == IPPROTO_UDP || header.protocol == IPPROTO_ICMP;
}
