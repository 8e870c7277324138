/**
 * @file event_decoder.h
 * Server-sent events out of bytes that a program has from elsewhere, such as from a client of another library. What the
 * library itself receives is read by sbx_stream_event().
 */
#ifndef SANDBOX_SDK_EVENT_DECODER_H
#define SANDBOX_SDK_EVENT_DECODER_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/event.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** Takes events out of bytes that come in pieces; opaque. One thread at a time uses one. Since 0.1.0. */
typedef struct sbx_event_decoder sbx_event_decoder;

/**
 * Makes a decoder for one stream.
 *
 * @param max_line_bytes how many bytes a line, and the data of an event, may have: 1 or more, or ::SBX_DEFAULT for 16
 * MiB
 * @param without_data whether to give events without data, too, if they have any field; the standard drops them
 * @param decoder receives the decoder, freed with sbx_event_decoder_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_event_decoder_new(int64_t max_line_bytes, int without_data, sbx_event_decoder **decoder,
                                         sbx_error **error);

/**
 * Adds bytes of the stream, wherever it was cut.
 *
 * @param decoder a decoder
 * @param bytes the next bytes, which are copied
 * @param length how many
 *
 * Where there is no memory for them sbx_event_decoder_next() says so. Since 0.1.0.
 */
SBX_API void sbx_event_decoder_feed(sbx_event_decoder *decoder, const void *bytes, size_t length);

/**
 * Takes the next event.
 *
 * @param decoder a decoder
 * @param event receives the event, whose texts are owned by the decoder until it is used again; set by ::SBX_EVENT_INIT
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_DONE where no whole event is left of what was fed; ::SBX_ERROR_RESPONSE_TOO_LARGE where a
 * line or an event is too large, and ::SBX_ERROR_OUT_OF_MEMORY, which each later call gives again
 *
 * At the end of a stream an event that has not ended is none, by the standard. Since 0.1.0.
 */
SBX_API sbx_status sbx_event_decoder_next(sbx_event_decoder *decoder, sbx_event *event, sbx_error **error);

/**
 * Frees a decoder and what it has given.
 *
 * @param decoder what sbx_event_decoder_new() gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_event_decoder_free(sbx_event_decoder *decoder);

SBX_END_DECLS

#endif
