/**
 * @file event.h
 * One event of a stream of server-sent events (WHATWG HTML, section 9.2).
 */
#ifndef SANDBOX_SDK_EVENT_H
#define SANDBOX_SDK_EVENT_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/**
 * A server-sent event. Its texts are UTF-8, in which bytes that were none have become U+FFFD; they belong to the stream
 * that gave the event and stay until the stream is asked for the next one or freed. Since 0.1.0.
 */
typedef struct sbx_event {
	size_t size;        /**< set by ::SBX_EVENT_INIT */
	const char *type;   /**< the event's type, "message" where the stream did not name one; followed by a NUL */
	size_t type_length; /**< bytes of `type` */
	const char *data;   /**< the event's data, lines joined by a LF; followed by a NUL */
	size_t data_length; /**< bytes of `data` */
	const char *id;     /**< the last identifier that the stream gave, with this or an earlier event; "": none */
	int64_t retry; /**< milliseconds to wait before a new connection, as last said by the stream; ::SBX_DEFAULT: it
	                  did not say */
} sbx_event;

/** An event to be filled. */
#define SBX_EVENT_INIT {sizeof(sbx_event), NULL, 0, NULL, 0, NULL, SBX_DEFAULT}

SBX_END_DECLS

#endif
