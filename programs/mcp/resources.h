/* What can be read by a URI: the documentation, and files of sandboxes. */
#ifndef MCP_RESOURCES_H
#define MCP_RESOURCES_H

#include "job.h"

/* Methods. */
void resources_list(struct job *job);
void resources_templates(struct job *job);
void resources_read(struct job *job);

#endif
