/*
 * A whole call over a transport that answers from memory, with what must be true of every request checked on the way:
 * no header that another one hides in, no key and no body where they do not belong.
 */
#ifndef SBX_TESTS_FUZZ_EXCHANGE_H
#define SBX_TESTS_FUZZ_EXCHANGE_H

#include "fuzz.h"
#include "support.h"

/* The base URL and the key of test_config(). */
#define FUZZ_BASE_URL "http://server.test/"
#define FUZZ_ORIGIN "http://server.test:80"
#define FUZZ_KEY "test-key-0123456789"

typedef struct fuzz_exchange {
	fake_platform platform;
	fake_transport transport;
	sbx_status status;
	sbx_response *response;
	sbx_error *error;
} fuzz_exchange;

/* Makes a call that is not retried; every attempt, of which redirects make up to 21, has the same answer. */
void fuzz_exchange_run(fuzz_exchange *exchange, const sbx_operation *operation, const sbx_json *arguments,
                       const sbx_request_options *options, const fake_answer *answer, bool strict);
/* The same with any request. */
void fuzz_exchange_send(fuzz_exchange *exchange, const sbx_request *request, const sbx_request_options *options,
                        const fake_answer *answer, bool strict);
void fuzz_exchange_clear(fuzz_exchange *exchange);

/* Every accessor of an error, and what is true of all errors. */
void fuzz_check_error(const sbx_error *error, sbx_status status);

#endif
