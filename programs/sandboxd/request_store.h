/* The database of requests that had an Idempotency-Key, and of the answers that they got. A file of its own: what is in
 * it is not worth a wait for the disk. It outlives the server, however that ends, and not always the machine. Not safe
 * between threads: idempotency.c has the lock. */
#ifndef SANDBOXD_REQUEST_STORE_H
#define SANDBOXD_REQUEST_STORE_H

#include "failure.h"
#include "lib/buffer.h"
#include "output_text.h"

#include <stdbool.h>
#include <stdint.h>

#define REQUEST_DIGEST_SIZE 32

struct request_store;

enum request_state {
	REQUEST_RUNS = 0,      /* and when nobody runs it: it was interrupted */
	REQUEST_ANSWERED = 1,  /* and the answer is there */
	REQUEST_FORGOTTEN = 2, /* answered, but the answer is not there any more */
};

/* The longest that is kept, with its output. */
#define KEPT_ANSWER_MAX ((int64_t)32 * 1024 * 1024)

/* What is kept of an answer. `out` and `err` are a command's output where the body does not say it exactly. */
struct kept_answer {
	unsigned int status;
	char type[64];
	sbx__buffer body;
	sbx__buffer out;
	sbx__buffer err;
	bool has_output;              /* those two count */
	bool cut;                     /* there was more output than was kept */
	struct output_budget *budget; /* what it has of that; NULL: nothing */
	uint64_t taken;
};

struct kept_request {
	int64_t number;
	unsigned char digest[REQUEST_DIGEST_SIZE];
	enum request_state state;
};

enum request_store_result { REQUEST_STORE_OK, REQUEST_STORE_NONE, REQUEST_STORE_FULL, REQUEST_STORE_FAILED };

/* A database that cannot be read any more, or was open when the machine went down, is replaced by an empty one. */
int request_store_open(struct request_store **out, const char *state, struct failure *failure);
void request_store_close(struct request_store *store);

enum request_store_result request_store_find(struct request_store *store, const char *key, struct kept_request *out);
/* One that runs. Forgets a few that are older than a day. */
enum request_store_result request_store_insert(struct request_store *store, const char *key,
                                               const unsigned char digest[REQUEST_DIGEST_SIZE], int64_t *number);
/* An answer for which there is no room is forgotten at once; the oldest others go before it. */
enum request_store_result request_store_answer(struct request_store *store, int64_t number,
                                               const struct kept_answer *answer);
/* The buffers of the result are the caller's, also after a failure. */
enum request_store_result request_store_read(struct request_store *store, int64_t number, struct kept_answer *out);
enum request_store_result request_store_remove(struct request_store *store, int64_t number);

void kept_answer_free(struct kept_answer *answer);

#endif
