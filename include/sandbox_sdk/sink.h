/**
 * @file sink.h
 * Where the bytes of a download go.
 */
#ifndef SANDBOX_SDK_SINK_H
#define SANDBOX_SDK_SINK_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/** The kind of a sink. Since 0.1.0. */
typedef enum sbx_sink_kind {
	SBX_SINK_MEMORY = 0,     /**< into the response: sbx_response_body() */
	SBX_SINK_PATH = 1,       /**< to the file at `path`, which appears whole or not at all */
	SBX_SINK_DESCRIPTOR = 2, /**< to `descriptor`, as the bytes come */
	SBX_SINK_CALLBACK = 3    /**< to `write`, as the bytes come */
} sbx_sink_kind;

/**
 * Takes the next bytes of a download.
 *
 * @param user_data the sink's
 * @param data the bytes, owned by the library and valid until the callback returns
 * @param length how many, at least 1
 * @return 0; negative to fail the call
 *
 * Called on the thread that makes the call. Since 0.1.0.
 */
typedef int (*sbx_write_callback)(void *user_data, const void *data, size_t length);

/**
 * A place for bytes. What it points to belongs to the caller and must stay until the call has returned; a descriptor is
 * not closed. Only the body of a success goes there; once bytes went to a descriptor or callback, the request is not
 * sent again. Since 0.1.0.
 */
typedef struct sbx_sink {
	size_t size;              /**< set by ::SBX_SINK_INIT */
	sbx_sink_kind kind;       /**< which of the members below count */
	int descriptor;           /**< an open file descriptor */
	const char *path;         /**< a file on this machine, replaced if it exists */
	sbx_write_callback write; /**< the callback */
	void *user_data;          /**< given to the callback */
} sbx_sink;

/** A sink in memory. */
#define SBX_SINK_INIT {sizeof(sbx_sink), SBX_SINK_MEMORY, -1, NULL, NULL, NULL}

SBX_END_DECLS

#endif
