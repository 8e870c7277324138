/**
 * @file log.h
 * What the library says while it works. Keys, cookies and bodies are never logged.
 */
#ifndef SANDBOX_SDK_LOG_H
#define SANDBOX_SDK_LOG_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/** How much is logged. Since 0.1.0. */
typedef enum sbx_log_level {
	SBX_LOG_DEFAULT = 0, /**< as `SANDBOX_SDK_LOG` says: `info`, `debug`, else nothing */
	SBX_LOG_OFF = 1,     /**< nothing */
	SBX_LOG_INFO = 2,    /**< each retry */
	SBX_LOG_DEBUG = 3    /**< each request, answer and decision */
} sbx_log_level;

/**
 * Receives a line of the log.
 *
 * @param user_data what was given with the callback
 * @param level ::SBX_LOG_INFO or ::SBX_LOG_DEBUG
 * @param message one line without a line break, owned by the library and valid until the callback returns
 *
 * Called on the thread that makes the call. Since 0.1.0.
 */
typedef void (*sbx_log_callback)(void *user_data, sbx_log_level level, const char *message);

SBX_END_DECLS

#endif
