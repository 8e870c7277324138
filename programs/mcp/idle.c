#include "idle.h"

#include "clock.h"
#include "place.h"

#include <stdio.h>
#include <string.h>

/* Where a deletion has failed it is tried again as long afterwards. */
static bool is_candidate(const struct made *made)
{
	return made->unnamed && !made->is_gone && made->holders == 0;
}

static int64_t due_ms(const struct mcp *mcp, const struct made *made)
{
	return made->used_ms + (int64_t)mcp->options->idle_delete * 1000;
}

int idle_wait_ms(const struct mcp *mcp)
{
	int64_t first = INT64_MAX, now = clock_ms();

	for (const struct made *made = mcp->options->idle_delete ? made_first(mcp) : NULL; made; made = made->next)
		if (is_candidate(made) && due_ms(mcp, made) < first)
			first = due_ms(mcp, made);
	return first == INT64_MAX ? -1 : first <= now ? 0 : first - now > 60000 ? 60000 : (int)(first - now);
}

static void tell(const struct made *made, const sbx_error *error)
{
	fprintf(stderr, "sandbox-sdk-mcp: sandbox %s is left, it cannot be deleted (%s)\n", made->id,
	        sbx_error_message(error));
}

static void on_deleted(void *user_data, sbx_call *call)
{
	struct made *made = user_data;
	sbx_error *error = NULL;

	bool is_gone = sbx_call_result(call, NULL, &error) >= 0 || sbx_error_http_status(error) == 404;
	if (!is_gone)
		tell(made, error);
	sbx_error_free(error);
	sbx_call_free(made->leaving);
	made->leaving = NULL;
	place_left(made->mcp, made->id, is_gone);
	made_release(made);
}

/* It is held until that has ended. */
void idle_delete(struct made *made)
{
	sbx_request request = SBX_REQUEST_INIT;
	sbx_json *arguments = sbx_json_new_object();
	sbx_error *error = NULL;

	made->holders++;
	sbx_json_set(arguments, "id", sbx_json_new_string(made->id, strlen(made->id)));
	request.operation = sbx_operation_find("sandboxes.delete");
	request.arguments = arguments;
	if (sbx_client_start(made->mcp->client, &request, NULL, on_deleted, made, &made->leaving, &error) < 0) {
		tell(made, error);
		made_release(made);
	}
	sbx_error_free(error);
	sbx_json_free(arguments);
}

void idle_tick(struct mcp *mcp)
{
	int64_t now = clock_ms();

	for (struct made *made = mcp->options->idle_delete ? made_first(mcp) : NULL; made; made = made->next)
		if (is_candidate(made) && due_ms(mcp, made) <= now)
			idle_delete(made);
}
