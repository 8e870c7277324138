/* What can be read by a URI: the documentation, and files of sandboxes. */
#ifndef MCP_RESOURCES_H
#define MCP_RESOURCES_H

#include "job.h"

/* Methods. */
void resources_list(struct job *job);
void resources_templates(struct job *job);
void resources_read(struct job *job);
/* Answers completion/complete for the `id` of the template of files: with the sandboxes' that begin so. */
void resources_complete_id(struct job *job, const char *prefix);
/* Adds members that list them: the URIs alone. */
void resources_add_names(struct text *text);

#endif
