/* The API's key, which no assistant is told, whatever a server has said. The library's own words on an error are
 * without it, but not what a server's answer holds. */
#ifndef MCP_SECRET_H
#define MCP_SECRET_H

#include "text.h"

#include <sandbox_sdk.h>

/* Puts asterisks in the place of the key wherever a message has it. A NULL client has none. */
void secret_hide(const sbx_client *client, struct text *message);
#endif
