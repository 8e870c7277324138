/* The sandboxes that the server makes without a name, written down before they are made: those that a killed server has
 * left are found and deleted by the next. */
#ifndef MCP_LEDGER_H
#define MCP_LEDGER_H

#include <stdbool.h>

struct mcp;

/* The name of this server's own sandbox, which is in the ledger then. NULL: no name could be made up, or there is no
 * client to make a sandbox. */
const char *ledger_own_name(struct mcp *mcp);
/* A name for another sandbox of this server's, which is found by the ledger as well. Good until the next one; NULL as
 * above. */
const char *ledger_another_name(struct mcp *mcp);
/* Whether servers have left something, maybe of another account. */
bool ledger_has_leftovers(void);
/* Begins to delete what servers have left that are not there any more. The client is there. */
void ledger_begin(struct mcp *mcp);
/* Whether all of this server's are gone, or are to stay: then nothing of them is kept in the ledger. */
void ledger_end(struct mcp *mcp, int is_settled);

#endif
