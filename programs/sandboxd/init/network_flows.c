#include "network_flows.h"

#include "network_packet.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#define FLOWS 4096
#define PORT_SIZE 2

/* Zero in all of it stands for none: port 0 is nobody's. */
struct flow {
	unsigned char peer[16];
	unsigned char own_port[PORT_SIZE];
	unsigned char port[PORT_SIZE];
};

static struct flow flows[FLOWS];

static struct flow *place_of(const struct flow *flow)
{
	const unsigned char *bytes = (const unsigned char *)flow;
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < sizeof(*flow); i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return &flows[(hash ^ hash >> 16) % FLOWS];
}

static bool is_datagram(const unsigned char *packet, size_t length, struct network_header *header)
{
	return network_header_read(packet, length, header) && header->protocol == IPPROTO_UDP;
}

static bool has_ports(const struct network_header *header, size_t length)
{
	return !header->is_later_fragment && length >= header->length + 2 * PORT_SIZE;
}

void network_flows_note(const unsigned char *packet, size_t length)
{
	struct network_header header;
	struct flow flow = {0};

	if (!is_datagram(packet, length, &header) || !has_ports(&header, length))
		return;
	memcpy(flow.peer, header.to, header.address_size);
	memcpy(flow.own_port, packet + header.length, PORT_SIZE);
	memcpy(flow.port, packet + header.length + PORT_SIZE, PORT_SIZE);
	*place_of(&flow) = flow;
}

/* What comes later of one in fragments is of no use without the first of them. */
bool network_flows_expect(const unsigned char *packet, size_t length)
{
	struct network_header header;
	struct flow flow = {0};

	if (!is_datagram(packet, length, &header) || header.is_later_fragment)
		return true;
	if (!has_ports(&header, length))
		return false;
	memcpy(flow.peer, header.from, header.address_size);
	memcpy(flow.port, packet + header.length, PORT_SIZE);
	memcpy(flow.own_port, packet + header.length + PORT_SIZE, PORT_SIZE);
	return memcmp(place_of(&flow), &flow, sizeof(flow)) == 0;
}
