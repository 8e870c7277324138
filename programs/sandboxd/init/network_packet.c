#include "network_packet.h"

#include "../network.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <string.h>

static bool read_header4(const unsigned char *packet, size_t length, struct network_header *out)
{
	size_t size = (packet[0] & 15U) * 4U;

	if (length < 20 || size < 20 || length < size || (size_t)(packet[2] << 8 | packet[3]) != length)
		return false;
	*out = (struct network_header){
	        .version = 4,
	        .length = size,
	        .protocol = packet[9],
	        .from = packet + 12,
	        .to = packet + 16,
	        .address_size = 4,
	        .is_later_fragment = ((packet[6] & 0x1FU) | packet[7]) != 0,
	};
	return true;
}

/* One with extension headers has the first of them for a protocol, and goes nowhere. */
static bool read_header6(const unsigned char *packet, size_t length, struct network_header *out)
{
	if (length < 40 || (size_t)(packet[4] << 8 | packet[5]) != length - 40)
		return false;
	*out = (struct network_header){
	        .version = 6,
	        .length = 40,
	        .protocol = packet[6],
	        .from = packet + 8,
	        .to = packet + 24,
	        .address_size = 16,
	};
	return true;
}

bool network_header_read(const unsigned char *packet, size_t length, struct network_header *out)
{
	if (length == 0)
		return false;
	if (packet[0] >> 4 == 4)
		return read_header4(packet, length, out);
	return packet[0] >> 4 == 6 && read_header6(packet, length, out);
}

/* ---- refusals ---- */

static uint32_t add(uint32_t sum, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static void put_checksum(unsigned char *at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	at[0] = (unsigned char)(~sum >> 8);
	at[1] = (unsigned char)~sum;
}

/* With the addresses and the length, which are not a part of the message. */
static void put_checksum6(unsigned char *packet, size_t length)
{
	put_checksum(packet + 42, add((uint32_t)length + IPPROTO_ICMPV6, packet + 8, 32 + length));
}

static size_t refusal4(const struct network_header *header, const unsigned char *packet, size_t length,
                       unsigned char *out)
{
	size_t quoted = header->length + 8 < length ? header->length + 8 : length;
	size_t total = 20 + 8 + quoted;

	if (total > NETWORK_REFUSAL_MAX)
		return 0;
	memset(out, 0, 28);
	out[0] = 0x45;
	out[3] = (unsigned char)total;
	out[8] = 64;
	out[9] = IPPROTO_ICMP;
	memcpy(out + 12, header->to, 4);
	memcpy(out + 16, header->from, 4);
	put_checksum(out + 10, add(0, out, 20));
	out[20] = ICMP_DEST_UNREACH;
	out[21] = ICMP_PKT_FILTERED;
	memcpy(out + 28, packet, quoted);
	put_checksum(out + 22, add(0, out + 20, 8 + quoted));
	return total;
}

static size_t refusal6(const struct network_header *header, const unsigned char *packet, size_t length,
                       unsigned char *out)
{
	size_t quoted = length < 48 ? length : 48;
	size_t total = 40 + 8 + quoted;

	memset(out, 0, 48);
	out[0] = 0x60;
	out[5] = (unsigned char)(8 + quoted);
	out[6] = IPPROTO_ICMPV6;
	out[7] = 64;
	memcpy(out + 8, header->to, 16);
	memcpy(out + 24, header->from, 16);
	out[40] = ICMP6_DST_UNREACH;
	out[41] = ICMP6_DST_UNREACH_ADMIN;
	memcpy(out + 48, packet, quoted);
	put_checksum6(out, 8 + quoted);
	return total;
}

/* An error tells of no error, and of the first part of a packet only. */
size_t network_write_refusal(const unsigned char *packet, size_t length, unsigned char out[NETWORK_REFUSAL_MAX])
{
	struct network_header header;

	if (!network_header_read(packet, length, &header) || header.is_later_fragment)
		return 0;
	return header.version == 4 ? refusal4(&header, packet, length, out) : refusal6(&header, packet, length, out);
}

/* ---- frames ---- */

static const unsigned char sandbox_mac[] = {2, 0, 0, 0, 0, 2};
static const unsigned char helper_mac[] = {2, 0, 0, 0, 0, 1};

static void put_frame_header(unsigned char *out, unsigned int type)
{
	memcpy(out, helper_mac, sizeof(helper_mac));
	memcpy(out + 6, sandbox_mac, sizeof(sandbox_mac));
	out[12] = (unsigned char)(type >> 8);
	out[13] = (unsigned char)type;
}

void network_write_frame_header(unsigned char out[NETWORK_FRAME_HEADER_SIZE], bool is_ipv6)
{
	put_frame_header(out, is_ipv6 ? 0x86DD : 0x0800);
}

/* An answer of ARP. */
void network_write_neighbour4(unsigned char out[NETWORK_NEIGHBOUR4_SIZE])
{
	static const unsigned char answer[] = {0, 1, 8, 0, 6, 4, 0, 2};
	unsigned char *arp = out + NETWORK_FRAME_HEADER_SIZE;

	put_frame_header(out, 0x0806);
	memcpy(arp, answer, sizeof(answer));
	memcpy(arp + 8, sandbox_mac, sizeof(sandbox_mac));
	inet_pton(AF_INET, NETWORK_ADDRESS, arp + 14);
	memcpy(arp + 18, helper_mac, sizeof(helper_mac));
	inet_pton(AF_INET, NETWORK_RESOLVER, arp + 24);
}

/* A neighbour advertisement. */
void network_write_neighbour6(unsigned char out[NETWORK_NEIGHBOUR6_SIZE])
{
	unsigned char *ip = out + NETWORK_FRAME_HEADER_SIZE, *icmp = ip + 40;

	memset(out, 0, NETWORK_NEIGHBOUR6_SIZE);
	put_frame_header(out, 0x86DD);
	ip[0] = 0x60;
	ip[5] = 32;
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = 255;
	inet_pton(AF_INET6, NETWORK_ADDRESS6, ip + 8);
	inet_pton(AF_INET6, "ff02::1", ip + 24);
	icmp[0] = ND_NEIGHBOR_ADVERT;
	icmp[4] = 0x20; /* in place of what was known before */
	inet_pton(AF_INET6, NETWORK_ADDRESS6, icmp + 8);
	icmp[24] = ND_OPT_TARGET_LINKADDR;
	icmp[25] = 1;
	memcpy(icmp + 26, sandbox_mac, sizeof(sandbox_mac));
	put_checksum6(ip, 32);
}
