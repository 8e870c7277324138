/* The address of this machine that HTTP is served at. Addresses are numbers, "127.0.0.1" or "::1". */
#ifndef MCP_LISTENER_H
#define MCP_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#define LISTENER_ADDRESS "127.0.0.1"
/* An address as in a URL: an IPv6 one in brackets, perhaps with a zone. */
#define LISTENER_HOST_SIZE 80

bool listener_is_address(const char *address);
/* Only this machine can reach it. */
bool listener_is_loopback(const char *address);
/* It stands for every one of this machine's addresses. */
bool listener_is_any(const char *address);
/* Listens; the port is given out, and the host. Returns the socket; -1: it was said why there is none. */
int listener_open(const char *address, unsigned int port, unsigned int *given, char host[LISTENER_HOST_SIZE]);

#endif
