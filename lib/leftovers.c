#include <sandbox_sdk/leftovers.h>
#include <sandbox_sdk/resources.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "keep_errno.h"
#include "pages.h"
#include "steps.h"
#include "timestamp.h"
#include "transport_parse.h"

#define DEFAULT_AGE 3600

/* A leftover and what keeps its texts: the model that it was read of. */
typedef struct item {
	sbx_leftover leftover;
	sbx_sandbox *sandbox;
	sbx_volume *volume;
	sbx_error *error;
} item;

struct sbx_leftovers {
	item *items;
	size_t count;
	size_t capacity;
};

/* A search under way. */
typedef struct search {
	sbx__steps steps;
	sbx_leftovers_params params;
	sbx_leftovers *found;
} search;

/* ---- finding ---- */

static item *add(sbx_leftovers *found)
{
	if (found->count == found->capacity) {
		size_t capacity = found->capacity ? found->capacity * 2 : 16;
		item *grown = realloc(found->items, capacity * sizeof *grown);
		if (!grown)
			return NULL;
		found->items = grown;
		found->capacity = capacity;
	}
	item *added = &found->items[found->count++];
	*added = (item){.leftover = {.size = sizeof(sbx_leftover), .age = SBX_DEFAULT}};
	return added;
}

/* The clock that the times of creation are of: a client's may go wrong by hours. */
static double server_time(const search *searched, const sbx_response *response)
{
	const sbx__platform *platform = sbx__core_platform(searched->steps.client->core);
	const char *date = sbx_response_header(response, "date");
	int64_t seconds = date ? sbx__date_parse(date) : -1;
	return seconds >= 0 ? (double)seconds : platform->wall_clock(platform->context);
}

/* Looks at one thing. SBX_DONE: it is not meant. */
static sbx_status consider(search *searched, const sbx_pages *pages, const sbx_leftover *seen, item **added)
{
	const char *prefix = searched->params.name_prefix;
	double created;
	if (strncmp(seen->name, prefix, strlen(prefix)) != 0)
		return SBX_DONE;
	bool dated = sbx__timestamp_parse(seen->created_at, &created);
	double age = dated ? server_time(searched, sbx__pages_response(pages)) - created : SBX_DEFAULT;
	/* The server's clock is told in whole seconds. */
	if (dated && age < 0)
		age = 0;
	if (dated && age < searched->params.minimum_age)
		return SBX_DONE;
	*added = add(searched->found);
	if (!*added)
		return SBX_ERROR_OUT_OF_MEMORY;
	(*added)->leftover = *seen;
	(*added)->leftover.age = age;
	(*added)->leftover.outcome = dated ? SBX_LEFTOVER_FOUND : SBX_LEFTOVER_UNDATED;
	return SBX_OK;
}

/* An identifier that a NUL cuts would be another one's: with none the thing cannot be deleted. */
static const char *whole_id(const char *id, size_t length)
{
	return strlen(id) == length ? id : "";
}

/* What is deleted is not in use, and the server says so. */
static bool is_unused(const sbx_volume *volume)
{
	const sbx_json *in_use = sbx_json_get(sbx_volume_json(volume), "in_use");
	return sbx_json_type_of(in_use) == SBX_JSON_BOOLEAN && !sbx_json_boolean(in_use);
}

static sbx_status find_sandboxes(search *searched, sbx_error **error)
{
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	sbx_request_options step;
	sbx_status status = sbx__steps_next(&searched->steps, &step, error);
	if (status == SBX_OK)
		status = sbx_sandboxes_each(searched->steps.client, NULL, &step, &pages, error);
	while (status == SBX_OK && (status = sbx_sandboxes_next(pages, &sandbox, error)) == SBX_OK) {
		item *added = NULL;
		const sbx_leftover seen = {.size = sizeof seen,
		                           .kind = "sandbox",
		                           .id = whole_id(sbx_sandbox_id(sandbox), sbx_sandbox_id_length(sandbox)),
		                           .name = sbx_sandbox_name(sandbox),
		                           .created_at = sbx_sandbox_created_at(sandbox)};
		if (consider(searched, pages, &seen, &added) < 0)
			status = sbx__fail_memory(error);
		else if (added)
			added->sandbox = sbx_sandbox_ref(sandbox);
	}
	sbx_pages_free(pages);
	return status;
}

static sbx_status find_volumes(search *searched, sbx_error **error)
{
	sbx_pages *pages = NULL;
	const sbx_volume *volume = NULL;
	sbx_request_options step;
	sbx_status status = sbx__steps_next(&searched->steps, &step, error);
	if (status == SBX_OK)
		status = sbx_volumes_each(searched->steps.client, NULL, &step, &pages, error);
	while (status == SBX_OK && (status = sbx_volumes_next(pages, &volume, error)) == SBX_OK) {
		item *added = NULL;
		bool is_snapshot = strcmp(sbx_volume_type(volume), "snapshot") == 0;
		const sbx_leftover seen = {.size = sizeof seen,
		                           .kind = is_snapshot ? "snapshot" : "volume",
		                           .id = whole_id(sbx_volume_id(volume), sbx_volume_id_length(volume)),
		                           .name = sbx_volume_name(volume),
		                           .created_at = sbx_volume_created_at(volume)};
		if (!is_unused(volume))
			continue;
		if (consider(searched, pages, &seen, &added) < 0)
			status = sbx__fail_memory(error);
		else if (added)
			added->volume = sbx_volume_ref(volume);
	}
	sbx_pages_free(pages);
	return status;
}

