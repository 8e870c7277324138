/* What every request has to pass before it reaches its route. */
#ifndef SANDBOXD_REQUEST_CHECK_H
#define SANDBOXD_REQUEST_CHECK_H

#include "key.h"
#include "request.h"

/* Where the body ends has to be said once: who reads it otherwise than the client meant it takes its rest for another
 * request. */
int check_framing(struct request *request);
/* A page in a browser cannot pass this: it has an Origin, or a name of its own as Host. */
int check_origin(struct request *request);
/* Whether the server works may be asked without a key: such a request is anonymous. */
int check_key(struct request *request, const char *url, const struct key *key);
/* The type and the announced length of the body. */
int check_body(struct request *request, uint64_t json_max);

bool request_expects_continue(const struct request *request);
/* 0 when there is none, or when it is not known before. */
uint64_t request_content_length(const struct request *request);

#endif
