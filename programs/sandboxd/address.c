#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool address_make(union address *out, const char *host, long port)
{
	union address address = {.room = {0}};

	if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons((unsigned short)port);
	} else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons((unsigned short)port);
	} else {
		return false;
	}
	*out = address;
	return true;
}

bool address_parse(union address *out, const char *text)
{
	char host[ADDRESS_HOST_SIZE];
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;

	if (length == 0 || length >= sizeof(host) || colon[1] == '\0' || strlen(colon + 1) > 5 ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1) || strtol(colon + 1, NULL, 10) > 65535)
		return false;
	/* An IPv6 address has colons of its own. */
	bool brackets = text[0] == '[' && text[length - 1] == ']';
	snprintf(host, sizeof(host), "%.*s", (int)(brackets ? length - 2 : length), brackets ? text + 1 : text);
	if (brackets != (strchr(host, ':') != NULL))
		return false;
	return address_make(out, host, strtol(colon + 1, NULL, 10));
}

socklen_t address_size(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

int address_port(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

bool address_is_loopback(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
}

bool address_is_any(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
	return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

void address_host(const union address *address, char out[ADDRESS_HOST_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
		snprintf(out, ADDRESS_HOST_SIZE, "[%s]", text);
	} else {
		inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
		snprintf(out, ADDRESS_HOST_SIZE, "%s", text);
	}
}
