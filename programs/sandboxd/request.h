/* One HTTP request on its way through the server, and the routes it can take. */
#ifndef SANDBOXD_REQUEST_H
#define SANDBOXD_REQUEST_H

#include "engine.h"
#include "json_body.h"
#include "lib/buffer.h"
#include "problem.h"
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
	struct uses uses;
	/* Held from the choice of a sandbox's user until its row says that the user is taken. */
	pthread_mutex_t creation;
	size_t max_output;
	int64_t heartbeat_ms;
};

struct upload;

struct request {
	struct service *service;
	struct MHD_Connection *connection;
	const struct route *route;
	char id[SANDBOX_ID_SIZE]; /* from the path; of a sandbox or a volume */
	sbx__buffer body;         /* of a route that takes JSON */
	struct upload *upload;    /* of a route that takes a form */
	uint64_t received;
	bool refused;
	bool unframed;          /* nobody can say where the next request begins */
	bool streams;           /* its answer takes as long as a command does, and says itself when it is idle */
	struct problem problem; /* why it was refused */
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM };

struct route {
	const char *method;
	const char *path; /* "{id}" stands for one part */
	enum body_kind body;
	/* Sets the answer, or fills the request's problem and returns -1. */
	int (*handle)(struct request *request, struct MHD_Response **response);
};

/* Finds the route and takes the id out of the path. Fails with "not found" or "method not allowed". */
int route_find(struct request *request, const char *method, const char *path);
/* The methods of a path, for the Allow header. */
void route_allowed(const char *path, char *methods, size_t size);

int sandboxes_create(struct request *request, struct MHD_Response **response);
int sandboxes_list(struct request *request, struct MHD_Response **response);
int sandboxes_delete(struct request *request, struct MHD_Response **response);
int sandboxes_delete_all(struct request *request, struct MHD_Response **response);
int sandboxes_execute(struct request *request, struct MHD_Response **response);
int sandboxes_upload(struct request *request, struct MHD_Response **response);
int sandboxes_download(struct request *request, struct MHD_Response **response);

/* An upload is fed as it comes in. Wrong content ends up as the request's problem. */
int upload_begin(struct request *request);
int upload_feed(struct request *request, const char *data, size_t length);
/* Whatever is left of it: an upload that was not finished leaves nothing. */
void upload_free(struct request *request);

/* Reads a request's JSON object. The caller frees it. */
int request_json(struct request *request, struct json_body **body);
/* Makes the answer of a written document; the writer is used up. */
int request_answer(struct request *request, struct json_writer *writer, struct MHD_Response **response);
/* Makes the answer of the request's problem; NULL when there is no memory for one. */
struct MHD_Response *request_problem_answer(const struct request *request);

#endif
