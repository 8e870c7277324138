/* The sessions of the older revisions over HTTP. A session knows its revision, and lets its client cancel a request,
 * whose id others may have, too; it is no proof of who asks. */
#ifndef MCP_SESSIONS_H
#define MCP_SESSIONS_H

#include <stddef.h>
#include <stdint.h>

#define SESSIONS_MAX 1024
#define SESSION_ID_SIZE 33

struct session {
	char id[SESSION_ID_SIZE];
	uint64_t number; /* never given again; 0: there is no session here */
	uint64_t used;
	const char *version; /* the revision that was agreed on; lives as long as the program */
};

struct sessions {
	struct session all[SESSIONS_MAX];
	uint64_t count; /* of all that was ever counted: beginnings and uses */
};

/* Begins one, in the place of the one that was not used for longest where there are too many. Returns its id, good
 * until the next is begun; NULL: there is no randomness. */
const char *sessions_begin(struct sessions *sessions, const char *version);
/* A session, which is used thereby, good until the next is begun; NULL: there is none of this id. */
const struct session *sessions_find(struct sessions *sessions, const char *id);
void sessions_end(struct sessions *sessions, uint64_t number);

#endif
