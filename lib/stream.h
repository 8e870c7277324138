/*
 * What the library itself does with streams.
 */
#ifndef SBX_LIB_STREAM_H
#define SBX_LIB_STREAM_H

#include <sandbox_sdk/stream.h>

#include "config.h"

/* Once a stream was opened it has no read timeout any more, unless the caller gave one: before a started stream's loop
 * is driven, and as an argument of opening. */
sbx_status sbx__stream_open(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                            bool patient, sbx_stream **stream, sbx_error **error);
sbx_status sbx__stream_start(sbx_client *client, const sbx_request *request, const sbx_request_options *options,
                             bool patient, sbx_stream_callback on_ready, void *user_data, sbx_stream **stream,
                             sbx_error **error);
/* sbx_stream_read() beside lines and events. */
sbx_status sbx__stream_read(sbx_stream *stream, void *buffer, size_t capacity, size_t *got, sbx_error **error);
/* What sbx_stream_response() gives, for who takes a reference to it. */
sbx_response *sbx__stream_response(const sbx_stream *stream);
/* The options that the stream began with; they live as long as it. */
const sbx__config *sbx__stream_config(const sbx_stream *stream);

#endif
