/* Which socket a connection has, and which of them are closed to make room. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support.h"
#include "transport_curl_sockets.h"

static int port_of(int descriptor)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
	return ntohs(address.sin_port);
}

static struct sockaddr_in address_of(const char *text, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
	return address;
}

static int listener_of(const char *text)
{
	struct sockaddr_in address = address_of(text, 0);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(descriptor, 8), 0);
	return descriptor;
}

/* A connection from that address, and port if it is not 0. */
static int open_from(sbx__curl_sockets *sockets, const char *local, int port, const char *remote, int remote_port)
{
	struct sockaddr_in from = address_of(local, port);
	struct sockaddr_in to = address_of(remote, remote_port);
	int on = 1;
	int descriptor = sbx__curl_sockets_open(sockets, AF_INET, SOCK_STREAM, 0);
	assert_true(descriptor >= 0);
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&from, sizeof from), 0);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&to, sizeof to), 0);
	return descriptor;
}

static bool was_shut(int descriptor)
{
	struct pollfd polled = {.fd = descriptor, .events = POLLIN};
	return poll(&polled, 1, 0) == 1 && (polled.revents & POLLHUP);
}

static void sockets_with_one_port_are_told_apart(void **state)
{
	(void)state;
	sbx__curl_sockets sockets;
	sbx__curl_sockets_init(&sockets);
	int servers[2] = {listener_of("127.0.0.1"), listener_of("127.0.0.1")};
	int ports[2] = {port_of(servers[0]), port_of(servers[1])};
	int first = open_from(&sockets, "127.0.0.1", 0, "127.0.0.1", ports[0]);
	int port = port_of(first);
	int other_server = open_from(&sockets, "127.0.0.1", port, "127.0.0.1", ports[1]);
	int other_address = open_from(&sockets, "127.0.0.2", port, "127.0.0.1", ports[0]);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(
		        sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.1", "127.0.0.1", port, ports[0]}),
		        first);
		assert_int_equal(
		        sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.1", "127.0.0.1", port, ports[1]}),
		        other_server);
		assert_int_equal(
		        sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.2", "127.0.0.1", port, ports[0]}),
		        other_address);
	}
	assert_int_equal(sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.2", "127.0.0.1", port, ports[1]}),
	                 -1);
	assert_int_equal(sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"", "", 0, 0}), -1);
	/* One that is closed is not found, the others still are. */
	sbx__curl_sockets_close(&sockets, other_address);
	assert_int_equal(sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.2", "127.0.0.1", port, ports[0]}),
	                 -1);
	assert_int_equal(sbx__curl_sockets_find(&sockets, &(sbx__curl_tuple){"127.0.0.1", "127.0.0.1", port, ports[0]}),
	                 first);
	sbx__curl_sockets_close(&sockets, first);
	sbx__curl_sockets_close(&sockets, other_server);
	close(servers[0]);
	close(servers[1]);
	sbx__curl_sockets_free(&sockets);
}

static void what_is_shed_is_what_was_idle_for_longest(void **state)
{
	(void)state;
	sbx__curl_sockets sockets;
	sbx__hub_share share = {0};
	sbx__curl_hold holds[4];
	int opened[4];
	sbx__curl_sockets_init(&sockets);
	sockets.share = &share;
	int server = listener_of("127.0.0.1");
	sbx__curl_tuple tuple = {"127.0.0.1", "127.0.0.1", 1, 1};
	for (int index = 0; index < 4; index++) {
		opened[index] = open_from(&sockets, "127.0.0.1", 0, "127.0.0.1", port_of(server));
		assert_true(sbx__curl_sockets_hold(&sockets, opened[index], &tuple, &holds[index]));
	}
	assert_int_equal(share.parked, 0);
	/* What is in use is left alone, whoever wants room. */
	sbx__curl_sockets_shed(&sockets, 0);
	for (int index = 0; index < 4; index++)
		assert_false(was_shut(opened[index]));
	static const int order[] = {2, 0, 3};
	for (int index = 0; index < 3; index++)
		sbx__curl_sockets_let_go(&sockets, &holds[order[index]]);
	assert_int_equal(share.parked, 3);
	sbx__curl_sockets_shed(&sockets, 1);
	assert_int_equal(share.parked, 1);
	assert_true(was_shut(opened[2]) && was_shut(opened[0]));
	assert_false(was_shut(opened[3]) || was_shut(opened[1]));
	/* It is not taken up again, and the other is. */
	assert_false(sbx__curl_sockets_hold(&sockets, opened[2], &tuple, &holds[2]));
	assert_true(sbx__curl_sockets_hold(&sockets, opened[3], &tuple, &holds[3]));
	assert_int_equal(share.parked, 0);
	/* One that is closed while it is in use does not become idle, and neither does the next with its number. */
	sbx__curl_sockets_close(&sockets, opened[3]);
	int next = open_from(&sockets, "127.0.0.1", 0, "127.0.0.1", port_of(server));
	assert_int_equal(next, opened[3]);
	sbx__curl_sockets_let_go(&sockets, &holds[3]);
	assert_int_equal(share.parked, 0);
	for (int index = 0; index < 4; index++)
		sbx__curl_sockets_close(&sockets, opened[index]);
	close(server);
	sbx__curl_sockets_free(&sockets);
}

