/*
 * Opening the stream of a command's events: what the generated functions call.
 */
#ifndef SBX_LIB_EXECUTION_STREAM_H
#define SBX_LIB_EXECUTION_STREAM_H

#include <sandbox_sdk/execution_stream.h>
#include <sandbox_sdk/operation.h>
#include <sandbox_sdk/request_options.h>

sbx_status sbx__execution_stream_open(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                      const sbx_request_options *options, sbx_execution_stream **stream,
                                      sbx_error **error);
sbx_status sbx__execution_stream_start(sbx_client *client, const sbx_operation *operation, const sbx_json *arguments,
                                       const sbx_request_options *options, sbx_execution_stream_callback on_ready,
                                       void *user_data, sbx_execution_stream **stream, sbx_error **error);

#endif
