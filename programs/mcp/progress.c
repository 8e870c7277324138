#include "progress.h"

#include "clock.h"
#include "mcp.h"
#include "secret.h"

#include <string.h>

#define INTERVAL_MS 100
/* Of what was written since the last time only the end is told, and how much there was before it. */
#define MESSAGE_MAX ((size_t)4096)

static const sbx_json *token_of(const struct job *job)
{
	const sbx_json *token = sbx_json_get(sbx_json_get(job->message.params, "_meta"), "progressToken");
	sbx_json_type type = sbx_json_type_of(token);

	return type == SBX_JSON_STRING || type == SBX_JSON_INTEGER ? token : NULL;
}

/* Nothing is told of a character whose beginning is not. */
static void leave_out(struct progress *progress, size_t count)
{
	count = text_next(progress->output.data, progress->output.length, count);
	text_drop(&progress->output, count);
	progress->left_out += count;
}

static sbx_json *message_of(struct progress *progress)
{
	struct text marked = {0};

	if (progress->left_out == 0)
		return text_words(&progress->output);
	text_format(&marked, "[… %zu bytes left out]", progress->left_out);
	text_append(&marked, progress->output.data, progress->output.length);
	sbx_json *words = marked.failed ? NULL : text_words(&marked);
	text_free(&marked);
	return words;
}

static void tell(struct progress *progress, struct job *job, const sbx_json *token)
{
	struct text text = {0};
	sbx_json *words = message_of(progress);

	text_add(&text, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":");
	text_json(&text, token);
	text_format(&text, ",\"progress\":%lld,\"message\":", (long long)++progress->steps);
	text_json(&text, words);
	text_add(&text, "}}");
	secret_hide(job->mcp->client, &text);
	if (words && !text.failed && job_is_heard(job))
		job->channel->send(job->channel, text.data, text.length, CHANNEL_NOTIFICATION);
	sbx_json_free(words);
	text_free(&text);
	progress->told_ms = clock_ms();
	progress->output.length = 0;
	progress->left_out = 0;
}

void progress_add(struct progress *progress, struct job *job, const char *output, size_t length)
{
	const sbx_json *token = token_of(job);

	if (!token)
		return;
	text_append(&progress->output, output, length);
	if (progress->output.length > MESSAGE_MAX)
		leave_out(progress, progress->output.length - MESSAGE_MAX);
	if (clock_ms() - progress->told_ms >= INTERVAL_MS)
		tell(progress, job, token);
}

/* Only what is to be told is kept. */
int progress_wait_ms(const struct mcp *mcp)
{
	int64_t first = INT64_MAX, now = clock_ms();

	for (const struct job *job = mcp->jobs; job; job = job->next)
		if (job->progress.output.length > 0 && job->progress.told_ms < first)
			first = job->progress.told_ms;
	if (first == INT64_MAX)
		return -1;
	return first + INTERVAL_MS > now ? (int)(first + INTERVAL_MS - now) : 0;
}

void progress_tick(struct mcp *mcp)
{
	int64_t now = clock_ms();

	for (struct job *job = mcp->jobs; job; job = job->next)
		if (job->progress.output.length > 0 && now - job->progress.told_ms >= INTERVAL_MS)
			progress_flush(&job->progress, job);
}

void progress_flush(struct progress *progress, struct job *job)
{
	const sbx_json *token = token_of(job);

	if (token && progress->output.length > 0)
		tell(progress, job, token);
}

void progress_free(struct progress *progress)
{
	text_free(&progress->output);
}
