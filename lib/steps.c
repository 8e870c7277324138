#include "steps.h"

#include <stdlib.h>
#include <time.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "kept_text.h"
#include "platform.h"

/* How often a wait asks whether it should end, in nanoseconds. */
#define ASK_INTERVAL (SBX__SECOND / 20)

int64_t sbx__steps_now(const sbx__steps *steps)
{
	const sbx__platform *platform = sbx__core_platform(steps->client->core);
	return platform->now(platform->context);
}

static void set_deadline(sbx__steps *steps, double seconds)
{
	seconds = sbx__timeout_plain(seconds);
	steps->deadline = seconds == SBX_FOREVER ? SBX__NEVER : sbx__steps_now(steps) + sbx__nanoseconds(seconds);
}

sbx_status sbx__steps_init(sbx__steps *steps, sbx_client *client, const sbx_request_options *options, sbx_error **error)
{
	const sbx_request_options defaults = SBX_REQUEST_OPTIONS_INIT;
	*steps = (sbx__steps){.client = client, .options = defaults, .deadline = SBX__NEVER};
	sbx_status status = sbx__struct_read(&steps->options, sizeof steps->options, options, "options", error);
	if (status < 0)
		return status;
	const sbx_request_options *given = &steps->options;
	status = sbx__timeouts_check(given->timeout, given->connect_timeout, given->read_timeout, given->write_timeout,
	                             given->pool_timeout, given->deadline, error);
	if (status < 0)
		return status;
	/* The fork may have happened while another thread held the client's lock. The requests say so. */
	if (sbx__core_is_forked(client->core))
		return SBX_OK;
	sbx__config *config = sbx__client_config(client);
	set_deadline(steps, given->deadline == SBX_DEFAULT ? config->deadline : given->deadline);
	sbx__config_unref(config);
	steps->options.body = NULL;
	steps->options.source = NULL;
	steps->options.sink = NULL;
	steps->options.response = NULL;
	steps->options.idempotency_key = NULL;
	return SBX_OK;
}

/* Pairs and their texts in one piece of memory. */
static sbx_pair *copy_pairs(const sbx_pair *pairs, size_t count)
{
	sbx_pair *copy = malloc(sbx__pairs_size(pairs, count));
	if (!copy)
		return NULL;
	char *at = (char *)(copy + count);
	sbx__pairs_keep(copy, pairs, count, &at);
	return copy;
}

/* Headers that are counted and not there are refused by the call. False: no memory. */
static bool keep_pairs(const sbx_pair **pairs, size_t count, void **kept)
{
	if (!count || !*pairs)
		return true;
	*kept = copy_pairs(*pairs, count);
	*pairs = *kept;
	return *kept != NULL;
}

sbx_status sbx__steps_keep(sbx__steps *steps, sbx_error **error)
{
	sbx_request_options *options = &steps->options;
	if (!keep_pairs(&options->headers, options->headers_count, &steps->kept) ||
	    !keep_pairs(&options->credentials, options->credentials_count, &steps->kept_credentials))
		return sbx__fail_memory(error);
	if (options->query) {
		steps->kept_query = sbx_json_copy(options->query);
		options->query = steps->kept_query;
		if (!steps->kept_query)
			return sbx__fail_memory(error);
	}
	return SBX_OK;
}

void sbx__steps_let_go(sbx__steps *steps)
{
	free(steps->kept);
	free(steps->kept_credentials);
	sbx_json_free(steps->kept_query);
	steps->kept = NULL;
	steps->kept_credentials = NULL;
	steps->kept_query = NULL;
}

void sbx__steps_init_cleanup(sbx__steps *steps, sbx_client *client, double seconds)
{
	const sbx_request_options defaults = SBX_REQUEST_OPTIONS_INIT;
	*steps = (sbx__steps){.client = client, .options = defaults};
	set_deadline(steps, seconds);
}

static sbx_status time_is_over(sbx_error **error)
{
	return sbx__fail(error, SBX_ERROR_TIMEOUT, "Request timed out: the deadline has passed");
}

sbx_status sbx__steps_check_time(const sbx__steps *steps, sbx_error **error)
{
	return sbx__steps_now(steps) >= steps->deadline ? time_is_over(error) : SBX_OK;
}

sbx_status sbx__steps_next(const sbx__steps *steps, sbx_request_options *options, sbx_error **error)
{
	*options = steps->options;
	if (steps->deadline == SBX__NEVER) {
		options->deadline = SBX_FOREVER;
		return SBX_OK;
	}
	int64_t left = steps->deadline - sbx__steps_now(steps);
	if (left <= 0)
		return time_is_over(error);
	options->deadline = (double)left / 1e9;
	return SBX_OK;
}

static bool interrupted(const sbx__steps *steps)
{
	return sbx_cancel_is_fired(steps->options.cancel) ||
	       (steps->options.interrupt && steps->options.interrupt(steps->options.interrupt_user_data) != 0);
}

static void sleep_for(int64_t nanoseconds)
{
	/* A signal ends it early, and is asked about. */
	const struct timespec time = {nanoseconds / SBX__SECOND, nanoseconds % SBX__SECOND};
	nanosleep(&time, NULL);
}

sbx_status sbx__steps_wait(const sbx__steps *steps, double seconds, sbx_error **error)
{
	int64_t until = sbx__steps_now(steps) + sbx__nanoseconds(seconds);
	for (;;) {
		int64_t now = sbx__steps_now(steps);
		if (sbx__core_is_closed(steps->client->core))
			return sbx__fail(error, SBX_ERROR_CLOSED, "Connection error: the client was closed");
		if (interrupted(steps))
			return sbx__fail(error, SBX_ERROR_CANCELLED, "The call was cancelled");
		if (now >= steps->deadline)
			return time_is_over(error);
		if (now >= until)
			return SBX_OK;
		int64_t left = (until < steps->deadline ? until : steps->deadline) - now;
		sleep_for(left < ASK_INTERVAL ? left : ASK_INTERVAL);
	}
}
