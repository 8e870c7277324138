#include "request.h"

#include <stdio.h>
#include <string.h>

static const struct route routes[] = {
        {"POST", "/v1/sandboxes/create", BODY_JSON, false, sandboxes_create},
        {"GET", "/v1/sandboxes/list", BODY_NONE, false, sandboxes_list},
        {"DELETE", "/v1/sandboxes/delete-all", BODY_NONE, false, sandboxes_delete_all},
        {"GET", "/v1/sandboxes/{id}", BODY_NONE, false, sandboxes_get},
        {"DELETE", "/v1/sandboxes/{id}/delete", BODY_JSON, false, sandboxes_delete},
        {"POST", "/v1/sandboxes/{id}/execute", BODY_JSON, false, sandboxes_execute},
        {"POST", "/v1/sandboxes/{id}/upload", BODY_FORM, false, sandboxes_upload},
        {"GET", "/v1/sandboxes/{id}/download", BODY_NONE, false, sandboxes_download},
        {"HEAD", "/v1/sandboxes/{id}/download", BODY_NONE, false, sandboxes_download},
        {"GET", "/v1/health", BODY_NONE, true, health_get},
        {"GET", "/metrics", BODY_NONE, true, metrics_get},
        {"POST", "/v1/volumes/create", BODY_JSON, false, volumes_create},
        {"GET", "/v1/volumes/list", BODY_NONE, false, volumes_list},
        {"DELETE", "/v1/volumes/{id}/delete", BODY_NONE, false, volumes_delete},
        {"POST", "/v1/volumes/{id}/snapshot", BODY_JSON, false, volumes_snapshot},
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

_Static_assert(ROUTES < METRICS_ROUTES, "each route is counted for itself");

const struct route *route_at(size_t number)
{
	return number < ROUTES ? &routes[number] : NULL;
}

size_t route_number(const struct route *route)
{
	return route ? (size_t)(route - routes) : METRICS_ROUTES;
}

/* Such as /v1/sandboxes/list, which is not a sandbox with that id. */
static bool has_no_id(const char *path)
{
	for (size_t i = 0; i < ROUTES; i++)
		if (!strchr(routes[i].path, '{') && strcmp(routes[i].path, path) == 0)
			return true;
	return false;
}

/* Whether the path fits; the id is what stands in place of "{id}". */
static bool fits(const char *pattern, const char *path, const char **id, size_t *id_length)
{
	const char *brace = strchr(pattern, '{');
	*id_length = 0;
	if (!brace || has_no_id(path))
		return strcmp(pattern, path) == 0;
	size_t prefix = (size_t)(brace - pattern);
	if (strncmp(pattern, path, prefix) != 0)
		return false;
	*id = path + prefix;
	*id_length = strcspn(*id, "/");
	return *id_length > 0 && strcmp(*id + *id_length, strchr(brace, '}') + 1) == 0;
}

int route_find(struct request *request, const char *method, const char *path)
{
	bool path_exists = false;

	for (size_t i = 0; i < ROUTES; i++) {
		const char *id = NULL;
		size_t id_length;
		if (!fits(routes[i].path, path, &id, &id_length))
			continue;
		path_exists = true;
		if (strcmp(routes[i].method, method) != 0)
			continue;
		/* A longer one is nobody's id: what is left of it is not found either. */
		if (id)
			snprintf(request->id, sizeof(request->id), "%.*s", (int)id_length, id);
		request->route = &routes[i];
		return 0;
	}
	if (path_exists)
		return problem_set(&request->problem, PROBLEM_METHOD, NULL, "%.16s is not a method of %.200s", method,
		                   path);
	return problem_set(&request->problem, PROBLEM_NOT_FOUND, NULL, "there is nothing at %.200s", path);
}

void route_allowed(const char *path, char *methods, size_t size)
{
	methods[0] = '\0';
	for (size_t i = 0; i < ROUTES; i++) {
		const char *id;
		size_t id_length;
		if (fits(routes[i].path, path, &id, &id_length))
			snprintf(methods + strlen(methods), size - strlen(methods), "%s%s", methods[0] ? ", " : "",
			         routes[i].method);
	}
}
