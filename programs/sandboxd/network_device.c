#include "network_device.h"

#include "init/host_routes.h"
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The whole Internet's part of the addresses: whether this machine has a way to any of it. */
static bool machine_has_ipv6(void)
{
	struct host_routes routes;
	unsigned char far[16];
	bool has = false;

	inet_pton(AF_INET6, "2000::1", far);
	if (host_routes_open(&routes) == 0)
		has = host_routes_lead_out(&routes, far, sizeof(far));
	host_routes_close(&routes);
	return has;
}

static struct ifreq request_for(const char *device)
{
	struct ifreq request = {0};
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	return request;
}

static int bring_up(int control, const char *device)
{
	struct ifreq request = request_for(device);

	if (ioctl(control, SIOCGIFFLAGS, &request) < 0)
		return -1;
	request.ifr_flags |= IFF_UP;
	return ioctl(control, SIOCSIFFLAGS, &request);
}

static int set_address(int control, unsigned long what, const char *address)
{
	struct ifreq request = request_for(NETWORK_DEVICE);
	struct sockaddr_in *value = (struct sockaddr_in *)&request.ifr_addr;

	value->sin_family = AF_INET;
	inet_pton(AF_INET, address, &value->sin_addr);
	return ioctl(control, what, &request);
}

static int add_route(int control)
{
	static char device[] = NETWORK_DEVICE;
	struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = device};

	route.rt_dst.sa_family = route.rt_genmask.sa_family = AF_INET;
	return ioctl(control, SIOCADDRT, &route);
}

static int set_up4(int control)
{
	struct ifreq request = request_for(NETWORK_DEVICE);

	request.ifr_mtu = NETWORK_MTU;
	if (ioctl(control, SIOCSIFMTU, &request) < 0 || set_address(control, SIOCSIFADDR, NETWORK_ADDRESS) < 0 ||
	    set_address(control, SIOCSIFNETMASK, "255.255.255.255") < 0 || bring_up(control, NETWORK_DEVICE) < 0)
		return -1;
	return add_route(control);
}

static int set_up6(int control)
{
	struct ifreq request = request_for(NETWORK_DEVICE);
	struct in6_ifreq address = {.ifr6_prefixlen = 128};
	struct in6_rtmsg route = {.rtmsg_flags = RTF_UP, .rtmsg_metric = 1024};

	if (ioctl(control, SIOCGIFINDEX, &request) < 0)
		return -1;
	address.ifr6_ifindex = route.rtmsg_ifindex = request.ifr_ifindex;
	inet_pton(AF_INET6, NETWORK_ADDRESS6, &address.ifr6_addr);
	if (ioctl(control, SIOCSIFADDR, &address) < 0)
		return -1;
	return ioctl(control, SIOCADDRT, &route);
}

static int set_up(bool has_ipv6)
{
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int control6 = has_ipv6 ? socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	int result = -1;

	if (control >= 0 && bring_up(control, "lo") == 0 && set_up4(control) == 0)
		result = control6 < 0 ? 0 : set_up6(control6);
	int saved = errno;
	if (control >= 0)
		close(control);
	if (control6 >= 0)
		close(control6);
	errno = saved;
	return result;
}

int network_device_make(void)
{
	bool has_ipv6 = machine_has_ipv6();
	struct ifreq request = request_for(NETWORK_DEVICE);

	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (device < 0)
		return -1;
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	/* It lasts as long as the namespace: its end would be waited for otherwise, with every sandbox's. */
	if (ioctl(device, TUNSETIFF, &request) == 0 && ioctl(device, TUNSETPERSIST, 1) == 0 && set_up(has_ipv6) == 0)
		return device;
	int saved = errno;
	close(device);
	errno = saved;
	return -1;
}
