#include "batch.h"

#include "text.h"

#include <stdlib.h>

#define ANSWERS_MAX ((size_t)BATCH_ANSWERS_MIB << 20)

struct batch {
	struct channel channel; /* first */
	struct channel *parent; /* NULL: it has gone away */
	size_t holders;
	bool is_asked; /* something of it was a request */
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
	batch->channel = (struct channel){.send = take_answer,
	                                  .stateless = parent->stateless,
	                                  .version = parent->version,
	                                  .batch = batch,
	                                  .session = parent->session};
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
	if (!batch)
		return;
	batch->holders++;
	batch->is_asked = true;
}

/* Where nothing of it was to be answered, or all was given up, nothing is sent. */
static void answer(struct batch *batch)
{
	struct channel *parent = batch->parent;

	text_add(&batch->answers, "]");
	if (!parent || batch->answers.failed)
		return;
	if (batch->answers.length > 1)
		parent->send(parent, batch->answers.data, batch->answers.length, CHANNEL_ANSWER);
	else if (batch->is_asked && parent->dismiss)
		parent->dismiss(parent);
}

void batch_release(struct batch *batch)
{
	if (!batch || --batch->holders > 0)
		return;
	answer(batch);
	text_free(&batch->answers);
	free(batch);
}

bool batch_has_room(const struct batch *batch, size_t length)
{
	return !batch || batch->answers.length + length <= ANSWERS_MAX;
}

const struct channel *batch_root(const struct channel *channel)
{
	return channel->batch ? channel->batch->parent : channel;
}

bool batch_came_from(const struct batch *batch, const struct channel *parent)
{
	return batch && batch->parent == parent;
}

bool batch_is_left(const struct batch *batch)
{
	return batch && !batch->parent;
}

void batch_leave(struct batch *batch)
{
	if (batch)
		batch->parent = NULL;
}
