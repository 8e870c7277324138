#include "progress.h"

#include "clock.h"
#include "mcp.h"
#include "secret.h"

#include <string.h>

#define INTERVAL_MS 100
/* Of what was written since the last time only the end is told. */
#define MESSAGE_MAX ((size_t)4096)

static const sbx_json *token_of(const struct job *job)
{
	const sbx_json *token = sbx_json_get(sbx_json_get(job->message.params, "_meta"), "progressToken");
	sbx_json_type type = sbx_json_type_of(token);

	return type == SBX_JSON_STRING || type == SBX_JSON_INTEGER ? token : NULL;
}

static void tell(struct progress *progress, struct job *job, const sbx_json *token)
{
	struct text text = {0};
	sbx_json *words = text_words(&progress->output);

	text_add(&text, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":");
	text_json(&text, token);
	text_format(&text, ",\"progress\":%lld,\"message\":", (long long)++progress->steps);
	text_json(&text, words);
	text_add(&text, "}}");
	secret_hide(job->mcp->client, &text);
	if (words && !text.failed && !job->cancelled)
		job->channel->send(job->channel, text.data, text.length, CHANNEL_NOTIFICATION);
	sbx_json_free(words);
	text_free(&text);
	progress->told_ms = clock_ms();
	progress->output.length = 0;
}

void progress_add(struct progress *progress, struct job *job, const char *output, size_t length)
{
	const sbx_json *token = token_of(job);

	if (!token)
		return;
	text_append(&progress->output, output, length);
	if (progress->output.length > MESSAGE_MAX)
		text_drop(&progress->output, progress->output.length - MESSAGE_MAX);
	if (clock_ms() - progress->told_ms >= INTERVAL_MS)
		tell(progress, job, token);
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
