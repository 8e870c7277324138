#include "http.h"
#include "lines.h"
#include "mcp.h"
#include "options.h"
#include "print_config.h"
#include "roots.h"
#include "script/worker.h"
#include "tools.h"

#include <string.h>

int main(int count, char **words)
{
	struct options options;
	struct mcp mcp;

	if (count == 2 && strcmp(words[1], WORKER_WORD) == 0)
		return worker_run();
	int status = options_read(&options, count, words);

	if (status >= 0)
		return status;
	if ((status = roots_check(&options)) > 0)
		return status;
	if (options.print_config)
		return print_config(&options, count, words);
	mcp_start(&mcp, &options);
	if (options.list)
		return tools_print(&mcp);
	return options.http ? http_serve(&mcp) : lines_serve(&mcp);
}
