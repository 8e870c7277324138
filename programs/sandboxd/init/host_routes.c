#include "host_routes.h"

#include "../clock.h"

#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEPT_MS 1000

struct question {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	unsigned char address[16];
};

int host_routes_open(struct host_routes *routes)
{
	*routes = (struct host_routes){.netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
	return routes->netlink < 0 ? -1 : 0;
}

void host_routes_close(struct host_routes *routes)
{
	if (routes->netlink >= 0)
		close(routes->netlink);
	routes->netlink = -1;
}

/* The kernel answers within the call that asks. What it refuses to answer has no route. */
static bool ask(const struct host_routes *routes, const unsigned char *address, size_t size)
{
	struct question question = {
	        .header = {.nlmsg_len = (uint32_t)(offsetof(struct question, address) + size),
		           .nlmsg_type = RTM_GETROUTE,
		           .nlmsg_flags = NLM_F_REQUEST},
	        .route = {.rtm_family = size == 4 ? AF_INET : AF_INET6, .rtm_dst_len = (unsigned char)(size * 8)},
	        .attribute = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = RTA_DST},
	};
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} answer;
	const struct rtmsg *route = NLMSG_DATA(&answer.header);

	memcpy(question.address, address, size);
	if (send(routes->netlink, &question, question.header.nlmsg_len, 0) < 0)
		return false;
	ssize_t got = recv(routes->netlink, &answer, sizeof(answer), 0);
	return got >= (ssize_t)NLMSG_LENGTH(sizeof(*route)) && answer.header.nlmsg_type == RTM_NEWROUTE &&
	       route->rtm_type == RTN_UNICAST;
}

bool host_routes_lead_out(struct host_routes *routes, const unsigned char *address, size_t size)
{
	unsigned int sum = 0;
	int64_t now = monotonic_ms();

	for (size_t i = 0; i < size; i++)
		sum = sum * 31 + address[i];
	struct host_route *route = &routes->kept[sum % HOST_ROUTES_KEPT];
	if (route->size == size && route->until_ms > now && memcmp(route->address, address, size) == 0)
		return route->leads_out;
	*route = (struct host_route){.size = size, .until_ms = now + KEPT_MS};
	memcpy(route->address, address, size);
	route->leads_out = ask(routes, address, size);
	return route->leads_out;
}
