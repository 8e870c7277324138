/**
 * @file source.h
 * Where the bytes of an upload come from. They are streamed: the library never holds a whole file.
 */
#ifndef SANDBOX_SDK_SOURCE_H
#define SANDBOX_SDK_SOURCE_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/** The kind of a source. Since 0.1.0. */
typedef enum sbx_source_kind {
	SBX_SOURCE_NONE = 0,       /**< not given */
	SBX_SOURCE_MEMORY = 1,     /**< `data` and `length` */
	SBX_SOURCE_PATH = 2,       /**< the file at `path` */
	SBX_SOURCE_DESCRIPTOR = 3, /**< `descriptor`, from where it stands to its end */
	SBX_SOURCE_CALLBACK = 4    /**< `read` until it returns 0 */
} sbx_source_kind;

/** What a source's callback returns when it has nothing yet. */
#define SBX_SOURCE_LATER (-2)

/**
 * Gives the next bytes of a source.
 *
 * @param user_data the source's
 * @param buffer where the bytes go
 * @param capacity how many there is room for, at least 1
 * @return how many were written; 0 at the end; ::SBX_SOURCE_LATER, in a started call only, when there is nothing yet
 * and sbx_call_resume() will say when there is; any other negative number to fail the call
 *
 * Called on the thread that makes the call, of a started call on the one that drives its loop. Since 0.1.0.
 */
typedef int64_t (*sbx_read_callback)(void *user_data, void *buffer, size_t capacity);

/**
 * Takes a source back to its first byte, so that the request can be sent again.
 *
 * @param user_data the source's
 * @return 0; negative where that is not possible
 *
 * Since 0.1.0.
 */
typedef int (*sbx_rewind_callback)(void *user_data);

/**
 * A source of bytes. What it points to belongs to the caller and must stay until the call has returned; a descriptor is
 * not closed. Since 0.1.0.
 */
typedef struct sbx_source {
	size_t size;                /**< set by ::SBX_SOURCE_INIT */
	sbx_source_kind kind;       /**< which of the members below count */
	int descriptor;             /**< an open file descriptor */
	const void *data;           /**< bytes */
	size_t length;              /**< how many */
	const char *path;           /**< a file on this machine */
	sbx_read_callback read;     /**< the callback */
	sbx_rewind_callback rewind; /**< NULL: the source can be read once, and the request is not sent again */
	void *user_data;            /**< given to the callbacks */
	int64_t total;              /**< for a callback: bytes in all; ::SBX_DEFAULT: not known */
	const char *filename;       /**< sent as the file's name; NULL: the path's last part, else "file" */
	const char *content_type;   /**< sent as the file's type; NULL: `application/octet-stream` */
} sbx_source;

/** A source whose kind is still to be set. */
#define SBX_SOURCE_INIT \
	{sizeof(sbx_source), SBX_SOURCE_NONE, -1, NULL, 0, NULL, NULL, NULL, NULL, SBX_DEFAULT, NULL, NULL}

SBX_END_DECLS

#endif