static void several_exchanges_may_share_one(void **state)
{
	(void)state;
	sbx__curl_sockets sockets;
	sbx__hub_share share = {0};
	sbx__curl_hold holds[2];
	sbx__curl_sockets_init(&sockets);
	sockets.share = &share;
	int server = listener_of("127.0.0.1");
	int opened = open_from(&sockets, "127.0.0.1", 0, "127.0.0.1", port_of(server));
	sbx__curl_tuple tuple = {"127.0.0.1", "127.0.0.1", port_of(opened), port_of(server)};
	assert_true(sbx__curl_sockets_hold(&sockets, -1, &tuple, &holds[0]));
	assert_true(sbx__curl_sockets_hold(&sockets, -1, &tuple, &holds[1]));
	assert_int_equal(holds[1].descriptor, opened);
	sbx__curl_sockets_let_go(&sockets, &holds[0]);
	assert_int_equal(share.parked, 0);
	sbx__curl_sockets_let_go(&sockets, &holds[1]);
	assert_int_equal(share.parked, 1);
	sbx__curl_sockets_close(&sockets, opened);
	assert_int_equal(share.parked, 0);
	close(server);
	sbx__curl_sockets_free(&sockets);
}

static void unix_sockets_are_shed_when_none_is_in_use(void **state)
{
	(void)state;
	sbx__curl_sockets sockets;
	sbx__hub_share share = {0};
	sbx__curl_hold holds[2];
	int opened[2];
	sbx__curl_sockets_init(&sockets);
	sockets.share = &share;
	sbx__curl_tuple tuple = {"", "", 0, 0};
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0sbx-test-sockets"};
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server, 8), 0);
	for (int index = 0; index < 2; index++) {
		opened[index] = sbx__curl_sockets_open(&sockets, AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(opened[index], (struct sockaddr *)&address, sizeof address), 0);
		assert_true(sbx__curl_sockets_hold(&sockets, opened[index], &tuple, &holds[index]));
	}
	sbx__curl_sockets_let_go(&sockets, &holds[0]);
	assert_int_equal(share.parked, 1);
	sbx__curl_sockets_shed(&sockets, 0);
	assert_false(was_shut(opened[0]) || was_shut(opened[1]));
	sbx__curl_sockets_let_go(&sockets, &holds[1]);
	assert_int_equal(share.parked, 2);
	uint64_t before = sbx__curl_sockets_anonymous_sheds(&sockets);
	sbx__curl_sockets_shed(&sockets, 1);
	assert_int_equal(share.parked, 1);
	assert_int_equal(was_shut(opened[0]) + was_shut(opened[1]), 1);
	assert_int_equal(sbx__curl_sockets_anonymous_sheds(&sockets), before + 1);
	sbx__curl_sockets_close(&sockets, opened[0]);
	sbx__curl_sockets_close(&sockets, opened[1]);
	close(server);
	assert_int_equal(share.parked, 0);
	sbx__curl_sockets_free(&sockets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sockets_with_one_port_are_told_apart),
	        cmocka_unit_test(what_is_shed_is_what_was_idle_for_longest),
	        cmocka_unit_test(several_exchanges_may_share_one),
	        cmocka_unit_test(unix_sockets_are_shed_when_none_is_in_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
