/* Generated from lib/errors.def by scripts/generate; do not edit. */
/**
 * @file status.h
 * What a function that can fail returns.
 */
#ifndef SANDBOX_SDK_STATUS_H
#define SANDBOX_SDK_STATUS_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/** The outcome of a function: 0 is success, a negative value an error, a positive one information. Since 0.1.0. */
typedef enum sbx_status {
	SBX_OK = 0,                         /**< success */
	SBX_DONE = 1,                       /**< success, and there is no more */
	SBX_WOULD_BLOCK = 2,                /**< success, and there is nothing yet */
	SBX_ERROR_OUT_OF_MEMORY = -1,       /**< memory has run out */
	SBX_ERROR_INVALID_ARGUMENT = -2,    /**< an argument is missing, unknown, of a wrong type or cannot be sent */
	SBX_ERROR_CONFIGURATION = -3,       /**< a client cannot be made: no key, or a base URL that is none */
	SBX_ERROR_CONNECTION = -4,          /**< no connection could be made, or it was lost */
	SBX_ERROR_TIMEOUT = -5,             /**< a timeout or the deadline has passed */
	SBX_ERROR_CLOSED = -6,              /**< the client or the session was closed */
	SBX_ERROR_CANCELLED = -7,           /**< the caller ended the call */
	SBX_ERROR_RESPONSE_VALIDATION = -8, /**< the answer is not what the operation answers */
	SBX_ERROR_RESPONSE_TOO_LARGE = -9,  /**< the answer is larger than a limit of the client */
	SBX_ERROR_LOCAL_FILE = -10,         /**< a file on this machine could not be read or written */
	SBX_ERROR_LOCAL_SERVER = -11,       /**< a local server could not be started */
	SBX_ERROR_INVALID_JSON = -12,       /**< a text is not JSON */
	SBX_ERROR_COMMAND_FAILED = -13,     /**< a command in a sandbox did not end with exit code 0 */
	SBX_ERROR_ARCHIVE = -14, /**< a directory could not be moved: its archive is broken, unsafe or above a limit */
	SBX_ERROR_SYSTEM = -15,  /**< the system has no descriptors or memory for what is needed */
	SBX_ERROR_SANDBOX_FAILED = -16,        /**< a sandbox failed or ended before it was ready */
	SBX_ERROR_UNSUPPORTED = -17,           /**< the server does not know something that the call needs */
	SBX_ERROR_STATUS = -100,               /**< the server answered with any other status that is not a success */
	SBX_ERROR_BAD_REQUEST = -400,          /**< the server understood the request and refuses its content */
	SBX_ERROR_AUTHENTICATION = -401,       /**< the key is missing or wrong */
	SBX_ERROR_PERMISSION_DENIED = -403,    /**< the key may not do this */
	SBX_ERROR_NOT_FOUND = -404,            /**< there is nothing of that name */
	SBX_ERROR_CONFLICT = -409,             /**< the state of the server does not allow this now */
	SBX_ERROR_UNPROCESSABLE_ENTITY = -422, /**< a field of the request has a value that is not allowed */
	SBX_ERROR_RATE_LIMIT = -429,           /**< too many requests */
	SBX_ERROR_INTERNAL_SERVER = -500       /**< the server failed: any status of 500 and above */
} sbx_status;

/**
 * The stable name of a status.
 *
 * @param status any
 * @return static text such as "not_found"; "unknown" for a value that is no status
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_status_name(sbx_status status);

SBX_END_DECLS

#endif
