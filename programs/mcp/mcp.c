#include "mcp.h"

#include "arguments.h"
#include "batch.h"
#include "clock.h"
#include "handles.h"
#include "idle.h"
#include "ledger.h"
#include "made.h"
#include "operation.h"
#include "place.h"
#include "prompts.h"
#include "protocol.h"
#include "resources.h"
#include "script.h"
#include "search.h"
#include "subscriptions.h"
#include "tools.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 1200
/* How long after the start others' leftovers are looked for: whoever waits for the first answer comes first. */
#define LEDGER_MS 500
/* So many jobs go on at most whose clients have gone away; all others hold a connection. */
#define UNHEARD_MAX 64

typedef void handler(struct job *job);

static void ping(struct job *job)
{
	job_succeed_text(job, "", 0);
}

static const struct method {
	const char *name;
	handler *legacy; /* NULL: not of these revisions */
	handler *modern;
} methods[] = {
        {"completion/complete", completion_complete, completion_complete},
        {"initialize", protocol_initialize, NULL},
        {"ping", ping, NULL},
        {"prompts/get", prompts_get, prompts_get},
        {"prompts/list", prompts_list, prompts_list},
        {"resources/list", resources_list, resources_list},
        {"resources/read", resources_read, resources_read},
        {"resources/templates/list", resources_templates, resources_templates},
        {"server/discover", NULL, protocol_discover},
        {"subscriptions/listen", NULL, subscriptions_listen},
        {"tools/call", tools_call, tools_call},
        {"tools/list", tools_list, tools_list},
};

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

static void refuse(struct channel *channel, const sbx_json *id, struct rpc_error *error)
{
	struct text text = {0};

	answer_error(&text, id, error);
	if (!text.failed)
		channel->send(channel, text.data, text.length, error->code);
	text_free(&text);
	rpc_error_clear(error);
}

/* Whether what is wrong with a message is said: of a notification only over HTTP, which has something to check beside
 * it, and has to have a status. */
static bool is_told(const struct channel *channel, const struct message *message)
{
	return message->id || !message->method || channel->check;
}

/* ---- notifications ---- */

static bool came_from(const struct job *job, const struct channel *channel)
{
	return job->channel == channel || batch_came_from(job->batch, channel);
}

/* A batch is answered without it. */
static void give_up(struct job *job)
{
	struct channel *channel = job_is_heard(job) && !job->batch ? job->channel : NULL;

	job_cancel(job);
	if (channel && channel->dismiss)
		channel->dismiss(channel);
}

/* Over HTTP each request has a channel of its own, and its session tells it from those of others. */
static void cancel(struct mcp *mcp, const struct channel *channel, const sbx_json *params)
{
	const sbx_json *id = sbx_json_get(params, "requestId");
	const struct channel *root = batch_root(channel);

	for (struct job *job = mcp->jobs, *next; id && job; job = next) {
		bool is_of_session = channel->session && job->session == channel->session;
		next = job->next;
		if ((is_of_session || came_from(job, root)) && sbx_json_equal(job->message.id, id))
			give_up(job);
	}
}

static void take_notification(struct mcp *mcp, struct channel *channel, const struct message *message)
{
	if (strcmp(message->method, "notifications/cancelled") == 0)
		cancel(mcp, channel, message->params);
}

/* ---- requests ---- */

/* Before the handshake nothing else of the older revisions is answered: whoever sends it knows neither era. */
static int check_order(const struct mcp *mcp, const struct channel *channel, const struct message *message,
                       struct rpc_error *error)
{
	if (channel->modern || channel->stateless || mcp->initialized || strcmp(message->method, "initialize") == 0 ||
	    strcmp(message->method, "ping") == 0)
		return 0;
	return rpc_error_set(error, RPC_INVALID_PARAMS,
	                     "params._meta lacks " META_PREFIX "protocolVersion and " META_PREFIX
	                     "clientCapabilities, or `initialize` has to come first");
}

static int find_handler(const struct message *message, bool modern, handler **found, struct rpc_error *error)
{
	const struct method *method = find_method(message->method);

	*found = !method ? NULL : modern ? method->modern : method->legacy;
	return *found ? 0 : rpc_error_set(error, RPC_NO_METHOD, "there is no method %.100s", message->method);
}

