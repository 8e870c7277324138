/*
 * Starting a call or a stream: what the two have in common.
 */
#ifndef SBX_LIB_STARTED_CALL_H
#define SBX_LIB_STARTED_CALL_H

#include "client.h"
#include "engine.h"

/* Makes a call whose machine is ready: for the loop, or for a driver of one's own. `typed` stands in the place of the
 * request's arguments; NULL: those. */
sbx_status sbx__started_call_new(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                                 const sbx_request_options *options, bool on_loop, sbx_call **call, sbx_error **error);
/* sbx_client_start(), with the arguments of a typed function. */
sbx_status sbx__client_start(sbx_client *client, const sbx_request *request, const sbx__arguments *typed,
                             const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                             sbx_call **call, sbx_error **error);
/* Lets the call keep the connections open, until its caller gives it up, where those on that client do so. Before it is
 * started. */
void sbx__started_call_keep_open(sbx_call *call, const sbx_client *client);
/* Starts it; its `tell` and `callback` are set. The cancel (NULL: none) ends it when it is fired. */
void sbx__started_call_start(sbx_call *call, sbx_cancel *cancel);
/* A `tell` for a call whose end goes to its callback, or to the queue. */
void sbx__started_call_tell(sbx_call *call);
/* Refuses a client that is NULL, closed or a parent's. */
sbx_status sbx__started_call_check(sbx_client *client, sbx_error **error);
/* The model that a call which is done answers with; the caller frees it. */
sbx_status sbx__started_call_model(const sbx_call *call, const sbx__model_descriptor *descriptor, sbx__model **model,
                                   sbx_error **error);
/* How long to wait: seconds that are not negative, or SBX_FOREVER, as nanoseconds. */
sbx_status sbx__wait_read(double seconds, int64_t *nanoseconds, sbx_error **error);
/* Whether the process is a child that must not touch the call. */
bool sbx__started_call_is_forked(const sbx_call *call);

#endif
