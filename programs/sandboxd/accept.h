/* What a request's Accept headers ask for. */
#ifndef SANDBOXD_ACCEPT_H
#define SANDBOXD_ACCEPT_H

#include <microhttpd.h>
#include <stdbool.h>

/* Whether the client wants server-sent events rather than JSON: it names them, and likes JSON no better. */
bool accept_events(struct MHD_Connection *connection);
/* Whether the client takes a directory as a tar archive: it names that. */
bool accept_tar(struct MHD_Connection *connection);

#endif
