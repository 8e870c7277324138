/*
 * A client: options over a core.
 */
#ifndef SBX_LIB_CLIENT_H
#define SBX_LIB_CLIENT_H

#include <pthread.h>
#include <sandbox_sdk/client.h>

#include "arguments.h"
#include "config.h"
#include "core.h"

struct sbx_client {
	pthread_mutex_t mutex; /* of the pointer to the config */
	sbx__config *config;
	sbx__core *core;
	bool apart;       /* it does not keep the core open */
	bool calls_count; /* each started call on it does, until its caller gives it up */
};

/* Makes a client over a core of the caller's, whose reference is taken over also on failure. */
sbx_status sbx__client_new_over(sbx_client **client, sbx__core *core, const sbx_client_options *options,
                                sbx_error **error);
/* sbx_client_send(), with the arguments of a typed function in the place of the request's own; NULL: those. */
sbx_status sbx__client_send(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                            const sbx_request_options *options, sbx_response **response, sbx_error **error);
/* Another client over the same core with the same options: for what makes many calls, in whose callbacks the caller may
 * free his. */
sbx_status sbx__client_again(sbx_client *client, sbx_client **again, sbx_error **error);
/* From here on the connections are closed with the other clients: what still uses this one is nothing that anybody
 * could drive then. And back. Both by the only one who has it. */
void sbx__client_stand_apart(sbx_client *client);
void sbx__client_return(sbx_client *client);
/* The same, and each call that is started on it keeps them open until its caller gives it up. */
void sbx__client_leave_to_calls(sbx_client *client);
/* The options as they are now; the caller gives the reference back. */
sbx__config *sbx__client_config(sbx_client *client);

#endif