static void take_request(struct mcp *mcp, struct channel *channel, struct message *message)
{
	struct rpc_error error = {0};
	handler *handle;

	if (check_order(mcp, channel, message, &error) < 0 ||
	    find_handler(message, channel->modern, &handle, &error) < 0) {
		refuse(channel, message->id, &error);
		return;
	}
	struct job *job = job_new(mcp, channel, message, channel->modern);
	if (job) {
		handle(job);
		return;
	}
	rpc_error_set(&error, RPC_INTERNAL, "out of memory");
	refuse(channel, message->id, &error);
}

/* The headers of HTTP come before the version: they have to say the same, whatever it is. */
static int find_era(struct channel *channel, const struct message *message, struct rpc_error *error)
{
	if (protocol_era(message, &channel->modern, error) < 0)
		return -1;
	if (channel->check && channel->check(channel, message, channel->modern, error) < 0)
		return -1;
	return channel->modern ? protocol_version(message, error) : 0;
}

static void take_message(struct mcp *mcp, struct channel *channel, struct message *message)
{
	if (message->id)
		take_request(mcp, channel, message);
	else
		take_notification(mcp, channel, message);
}

/* ---- several at once ---- */

/* One of a batch. Returns whether it is answered. */
static bool take_part(struct mcp *mcp, struct channel *channel, const sbx_json *document)
{
	struct message message;
	struct rpc_error error = {0};
	bool modern = false;
	int status = message_read_document(&message, sbx_json_copy(document), &error);

	if (status == 0 &&
	    (strcmp(message.method, "initialize") == 0 || protocol_era(&message, &modern, &error) < 0 || modern))
		status = rpc_error_set(&error, RPC_INVALID_REQUEST, "it cannot be a part of a batch");
	bool is_answered = message.id || (status < 0 && is_told(channel, &message));
	if (status == 0)
		take_message(mcp, channel, &message);
	else if (is_answered)
		refuse(channel, message.id, &error);
	rpc_error_clear(&error);
	message_clear(&message);
	return is_answered;
}

static void take_batch(struct mcp *mcp, struct channel *channel, const sbx_json *parts)
{
	struct rpc_error error = {0};
	struct batch *batch = NULL;

	if (!protocol_has_batches(channel->version))
		rpc_error_set(&error, RPC_INVALID_REQUEST,
		              "batches are served in revision " BATCH_VERSION " alone; send one message at a time");
	else if (sbx_json_count(parts) == 0)
		rpc_error_set(&error, RPC_INVALID_REQUEST, "the batch is empty");
	else if (sbx_json_count(parts) > BATCH_MESSAGES_MAX)
		rpc_error_set(&error, RPC_INVALID_REQUEST, "a batch has at most %d messages, and this one has %zu",
		              BATCH_MESSAGES_MAX, sbx_json_count(parts));
	else if (!(batch = batch_new(channel)))
		rpc_error_set(&error, RPC_INTERNAL, "out of memory");
	channel->notifies = batch != NULL;
	if (!batch)
		refuse(channel, NULL, &error);
	for (size_t i = 0; batch && i < sbx_json_count(parts); i++)
		if (take_part(mcp, batch_channel(batch), sbx_json_at(parts, i)))
			channel->notifies = false;
	batch_release(batch);
}

void mcp_take(struct mcp *mcp, struct channel *channel, const char *text, size_t length)
{
	struct message message;
	struct rpc_error error = {0};
	int status = message_read(&message, text, length, &error);

	channel->notifies = status == 0 && !message.id;
	if (status == 0)
		status = find_era(channel, &message, &error);
	if (status == 0)
		take_message(mcp, channel, &message);
	else if (error.code == RPC_BATCH)
		take_batch(mcp, channel, message.document);
	else if (is_told(channel, &message))
		refuse(channel, message.id, &error);
	rpc_error_clear(&error);
	message_clear(&message);
}

static size_t count_unheard(const struct mcp *mcp)
{
	size_t count = 0;

	for (const struct job *job = mcp->jobs; job; job = job->next)
		count += !job->cancelled && !job_is_heard(job);
	return count;
}

