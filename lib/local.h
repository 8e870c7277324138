/*
 * A sandboxd of the client's own: found, started, and ended with the client or with this process.
 */
#ifndef SBX_LIB_LOCAL_H
#define SBX_LIB_LOCAL_H

#include <sandbox_sdk/error.h>

typedef struct sbx__local sbx__local;

/* Starts a server and waits until it answers. */
sbx_status sbx__local_start(sbx__local **local, sbx_error **error);
const char *sbx__local_url(const sbx__local *local);
const char *sbx__local_key(const sbx__local *local);
/* Ends the server, waits until it is gone with all its files, and frees; NULL is accepted. */
void sbx__local_stop(sbx__local *local);
/* In a forked child: closes the descriptors that came along, and leaves the parent's server alone. */
void sbx__local_abandon(sbx__local *local);

#endif
