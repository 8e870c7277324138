#include "subscriptions.h"

#include "mcp.h"
#include "protocol.h"

static void cancel(void *job)
{
	/* It says nothing, and is freed. */
	job_succeed_text(job, "", 0);
}

void subscriptions_listen(struct job *job)
{
	struct text text = {0};

	if (!member_object(job->message.params, "notifications")) {
		job_fail_with(job, RPC_INVALID_PARAMS, "notifications: it is missing, an object");
		return;
	}
	job->subscribes = true;
	job->work = job;
	job->cancel_work = cancel;
	text_add(&text, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
	                "{\"notifications\":{},\"_meta\":{\"" META_PREFIX "subscriptionId\":");
	text_json(&text, job->message.id);
	text_add(&text, "}}}");
	if (!text.failed)
		job->channel->send(job->channel, text.data, text.length, CHANNEL_NOTIFICATION);
	text_free(&text);
}

void subscriptions_end(struct mcp *mcp)
{
	for (struct job *job = mcp->jobs, *next; job; job = next) {
		next = job->next;
		if (job->subscribes)
			job_succeed_text(job, "", 0);
	}
}
