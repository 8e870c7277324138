/* The API's operations that a script asks for, and what it is answered. */
#ifndef MCP_SCRIPT_CALLS_H
#define MCP_SCRIPT_CALLS_H

#include "frame.h"
#include "mcp.h"

struct script_calls;

/* Sends an answer to the script: false where it is too long for that. */
typedef bool script_answer(void *context, const sbx_json *json, const char *bytes, size_t length);

/* `on_ended` is told when one has ended, and another may be taken. NULL: memory has run out. */
struct script_calls *script_calls_new(struct mcp *mcp, script_answer *answer, void (*on_ended)(void *context),
                                      void *context);
/* Ends all that are under way. */
void script_calls_free(struct script_calls *calls);

/* The names of the operations that a script may call. */
sbx_json *script_calls_offered(const struct mcp *mcp);
/* Whether one more may be taken. */
bool script_calls_take_more(const struct script_calls *calls);
/* Takes a call, which is answered at once or later. Its JSON is taken out of the frame. False: it is none, it lacks its
 * number. */
bool script_calls_take(struct script_calls *calls, struct frame *frame);
/* How many there were. */
int64_t script_calls_count(const struct script_calls *calls);

#endif
