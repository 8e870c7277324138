#include <sandbox_sdk/leftovers.h>
#include <sandbox_sdk/resources.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "error.h"
#include "generated/operation_index.h"
#include "generated/typed_arguments.h"
#include "keep_errno.h"
#include "pages.h"
#include "sequence.h"
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
	atomic_size_t references;
	item *items;
	size_t count;
	size_t capacity;
};

/* A search under way, and then the deletions. */
typedef struct search {
	sbx__sequence sequence;
	sbx_client *client; /* a copy of the caller's, so that the caller may free that one first */
	sbx_leftovers_params params;
	char *name_prefix; /* of the parameters */
	sbx_pages *pages;  /* of the list that is gone through */
	sbx_leftovers *found;
	size_t next; /* to be deleted */
} search;

static search *search_of(sbx__sequence *sequence)
{
	return (search *)sequence;
}

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
	const sbx__platform *platform = sbx__core_platform(searched->client->core);
	const char *date = sbx_response_header(response, "date");
	int64_t seconds = date ? sbx__date_parse(date) : -1;
	return seconds >= 0 ? (double)seconds : platform->wall_clock(platform->context);
}

/* Looks at one thing. SBX_DONE: it is not meant. */
static sbx_status consider(search *searched, const sbx_leftover *seen, item **added)
{
	const char *prefix = searched->params.name_prefix;
	double created;
	if (strncmp(seen->name, prefix, strlen(prefix)) != 0)
		return SBX_DONE;
	bool dated = sbx__timestamp_parse(seen->created_at, &created);
	double age = dated ? server_time(searched, sbx__pages_response(searched->pages)) - created : SBX_DEFAULT;
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

static sbx_status note_sandbox(search *searched, const sbx_sandbox *sandbox)
{
	item *added = NULL;
	const sbx_leftover seen = {.size = sizeof seen,
	                           .kind = "sandbox",
	                           .id = whole_id(sbx_sandbox_id(sandbox), sbx_sandbox_id_length(sandbox)),
	                           .name = sbx_sandbox_name(sandbox),
	                           .created_at = sbx_sandbox_created_at(sandbox)};
	sbx_status status = consider(searched, &seen, &added);
	if (added)
		added->sandbox = sbx_sandbox_ref(sandbox);
	return status;
}

static sbx_status note_volume(search *searched, const sbx_volume *volume)
{
	item *added = NULL;
	bool is_snapshot = strcmp(sbx_volume_type(volume), "snapshot") == 0;
	const sbx_leftover seen = {.size = sizeof seen,
	                           .kind = is_snapshot ? "snapshot" : "volume",
	                           .id = whole_id(sbx_volume_id(volume), sbx_volume_id_length(volume)),
	                           .name = sbx_volume_name(volume),
	                           .created_at = sbx_volume_created_at(volume)};
	sbx_status status = is_unused(volume) ? consider(searched, &seen, &added) : SBX_DONE;
	if (added)
		added->volume = sbx_volume_ref(volume);
	return status;
}

static void on_sandboxes(sbx__sequence *sequence, sbx_response *response, sbx_error *failure);
static void on_volumes(sbx__sequence *sequence, sbx_response *response, sbx_error *failure);
static void delete_next(search *searched);

static void fetch_page(search *searched, sbx__sequence_then then)
{
	sbx__sequence *sequence = &searched->sequence;
	sbx__pages_request(searched->pages, &sequence->request, &sequence->problem);
	sbx__sequence_ask_plain(sequence, then);
}

static void find_sandboxes(search *searched)
{
	sbx_error *failure = NULL;
	if (sbx_sandboxes_each(searched->client, NULL, NULL, &searched->pages, &failure) == SBX_OK)
		fetch_page(searched, on_sandboxes);
	else
		sbx__sequence_fail(&searched->sequence, failure);
}

static void find_volumes(search *searched)
{
	sbx_error *failure = NULL;
	sbx_pages_free(searched->pages);
	searched->pages = NULL;
	if (sbx_volumes_each(searched->client, NULL, NULL, &searched->pages, &failure) == SBX_OK)
		fetch_page(searched, on_volumes);
	else
		sbx__sequence_fail(&searched->sequence, failure);
}

/* What comes after a page that was looked at. SBX_WOULD_BLOCK: another one does. */
static void go_on(search *searched, sbx_status status, sbx_error *failure, sbx__sequence_then then)
{
	if (status < 0)
		sbx__sequence_fail(&searched->sequence, failure);
	else if (status == SBX_WOULD_BLOCK)
		fetch_page(searched, then);
	else if (then == on_sandboxes && searched->params.volumes == SBX_FLAG_YES)
		find_volumes(searched);
	else
		delete_next(searched);
}

/* Takes over the page, and looks at each of its items. */
static void look_at(search *searched, sbx_response *response, sbx_error *failure, sbx__sequence_then then)
{
	const sbx__model *seen;
	sbx_status status = SBX_OK;
	if (failure) {
		sbx__sequence_fail(&searched->sequence, failure);
		return;
	}
	sbx__pages_arrived(searched->pages, response);
	while (status >= 0 && (status = sbx__pages_take(searched->pages, &seen, &failure)) == SBX_OK) {
		status = then == on_sandboxes ? note_sandbox(searched, (const sbx_sandbox *)seen)
		                              : note_volume(searched, (const sbx_volume *)seen);
		if (status < 0)
			sbx__fail_memory(&failure);
	}
	go_on(searched, status, failure, then);
}

static void on_sandboxes(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	look_at(search_of(sequence), response, failure, on_sandboxes);
}

static void on_volumes(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	look_at(search_of(sequence), response, failure, on_volumes);
}

/* ---- deleting ---- */

/* Says what became of one that was to be deleted; takes over the error (NULL: none). */
static void settle(item *found, sbx_error *failure)
{
	if (!failure) {
		found->leftover.outcome = SBX_LEFTOVER_DELETED;
	} else if (sbx_error_code(failure) == SBX_ERROR_NOT_FOUND) {
		found->leftover.outcome = SBX_LEFTOVER_GONE;
		sbx_error_free(failure);
	} else {
		found->leftover.outcome = SBX_LEFTOVER_FAILED;
		found->error = failure;
		found->leftover.error = failure;
	}
}

/* The next one that is to be deleted; NULL: there is none. */
static item *next_found(search *searched)
{
	sbx_leftovers *found = searched->found;
	while (searched->next < found->count && found->items[searched->next].leftover.outcome != SBX_LEFTOVER_FOUND)
		searched->next++;
	return searched->next < found->count ? &found->items[searched->next] : NULL;
}

static void on_deleted(sbx__sequence *sequence, sbx_response *response, sbx_error *failure)
{
	search *searched = search_of(sequence);
	bool ends = failure && sbx_error_code(failure) == SBX_ERROR_CANCELLED;
	item *found = next_found(searched);
	sbx_response_free(response);
	settle(found, failure);
	/* It was all of it that was ended. */
	while (ends && (found = next_found(searched)) != NULL)
		settle(found, sbx__error_new(SBX_ERROR_CANCELLED, "The call was cancelled"));
	delete_next(searched);
}

static void delete_next(search *searched)
{
	sbx__sequence *sequence = &searched->sequence;
	const item *found = searched->params.dry_run == SBX_FLAG_YES ? NULL : next_found(searched);
	if (!found) {
		sbx__sequence_succeed(sequence, NULL);
	} else if (found->sandbox) {
		sbx__sandboxes_delete_arguments(&sequence->arguments, found->leftover.id, NULL, &sequence->problem);
		sbx__sequence_ask(sequence, SBX__OPERATION_SANDBOXES_DELETE, on_deleted);
	} else {
		sbx__volumes_delete_arguments(&sequence->arguments, found->leftover.id, &sequence->problem);
		sbx__sequence_ask(sequence, SBX__OPERATION_VOLUMES_DELETE, on_deleted);
	}
}

/* ---- the whole ---- */

static void free_search(sbx__sequence *sequence)
{
	search *searched = search_of(sequence);
	sbx_pages_free(searched->pages);
	sbx_leftovers_free(searched->found);
	free(searched->name_prefix);
	sbx__sequence_clear(sequence);
	sbx_client_free(searched->client);
	free(searched);
}

static const sbx__sequence_type search_type = {free_search};

static sbx_status read_params(sbx_leftovers_params *known, const sbx_client *client, const sbx_leftovers_params *params,
                              sbx_error **error)
{
	const sbx_leftovers_params defaults = SBX_LEFTOVERS_PARAMS_INIT;
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

static sbx_status prepare(search *searched, sbx_client *client, const sbx_request_options *options, sbx_error **error)
{
	searched->name_prefix = strdup(searched->params.name_prefix);
	searched->params.name_prefix = searched->name_prefix;
	searched->found = calloc(1, sizeof *searched->found);
	if (searched->found)
		atomic_init(&searched->found->references, 1);
	if (!searched->name_prefix || !searched->found)
		return sbx__fail_memory(error);
	sbx_status status = sbx__client_again(client, &searched->client, error);
	if (status == SBX_OK)
		status = sbx__steps_init(&searched->sequence.steps, searched->client, options, error);
	return status;
}

static sbx_status new_search(sbx_client *client, const sbx_leftovers_params *params, const sbx_request_options *options,
                             bool started, search **made, sbx_error **error)
{
	sbx_leftovers_params known;
	sbx_status status = read_params(&known, client, params, error);
	if (status < 0)
		return status;
	search *new = calloc(1, sizeof *new);
	if (!new)
		return sbx__fail_memory(error);
	sbx__sequence_init(&new->sequence, &search_type, started);
	new->params = known;
	status = prepare(new, client, options, error);
	if (status < 0) {
		sbx__sequence_free(&new->sequence);
		return status;
	}
	find_sandboxes(new);
	*made = new;
	return SBX_OK;
}

static sbx_leftovers *ref(sbx_leftovers *leftovers)
{
	atomic_fetch_add_explicit(&leftovers->references, 1, memory_order_relaxed);
	return leftovers;
}

sbx_status sbx_leftovers_delete(sbx_client *client, const sbx_leftovers_params *params,
                                const sbx_request_options *options, sbx_leftovers **leftovers, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	search *made = NULL;
	sbx_status status = new_search(client, params, options, false, &made, error);
	if (status < 0)
		return status;
	sbx_leftovers *found = ref(made->found);
	status = sbx__sequence_run(&made->sequence, NULL, error);
	if (status == SBX_OK && leftovers)
		*leftovers = found;
	else
		sbx_leftovers_free(found);
	return status;
}

sbx_status sbx_leftovers_delete_start(sbx_client *client, const sbx_leftovers_params *params,
                                      const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                      sbx_call **call, sbx_error **error)
{
	SBX__KEEP_ERRNO();
	search *made = NULL;
	if (!call)
		return sbx__fail_argument(error, "call", "must not be NULL");
	sbx_status status = new_search(client, params, options, true, &made, error);
	if (status < 0)
		return status;
	sbx__client_leave_to_calls(made->client);
	return sbx__sequence_start(&made->sequence, on_done, user_data, call, error);
}

sbx_status sbx_call_result_leftovers(const sbx_call *call, sbx_leftovers **leftovers, sbx_error **error)
{
	sbx_status status = sbx_call_result(call, NULL, error);
	if (status < 0)
		return status;
	if (!leftovers)
		return sbx__fail_argument(error, "leftovers", "must not be NULL");
	sbx__sequence *sequence = sbx__sequence_of(call, &search_type);
	if (!sequence)
		return sbx__fail_argument(error, "call", "does not answer with leftovers");
	*leftovers = ref(search_of(sequence)->found);
	return SBX_OK;
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
	if (!leftovers || atomic_fetch_sub_explicit(&leftovers->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t index = 0; index < leftovers->count; index++) {
		sbx_sandbox_free(leftovers->items[index].sandbox);
		sbx_volume_free(leftovers->items[index].volume);
		sbx_error_free(leftovers->items[index].error);
	}
	free(leftovers->items);
	free(leftovers);
}
