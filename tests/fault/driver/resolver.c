/*
 * A resolver of made-up names, in the place of the C library's for everything in this process. Loopback is all that it
 * leads to.
 *
 *     slow.fault.test      127.0.0.1, after 8 seconds
 *     unknown.fault.test   does not exist, nor does what is below it
 *     two.fault.test       127.0.0.2, where nobody listens, then 127.0.0.1
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SLOW_SECONDS 8

typedef int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int look_up(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	resolve real;
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real ? real(node, service, hints, found) : EAI_FAIL;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name);
	return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int look_up_two(const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	struct addrinfo *second = NULL;
	int failure = look_up("127.0.0.2", service, hints, found);
	if (failure == 0)
		failure = look_up("127.0.0.1", service, hints, &second);
	if (failure == 0) {
		struct addrinfo *last = *found;
		while (last->ai_next)
			last = last->ai_next;
		last->ai_next = second;
	}
	return failure;
}

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints, struct addrinfo **found)
{
	if (node && ends_with(node, "unknown.fault.test"))
		return EAI_NONAME;
	if (node && strcmp(node, "two.fault.test") == 0)
		return look_up_two(service, hints, found);
	if (node && strcmp(node, "slow.fault.test") == 0) {
		sleep(SLOW_SECONDS);
		node = "127.0.0.1";
	}
	return look_up(node, service, hints, found);
}
