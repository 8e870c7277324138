/**
 * @file event.h
 * One event of a stream of server-sent events (WHATWG HTML, section 9.2).
 */
#ifndef SANDBOX_SDK_EVENT_H
#define SANDBOX_SDK_EVENT_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/**
 * What an event itself has, as opposed to what holds from an earlier one or by default: bits of `fields` of
 * ::sbx_event. Since 0.1.0.
 */
typedef enum sbx_event_field {
	SBX_EVENT_HAS_TYPE = 1,  /**< a type that is not empty */
	SBX_EVENT_HAS_DATA = 2,  /**< data, be it empty */
	SBX_EVENT_HAS_ID = 4,    /**< an identifier, be it empty */
	SBX_EVENT_HAS_RETRY = 8, /**< a time to wait */
} sbx_event_field;

/**
 * A server-sent event. Its texts are UTF-8, in which bytes that were none have become U+FFFD; they belong to the stream
 * or decoder that gave the event and stay until it is asked for the next one, fed or freed. Since 0.1.0.
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
	unsigned fields; /**< which of these the event itself has: bits of ::sbx_event_field */
} sbx_event;

/** An event to be filled. */
#define SBX_EVENT_INIT {sizeof(sbx_event), NULL, 0, NULL, 0, NULL, SBX_DEFAULT, 0}

SBX_END_DECLS

#endif
