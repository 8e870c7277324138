/**
 * @file response.h
 * The answer to a call. It is immutable: any number of threads may read one.
 */
#ifndef SANDBOX_SDK_RESPONSE_H
#define SANDBOX_SDK_RESPONSE_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/status.h>
#include <sandbox_sdk/times.h>

SBX_BEGIN_DECLS

/** An answer; opaque. Since 0.1.0. */
typedef struct sbx_response sbx_response;

/**
 * The HTTP status.
 *
 * @param response a response
 * @return 200 to 299; of the answer of an error or a redirect another one, and 0 where no answer came
 *
 * Since 0.1.0.
 */
SBX_API int sbx_response_status(const sbx_response *response);

/**
 * A header.
 *
 * @param response a response
 * @param name the header's name in any case
 * @return its value (of a repeated header the last), owned by the response; NULL where there is none
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_header(const sbx_response *response, const char *name);

/**
 * How many headers there are, repeated ones counted each.
 *
 * @param response a response
 * @return the number
 *
 * Since 0.1.0.
 */
SBX_API size_t sbx_response_headers_count(const sbx_response *response);

/**
 * One header, in the order in which they came.
 *
 * @param response a response
 * @param index from 0 to sbx_response_headers_count() - 1
 * @return name and value, owned by the response; both NULL past the end
 *
 * Since 0.1.0.
 */
SBX_API sbx_pair sbx_response_header_at(const sbx_response *response, size_t index);

/**
 * How many headers the last request had, after redirects. They are kept where the caller judges the answer by itself:
 * of a stream, of a request that is `undecoded`, and of an error.
 *
 * @param response a response
 * @return the number; 0 where they were not kept
 *
 * Since 0.1.0.
 */
SBX_API size_t sbx_response_request_headers_count(const sbx_response *response);

/**
 * One header of the last request. Those that the transport adds (`Host`, `Content-Length`) are not among them.
 *
 * The client's key is, as it was sent (`X-API-Key`), and so are passwords and cookies: they are not for logs.
 * sbx_error_to_json() makes a text that is.
 *
 * @param response a response
 * @param index from 0
 * @return name and value, owned by the response; both NULL beyond the end
 *
 * Since 0.1.0.
 */
SBX_API sbx_pair sbx_response_request_header_at(const sbx_response *response, size_t index);

/**
 * Whether that header proves who asks, so that its value should not be shown or stored: a key, a password, cookies, and
 * what the call's `credentials` had.
 *
 * @param response a response
 * @param index from 0
 * @return 1 or 0; 0 beyond the end
 *
 * Since 0.1.0.
 */
SBX_API int sbx_response_request_header_is_secret(const sbx_response *response, size_t index);

/**
 * The body of that request, byte for byte. It is kept where the headers are, unless it was read from a source or was a
 * form of several parts.
 *
 * @param response a response
 * @param length receives the number of bytes; may be NULL
 * @return bytes owned by the response; "" where the request had no body, NULL where it was not kept
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_request_body(const sbx_response *response, size_t *length);

/**
 * The answer that redirected to this one, as it came.
 *
 * @param response a response
 * @return what the response owns; NULL where no redirect led to it
 *
 * Since 0.1.0.
 */
SBX_API const sbx_response *sbx_response_previous(const sbx_response *response);

/**
 * All that is known of the request that led to an error, and of the answer where one came.
 *
 * @param error an error
 * @return what the error owns; NULL where it came before there was a request. Its status is 0 where no answer came, and
 *         its body is decoded by sbx_error_json().
 *
 * The headers of the request, and of an answer that repeats it, hold the client's key: they are not for logs.
 * sbx_error_to_json() leaves it out.
 *
 * Since 0.1.0.
 */
SBX_API const sbx_response *sbx_response_of_error(const sbx_error *error);

/**
 * The body, byte for byte.
 *
 * @param response a response
 * @param length receives the number of bytes; may be NULL
 * @return bytes owned by the response and followed by a NUL; "" where the body went to a path, descriptor or callback
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_body(const sbx_response *response, size_t *length);

/**
 * The body, decoded, of an operation whose answer is JSON, and of a custom request whose answer says that it is.
 *
 * @param response a response
 * @return a value owned by the response; NULL where the answer is bytes
 *
 * Since 0.1.0.
 */
SBX_API const sbx_json *sbx_response_json(const sbx_response *response);

/**
 * How many bytes the body had, wherever it went.
 *
 * @param response a response
 * @return bytes
 *
 * Since 0.1.0.
 */
SBX_API int64_t sbx_response_size(const sbx_response *response);

/**
 * The method of the last request, after redirects.
 *
 * @param response a response
 * @return text owned by the response
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_method(const sbx_response *response);

/**
 * The URL of the last request, after redirects, without user and password.
 *
 * @param response a response
 * @return text owned by the response
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_url(const sbx_response *response);

/**
 * How many times the request was started, redirects not counted.
 *
 * @param response a response
 * @return at least 1
 *
 * Since 0.1.0.
 */
SBX_API int sbx_response_attempts(const sbx_response *response);

/**
 * How long the call took, retries and waits included.
 *
 * @param response a response
 * @return seconds
 *
 * Since 0.1.0.
 */
SBX_API double sbx_response_elapsed(const sbx_response *response);

/**
 * The version of HTTP that the answer came by.
 *
 * @param response a response
 * @return static text: "1.0", "1.1", "2" or "3"; "" where the transport does not know
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_response_http_version(const sbx_response *response);

/**
 * How long the phases of the last attempt took, redirects before it not counted.
 *
 * @param response a response
 * @param times is filled; set up with ::SBX_TIMES_INIT
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, or ::SBX_ERROR_INVALID_ARGUMENT
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_response_times(const sbx_response *response, sbx_times *times, sbx_error **error);

/**
 * Frees a response and what was read of it.
 *
 * @param response what a call gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_response_free(sbx_response *response);

SBX_END_DECLS

#endif
