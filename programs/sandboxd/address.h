/* A TCP address by its numbers, "127.0.0.1:80" or "[::1]:80". */
#ifndef SANDBOXD_ADDRESS_H
#define SANDBOXD_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

/* Of an address without brackets, and a port. False where it is none. */
bool address_make(union address *out, const char *host, long port);
/* Of both in one text. */
bool address_parse(union address *out, const char *text);
socklen_t address_size(const union address *address);
int address_port(const union address *address);
/* Only this machine can reach it. */
bool address_is_loopback(const union address *address);
/* Every one of this machine's addresses. */
bool address_is_any(const union address *address);
/* As in a URL, an IPv6 address in brackets; without the port. */
#define ADDRESS_HOST_SIZE 64
void address_host(const union address *address, char out[ADDRESS_HOST_SIZE]);

#endif
