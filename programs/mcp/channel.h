/* Where a message came from and its answers go: the lines of standard output, or one HTTP request. */
#ifndef MCP_CHANNEL_H
#define MCP_CHANNEL_H

#include "message.h"

#include <stdint.h>

/* What is sent; else the code of an error that is an answer. */
enum {
	CHANNEL_ANSWER = 0,
	CHANNEL_NOTIFICATION = 1,
};

struct batch;

struct channel {
	/* Sends a whole message. It is copied. */
	void (*send)(struct channel *channel, const char *message, size_t length, int code);
	/* Looks at what is sent beside a message of a known era; NULL: nothing is. Returns -1 with the error. */
	int (*check)(struct channel *channel, const struct message *message, bool modern, struct rpc_error *error);
	/* A request of it was given up: it is not answered, and whoever waits for that may stop. NULL: nobody does. */
	void (*dismiss)(struct channel *channel);
	bool stateless;      /* nothing of earlier messages counts, not even a handshake */
	bool modern;         /* the last message was */
	bool notifies;       /* the last message was no request, and is not answered */
	const char *version; /* the older revision that was agreed on; NULL: none yet */
	struct batch *batch; /* that it is the channel of; NULL: of none */
	uint64_t session;    /* whose requests any channel of it may cancel; 0: of none */
};

#endif
