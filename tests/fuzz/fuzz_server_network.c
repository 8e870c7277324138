/* Whatever a sandbox may send over its network: nothing is carried on but to other machines, and what is told of a
 * packet that was refused is a whole message that the sandbox would take. */
#include "programs/sandboxd/init/network_filter.h"
#include "programs/sandboxd/init/network_packet.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Of any two neighbours one is another machine's. */
static bool leads_out(void *context, const unsigned char *address, size_t size)
{
	*(bool *)context = true;
	FUZZ_CHECK(size == 4 || size == 16);
	return address[size - 1] & 1;
}

static bool begins(const uint8_t *address, const char *prefix, size_t length)
{
	return memcmp(address, prefix, length) == 0;
}

static void check_passed4(const uint8_t *packet, bool was_asked)
{
	const uint8_t *to = packet + 16;
	const uint8_t *ports = packet + (packet[0] & 15U) * 4U;

	if (begins(to, "\xc0\0\0\3", 4)) {
		FUZZ_CHECK(packet[9] == 6 || packet[9] == 17);
		FUZZ_CHECK(ports[2] == 0 && ports[3] == 53);
		return;
	}
	FUZZ_CHECK(was_asked && to[3] & 1);
	FUZZ_CHECK(to[0] != 0 && to[0] != 127 && to[0] < 224);
	FUZZ_CHECK(!begins(to, "\xa9\xfe", 2) && !begins(to, "\xc0\0\0", 3));
	FUZZ_CHECK(packet[9] == 6 || packet[9] == 17);
}

static void check_passed6(const uint8_t *packet, bool was_asked)
{
	static const char zeros[8];
	const uint8_t *to = packet + 24;

	FUZZ_CHECK(was_asked && to[15] & 1);
	FUZZ_CHECK(!begins(to, zeros, sizeof(zeros)));
	FUZZ_CHECK(!(to[0] == 0xFE && (to[1] & 0xC0) == 0x80) && to[0] != 0xFF);
	FUZZ_CHECK(!begins(to, "\xfd\0\x0e\xc2", 4) && !begins(to, "\xfd\0\0\0\0\0\0\0", 8));
	FUZZ_CHECK(packet[6] == 6 || packet[6] == 17);
}

/* The sum over all of it, the checksum included, has every bit set. */
static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		start += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (start >> 16)
		start = (start & 0xFFFF) + (start >> 16);
	return start;
}

static void check_refusal(const uint8_t *packet, size_t length)
{
	unsigned char message[NETWORK_REFUSAL_MAX];
	size_t size = network_write_refusal(packet, length, message);

	if (size == 0)
		return;
	FUZZ_CHECK(size <= sizeof(message));
	FUZZ_CHECK(network_filter_incoming(message, size));
	FUZZ_CHECK(message[0] >> 4 == packet[0] >> 4);
	if (message[0] >> 4 == 4) {
		FUZZ_CHECK(sum(0, message, 20) == 0xFFFF && sum(0, message + 20, size - 20) == 0xFFFF);
		FUZZ_CHECK(memcmp(message + 16, packet + 12, 4) == 0);
	} else {
		FUZZ_CHECK(sum((uint32_t)size - 40 + 58, message + 8, size - 8) == 0xFFFF);
		FUZZ_CHECK(memcmp(message + 24, packet + 8, 16) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *packet = (uint8_t *)fuzz_exact(data, size);
	bool was_asked = false;

	if (network_filter_outgoing(packet, size, leads_out, &was_asked) == NETWORK_PASS) {
		if (packet[0] >> 4 == 4)
			check_passed4(packet, was_asked);
		else
			check_passed6(packet, was_asked);
	}
	check_refusal(packet, size);
	network_filter_incoming(packet, size);
	free(packet);
	return 0;
}