void mcp_leave(struct mcp *mcp, const struct channel *channel)
{
	size_t unheard = count_unheard(mcp);

	for (struct job *job = mcp->jobs, *next; job; job = next) {
		next = job->next;
		if (!came_from(job, channel))
			continue;
		if (job->modern || unheard++ >= UNHEARD_MAX)
			job_cancel(job);
		else if (!job->batch)
			job->channel = NULL;
	}
	for (struct job *job = mcp->jobs; job; job = job->next)
		if (batch_came_from(job->batch, channel))
			batch_leave(job->batch);
}

void mcp_end_session(struct mcp *mcp, uint64_t session)
{
	for (struct job *job = mcp->jobs, *next; job; job = next) {
		next = job->next;
		if (job->session == session)
			give_up(job);
	}
}

/* ---- time ---- */

static int ledger_wait_ms(const struct mcp *mcp)
{
	int64_t left = mcp->ledger_ms - clock_ms();

	return mcp->ledger_ms == 0 ? -1 : left > 0 ? (int)left : 0;
}

/* A client is made only where it has something to do. Without a key there is none, which a tool tells. */
static void ledger_tick(struct mcp *mcp)
{
	if (ledger_wait_ms(mcp) != 0)
		return;
	mcp->ledger_ms = 0;
	if (ledger_has_leftovers())
		mcp_client(mcp, NULL);
}

int mcp_wait_ms(const struct mcp *mcp)
{
	const int waits[] = {handles_wait_ms(mcp), scripts_wait_ms(mcp), idle_wait_ms(mcp), ledger_wait_ms(mcp),
	                     progress_wait_ms(mcp)};
	int first = -1;

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i] >= 0 && (first < 0 || waits[i] < first))
			first = waits[i];
	return first;
}

void mcp_tick(struct mcp *mcp)
{
	handles_tick(mcp);
	scripts_tick(mcp);
	idle_tick(mcp);
	ledger_tick(mcp);
	progress_tick(mcp);
}

/* ---- start and stop ---- */

void mcp_start(struct mcp *mcp, const struct options *options)
{
	*mcp = (struct mcp){.options = options, .ledger_ms = options->local ? 0 : clock_ms() + LEDGER_MS};
}

sbx_client *mcp_client(struct mcp *mcp, sbx_error **error)
{
	sbx_client_options known = SBX_CLIENT_OPTIONS_INIT;

	if (mcp->client)
		return mcp->client;
	known.client_name = "SandboxSDK-MCP";
	if (mcp->options->local)
		sbx_client_new_local(&mcp->client, &known, error);
	else
		sbx_client_new(&mcp->client, &known, error);
	mcp->ledger_ms = 0;
	if (mcp->client && !mcp->options->local)
		ledger_begin(mcp);
	return mcp->client;
}

/* A host waits two seconds before it kills. What is still asked for by then is given up with all connections. */
static void wait_for_jobs(struct mcp *mcp)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (mcp->jobs && sbx_client_poll(mcp->client, 0.1, NULL) == SBX_OK)
		if (clock_ms() > until) {
			sbx_client_close(mcp->client);
			until = INT64_MAX;
		}
}

/* Who has asked by HTTP waits for an answer of its own, and could take its lack for a fault on the way. */
static void end_job(struct job *job)
{
	struct rpc_error error = {0};

	if (job_is_heard(job) && batch_root(job->channel)->dismiss) {
		rpc_error_set(&error, RPC_INTERNAL, "the server ends; whether this was carried out is not known");
		refuse(job->channel, job->message.id, &error);
	}
	job_cancel(job);
}

void mcp_stop(struct mcp *mcp)
{
	subscriptions_end(mcp);
	for (struct job *job = mcp->jobs, *next; job; job = next) {
		next = job->next;
		end_job(job);
	}
	mcp_tick(mcp);
	wait_for_jobs(mcp);
	handles_clean_up(mcp);
	scripts_clean_up(mcp);
	search_clean_up(mcp);
	arguments_clean_up(mcp);
	if (mcp->client)
		place_clean_up(mcp);
	operations_clean_up(mcp);
	made_clean_up(mcp);
	sbx_client_free(mcp->client);
}
