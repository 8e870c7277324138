/* Any method and path: what sandboxd finds for it is the route whose pattern it fits, and an id is one part of the
 * path. */
#include "programs/sandboxd/request.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_route(const struct request *request, const char *method, const char *path)
{
	const char *pattern = request->route->path;
	const char *brace = strchr(pattern, '{');

	FUZZ_CHECK(strcmp(request->route->method, method) == 0);
	if (!brace) {
		FUZZ_CHECK(strcmp(pattern, path) == 0);
		return;
	}
	size_t before = (size_t)(brace - pattern);
	size_t behind = strlen(strchr(brace, '}') + 1);
	size_t length = strlen(path) - before - behind;
	FUZZ_CHECK(strncmp(path, pattern, before) == 0);
	FUZZ_CHECK(strcmp(path + strlen(path) - behind, strchr(brace, '}') + 1) == 0);
	FUZZ_CHECK(length > 0 && !memchr(path + before, '/', length));
	FUZZ_CHECK(strncmp(request->id, path + before, strlen(request->id)) == 0);
	FUZZ_CHECK(strlen(request->id) == (length < sizeof(request->id) ? length : sizeof(request->id) - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	struct request request = {.route = NULL};
	char methods[128];
	char *method = fuzz_text(&input);
	char *path = fuzz_text(&input);

	route_allowed(path, methods, sizeof(methods));
	if (route_find(&request, method, path) == 0) {
		check_route(&request, method, path);
		FUZZ_CHECK(strstr(methods, method));
	} else {
		FUZZ_CHECK(!request.route);
		FUZZ_CHECK(request.problem.type == (methods[0] ? PROBLEM_METHOD : PROBLEM_NOT_FOUND));
	}
	free(method);
	free(path);
	return 0;
}
