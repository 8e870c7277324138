/* Which packets of a sandbox leave it. Everything in them is the sandbox's own choice. */
#ifndef SANDBOXD_INIT_NETWORK_FILTER_H
#define SANDBOXD_INIT_NETWORK_FILTER_H

#include <stdbool.h>
#include <stddef.h>

enum network_verdict {
	NETWORK_PASS,
	NETWORK_REFUSE, /* and tell the sender */
	NETWORK_DROP,
};

/* Whether an address, of 4 or 16 bytes, is another machine's. */
typedef bool network_leads_out(void *context, const unsigned char *address, size_t size);

enum network_verdict network_filter_outgoing(const unsigned char *packet, size_t length, network_leads_out *leads_out,
                                             void *context);
/* What comes from the helper: nothing but answers, none of which sets up the sandbox's network. */
bool network_filter_incoming(const unsigned char *packet, size_t length);

#endif
