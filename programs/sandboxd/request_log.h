/* What is kept of a request that has ended: a line of the log, and the metrics. */
#ifndef SANDBOXD_REQUEST_LOG_H
#define SANDBOXD_REQUEST_LOG_H

#include "request.h"

/* Gives the request its number: the client's own, or a new one. */
void request_identify(struct request *request);
void request_ended(const struct request *request, bool complete);

#endif
