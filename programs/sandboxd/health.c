#include "health.h"

#include "request.h"

#include <stdio.h>

void health_add(struct health_facts *facts, const char *name, const char *state, const char *detail)
{
	if (facts->count == HEALTH_FACTS_MAX)
		return;
	struct health_fact *fact = &facts->list[facts->count++];
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	snprintf(fact->state, sizeof(fact->state), "%s", state);
	snprintf(fact->detail, sizeof(fact->detail), "%s", detail);
}

static void write_facts(const struct health_facts *facts, struct json_writer *writer)
{
	json_key(writer, "limits");
	json_open(writer, '[');
	for (size_t i = 0; i < facts->count; i++) {
		json_open(writer, '{');
		json_string(writer, "name", facts->list[i].name);
		json_string(writer, "state", facts->list[i].state);
		json_string(writer, "detail", facts->list[i].detail);
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

static int write_details(struct request *request, struct json_writer *writer)
{
	const struct service *service = request->service;
	unsigned int running, waiting;
	int64_t sandboxes;

	if (store_count(service->store, &sandboxes, &request->problem) < 0)
		return -1;
	admission_count(service->admission, &running, &waiting);
	json_string(writer, "version", SANDBOXD_VERSION);
	json_string(writer, "engine", service->engine->name);
	json_string(writer, "isolation", service->engine->isolation);
	json_string(writer, "network", service->engine->network);
	json_integer(writer, "uptime_seconds", (now_ms() - service->started_ms) / 1000);
	json_integer(writer, "sandboxes", sandboxes);
	json_integer(writer, "max_sandboxes", service->max_sandboxes);
	json_integer(writer, "running_commands", running);
	json_integer(writer, "waiting_commands", waiting);
	json_integer(writer, "max_running", service->max_running);
	write_facts(&service->facts, writer);
	return 0;
}

/* Whoever asks learns that the server works, which a listening port says as well; everything else is for who has the
 * key. */
int health_get(struct request *request, struct MHD_Response **response)
{
	struct json_writer writer = {0};

	json_open(&writer, '{');
	json_string(&writer, "status", "ok");
	if (!request->anonymous && write_details(request, &writer) < 0) {
		sbx__buffer_free(&writer.text);
		return -1;
	}
	json_close(&writer, '}');
	return request_answer(request, &writer, response);
}
