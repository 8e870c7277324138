/**
 * @file error.h
 * What went wrong with a call. An error is immutable: any number of threads may read one.
 */
#ifndef SANDBOX_SDK_ERROR_H
#define SANDBOX_SDK_ERROR_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

#ifndef SBX_ERROR_TYPEDEF
#define SBX_ERROR_TYPEDEF
/** An error; opaque. Since 0.1.0. */
typedef struct sbx_error sbx_error;
#endif

/**
 * The code of an error.
 *
 * @param error an error; NULL is no error
 * @return the negative ::sbx_status that the failed function returned; ::SBX_OK for NULL
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_error_code(const sbx_error *error);

/**
 * The stable name of an error's code, such as "not_found".
 *
 * @param error an error
 * @return static text; "ok" for NULL
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_name(const sbx_error *error);

/**
 * One line for a person that names the cause. It never holds the API key.
 *
 * @param error an error
 * @return text owned by the error; "" for NULL
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_message(const sbx_error *error);

/**
 * The cause beneath the message, where one layer down knows more: the transport's own words of a connection error, or
 * why a request was not sent again.
 *
 * @param error an error
 * @return text owned by the error; "" where there is none
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_detail(const sbx_error *error);

/**
 * The argument that was refused.
 *
 * @param error an error
 * @return the argument's name, owned by the error; NULL where the error is not about one
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_argument(const sbx_error *error);

/**
 * The HTTP status of the answer.
 *
 * @param error an error
 * @return 100 to 599, or 0 where no answer came
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_http_status(const sbx_error *error);

/**
 * The body of the answer, byte for byte.
 *
 * @param error an error
 * @param length receives the number of bytes; may be NULL
 * @return bytes owned by the error and followed by a NUL; NULL where no answer came
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_body(const sbx_error *error, size_t *length);

/**
 * The body of the answer, decoded.
 *
 * @param error an error
 * @return a value owned by the error; NULL where the body is not JSON
 *
 * Since 0.1.0.
 */
SBX_API const sbx_json *sbx_error_json(const sbx_error *error);

/**
 * A header of the answer.
 *
 * @param error an error
 * @param name the header's name in any case
 * @return its value, owned by the error; NULL where there is none
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_header(const sbx_error *error, const char *name);

/**
 * How many headers the answer had, repeated ones counted each.
 *
 * @param error an error
 * @return the number, 0 where no answer came
 *
 * Since 0.1.0.
 */
SBX_API size_t sbx_error_headers_count(const sbx_error *error);

/**
 * One header of the answer, in the order in which they came.
 *
 * @param error an error
 * @param index from 0 to sbx_error_headers_count() - 1
 * @return name and value, owned by the error; both NULL past the end
 *
 * Since 0.1.0.
 */
SBX_API sbx_pair sbx_error_header_at(const sbx_error *error, size_t index);

/**
 * The server's own identifier of the request (header `x-request-id`).
 *
 * @param error an error
 * @return text owned by the error; NULL where the answer has none
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_request_id(const sbx_error *error);

/**
 * The method of the request; of a lost connection and a timeout that of the request as the caller made it, and else of
 * the last one after redirects. sbx_response_of_error() knows more of it.
 *
 * @param error an error
 * @return text owned by the error; NULL where the error came before there was a request
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_method(const sbx_error *error);

/**
 * The URL of that request, without user and password.
 *
 * @param error an error
 * @return text owned by the error; NULL where the error came before there was a request
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_error_url(const sbx_error *error);

/**
 * How many times the request was started.
 *
 * @param error an error
 * @return 0 where nothing was started
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_attempts(const sbx_error *error);

/**
 * How long the server asked the client to wait.
 *
 * @param error an error
 * @return seconds; ::SBX_DEFAULT where it did not say
 *
 * Since 0.1.0.
 */
SBX_API double sbx_error_retry_after(const sbx_error *error);

/**
 * Whether the same call could succeed later: a timeout, a lost connection, or a status that stands for a passing state.
 *
 * @param error an error
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_retryable(const sbx_error *error);

/**
 * Whether the request may have been carried out although no answer says so: a command may have run, a sandbox may
 * exist.
 *
 * @param error an error
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_outcome_unknown(const sbx_error *error);

/**
 * Whether an ::SBX_ERROR_INVALID_ARGUMENT of an operation is a mistake in the program's text, whatever its values: an
 * argument of a wrong type, one that the operation does not have, or one that it needs and was not given. Languages
 * whose functions raise such mistakes apart from what can happen ask it.
 *
 * @param error an error
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_is_misuse(const sbx_error *error);

/**
 * The number of the system's own error, as in `errno`, where the error comes of one: a local file, a local server.
 *
 * @param error an error
 * @return the number; 0 where there is none
 *
 * Since 0.1.0.
 */
SBX_API int sbx_error_system_errno(const sbx_error *error);

/**
 * All that is known of an error, as one JSON object for a log: `name` and `code`, `message`, `retryable`,
 * `outcome_unknown`, and where they are known `detail`, `argument`, `system_errno`, `method`, `url`, `attempts`,
 * `retry_after`, `http_status`, `request_id` and `headers` (an array of name and value). The body of the answer is
 * `body` where it is JSON, else `body_text`, or `body_base64` (RFC 4648, section 4) where it is not UTF-8. Values of
 * headers that are secrets, and the client's key wherever the answer holds it, are asterisks.
 *
 * @param error an error; not NULL
 * @param json receives the object, freed with sbx_json_free()
 * @return ::SBX_OK, ::SBX_ERROR_OUT_OF_MEMORY or ::SBX_ERROR_INVALID_ARGUMENT
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_error_to_json(const sbx_error *error, sbx_json **json);

/**
 * Frees an error.
 *
 * @param error what a failed call gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_error_free(sbx_error *error);

SBX_END_DECLS

#endif
