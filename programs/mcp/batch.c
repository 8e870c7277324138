#include "batch.h"

#include "text.h"

#include <stdlib.h>

struct batch {
	struct channel channel; /* first */
	struct channel *parent; /* NULL: it has gone away */
	size_t holders;
	struct text answers;
};

static void take_answer(struct channel *channel, const char *message, size_t length, int code)
{
	struct batch *batch = (struct batch *)channel;

	if (code == CHANNEL_NOTIFICATION) {
		if (batch->parent)
			batch->parent->send(batch->parent, message, length, code);
		return;
	}
	text_add(&batch->answers, batch->answers.length > 0 ? "," : "[");
	text_append(&batch->answers, message, length);
}

struct batch *batch_new(struct channel *parent)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return NULL;
	batch->channel = (struct channel){
	        .send = take_answer, .stateless = parent->stateless, .version = parent->version, .batch = batch};
	batch->parent = parent;
	batch->holders = 1;
	return batch;
}

struct channel *batch_channel(struct batch *batch)
{
	return &batch->channel;
}

void batch_hold(struct batch *batch)
{
	if (batch)
		batch->holders++;
}

/* Where nothing of it was to be answered, nothing is sent. */
void batch_release(struct batch *batch)
{
	if (!batch || --batch->holders > 0)
		return;
	text_add(&batch->answers, "]");
	if (batch->parent && batch->answers.length > 1 && !batch->answers.failed)
		batch->parent->send(batch->parent, batch->answers.data, batch->answers.length, CHANNEL_ANSWER);
	text_free(&batch->answers);
	free(batch);
}

const struct channel *batch_root(const struct channel *channel)
{
	return channel->batch ? channel->batch->parent : channel;
}

bool batch_came_from(const struct batch *batch, const struct channel *parent)
{
	return batch && batch->parent == parent;
}

void batch_leave(struct batch *batch)
{
	if (batch)
		batch->parent = NULL;
}
