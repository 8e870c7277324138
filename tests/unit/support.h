/*
 * What several unit tests need: cmocka in its order, a platform whose clock the test turns, and a transport that
 * answers from a script.
 */
#ifndef SBX_TESTS_UNIT_SUPPORT_H
#define SBX_TESTS_UNIT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those four before it */
#include <cmocka.h>

#include "call.h"
#include "error.h"
#include "platform.h"
#include "transport.h"

/* A platform with a clock that moves only when a test, or a wait of the fake transport, moves it. */
typedef struct fake_platform {
	sbx__platform platform;
	int64_t now;
	double wall_clock;
	unsigned char random; /* every random byte */
} fake_platform;

void fake_platform_init(fake_platform *fake);

/* One attempt's script. */
typedef struct fake_answer {
	bool refuse;         /* no connection is made */
	bool lose;           /* the connection is lost before an answer */
	bool connect_twice;  /* the transport asks to send the request a second time */
	bool hang;           /* nothing ever happens after the connection */
	bool never_connects; /* nothing ever happens */
	bool exact;          /* the transport reads no further than the announced length */
	bool cut;            /* the connection is lost within the body */
	bool early;          /* it comes before the request's body was read, and nothing after it */
	int status;
	const char *headers[8];
	const char *body;
	size_t body_length; /* 0: as far as the NUL */
	size_t piece;       /* of the body, that is told at once; 0: all */
	bool slow;          /* a piece comes at each wait, the first at that after the head */
} fake_answer;

#define FAKE_ATTEMPTS 32

typedef struct fake_transport {
	sbx__transport base;
	fake_platform *platform;
	const fake_answer *answers; /* one an attempt */
	size_t answers_count;
	size_t attempts;
	sbx__exchange *exchange;
	bool begun;
	bool answering; /* the head was told */
	size_t given;   /* bytes of the answer's body that were taken */
	int64_t started_at[FAKE_ATTEMPTS];
	char *urls[FAKE_ATTEMPTS];
	char *methods[FAKE_ATTEMPTS];
	char *headers[FAKE_ATTEMPTS]; /* all, as "Name: value" lines; a removed one as "Name!" */
	sbx__buffer bodies[FAKE_ATTEMPTS];
	size_t connects; /* how often the transport was allowed to send */
	int wakes;
} fake_transport;

void fake_transport_init(fake_transport *fake, fake_platform *platform, const fake_answer *answers, size_t count);
void fake_transport_clear(fake_transport *fake);
/* The value of a header of an attempt; NULL: none. The caller frees it. */
char *fake_header(const fake_transport *fake, size_t attempt, const char *name);

/* Drives a call to its end with the fake transport, as the synchronous driver does. */
void fake_drive(sbx__call *call, fake_transport *fake);

/* A call over the fakes, and what came of it. */
typedef struct run_result {
	sbx_status status;
	sbx_response *response;
	sbx_error *error;
	fake_platform platform;
	fake_transport transport;
	int64_t took; /* nanoseconds of the fake clock */
} run_result;

/* Makes a call to its end; the config is given away. */
void run_request(run_result *result, sbx__config *config, const sbx_request *request,
                 const sbx_request_options *options, const fake_answer *answers, size_t count);
void run_clear(run_result *result);

/* The request of an operation. */
sbx_request request_of(const char *operation, const sbx_json *arguments);

/* Gives an error an answer of that status, which is returned; NULL: no memory. */
sbx_response *answer_error(sbx_error *error, int http_status);

/* A value of JSON text, which the caller frees. */
sbx_json *json_of(const char *text);

/* A config for tests: key "test-key-0123456789", base URL "http://server.test/". */
sbx__config *test_config(const sbx_client_options *options);

/* A setup of cmocka for tests that use sockets: what the environment says of servers, keys and proxies is forgotten. */
int test_environment(void **state);

/* By the real clock. */
void sleep_ms(long milliseconds);

#endif
