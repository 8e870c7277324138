/* Where this machine would send a packet. */
#ifndef SANDBOXD_INIT_HOST_ROUTES_H
#define SANDBOXD_INIT_HOST_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_ROUTES_KEPT 64

/* Answers are kept for a second. */
struct host_routes {
	int netlink;
	struct host_route {
		unsigned char address[16];
		size_t size;
		int64_t until_ms;
		bool leads_out;
	} kept[HOST_ROUTES_KEPT];
};

/* Returns 0, or -1 with errno. */
int host_routes_open(struct host_routes *routes);
void host_routes_close(struct host_routes *routes);
/* Whether an address, of 4 or 16 bytes, is another machine's and there is a way to it: not one of this machine's own,
 * whatever interface has it, and not a broadcast or multicast. */
bool host_routes_lead_out(struct host_routes *routes, const unsigned char *address, size_t size);

#endif