/* ---- deleting ---- */

static sbx_status delete_one(const search *searched, const item *found, sbx_error **error)
{
	sbx_request_options step;
	sbx_client *client = searched->steps.client;
	sbx_status status = sbx__steps_next(&searched->steps, &step, error);
	if (status < 0)
		return status;
	if (found->sandbox)
		return sbx_sandboxes_delete(client, found->leftover.id, NULL, &step, NULL, error);
	return sbx_volumes_delete(client, found->leftover.id, &step, NULL, error);
}

static void delete_found(const search *searched, item *found)
{
	if (found->leftover.outcome != SBX_LEFTOVER_FOUND)
		return;
	sbx_status status = delete_one(searched, found, &found->error);
	if (status == SBX_OK) {
		found->leftover.outcome = SBX_LEFTOVER_DELETED;
	} else if (status == SBX_ERROR_NOT_FOUND) {
		found->leftover.outcome = SBX_LEFTOVER_GONE;
		sbx_error_free(found->error);
		found->error = NULL;
	} else {
		found->leftover.outcome = SBX_LEFTOVER_FAILED;
		found->leftover.error = found->error;
	}
}

static sbx_status read_params(search *searched, sbx_client *client, const sbx_leftovers_params *params,
                              sbx_error **error)
{
	const sbx_leftovers_params defaults = SBX_LEFTOVERS_PARAMS_INIT;
	sbx_leftovers_params *known = &searched->params;
	*known = defaults;
	if (!client)
		return sbx__fail_argument(error, "client", "must not be NULL");
	sbx_status status = sbx__struct_read(known, sizeof *known, params, "params", error);
	if (status < 0 || (status = sbx__flag_check(known->dry_run, "dry_run", error)) < 0 ||
	    (status = sbx__flag_check(known->volumes, "volumes", error)) < 0)
		return status;
	/* An empty one would mean everything. */
	if (!known->name_prefix || !*known->name_prefix)
		return sbx__fail_argument(error, "name_prefix", "must not be empty");
	if (known->minimum_age == SBX_DEFAULT)
		known->minimum_age = DEFAULT_AGE;
	if (!(known->minimum_age >= 0))
		return sbx__fail_argument(error, "minimum_age", "must be a number of seconds");
	return SBX_OK;
}

static sbx_status find_and_delete(search *searched, sbx_leftovers **leftovers, sbx_error **error)
{
	searched->found = calloc(1, sizeof *searched->found);
	if (!searched->found)
		return sbx__fail_memory(error);
	sbx_status status = find_sandboxes(searched, error);
	if (status >= 0 && searched->params.volumes == SBX_FLAG_YES)
		status = find_volumes(searched, error);
	if (status >= 0 && searched->params.dry_run != SBX_FLAG_YES)
		for (size_t index = 0; index < searched->found->count; index++)
			delete_found(searched, &searched->found->items[index]);
	if (status >= 0 && leftovers)
		*leftovers = searched->found;
	else
		sbx_leftovers_free(searched->found);
	return status < 0 ? status : SBX_OK;
}

sbx_status sbx_leftovers_delete(sbx_client *client, const sbx_leftovers_params *params,
                                const sbx_request_options *options, sbx_leftovers **leftovers, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	search searched = {0};
	sbx_status status = read_params(&searched, client, params, error);
	sbx_client *own = NULL;
	if (status == SBX_OK)
		status = sbx__client_again(client, &own, error);
	if (status == SBX_OK)
		status = sbx__steps_init(&searched.steps, own, options, error);
	if (status == SBX_OK)
		status = find_and_delete(&searched, leftovers, error);
	sbx_client_free(own);
	return status;
}

/* ---- what was found ---- */

size_t sbx_leftovers_count(const sbx_leftovers *leftovers)
{
	return leftovers ? leftovers->count : 0;
}

size_t sbx_leftovers_count_of(const sbx_leftovers *leftovers, sbx_leftover_outcome outcome)
{
	size_t count = 0;
	for (size_t index = 0; index < sbx_leftovers_count(leftovers); index++)
		count += leftovers->items[index].leftover.outcome == outcome;
	return count;
}

const sbx_leftover *sbx_leftovers_at(const sbx_leftovers *leftovers, size_t index)
{
	return index < sbx_leftovers_count(leftovers) ? &leftovers->items[index].leftover : NULL;
}

void sbx_leftovers_free(sbx_leftovers *leftovers)
{
	if (!leftovers)
		return;
	for (size_t index = 0; index < leftovers->count; index++) {
		sbx_sandbox_free(leftovers->items[index].sandbox);
		sbx_volume_free(leftovers->items[index].volume);
		sbx_error_free(leftovers->items[index].error);
	}
	free(leftovers->items);
	free(leftovers);
}
