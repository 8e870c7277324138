/* One HTTP request on its way through the server, and the routes it can take. */
#ifndef SANDBOXD_REQUEST_H
#define SANDBOXD_REQUEST_H

#include "admission.h"
#include "creations.h"
#include "disk.h"
#include "engine.h"
#include "health.h"
#include "idempotency.h"
#include "idle.h"
#include "json_body.h"
#include "lib/buffer.h"
#include "metrics.h"
#include "output_text.h"
#include "problem.h"
#include "sha256.h"
#include "store.h"
#include "uses.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

/* How long a connection may say nothing, in seconds. */
#define IDLE_TIMEOUT 120
/* The stack of a thread that serves a connection. */
#define THREAD_STACK (512 * 1024)

/* What every request shares. */
struct service {
	struct engine *engine;
	struct store *store;
	sbx__buffer hosts; /* that a Host header may name, each with its NUL, beside this machine's own */
	int images;        /* the engine's folder, for image_check */
	struct uses uses;
	struct creations creations;
	size_t max_output;
	struct output_budget outputs;
	int64_t heartbeat_ms;
	int64_t max_sandboxes;
	int64_t max_running;
	int64_t started_ms;
	struct admission *admission;
	struct disk *disk;
	struct idempotency *idempotency;
	struct idle *idle; /* NULL: sandboxes are never idle */
	struct server *server;
	struct health_facts facts;
	struct metrics metrics;
};

struct upload;
struct connection;
struct server;

/* What a client may call its request, with a NUL. */
#define REQUEST_NUMBER_SIZE 129
/* An Idempotency-Key, with a NUL. */
#define REQUEST_KEY_SIZE 256

struct request {
	struct service *service;
	struct MHD_Connection *connection;
	struct connection *peer;
	const struct route *route;
	char number[REQUEST_NUMBER_SIZE];
	char key[REQUEST_KEY_SIZE]; /* the Idempotency-Key; empty: none */
	bool key_known;             /* it was used before */
	bool uses;                  /* it counts as use of the sandbox */
	struct sha256 hash;         /* of the file or archive that comes in, if there is a key */
	bool compares;              /* which is not written: it was before */
	struct keyed_run *run;      /* what its handler does is remembered by; NULL: not at all */
	struct kept_answer *keeps;  /* what is remembered beside the answer, while its handler runs */
	int64_t begun_us;
	char id[SANDBOX_ID_SIZE];   /* from the path; of a sandbox or a volume */
	sbx__buffer body;           /* of a route that takes JSON */
	struct upload *upload;      /* of a route that takes a form */
	struct tar_unpack *archive; /* of the same when an archive comes instead */
	uint64_t received;
	uint64_t sent; /* of the answer's body */
	const char
	        *answer; /* that body, as long as the answer is there; NULL when it is not text that was made at once */
	bool refused;
	bool anonymous;         /* it has no key, and needs none */
	bool replayed;          /* its answer was given before */
	bool unframed;          /* nobody can say where the next request begins */
	bool streams;           /* its answer takes as long as a command does, and says itself when it is idle */
	unsigned int status;    /* of its answer; 0: 200 */
	struct problem problem; /* why it was refused */
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM };

struct route {
	const char *method;
	const char *path; /* "{id}" stands for one part */
	enum body_kind body;
	bool at_once; /* it waits for no turn: somebody looks whether the server is well */
	/* Sets the answer, or fills the request's problem and returns -1. */
	int (*handle)(struct request *request, struct MHD_Response **response);
};

/* Finds the route and takes the id out of the path. Fails with "not found" or "method not allowed". */
int route_find(struct request *request, const char *method, const char *path);
/* Routes by their number, from 0 on; NULL for no route's. That of NULL is none. */
const struct route *route_at(size_t number);
size_t route_number(const struct route *route);
/* The methods of a path, for the Allow header. */
void route_allowed(const char *path, char *methods, size_t size);

/* Ends what runs in a sandbox and removes it. */
int sandbox_delete(struct service *service, const char *id, struct problem *problem);

int sandboxes_create(struct request *request, struct MHD_Response **response);
int sandboxes_get(struct request *request, struct MHD_Response **response);
int sandboxes_list(struct request *request, struct MHD_Response **response);
int sandboxes_delete(struct request *request, struct MHD_Response **response);
int sandboxes_delete_all(struct request *request, struct MHD_Response **response);
int sandboxes_execute(struct request *request, struct MHD_Response **response);
int sandboxes_upload(struct request *request, struct MHD_Response **response);
int sandboxes_download(struct request *request, struct MHD_Response **response);
int volumes_create(struct request *request, struct MHD_Response **response);
int volumes_list(struct request *request, struct MHD_Response **response);
int volumes_delete(struct request *request, struct MHD_Response **response);
int volumes_snapshot(struct request *request, struct MHD_Response **response);

int health_get(struct request *request, struct MHD_Response **response);
int metrics_get(struct request *request, struct MHD_Response **response);

/* An upload is fed as it comes in. Wrong content ends up as the request's problem. */
int upload_begin(struct request *request);
int upload_feed(struct request *request, const char *data, size_t length);
/* Its path, and the SHA-256 of its file or archive; fails when a form is not whole. Once, of a request with a key. */
int upload_digest(struct request *request, const char **path, unsigned char digest[REQUEST_DIGEST_SIZE]);
/* Whatever is left of it: an upload that was not finished leaves nothing, and of an archive what came whole. */
void upload_free(struct request *request);

/* The socket of its client; -1 when there is none. */
int request_client(const struct request *request);
/* Begins a use of the request's sandbox, which is to be ended also when this fails, and finds it. */
int request_sandbox(struct request *request, struct use *use, struct sandbox *sandbox);
/* The `path` of its query. */
int request_path(struct request *request, const char **path);
/* Reads a request's JSON object. The caller frees it. */
int request_json(struct request *request, struct json_body **body);
/* Makes the answer of a written document; the writer is used up. */
int request_answer(struct request *request, struct json_writer *writer, struct MHD_Response **response);
/* Makes the answer of any text, which is used up. */
int request_answer_text(struct request *request, sbx__buffer *text, const char *type, struct MHD_Response **response);
/* Makes the answer of the request's problem; NULL when there is no memory for one. */
struct MHD_Response *request_problem_answer(struct request *request);

#endif
