#include "../network.h"
#include "host_routes.h"
#include "network.h"
#include "network_filter.h"
#include "network_flows.h"
#include "network_packet.h"
#include "passing.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many packets one side may have before it is the other's turn. */
#define TURN 64

#define FRAME_MAX (NETWORK_FRAME_HEADER_SIZE + NETWORK_MTU)

static int device = -1;
static struct host_routes routes;
/* What the helper had no room for; it is sent before anything else. */
static unsigned char frame[FRAME_MAX];
static size_t waiting;

/* A sandbox whose device is gone is gone itself. */
static void check_device(void)
{
	if (errno != EAGAIN && errno != EINTR && errno != EINVAL && errno != EIO && errno != ENOMEM)
		_exit(0);
}

static bool leads_out(void *context, const unsigned char *address, size_t size)
{
	return host_routes_lead_out(context, address, size);
}

static void refuse(const unsigned char *packet, size_t length)
{
	unsigned char message[NETWORK_REFUSAL_MAX];
	size_t size = network_write_refusal(packet, length, message);

	if (size > 0 && write(device, message, size) < 0)
		check_device();
}

static void send_frame(size_t length)
{
	ssize_t sent = send(network_helper, frame, length, MSG_NOSIGNAL);

	waiting = sent < 0 && (errno == EAGAIN || errno == EINTR) ? length : 0;
	if (sent < 0 && waiting == 0 && errno != EMSGSIZE && errno != ENOBUFS)
		network_helper_end();
}

/* Takes one packet from the sandbox. Returns false when there is none. */
static bool take_packet(void)
{
	unsigned char *packet = frame + NETWORK_FRAME_HEADER_SIZE;
	ssize_t got = read(device, packet, NETWORK_MTU);

	if (got < 0)
		check_device();
	if (got <= 0)
		return false;
	enum network_verdict verdict = network_filter_outgoing(packet, (size_t)got, leads_out, &routes);
	if (verdict == NETWORK_REFUSE)
		refuse(packet, (size_t)got);
	if (verdict != NETWORK_PASS)
		return true;
	if (network_helper < 0)
		network_helper_start();
	if (network_helper >= 0) {
		network_flows_note(packet, (size_t)got);
		network_write_frame_header(frame, packet[0] >> 4 == 6);
		send_frame(NETWORK_FRAME_HEADER_SIZE + (size_t)got);
	}
	return true;
}

/* Takes one frame from the helper. Returns false when there is none. */
static bool take_frame(void)
{
	static unsigned char incoming[FRAME_MAX];
	const unsigned char *packet = incoming + NETWORK_FRAME_HEADER_SIZE;
	ssize_t got = recv(network_helper, incoming, sizeof(incoming), 0);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		network_helper_end();
	if (got <= 0)
		return false;
	if (got > NETWORK_FRAME_HEADER_SIZE) {
		size_t length = (size_t)got - NETWORK_FRAME_HEADER_SIZE;
		if (network_filter_incoming(packet, length) && network_flows_expect(packet, length) &&
		    write(device, packet, length) < 0)
			check_device();
	}
	return true;
}

static void look_around(void)
{
	struct pollfd fds[] = {
	        {.fd = device, .events = waiting ? 0 : POLLIN},
	        {.fd = network_helper, .events = (short)(waiting ? POLLIN | POLLOUT : POLLIN)},
	};

	if (poll(fds, 2, -1) < 0)
		return;
	for (int i = 0; fds[1].revents & ~POLLOUT && i < TURN && network_helper >= 0 && take_frame(); i++)
		;
	if (network_helper < 0)
		waiting = 0;
	else if (waiting && fds[1].revents & POLLOUT)
		send_frame(waiting);
	for (int i = 0; fds[0].revents && i < TURN && !waiting && take_packet(); i++)
		;
}

static bool receive_device(void)
{
	int descriptors[PASSING_MAX];
	size_t count;
	char byte;

	if (passing_receive(INIT_NETWORK_LINK, &byte, sizeof(byte), descriptors, &count) <= 0 || count != 1)
		return false;
	device = descriptors[0];
	close(INIT_NETWORK_LINK);
	return true;
}

_Noreturn void network_relay(void)
{
	prctl(PR_SET_NAME, "sandboxd-net");
	prctl(PR_SET_DUMPABLE, 0);
	fcntl(INIT_NETWORK_LINK, F_SETFD, FD_CLOEXEC);
	fcntl(INIT_NETWORK_HELPER, F_SETFD, FD_CLOEXEC);
	if (host_routes_open(&routes) < 0 || !receive_device())
		_exit(1);
	for (;;)
		look_around();
}
